"""The clock service: due days by rule, and how many working days are left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache

from shixiao.rules import Clock, Rule, RulePack, Suspension, load_calendar, load_pack


@cache
def pack() -> RulePack:
    """Return the rule pack in force."""
    return load_pack()


def rule(name: str) -> Rule:
    """Return a rule of the pack in force."""
    return pack().rule(name)


def due_day(
    name: str, start: date, *, suspensions: Sequence[Suspension] = (), extension: int = 0
) -> date | None:
    """Return the last day of a rule's period; None for a state without a period.

    Raises:
        BadInput: the extension is longer than the rule allows.
    """
    if not name:
        return None
    calendar = load_calendar("cn")
    clock = Clock.of(rule(name))
    return clock.deadline(start, calendar, suspensions=suspensions, extension=extension).due


def days_left(due: date, today: date) -> int:
    """Return working days left; 0 on the last day, negative when overdue."""
    return load_calendar("cn").between(today, due)


def soon() -> int:
    """Return how many working days before its end a period counts as ending soon."""
    return int(pack().number("CASE-09"))
