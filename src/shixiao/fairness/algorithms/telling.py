"""Telling: how many decisions, in a sentence that anybody may read.

What few persons make up is not published (rule FAI-06), nor what the rest of a public total would
give away: five of a thousand are “fewer than 11”, and 995 of them “at least 990”. Whoever may read
drafts sees the numbers themselves.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from shixiao.fairness.algorithms.seen import Seen
from shixiao.terms import Text

FEWEST = "FAI-06"
FEW = Text("少于 {fewest}", "fewer than {fewest}")
AT_LEAST = Text("至少 {n}", "at least {n}")
UNDER = Text("不到 {share}", "under {share}")
PART = Text("一部分", "some")


@dataclass(frozen=True, slots=True)
class Telling:
    """A log, and the fewest decisions of it that are told as a number; 0 tells all."""

    seen: Seen
    fewest: int = 0

    def hides(self, n: int) -> bool:
        """Say whether a number, or the rest of all decisions, is of too few persons."""
        return 0 < n < self.fewest or 0 < self.seen.decisions - n < self.fewest

    def number(self, n: int) -> Text:
        """Return a number of decisions of the log in words."""
        if 0 < n < self.fewest or 0 < n <= self.seen.decisions < self.fewest:
            return FEW.format(fewest=self.fewest)
        if n and self.hides(n):
            return AT_LEAST.format(n=f"{self._rest:,}")
        return Text.of(f"{n:,}")

    def share(self, n: int) -> Text:
        """Return the share of all decisions; rounded down, for 99.97 per cent is not all of them.

        Units: per cent with one decimal.
        """
        whole = self.seen.decisions
        if n in {0, whole}:
            return Text.of(_percent(float(n > 0)))
        if whole < self.fewest:
            return PART
        if 0 < n < self.fewest:
            return UNDER.format(share=f"{math.ceil(self.fewest / whole * 1000) / 10:.1f} %")
        if self.hides(n):
            return AT_LEAST.format(n=_percent(self._rest / whole))
        return Text.of(_percent(n / whole))

    @property
    def _rest(self) -> int:
        """The least that is left where too few are taken away."""
        return self.seen.decisions - self.fewest + 1


def _percent(share: float) -> str:
    return f"{int(share * 1000) / 10:.1f} %"
