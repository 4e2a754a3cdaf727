"""Relapse: a closed case whose finding is back within the time of rule C-08 is reopened."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F
from django.utils import timezone

from shixiao.checkup.closing import Readings, relapse
from shixiao.records.models import Case, Finding
from shixiao.terms import BadInput
from shixiao.workflows.cases.closing import reopen_by_numbers
from shixiao.workflows.cases.planning import closing_plan, result_of
from shixiao.workflows.clock import pack
from shixiao.workflows.refusals import Stale


def reopen_relapsed(*, now: datetime) -> int:
    """Reopen the closed cases whose findings an evaluation after the closing shows again.

    An evaluation that mixes in cases from before the correction tells nothing of a relapse: it
    would show the old finding again. Such a case stays closed.
    """
    closed = Case.objects.filter(
        state__in=("closed", "shown"),
        finding__state=Finding.State.FIXED,
        finding__last_seen__finished__gt=F("closed"),
    )
    return sum(_reopened(case, now) for case in closed.select_related("plan", "finding__last_seen"))


def _reopened(case: Case, now: datetime) -> bool:
    plan = closing_plan(case.plan)
    if plan is None or case.finding is None or case.closed is None:
        return False
    evaluation = case.finding.last_seen
    try:
        found = relapse(
            plan,
            Readings.of_result(result_of(evaluation)),
            closed=timezone.localdate(case.closed),
            on=timezone.localdate(evaluation.asked),
            rules=pack(),
        )
    except BadInput:
        return False
    if found is None:
        return False
    try:
        reopen_by_numbers(case, found.says, result_sha256=evaluation.result_sha256, at=now)
    except Stale:  # somebody reopened it since the list was made
        return False
    return True
