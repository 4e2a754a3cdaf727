"""Moving a commission: the one place where its state changes, with its leaf and its clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from shixiao.records.models import Commission
from shixiao.terms import Text
from shixiao.workflows.actors import Actor
from shixiao.workflows.clock import due_day
from shixiao.workflows.commissions.life import life
from shixiao.workflows.leaves import put
from shixiao.workflows.lives import Verb
from shixiao.workflows.refusals import CHANGED, NOT_YOURS, Forbidden, Incomplete, Stale
from shixiao.workflows.roles import Scope

LONGEST = 5_000
REASON = Text("请写明理由，理由将公开。", "Give the reason; it is made public.")
TOO_LONG = Text("文字过长，最多 5 千字。", "The text is too long: 5,000 characters at most.")


@dataclass(frozen=True, slots=True)
class Act:
    """Who acts on a commission, when, and which version of it he saw."""

    actor: Actor
    at: datetime
    seen: int


def doable(commission: Commission, actor: Actor) -> list[Verb]:
    """Return what the person can do with a commission now."""
    return [v for v in life().verbs_from(commission.state) if _reaches(actor, v, commission)]


def _reaches(actor: Actor, verb: Verb, commission: Commission) -> bool:
    """Say whether a right reaches the commission: one's own are those that evaluate one's own."""
    scope = actor.reach(verb.right)
    if scope is Scope.OWN:
        return commission.evaluated.filter(department__in=actor.below).exists()
    return scope is not None


def begin(commission: Commission, verb: str, act: Act) -> Commission:
    """Return the commission kept from others, once it is sure that this may be done.

    Raises:
        Forbidden: the person may not.
        Stale: it has moved since he saw it.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A commission moves within a transaction")
    held = Commission.objects.select_for_update(of=("self",)).get(pk=commission.pk)
    wanted = life().verbs[verb]
    if not _reaches(act.actor, wanted, held):
        raise Forbidden(NOT_YOURS)
    if act.seen != held.version or held.state not in wanted.sources:
        raise Stale(CHANGED)
    return held


def move(
    commission: Commission, verb: str, act: Act, *, reason: str = "", **changed: Any
) -> Commission:
    """Carry a verb out on a commission that ``begin`` returned; its leaf is written."""
    was, state = commission.state, life().states[life().verbs[verb].to]
    today = timezone.localdate(act.at)
    commission.state, commission.entered = state.id, act.at
    commission.due_rule, commission.due = state.rule, due_day(state.rule, today)
    touch(commission, **changed)
    facts: Mapping[str, Any] = {
        "from_state": was,
        "state": state.id,
        "due": commission.due.isoformat() if commission.due else None,
    }
    sealed = {"actor": act.actor.account, "reason": reason}
    put("commission.moved", commission.code, at=act.at, facts=facts, sealed=sealed)
    return commission


def touch(commission: Commission, **changed: Any) -> None:
    """Save changed fields, so that pages which were open before are seen to be old."""
    for name, value in changed.items():
        setattr(commission, name, value)
    commission.version += 1
    commission.save()


def needed(text: str, *, field: str, missing: Text = REASON) -> str:
    """Return a text that was given.

    Raises:
        Incomplete: there is none, or too much.
    """
    plain = text.strip()
    if not plain:
        raise Incomplete(missing, field=field)
    if len(plain) > LONGEST:
        raise Incomplete(TOO_LONG, field=field)
    return plain
