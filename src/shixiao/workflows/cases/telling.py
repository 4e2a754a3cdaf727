"""Notices about cases: whom a step concerns, and how it is said."""

from __future__ import annotations

from django.utils import timezone

from shixiao.records.models import Case, LeafRow, Step
from shixiao.terms import Text
from shixiao.workflows.cases.life import life
from shixiao.workflows.notices import holders, reachable, tell, tell_person

CASE = Text("案件 {code}（{name}）：{what}。", "Case {code} ({name}): {what}.")


def tell_of_step(step: Step) -> None:
    """Tell handler and department of a step, except whoever took it, and whoever reported it."""
    case, today = step.case, timezone.localdate(step.at)
    told = [case.handler] if case.handler else []
    if case.department_id and case.state not in {"lead", "filed", "checking"}:
        for role in ("officer", "head"):
            told += holders(role, today=today, organisation=case.department_id)
    if case.state == "contested":
        told += holders("inspector", today=today)
    others = [account for account in told if account.pk != step.by_id]
    what = life().verbs[step.verb].name
    tell(others, f"case.{step.verb}", of_case(case, what), link=link_of(case), at=step.at)
    if any(reachable(case.contact)):
        entered = LeafRow.objects.filter(event="case.entered", subject=case.code).first()
        number = entered.code if entered else case.code
        follow = "/report/follow/"
        kind = f"case.{step.verb}"
        tell_person(case.contact, kind, what, number=number, follow=follow, at=step.at)


def of_case(case: Case, what: Text) -> Text:
    """Return a sentence on a case."""
    return CASE.format(code=case.code, name=case.name, what=what)


def link_of(case: Case) -> str:
    """Return the address of a case's page."""
    return f"/cases/{case.code}/"
