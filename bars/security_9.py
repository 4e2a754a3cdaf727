"""Bar 9 of SECURITY: a system from its need to its end, in a browser with axe, at a live target."""

from __future__ import annotations

from bars.outcome import Outcome
from bars.suites import outcomes

JOURNEY = "tests/web/test_register_journey.py"


def measure(*, full: bool) -> list[Outcome]:
    if full:
        return outcomes("journeys", JOURNEY, databases=("SQLite", "PostgreSQL"))
    return outcomes("journeys", JOURNEY, "-k", "en-phone", databases=("SQLite",))
