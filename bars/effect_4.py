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
    what = "PM4Py's cost over ours"
    return [
        Outcome.at_least(what, ratio, 5, "times", cost=ours)
        if full
        else Outcome.recorded(what, ratio, "times", cost=ours),
        # Every value of every attribute is compared in tests/oracle, which bar 1 runs.
        Outcome("same number of events", same, "yes", same),
    ]
