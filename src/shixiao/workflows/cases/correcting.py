"""Correcting: the department presents its plan, and reports when the correction is made."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from shixiao.records.models import Case, Step
from shixiao.terms import Text
from shixiao.workflows.cases.life import life
from shixiao.workflows.cases.moving import Act, check, locked, move
from shixiao.workflows.refusals import Incomplete

NOT_THEN = Text(
    "整改完成的日期应在立案之后、今天或以前。",
    "The correction was complete after the case was opened and no later than today.",
)


@transaction.atomic
def correct(case: Case, act: Act) -> Step:
    """Present the plan of correction."""
    case = locked(case)
    verb = life().verbs["correct"]
    check(act, verb, case)
    return move(case, verb, act)


@transaction.atomic
def report(case: Case, act: Act, *, corrected: date | None) -> Step:
    """Report that the correction is made, since which day, and with what proof."""
    case = locked(case)
    verb = life().verbs["report"]
    act = Act(act.actor, act.at, act.seen, {**act.given, "corrected": corrected}, act.attachments)
    check(act, verb, case)
    opened, today = timezone.localdate(case.opened), timezone.localdate(act.at)
    if corrected is None or not opened <= corrected <= today:
        raise Incomplete(NOT_THEN, field="corrected")
    case.corrected = corrected
    return move(case, verb, act)
