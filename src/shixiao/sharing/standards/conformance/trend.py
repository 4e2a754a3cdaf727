"""Do deliveries get better? Scores in their order, and the change from one to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from shixiao.sharing.standards.conformance.report import Report
from shixiao.statistics import newcombe_difference
from shixiao.terms import Estimate, Text

WORDS = {
    "better": Text("提高", "better"),
    "worse": Text("下降", "worse"),
    "no_change": Text("没有可靠的变化", "no change that can be relied on"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """The change of the score between two deliveries.

    Every row was measured, so that each score is a fact; the interval speaks of the process that
    wrote the rows, which would write others next time.
    """

    before: str
    after: str
    change: Estimate
    says: str

    def to_json(self) -> dict[str, Any]:
        """Return the step as plain values."""
        return {
            "from": self.before,
            "to": self.after,
            "change": self.change.to_json(),
            "says": self.says,
            "text": WORDS[self.says].to_json(),
        }


@dataclass(frozen=True, slots=True)
class Trend:
    """Reports of one table in the order of their deliveries."""

    reports: tuple[Report, ...]
    steps: tuple[Step, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the trend as plain values."""
        return {
            "scores": [
                {"name": r.name, "rows": r.rows, "score": r.score.to_json()} for r in self.reports
            ],
            "steps": [step.to_json() for step in self.steps],
        }


def trend_of(reports: Sequence[Report]) -> Trend:
    """Return the trend of deliveries, oldest first."""
    return Trend(tuple(reports), tuple(_step(a, b) for a, b in pairwise(reports)))


def _step(before: Report, after: Report) -> Step:
    change = newcombe_difference(after.clean, after.rows, before.clean, before.rows)
    says = "no_change"
    if change.low is not None and change.low > 0:
        says = "better"
    elif change.high is not None and change.high < 0:
        says = "worse"
    return Step(before.name, after.name, change, says)
