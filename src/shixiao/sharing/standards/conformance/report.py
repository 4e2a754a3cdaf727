"""How far a table conforms: a score, a count for every rule, and the shapes of what fails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shixiao.sharing.standards.conformance.rule import TableRule
from shixiao.terms import Estimate


@dataclass(frozen=True, slots=True)
class RuleResult:
    """What was measured of one rule.

    Attributes:
        rule: the rule.
        checked: rows of which it speaks.
        failed: rows that break it.
        share: of the checked rows that keep it; ``insufficient`` where it speaks of none.
        samples: shapes of values that fail, never the values.
        passed: whether the share reaches STD-03.
    """

    rule: TableRule
    checked: int
    failed: int
    share: Estimate
    samples: tuple[str, ...]
    passed: bool

    def to_json(self) -> dict[str, Any]:
        """Return the result as plain values."""
        return {
            **self.rule.to_json(),
            "checked": self.checked,
            "failed": self.failed,
            "share": self.share.to_json(),
            "passed": self.passed,
            "samples": list(self.samples),
        }


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured of one delivery of a table.

    Attributes:
        name: of the delivery.
        rows: how many rows it has.
        clean: rows that keep every rule.
        score: share of rows that keep every rule; all rows were measured.
        results: one for each rule.
    """

    name: str
    rows: int
    clean: int
    score: Estimate
    results: tuple[RuleResult, ...]

    @property
    def conforms(self) -> bool:
        """Whether every rule is kept as far as STD-03 asks."""
        return all(result.passed for result in self.results)

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain values."""
        return {
            "name": self.name,
            "rows": self.rows,
            "conforms": self.conforms,
            "score": self.score.to_json(),
            "rules": [result.to_json() for result in self.results],
        }
