"""Bar 9: from a silo to a grant, a first exchange, a citizen who sees it, misuse and suspension."""

from __future__ import annotations

from bars.outcome import Outcome
from bars.suites import outcomes

JOURNEY = "tests/web/test_sharing_journey.py"


def measure(*, full: bool) -> list[Outcome]:
    if full:
        return outcomes("journeys", JOURNEY, databases=("SQLite", "PostgreSQL"))
    return outcomes("journeys", JOURNEY, "-k", "zh-phone", databases=("SQLite",))
