"""Who sees what of a commission: drafts are not for the evaluated, names only for the auditor."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet

from shixiao.records.models import Assignment, Commission, Sheet
from shixiao.workflows.actors import Actor
from shixiao.workflows.permissions import may
from shixiao.workflows.roles import Scope

SEALED = ("commenting", "published")


def inside(actor: Actor) -> bool:
    """True for those who commission, supervise or audit."""
    return actor.reach("commission.read") is Scope.ANY


def visible(actor: Actor) -> QuerySet[Commission]:
    """Return the commissions that a person may see.

    Everybody sees what is published or was cancelled; the evaluated see theirs once scores are
    sealed; evaluators those for which they were asked.
    """
    if inside(actor):
        return Commission.objects.all()
    found = Q(state__in=("published", "cancelled"))
    if actor.account is not None:
        found |= Q(evaluators__account=actor.account)
    if actor.reach("commission.comment") is not None:
        found |= Q(state__in=SEALED, evaluated__department__in=actor.below)
    return Commission.objects.filter(found).distinct()


def may_see_answers(actor: Actor, sheet: Sheet) -> bool:
    """Say whether the person may read a score sheet in full.

    His own; the auditor any; who tested the same item once all of its sheets are signed; those
    inside once everything is sealed. The evaluated and the public see scores, never a sheet.
    """
    assignment = sheet.assignment
    if actor.account is None or sheet.state == Sheet.State.VOID:
        return may(actor, "fieldwork.audit")
    if assignment.keeper == actor.account.pk or may(actor, "fieldwork.audit"):
        return True
    if sheet.state != Sheet.State.SIGNED:
        return False
    item = assignment.item
    if inside(actor):
        return item.commission.state in SEALED
    together = item.assignments.filter(
        evaluator__account=actor.account, state=Assignment.State.SIGNED
    )
    return together.exists() and complete(item_id=item.pk)


def complete(*, item_id: UUID) -> bool:
    """True when nobody has still to sign for an item."""
    return not Assignment.objects.filter(item=item_id, state=Assignment.State.OPEN).exists()
