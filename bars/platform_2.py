"""Bar 2: journeys at a browser, in Chinese and English, on a desktop and a phone, with axe."""

from __future__ import annotations

from bars.outcome import Outcome
from bars.suites import outcomes

JOURNEYS = "tests/web/test_journeys.py"


def measure(*, full: bool) -> list[Outcome]:
    if full:
        return outcomes("journeys", JOURNEYS, databases=("SQLite", "PostgreSQL"))
    return outcomes("journeys", JOURNEYS, "-k", "en-phone", databases=("SQLite",))
