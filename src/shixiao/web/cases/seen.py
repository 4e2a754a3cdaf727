"""Which cases a person sees: those that are public, and others by right."""

from __future__ import annotations

from django.db.models import F, Q, QuerySet

from shixiao.records.models import Case
from shixiao.workflows.actors import Actor
from shixiao.workflows.roles import Scope


def visible_cases(actor: Actor) -> QuerySet[Case]:
    """Return the cases that a person may see.

    A department sees its own once the proposed finding has been put to it, and earlier ones not:
    nobody should be warned before evidence is secured.
    """
    rows = Case.objects.select_related("department", "handler", "finding")
    public = Q(published__isnull=False)
    scope = actor.reach("case.read")
    if scope is Scope.ANY:
        return rows
    if scope is Scope.OWN:
        told = ~Q(state__in=("lead", "filed", "checking")) | Q(contests__isnull=False)
        return rows.filter(public | Q(department__in=actor.below) & told).distinct()
    return rows.filter(public)


DEPARTMENTS_TURN = ("proposed", "found", "correcting")
MOST = 100


def to_do(actor: Actor) -> list[Case]:
    """Return the cases whose next step may be the person's, by the last day of their period."""
    turn = Q(pk__in=[])
    if actor.account is not None:
        if actor.roles & {"analyst", "inspector"}:
            turn |= (
                Q(handler=actor.account)
                | Q(state="lead")
                | Q(proposals__answered__isnull=True, proposals__isnull=False)
            )
        if "inspector" in actor.roles:
            turn |= Q(state__in=("contested", "found"))
        if actor.roles & {"officer", "head"}:
            turn |= Q(department__in=actor.below, state__in=DEPARTMENTS_TURN)
    ended = Q(state__in=("closed", "shown", "dropped"))
    rows = visible_cases(actor).filter(turn).exclude(ended).distinct()
    return list(rows.order_by(F("due").asc(nulls_last=True), "opened")[:MOST])
