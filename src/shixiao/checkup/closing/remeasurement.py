"""Remeasurement: the answer on its day, with all that it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from shixiao.terms import Estimate, Period, Text, significant

SCHEMA = "shixiao/remeasurement/1"


class Outcome(StrEnum):
    """What came out; a case stays open unless it is ``passed``."""

    PASSED = "passed"
    NOT_PASSED = "not_passed"
    INSUFFICIENT = "insufficient"


@dataclass(frozen=True, slots=True)
class Remeasurement:
    """What a re-measurement found.

    Attributes:
        plan_sha256: the plan it carries out.
        on: the day it ran.
        outcome: passed, not passed or insufficient.
        says: the same in a sentence.
        counted: days whose cases counted; None where a register was read.
        before: the earlier period, measured anew.
        after: after the correction.
        expected: what was to be expected had nothing been done, in the unit of the measure.
        change: after over expected: odds ratio of shares, else ratio. The case passes when its
            upper end lies below 1. None where nothing was compared.
        p: chance of so low a value had nothing been done.
        n: rows after the correction.
        minimum: that the plan asked for.
        peers: subjects that were compared with.
        rules_sha256: hash of the rules that both periods went by.
        code_version: version of the code that measured both.
    """

    plan_sha256: str
    on: date
    outcome: Outcome
    says: Text
    rules_sha256: str
    code_version: str
    n: int = 0
    minimum: int = 0
    peers: int = 0
    counted: Period | None = None
    before: Estimate | None = None
    after: Estimate | None = None
    expected: float | None = None
    change: Estimate | None = None
    p: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the form that goes on the ledger."""
        return {
            "schema": SCHEMA,
            "plan_sha256": self.plan_sha256,
            "on": self.on.isoformat(),
            "outcome": str(self.outcome),
            "says": self.says.to_json(),
            "counted": str(self.counted) if self.counted else None,
            "before": self.before.to_json() if self.before else None,
            "after": self.after.to_json() if self.after else None,
            "expected": significant(self.expected),
            "change": self.change.to_json() if self.change else None,
            "p": significant(self.p),
            "n": self.n,
            "minimum": self.minimum,
            "peers": self.peers,
            "rules_sha256": self.rules_sha256,
            "code_version": self.code_version,
        }
