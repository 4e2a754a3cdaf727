"""Bar 4: reading XES against PM4Py's default reader."""

from __future__ import annotations

from bars.data import FINES, RECEIPT
from bars.outcome import Outcome
from bars.workers import in_child


def measure(*, full: bool) -> list[Outcome]:
    source = str(FINES if full else RECEIPT)
    ours = in_child("read_xes", source)
    theirs = in_child("pm4py_read_xes", source)
    ratio = theirs["cpu_s"] / ours["cpu_s"]
    same = ours["value"] == theirs["value"]
    return [
        Outcome(
            "PM4Py's cost over ours",
            ratio,
            "≥ 5",
            ratio >= 5 or not full,
            "times",
            ours["cpu_s"],
            ours["peak_mb"],
        ),
        # Every value of every attribute is compared in tests/oracle, which bar 1 runs.
        Outcome("same number of events", same, "yes", same),
    ]
