"""Testing: contacts whose right route and answer are known beforehand, one verdict each.

A channel is judged by shares with Wilson intervals: lost (there is a receipt for none), misrouted
(with another department, or passed on), unanswered (no reply in time).

Source: E. B. Wilson (1927), JASA 22, 209-212; mystery shopping as in ISO 20252, Annex.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shixiao.statistics import wilson_bounds
from shixiao.terms import Estimate, Text

OUTCOMES = ("lost", "misrouted", "unanswered", "wrong", "right")
UNTESTED = Text("还没有测试过", "not tested yet")


@dataclass(frozen=True, slots=True)
class Contact:
    """A test contact and what became of it.

    Attributes:
        channel: by which it was brought.
        expected: code of the department that should reply.
        words: of which the reply should have one at least; none where any reply will do.
        arrived: whether it is found under its receipt.
        department: who has or had it last; "" for nobody.
        transfers: how often it was passed on, whoever decided in the end.
        reply: what was answered; "" for nothing within the time.
    """

    channel: str
    expected: str
    words: tuple[str, ...]
    arrived: bool
    department: str = ""
    transfers: int = 0
    reply: str = ""

    @property
    def outcome(self) -> str:
        """Return one of ``OUTCOMES``: the first thing that went wrong."""
        if not self.arrived:
            return "lost"
        if (self.department and self.department != self.expected) or self.transfers:
            return "misrouted"
        if not self.reply:
            return "unanswered"
        if self.words and not any(word in self.reply for word in self.words):
            return "wrong"
        return "right"


@dataclass(frozen=True, slots=True)
class Shares:
    """Of one channel: how many contacts, and the share of each outcome."""

    channel: str
    n: int
    of: dict[str, Estimate]


def shares(channel: str, outcomes: Sequence[str]) -> Shares:
    """Return the share of each outcome with its interval; without contacts it is not assessable."""
    n = len(outcomes)
    of = {}
    for name in OUTCOMES:
        if not n:
            of[name] = Estimate.not_assessable(UNTESTED)
            continue
        hits = sum(each == name for each in outcomes)
        low, high = wilson_bounds(hits, n)
        of[name] = Estimate(hits / n, float(low), float(high), n)
    return Shares(channel, n, of)
