"""Pressure: an evaluator reports who leant on him; nobody but the auditor reads it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from shixiao.records.models import Assignment, Pressure
from shixiao.terms import Text
from shixiao.workflows.actors import Actor
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import needed
from shixiao.workflows.notices import holders, tell
from shixiao.workflows.permissions import check

WHAT = Text(
    "请写明谁、何时、以什么方式施压或打招呼。",
    "Write who put pressure on you, when and how.",
)
TOLD = Text(
    "有评估员报告受到施压或打招呼（{code}），只有审计员可以查看。",
    "An evaluator reports pressure ({code}); only auditors can read it.",
)


@transaction.atomic
def report(
    assignment: Assignment, story: str, *, once: str, actor: Actor, at: datetime
) -> Pressure:
    """Take a report of pressure, once; auditors are told at once.

    Raises:
        Incomplete: nothing was written.
    """
    check(actor, "fieldwork.do", assignment)
    written = needed(story, field="story", missing=WHAT)
    known = Pressure.objects.filter(once=once).first()
    if known is not None:
        return known
    made = Pressure.objects.create(assignment=assignment, story=written, at=at, once=once)
    sealed = {"statement": written, "person": assignment.evaluator.account}
    put("pressure.reported", made.code, at=at, sealed=sealed)
    auditors = holders("auditor", today=timezone.localdate(at))
    link = f"/commissions/{assignment.item.commission.code}/"
    tell(auditors, "pressure.report", TOLD.format(code=made.code), link=link, at=at)
    return made
