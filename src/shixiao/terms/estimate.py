"""Estimate: a number that never travels without its interval, its n and its status."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shixiao.terms.text import Text


class Status(StrEnum):
    """Whether an Estimate may be read as a number."""

    OK = "ok"
    INSUFFICIENT = "insufficient"
    NOT_ASSESSABLE = "not_assessable"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with the interval that covers the truth in ``level`` of repeated samples.

    ``value``, ``low`` and ``high`` are in the unit of the measure. They are ``None`` when the
    number is undefined: undefined is never 0. ``n`` counts the independent units (cases).
    A status other than ``ok`` carries a reason that says what is missing or how many are needed;
    an ``insufficient`` estimate may still show what was seen.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    level: float = 0.95
    status: Status = Status.OK
    reason: Text | None = None

    def __post_init__(self) -> None:
        for number in (self.value, self.low, self.high):
            if number is not None and not math.isfinite(number):
                raise ValueError(f"An Estimate holds finite numbers or None, not {number}")
        if self.status is Status.OK and self.value is None:
            raise ValueError("An ok Estimate needs a value")
        if self.status is not Status.OK and self.reason is None:
            raise ValueError(f"A {self.status} Estimate needs a reason")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"Interval turned round: {self.low} > {self.high}")

    @classmethod
    def fact(cls, value: float, n: int) -> Estimate:
        """A full count, free of sampling error: the interval is the value itself."""
        return cls(value, value, value, n)

    @classmethod
    def insufficient(
        cls,
        n: int,
        reason: Text,
        *,
        value: float | None = None,
        low: float | None = None,
        high: float | None = None,
    ) -> Estimate:
        """Too few cases; the reason says how many are needed."""
        return cls(value, low, high, n, status=Status.INSUFFICIENT, reason=reason)

    @classmethod
    def not_assessable(cls, reason: Text, n: int = 0) -> Estimate:
        """A table or column is missing; the reason names it."""
        return cls(None, None, None, n, status=Status.NOT_ASSESSABLE, reason=reason)

    @property
    def ok(self) -> bool:
        """True when the number may be used for a verdict or a ranking."""
        return self.status is Status.OK

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Estimate:
        """Return an estimate that was kept in the contract form."""
        reason = data["reason"]
        return cls(
            data["value"],
            data["low"],
            data["high"],
            data["n"],
            level=data["level"],
            status=Status(data["status"]),
            reason=Text.of(reason) if reason else None,
        )

    def to_json(self) -> dict[str, Any]:
        """Return the contract form (CONTRACTS: Estimate); numbers keep 10 significant digits."""
        return {
            "value": significant(self.value),
            "low": significant(self.low),
            "high": significant(self.high),
            "level": self.level,
            "n": self.n,
            "status": str(self.status),
            "reason": self.reason.to_json() if self.reason else None,
        }


def significant(number: float | None) -> float | None:
    """Round to 10 significant digits, so that two engines' last bits do not change bytes."""
    if number is None or number == 0:
        return None if number is None else 0.0
    return float(f"{number:.10g}")
