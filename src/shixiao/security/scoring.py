"""Scoring: points of checks that hold, out of 100, and the cap that the worst open one sets.

A check counts once, however many places it was looked at, and holds where it holds at all of them.
Points, caps and the least score are rules (SEC-20, SEC-22, SEC-23) and shown with every decision: a
sum alone hides a certificate of another name behind many small merits.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shixiao.rules import RulePack

WHOLE = 100.0


class Gravity(StrEnum):
    """How grave a finding is; a veto refuses admission whatever the score is."""

    VETO = "veto"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Judged:
    """One check at one place.

    Attributes:
        check: its name, unique among all checks.
        severity: how grave it is where it fails.
        passed: whether it holds there.
        locator: the place.
        waived: whether a waiver in force covers it there.
    """

    check: str
    severity: Gravity
    passed: bool
    locator: str = ""
    waived: bool = False


def score(checks: Iterable[Judged], rules: RulePack) -> float:
    """Return the score of checks, 0 to 100 to one decimal, rounded down; 0 without any.

    A waived finding sets no cap, but it earns no points either.
    """
    judged = list(checks)
    points: Any = rules.rule("SEC-20").value
    caps: Any = rules.rule("SEC-22").value
    held: dict[str, bool] = {}
    worth: dict[str, float] = {}
    for one in judged:
        held[one.check] = held.get(one.check, True) and one.passed
        worth[one.check] = float(points[one.severity])
    whole = sum(worth.values())
    raw = WHOLE * sum(worth[name] for name, holds in held.items() if holds) / whole if whole else 0
    worst = min(
        (
            float(caps.get(one.severity, WHOLE))
            for one in judged
            if not one.passed and not one.waived
        ),
        default=WHOLE,
    )
    return math.floor(10 * min(raw, worst)) / 10
