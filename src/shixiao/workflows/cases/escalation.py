"""Escalation by rule: reminders when a period ends soon, and who is told when it is over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

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
    """Send each reminder once for each state of a case; return how many cases it was about."""
    today = timezone.localdate(now)
    told = 0
    for case in Case.objects.filter(due__isnull=False).exclude(state__in=life().ended):
        told += _remind(case, today, now)
    return told


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


def _remind(case: Case, today: date, now: datetime) -> bool:
    reached = level(case, today)
    if not reached or case.due is None:
        return False
    kind = f"case.{reached}"
    since = Notice.objects.filter(kind=kind, link=link_of(case), made__gte=case.entered)
    if since.exists():
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
