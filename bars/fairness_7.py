"""Bar 7 of FAIRNESS: one chain in a browser with axe, from a receipt to the gate, zh and en.

A citizen reads the own decision at phone width in elder mode and objects; a drawn panel decides;
alike decisions are corrected; register and page of the system show it; a group objects to the
system by the address of the QR sheet, and the list that gates obey says that it is suspended.
"""

from __future__ import annotations

from bars.outcome import Outcome
from bars.suites import outcomes

JOURNEY = "tests/web/test_objection_journey.py"


def measure(*, full: bool) -> list[Outcome]:
    if full:
        return outcomes("journeys", JOURNEY, databases=("SQLite", "PostgreSQL"))
    return outcomes("journeys", JOURNEY, "-k", "gate and en", databases=("SQLite",))
