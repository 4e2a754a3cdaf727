"""Escalation by rule: reminders when a period ends soon, and who is told when it is over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime

from django.db.models import Max
from django.utils import timezone

from shixiao.records.models import Account, Case, Notice
from shixiao.terms import Text
from shixiao.workflows.cases.life import life
from shixiao.workflows.cases.telling import link_of, of_case
from shixiao.workflows.clock import days_left, pack, soon
from shixiao.workflows.notices import holders, tell

SOON = Text("“{state}”还剩 {left} 个工作日", "“{state}” has {left} working days left")
LATE = Text("“{state}”已逾期 {late} 个工作日", "“{state}” is overdue by {late} working days")
SUPERVISED = Text(
    "“{state}”已逾期 {late} 个工作日，列入督办",
    "“{state}” is overdue by {late} working days and supervised",
)
DEPARTMENTS_TURN = {"proposed", "found", "correcting"}


def remind(*, now: datetime) -> int:
    """Send each reminder once for each state of a case; return how many cases it was about.

    A case whose state was entered after ``now`` is left alone: the clock was set back, and what is
    told now would be told again every time.
    """
    open_ones = Case.objects.filter(due__isnull=False, entered__lte=now)
    cases = list(open_ones.exclude(state__in=life().ended).select_related("handler"))
    told = _told(min((case.entered for case in cases), default=now))
    return sum(_remind(case, timezone.localdate(now), now, told) for case in cases)


def _told(since: datetime) -> dict[tuple[str, str], datetime]:
    """Return when each reminder was last sent, by kind and link; one query."""
    kinds = [f"case.{level}" for level in LEVELS]
    rows = Notice.objects.filter(kind__in=kinds, made__gte=since).order_by()
    newest = rows.values("kind", "link").annotate(newest=Max("made"))
    return {(row["kind"], row["link"]): row["newest"] for row in newest}


def level(case: Case, today: date) -> str:
    """Return how far a case is escalated: "", ``soon``, ``late`` or ``supervised``."""
    if case.due is None or case.state in life().ended:
        return ""
    left = days_left(case.due, today)
    if left <= -pack().number("CASE-11"):
        return "supervised"
    if left <= -pack().number("CASE-10"):
        return "late"
    return "soon" if 0 <= left <= soon() else ""


def _remind(
    case: Case, today: date, now: datetime, told: Mapping[tuple[str, str], datetime]
) -> bool:
    reached = level(case, today)
    if not reached or case.due is None:
        return False
    kind = f"case.{reached}"
    last = told.get((kind, link_of(case)))
    if last is not None and last >= case.entered:
        return False
    text, people = LEVELS[reached]
    left = days_left(case.due, today)
    what = text.format(state=life().states[case.state].name, left=left, late=-left)
    tell(people(case, today), kind, of_case(case, what), link=link_of(case), at=now)
    return True


def _whose_turn(case: Case, today: date) -> list[Account]:
    found = [case.handler] if case.handler else []
    if case.state in DEPARTMENTS_TURN and case.department_id:
        found += holders("officer", today=today, organisation=case.department_id)
    return found or holders("analyst", today=today)


def _heads(case: Case, today: date) -> list[Account]:
    heads = (
        holders("head", today=today, organisation=case.department_id) if case.department_id else []
    )
    return [*_whose_turn(case, today), *heads, *holders("inspector", today=today)]


LEVELS: dict[str, tuple[Text, Callable[[Case, date], list[Account]]]] = {
    "soon": (SOON, _whose_turn),
    "late": (LATE, _heads),
    "supervised": (SUPERVISED, _heads),
}
