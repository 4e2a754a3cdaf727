"""Freezing a scheme: the inspectorate corrects the machine, then all may criticise what stands."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from shixiao.checkup.schemes import IndicatorClass
from shixiao.records.models import Appraisal
from shixiao.terms import Text
from shixiao.workflows.appraisals.indicators import changed, lines_of, weight_on_show
from shixiao.workflows.appraisals.moving import begin, move, tell_departments
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import Act, needed, touch
from shixiao.workflows.notices import holders, tell
from shixiao.workflows.refusals import Incomplete, Stale

NO_INDICATOR = Text("请选择指标。", "Choose the indicator.")
SAME_CLASS = Text("这项指标现在就是这一类。", "The indicator is of this class already.")
BANNED = Text(
    "第 {row} 行“{name}”是规定禁止的考核依据，有权重就不能冻结。请删去这一项或改考成效，"
    "更换考核办法后再冻结；如果是机器判错，请督查员改判。",
    "Row {row}, “{name}”, is what the rules forbid as a basis of assessment; a scheme that gives it"
    " weight is not frozen. Take it out or measure an effect instead, and replace the scheme; where"
    " the machine is wrong, an inspector corrects the class.",
)
NOTHING_LEFT = Text(
    "除去做样子的指标，没有一项可以计分，这样的办法不能冻结；请改考成效，更换考核办法。",
    "Without what rewards show no indicator is left to score by, so that the scheme is not frozen;"
    " measure effects instead and replace it.",
)
OPENED = Text(
    "考核办法“{name}”已冻结，请在 {day} 前提意见。",
    "The scheme “{name}” is frozen. Criticise it by {day}.",
)


@transaction.atomic
def reclass(
    appraisal: Appraisal, act: Act, *, row: int | None, kind: str, reason: str
) -> Appraisal:
    """Set the class of an indicator where the machine is wrong; the reason is public.

    Raises:
        Incomplete: no such indicator, no reason, or it is of that class already.
    """
    held = begin(appraisal, "reclass", act)
    line = next((x for x in lines_of(held) if x.row == row), None)
    if line is None:
        raise Incomplete(NO_INDICATOR, field="indicator")
    wanted = IndicatorClass(kind)
    if wanted is line.kind:
        raise Incomplete(SAME_CLASS, field="kind")
    why = needed(reason, field="reason")
    held.indicators = changed(held, line.row, ruled={"class": str(wanted), "reason": why})
    touch(held, weight_on_show=weight_on_show(lines_of(held)))
    facts = {
        "row": line.row,
        "outcome": str(wanted),
        "weight_on_show": f"{held.weight_on_show:.4f}",
    }
    sealed = {"actor": act.actor.account, "reason": why}
    put("appraisal.reclassed", held.code, at=act.at, facts=facts, sealed=sealed)
    return held


@transaction.atomic
def freeze(appraisal: Appraisal, act: Act) -> Appraisal:
    """Fix the scheme for good and open it to criticism.

    Raises:
        Stale: it gives weight to what may not be assessed by, or nothing is left without show.
    """
    held = begin(appraisal, "freeze", act)
    lines = lines_of(held)
    breach = next((line for line in lines if line.breach), None)
    if breach is not None:
        raise Stale(BANNED.format(row=breach.row, name=breach.name[:60]))
    if not any(line.scored for line in lines):
        raise Stale(NOTHING_LEFT)
    facts = {
        "sha256": held.scheme.sha256,
        "scheme_sha256": held.scheme_sha256,
        "weight_on_show": f"{held.weight_on_show:.4f}",
    }
    sealed = {"actor": act.actor.account}
    put("appraisal.frozen", held.code, at=act.at, facts=facts, sealed=sealed)
    move(held, "freeze", act, frozen=act.at)
    text = OPENED.format(name=held.name, day=str(held.due))
    tell_departments(held, act, text)
    experts = holders("expert", today=timezone.localdate(act.at))
    tell(experts, "appraisal.freeze", text, link=f"/appraisals/{held.code}/", at=act.at)
    return held
