"""Looking up: a counter or a telephone line finds a lost receipt for its person or a proxy.

Who looks it up has seen a document of the person, or the proxy's authority, and says so. Whoever
had the old query code is shut out: a new one is given.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from shixiao.records.models import LoggedDecision, System
from shixiao.terms import Text
from shixiao.workflows import moving
from shixiao.workflows.actors import Actor
from shixiao.workflows.decisions.codes import query_of
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import needed
from shixiao.workflows.permissions import check
from shixiao.workflows.refusals import Incomplete

MOST_TURNS = 1_000
NO_PROOF = Text(
    "请写明怎样核实了本人身份；代办的，写明代办人和委托凭据。",
    "Say how the person was identified; for a proxy, who it is and by which authority.",
)
NOT_THERE = Text(
    "没有这件决定。请核对系统和决定编号（印在决定书上）。",
    "There is no such decision. Check the system and the number, which is on the decision.",
)


@dataclass(frozen=True, slots=True)
class Found:
    """A decision with the codes that its person gets now."""

    row: LoggedDecision
    query: str


@transaction.atomic
def look_up(
    system: System, number: str, *, proof: str, proxy: str, actor: Actor, at: datetime
) -> Found:
    """Find a decision for its person and give a new query code.

    Args:
        system: that decided.
        number: of the decision.
        proof: how the person was identified.
        proxy: who acts for the person and by which authority; "" where nobody does.
        actor: who looks it up.
        at: when.

    Raises:
        Forbidden: it is a decision of another department.
        Incomplete: no proof, or no such decision.
    """
    check(actor, "decision.look_up", system)
    said = needed(proof, field="proof", missing=NO_PROOF)
    row = LoggedDecision.objects.filter(system=system, number=number.strip()).first()
    if row is None or row.turn >= MOST_TURNS:
        raise Incomplete(NOT_THERE, field="number")
    held = moving.locked(row)
    held.turn += 1
    held.save(update_fields=["turn"])
    sealed = {"actor": actor.account, "reason": said, "person": proxy.strip()}
    put("decision.found", system.code, at=at, facts={"concerns": held.code}, sealed=sealed)
    return Found(held, query_of(system.identifier, held.number, held.turn))
