"""Moving a commission: who may take which step now."""

from __future__ import annotations

from typing import Any

from shixiao.records.models import Commission
from shixiao.workflows import moving
from shixiao.workflows.actors import Actor
from shixiao.workflows.commissions.life import life
from shixiao.workflows.lives import Verb
from shixiao.workflows.moving import Act
from shixiao.workflows.refusals import NOT_YOURS, Forbidden
from shixiao.workflows.roles import Scope


def doable(commission: Commission, actor: Actor) -> list[Verb]:
    """Return what the person can do with a commission now."""
    return [v for v in life().verbs_from(commission.state) if _reaches(actor, v, commission)]


def begin(commission: Commission, verb: str, act: Act) -> Commission:
    """Return the commission kept from others, once it is sure that this may be done.

    Raises:
        Forbidden: the person may not.
        Stale: it has moved since he saw it.
    """
    held, wanted = moving.locked(commission), life().verbs[verb]
    if not _reaches(act.actor, wanted, held):
        raise Forbidden(NOT_YOURS)
    moving.check_seen(held, wanted, act)
    return held


def move(held: Commission, verb: str, act: Act, *, reason: str = "", **changed: Any) -> Commission:
    """Carry a verb out on a commission that ``begin`` returned; its leaf is written."""
    moving.move(held, verb, act, life(), "commission.moved", reason=reason, **changed)
    return held


def _reaches(actor: Actor, verb: Verb, commission: Commission) -> bool:
    """Say whether a right reaches the commission: one's own are those that evaluate one's own."""
    scope = actor.reach(verb.right)
    if scope is Scope.OWN:
        return commission.evaluated.filter(department__in=actor.below).exists()
    return scope is not None
