"""Judging: was what a system pledged for people kept on its day? By an interval, never by a point.

The newest published evaluation that reaches past the day answers. Met and missed are final; where
cases are too few or the target lies within the interval, the next evaluation answers again. A
missed pledge forces a new assessment. Source: ``effect.targets``.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from shixiao.effect import measures
from shixiao.effect.catalogue import Measure, Statistic
from shixiao.effect.targets import Outcome, Target, judged
from shixiao.records.models import EffectPledge, Evaluation
from shixiao.terms import Estimate
from shixiao.workflows import moving
from shixiao.workflows.evaluations import folder_of
from shixiao.workflows.systems.retesting import force

FINAL = ("met", "missed")
ONLINE = "online"


def pledgeable() -> dict[str, Measure]:
    """Return the measures that can be pledged: those of cases, so that an interval can decide."""
    return {each.id: each for each in measures() if each.statistic is not Statistic.FACT}


def judge_due(*, now: datetime) -> int:
    """Judge the pledges whose day has come and that nothing has decided; return how many were."""
    today = timezone.localdate(now)
    rows = EffectPledge.objects.filter(day__lte=today).exclude(outcome__in=FINAL)
    done = 0
    for row in rows.exclude(system__state="retired").select_related("system"):
        done += judge(row, now=now)
    return done


@transaction.atomic
def judge(pledge: EffectPledge, *, now: datetime) -> bool:
    """Judge one pledge; False where no evaluation speaks of it, or the same one did before."""
    held, system = moving.locked(pledge), moving.locked(pledge.system)
    evaluation = _answering(held)
    before = held.detail or {}
    if held.outcome in FINAL or evaluation is None or evaluation.code == before.get("evaluation"):
        return False
    estimate = _estimate(evaluation, held)
    if estimate is None:
        return False
    target = Target(pledgeable()[held.measure], held.baseline, held.target, held.day, held.least)
    said = judged(target, estimate, on=timezone.localdate(now))
    held.outcome, held.judged = said.outcome.value, now
    held.detail = {
        "evaluation": evaluation.code,
        "estimate": estimate.to_json(),
        "says": said.says.to_json(),
    }
    held.save()
    if said.outcome is Outcome.MISSED and system.state in ("admitted", "suspended"):
        force(system, "effect", str(held.pk), at=now)
    return True


def _answering(pledge: EffectPledge) -> Evaluation | None:
    """Return the newest evaluation that everybody may read and that reaches the day."""
    rows = Evaluation.objects.filter(
        published__isnull=False, withdrawn__isnull=True, last_day__gte=pledge.day
    )
    return rows.order_by("-last_day", "-published").first()


def _estimate(evaluation: Evaluation, pledge: EffectPledge) -> Estimate | None:
    """Return what an evaluation measured of the service: online where it tells that apart."""
    try:
        told: Any = json.loads((folder_of(evaluation) / "result.json").read_text("utf-8"))
    except FileNotFoundError:
        return None
    found = {
        row["arm"]: row["estimate"]
        for row in told["measures"]
        if row["subject"]["id"] == pledge.subject and row["measure"] == pledge.measure
    }
    chosen = found.get(ONLINE) or found.get(None)
    return Estimate.from_json(chosen) if chosen else None
