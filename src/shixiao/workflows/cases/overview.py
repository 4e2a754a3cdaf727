"""The overview of cases that supervision works from: clocks, tallies, and days in each state."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby, pairwise
from uuid import UUID

from django.db.models import F, QuerySet
from django.utils import timezone

from shixiao.records.models import Case, Step
from shixiao.rules import load_calendar
from shixiao.statistics import median_interval
from shixiao.terms import Estimate
from shixiao.workflows.cases.escalation import level
from shixiao.workflows.cases.life import life
from shixiao.workflows.clock import days_left
from shixiao.workflows.lives import State

OVERDUE, SOON, SUPERVISED = "overdue", "soon", "supervised"


@dataclass(frozen=True, slots=True)
class Watched:
    """An open case with its clock.

    Attributes:
        case: with its department and finding.
        left: working days left, negative when overdue; None where the state has no period.
        marks: which of ``overdue``, ``soon`` and ``supervised`` it is.
    """

    case: Case
    left: int | None
    marks: frozenset[str]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many cases are open, and how many of them need attention.

    Supervised cases are overdue too.
    """

    open: int
    overdue: int
    soon: int
    supervised: int


@dataclass(frozen=True, slots=True)
class Stay:
    """How long cases stay in a state.

    Attributes:
        state: in which.
        days: median of the stays that are over, in working days, with its interval.
        now: cases that are in it now; their stays are not over and not in the median.
    """

    state: State
    days: Estimate
    now: int


def watched(cases: Iterable[Case], today: date) -> list[Watched]:
    """Return cases with their clocks, the most overdue first, those without a period last."""
    found = [_watch(case, today) for case in cases]
    return sorted(found, key=lambda w: (w.left is None, w.left or 0, w.case.code))


def _watch(case: Case, today: date) -> Watched:
    if case.due is None or case.state in life().ended:
        return Watched(case, None, frozenset())
    left, reached = days_left(case.due, today), level(case, today)
    marks = {reached} & {SOON, SUPERVISED} | ({OVERDUE} if left < 0 else set())
    return Watched(case, left, frozenset(marks))


def tally(cases: Sequence[Watched]) -> Tally:
    """Count cases by what they need."""
    overdue, soon, supervised = (
        sum(mark in each.marks for each in cases) for mark in (OVERDUE, SOON, SUPERVISED)
    )
    return Tally(len(cases), overdue, soon, supervised)


def tallies(cases: Sequence[Watched], key: Callable[[Case], str]) -> list[tuple[str, Tally]]:
    """Return tallies by a key, in the order of the key."""
    ordered = sorted(cases, key=lambda each: key(each.case))
    return [(name, tally(list(group))) for name, group in groupby(ordered, lambda e: key(e.case))]


def kind_of(case: Case) -> str:
    """Return the kind of finding that a case is about, or where it comes from without one."""
    return case.finding.kind if case.finding is not None else case.origin


def stays(cases: QuerySet[Case]) -> list[Stay]:
    """Return how long cases stay in each state that somebody has to act in; one query."""
    steps = Step.objects.filter(case__in=cases.order_by().values("pk"))
    moves = steps.exclude(state=F("from_state")).order_by("case", "at", "id")
    days: dict[str, list[int]] = {}
    now: dict[str, int] = {}
    for _, rows in groupby(moves.values_list("case", "state", "at"), lambda row: row[0]):
        way: list[tuple[UUID, str, datetime]] = list(rows)
        for (_, state, came), (_, _, went) in pairwise(way):
            days.setdefault(state, []).append(_working_days(came, went))
        now[way[-1][1]] = now.get(way[-1][1], 0) + 1
    return [
        Stay(state, median_interval(sorted(days.get(state.id, []))), now.get(state.id, 0))
        for state in life().states.values()
        if state.owner is not None
    ]


def _working_days(came: datetime, went: datetime) -> int:
    return load_calendar("cn").between(timezone.localdate(came), timezone.localdate(went))
