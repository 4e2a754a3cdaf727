"""Validity: each evidence holds for a time, and the earliest that ends decides for the system.

Points do not fade: the score of the day of assessment stays as it was, and beside it stands until
when it holds. Source: rules SEC-21 (days), SEC-25 (when it ends soon, and grace).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from shixiao.rules import RulePack


class Standing(StrEnum):
    """How an assessment stands: 有效, 临期, 过期, 暂停."""

    VALID = "valid"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True)
class Kept:
    """One evidence and how long it holds.

    Attributes:
        name: of what it is.
        kind: a part of SEC-21.
        at: when it was taken.
        until: its own last moment where it has one, such as that of a report; else None.
    """

    name: str
    kind: str
    at: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Validity:
    """Until when an assessment holds.

    Attributes:
        standing: now.
        until: when the first evidence ends; None without any evidence.
        first: the evidence that ends first.
    """

    standing: Standing
    until: datetime | None
    first: Kept | None


def ends(kept: Kept, rules: RulePack) -> datetime:
    """Return when an evidence ends to hold: after its days, or at its own end if that is sooner."""
    days = timedelta(days=rules.number("SEC-21", kept.kind))
    by_rule = kept.at + days
    return by_rule if kept.until is None else min(by_rule, kept.until)


def validity(evidence: Iterable[Kept], rules: RulePack, *, now: datetime) -> Validity:
    """Return how an assessment stands by its evidence; without any it has expired.

    Evidence that was taken later than now is none yet.
    """
    taken = [each for each in evidence if each.at <= now]
    if not taken:
        return Validity(Standing.EXPIRED, None, None)
    first = min(taken, key=lambda each: (ends(each, rules), each.name))
    until = ends(first, rules)
    rule: Any = rules.rule("SEC-25").value
    if now >= until + timedelta(days=rule["grace"]):
        return Validity(Standing.SUSPENDED, until, first)
    if now >= until:
        return Validity(Standing.EXPIRED, until, first)
    soon = first.at + (until - first.at) * float(rule["soon"])
    standing = Standing.EXPIRING if now >= soon else Standing.VALID
    return Validity(standing, until, first)
