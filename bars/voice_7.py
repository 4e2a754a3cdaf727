"""Bar 7 of VOICE: two ways in a browser with axe, in both languages, at phone width, for elders.

What many ask for becomes a group, a need, a proposal and a change, and each of them is told. A
consultation is commented and voted on, replied to by group, heard by lot and decided, and the gate
opens for the system that waited for it.
"""

from __future__ import annotations

from bars.outcome import Outcome
from bars.suites import outcomes

JOURNEYS = ("tests/web/test_voice_journey.py", "tests/web/test_consultation_journey.py")


def measure(*, full: bool) -> list[Outcome]:
    if full:
        return outcomes("journeys", *JOURNEYS, databases=("SQLite", "PostgreSQL"))
    return outcomes("journeys", JOURNEYS[0], "-k", "change and en-desktop", databases=("SQLite",))
