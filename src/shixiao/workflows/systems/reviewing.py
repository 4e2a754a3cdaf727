"""Reviewing: what time and new evidence change of admitted systems, looked at by the clock.

Fresh evidence moves the end of an admission; what ran out suspends it after the days of grace. A
veto that a later run finds suspends at once; any other layer that does not hold any more forces a
new test. A pledge whose day has come is judged where an evaluation speaks of it.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from shixiao.records.models import System
from shixiao.security.assessing import LAYERS, Layer, Standing
from shixiao.terms import Text
from shixiao.workflows import moving
from shixiao.workflows.systems import certificates, listing
from shixiao.workflows.systems.admitting import shut
from shixiao.workflows.systems.dossier import UNTOLD, judge
from shixiao.workflows.systems.judging import judge_due
from shixiao.workflows.systems.retesting import CAUSES, force

VETOED = Text("复测发现一票否决项，暂停使用：{what}。", "A run found a veto; it is shut: {what}.")
EXPIRED = Text(
    "评估证据已过期且超过宽限期，暂停使用。",
    "The evidence ran out and the days of grace are over; it is shut.",
)
OVERDUE = Text(
    "须提前复测（{cause}），到期没有重新准入，暂停使用。",
    "It had to be tested again ({cause}) and was not admitted anew in time; it is shut.",
)
#: Layers that are dealt with apart: by the days of grace, and at once.
APART = frozenset({Layer.VALIDITY, Layer.VETO})
#: Layers that a pledge of which nothing can be told yet leaves open.
UNTOLD_BY = frozenset({Layer.COVERAGE, Layer.SIDES})


def review_all(*, now: datetime) -> int:
    """Look at every admitted system; return how many were suspended."""
    shut = 0
    judge_due(now=now)
    for system in System.objects.filter(state="admitted"):
        shut += review(system, now=now)
    listing.publish(now)
    return shut


@transaction.atomic
def review(system: System, *, now: datetime) -> bool:
    """Look at one admitted system; True where it was suspended."""
    held = moving.locked(system)
    if held.state != "admitted":
        return False
    why = _why_shut(held, now)
    if why is not None:
        shut(held, reason=why, at=now)
        return True
    certificates.renew(held, at=now)
    return False


def _why_shut(system: System, now: datetime) -> Text | None:
    """Say why a system is shut now; None where it is not. Its end is moved on the way."""
    decision, _ = judge(system, now=now)
    layers = {layer.layer: layer for layer in decision.layers}
    veto = layers[Layer.VETO]
    if not veto.holds:
        return VETOED.format(what=veto.against[0])
    today = timezone.localdate(now)
    late = system.retests.filter(done__isnull=True, due__lt=today).order_by("due").first()
    if late is not None:
        return OVERDUE.format(cause=CAUSES[late.cause])
    waits = system.retests.filter(done__isnull=True).exists()
    if not waits and decision.validity.until is not None:
        if decision.validity.until != system.until:
            system.until = decision.validity.until
            system.save(update_fields=["until"])
            listing.later()
        if decision.validity.standing is Standing.SUSPENDED:
            return EXPIRED
    elif system.until is not None and listing.last_day(system.until) < today:
        return EXPIRED
    apart = APART | (UNTOLD_BY if _pledge_untold(system) else frozenset())
    lasting = [each for each in decision.layers if not each.holds and each.layer not in apart]
    if lasting and not waits:
        force(system, "finding", _reference(system, lasting[0].layer), at=now)
    return None


def _pledge_untold(system: System) -> bool:
    """Say whether an evaluation could not tell of the pledge yet: then the next one answers."""
    row = system.pledges.first()
    return row is not None and row.outcome == UNTOLD


def _reference(system: System, layer: Layer) -> str:
    """Name what does not hold since when: the same again after an admission is another cause."""
    return f"{LAYERS[layer].zh} {system.entered.isoformat()}"
