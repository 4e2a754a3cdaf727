"""How objections stand in lists: to which system, how far, until when; never what people wrote."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse

from shixiao.records.models import Objection, PanelMember
from shixiao.terms import Text
from shixiao.web.results.clocks import clock
from shixiao.workflows.actors import Actor
from shixiao.workflows.objections.moving import life
from shixiao.workflows.roles import Scope

MOST = 100
TONES = {"filed": "amber", "accepted": "amber", "frozen": "amber", "sitting": "amber",
         "decided": "amber", "carried": "green", "rejected": "grey", "refused": "grey",
         "withdrawn": "grey"}  # fmt: skip
TO_DECISION = Text("对一件决定", "to a decision")
TO_SYSTEM = Text("对系统本身，自报 {n} 人", "to the system itself, {n} people by their own account")


def line(row: Objection, today: date | None = None) -> dict[str, Any]:
    """Return an objection as ``parts.inbox_row`` takes it."""
    one = row.kind == Objection.Kind.DECISION
    return {
        "title": row.system.name,
        "to": reverse("objection", args=[row.code]),
        "about": TO_DECISION if one else TO_SYSTEM.format(n=f"{row.voices:,}"),
        "from": row.code,
        "tag": life().states[row.state].name,
        "tone": TONES[row.state],
        "clock": clock(row.due, row.due_rule, today) if row.due else None,
    }


def to_do(actor: Actor, today: date) -> list[dict[str, Any]]:
    """Return lines of objections whose next step is the person's, by days left; in one query.

    The bureau accepts, forms panels, and decides once every member gave an opinion; a member who
    was drawn gives the opinion; the department carries out what was decided.
    """
    if actor.account is None:
        return []
    seats = PanelMember.objects.filter(drawn__isnull=False, withdrew=None, given=None)
    open_seats = seats.filter(objection=OuterRef("pk"))
    turn = Q(Exists(open_seats.filter(account=actor.account)), state="sitting")
    if actor.reach("objection.handle") is Scope.ANY:
        turn |= Q(state__in=("filed", "accepted", "frozen"))
        turn |= Q(~Exists(open_seats), state="sitting")
    carries = actor.reach("objection.carry")
    if carries is Scope.ANY:
        turn |= Q(state="decided")
    elif carries is Scope.OWN:
        turn |= Q(state="decided", system__department__in=actor.below)
    rows = Objection.objects.filter(turn).select_related("system__department")
    ordered = rows.order_by(F("due").asc(nulls_last=True), "filed")[:MOST]
    return [line(row, today) for row in ordered]
