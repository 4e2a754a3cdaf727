"""The period that the evidence covers, in words."""

from __future__ import annotations

from shixiao.checkup.report.lookup import Lookup
from shixiao.checkup.report.speech import Speech


def period_covered(speech: Speech, lookup: Lookup) -> str:
    """Return the months in which cases were opened; "" when no case says when."""
    months = list(lookup.arms("month"))
    if not months:
        return ""
    first, last = speech.month(months[0]), speech.month(months[-1])
    return first if first == last else speech.t(f"{first}至{last}", f"{first} – {last}")
