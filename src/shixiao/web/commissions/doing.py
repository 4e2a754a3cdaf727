"""From a form to an act: which function carries out which verb of a commission."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from shixiao.records.models import Commission, Evaluator, Organisation
from shixiao.workflows.commissions import drawing, framing, inviting, marking, publishing, sealing
from shixiao.workflows.draws import Public
from shixiao.workflows.moving import Act

Given = Mapping[str, Any]


def carry_out(commission: Commission, verb: str, act: Act, given: Given) -> None:
    """Do what the form asks for."""
    ACTS[verb](commission, act, given)


def _invite(commission: Commission, act: Act, given: Given) -> None:
    chosen = {str(o.pk): o for o in Organisation.objects.filter(pk__in=given["bodies"])}
    leads = Organisation.objects.get(pk=given["leads"])
    inviting.invite(commission, act, bodies=list(chosen.values()), leads=leads)


def _freeze(commission: Commission, act: Act, given: Given) -> None:
    framing.freeze(commission, act, public=Public(given["source"], given["source_day"]))


def _draw(commission: Commission, act: Act, given: Given) -> None:
    drawing.draw(commission, act, announced=given["announced"])


def _seal(commission: Commission, act: Act, given: Given) -> None:
    del given
    sealing.seal(commission, act)


def _comment(commission: Commission, act: Act, given: Given) -> None:
    publishing.comment(commission, act, text=given["comment"])


def _publish(commission: Commission, act: Act, given: Given) -> None:
    del given
    publishing.publish(commission, act)


def _mark(commission: Commission, act: Act, given: Given) -> None:
    evaluator = Evaluator.objects.filter(commission=commission, code=given["evaluator"]).first()
    department = Organisation.objects.filter(pk=given["department"]).first()
    reason = given["reason"]
    marking.mark(commission, act, evaluator=evaluator, department=department, reason=reason)


def _cancel(commission: Commission, act: Act, given: Given) -> None:
    publishing.cancel(commission, act, reason=given["reason"])


ACTS: Mapping[str, Callable[[Commission, Act, Given], None]] = {
    "invite": _invite,
    "freeze": _freeze,
    "draw": _draw,
    "seal": _seal,
    "comment": _comment,
    "publish": _publish,
    "mark": _mark,
    "cancel": _cancel,
}
