"""Bar 2: a third-party evaluation at a browser, one evaluator offline in between, with axe."""

from __future__ import annotations

from bars.outcome import Outcome
from bars.suites import outcomes

JOURNEY = "tests/web/test_field_journey.py"


def measure(*, full: bool) -> list[Outcome]:
    if full:
        return outcomes("journeys", JOURNEY, databases=("SQLite", "PostgreSQL"))
    return outcomes("journeys", JOURNEY, "-k", "zh-phone", databases=("SQLite",))
