"""Surging: do complaints about a system come far more often than they used to?

A system is held against itself: what came in the last window against its own earlier rate, by an
exact test that doubts the earlier rate as much as the late one. A window is tested once, at its
end. Source: rule SEC-30; Przyborowski and Wilenski (1940); Garwood (1936).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shixiao.rules import RulePack
from shixiao.statistics import garwood, growth_p
from shixiao.terms import Estimate, Text

RULE = "SEC-30"
TOO_FEW = Text(
    "只有 {n} 件，少于 {least} 件，不判断。", "There are {n}, fewer than {least}; it is not judged."
)
TOO_SHORT = Text(
    "此前只有 {days} 天可比，少于 {least} 天，不判断。",
    "There are {days} days before it to compare with, fewer than {least}; it is not judged.",
)


@dataclass(frozen=True, slots=True)
class Counted:
    """How many complaints came in how many days."""

    complaints: int
    days: float


@dataclass(frozen=True, slots=True)
class Surge:
    """What the counts say.

    Attributes:
        surged: True or False; None where it is not judged.
        rate, usual: complaints a day of late and before, with Garwood's interval.
        p: how likely so many are, were the rate no more than ``times`` the usual; None where it
            is not judged.
        reason: why it is not judged.
    """

    surged: bool | None
    rate: Estimate
    usual: Estimate
    p: float | None
    reason: Text | None = None


def surge(late: Counted, earlier: Counted, rules: RulePack) -> Surge:
    """Say whether complaints surged.

    Args:
        late: in the window.
        earlier: in the time before it.
        rules: SEC-30 holds level, multiple, fewest complaints and days.
    """
    rule: Any = rules.rule(RULE).value
    rate, usual = garwood(late.complaints, late.days), garwood(earlier.complaints, earlier.days)
    if earlier.days < rule["enough"] or late.days <= 0:
        text = TOO_SHORT.format(days=int(earlier.days), least=rule["enough"])
        return Surge(None, rate, usual, None, text)
    if late.complaints < rule["least"]:
        text = TOO_FEW.format(n=late.complaints, least=rule["least"])
        return Surge(None, rate, usual, None, text)
    p = growth_p(
        late.complaints,
        late.days,
        earlier.complaints,
        earlier.days,
        times=float(rule["times"]),
    )
    return Surge(p <= 1 - float(rule["level"]), rate, usual, p)
