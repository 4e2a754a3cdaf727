"""Moving an appraisal: the one place where its state changes, with its leaf and its clock."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from shixiao.records.models import Appraisal
from shixiao.terms import Text
from shixiao.workflows.actors import Actor
from shixiao.workflows.appraisals.life import life
from shixiao.workflows.clock import due_day
from shixiao.workflows.commissions.moving import Act
from shixiao.workflows.leaves import put
from shixiao.workflows.lives import Verb
from shixiao.workflows.notices import holders, tell
from shixiao.workflows.refusals import CHANGED, NOT_YOURS, Forbidden, Stale
from shixiao.workflows.roles import Scope

TOO_EARLY = Text(
    "这一环节到 {day} 才期满，期满以后才能“{verb}”。",
    "This stage lasts until {day}; “{verb}” comes after it.",
)


def doable(appraisal: Appraisal, actor: Actor) -> list[Verb]:
    """Return what the person can do with an appraisal now."""
    return [v for v in life().verbs_from(appraisal.state) if reaches(actor, v, appraisal)]


def reaches(actor: Actor, verb: Verb, appraisal: Appraisal) -> bool:
    """Say whether a right reaches the appraisal: one's own are those that appraise one's own.

    Who made it never does what others are there to do.
    """
    if actor.account is None:
        return False
    if verb.other_than_handler and appraisal.made_by_id == actor.account.pk:
        return False
    scope = actor.reach(verb.right)
    if scope is Scope.OWN:
        return appraisal.appraised.filter(department__in=actor.below).exists()
    return scope is not None


def begin(appraisal: Appraisal, verb: str, act: Act) -> Appraisal:
    """Return the appraisal kept from others, once it is sure that this may be done.

    Raises:
        Forbidden: the person may not.
        Stale: it has moved since he saw it, or the time of its state is not over.
    """
    held, wanted = kept(appraisal), life().verbs[verb]
    if not reaches(act.actor, wanted, held):
        raise Forbidden(NOT_YOURS)
    if act.seen != held.version or held.state not in wanted.sources:
        raise Stale(CHANGED)
    if wanted.after_due and in_time(held, act):
        raise Stale(TOO_EARLY.format(day=str(held.due), verb=wanted.name))
    return held


def kept(appraisal: Appraisal) -> Appraisal:
    """Return the appraisal as it stands, kept from others until the transaction ends."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("An appraisal changes within a transaction")
    return Appraisal.objects.select_for_update(of=("self",)).get(pk=appraisal.pk)


def in_time(appraisal: Appraisal, act: Act) -> bool:
    """True while the period of the present state lasts; never where it has none."""
    return appraisal.due is not None and timezone.localdate(act.at) <= appraisal.due


def move(
    appraisal: Appraisal, verb: str, act: Act, *, reason: str = "", **changed: Any
) -> Appraisal:
    """Carry a verb out on an appraisal that ``begin`` returned; its leaf is written."""
    was, state = appraisal.state, life().states[life().verbs[verb].to]
    appraisal.state, appraisal.entered = state.id, act.at
    appraisal.due_rule = state.rule
    appraisal.due = due_day(state.rule, timezone.localdate(act.at))
    touch(appraisal, **changed)
    facts = {
        "from_state": was,
        "state": state.id,
        "due": appraisal.due.isoformat() if appraisal.due else None,
    }
    sealed = {"actor": act.actor.account, "reason": reason}
    put("appraisal.moved", appraisal.code, at=act.at, facts=facts, sealed=sealed)
    return appraisal


def touch(appraisal: Appraisal, **changed: Any) -> None:
    """Save changed fields, so that pages which were open before are seen to be old."""
    for name, value in changed.items():
        setattr(appraisal, name, value)
    appraisal.version += 1
    appraisal.save()


def tell_departments(appraisal: Appraisal, act: Act, text: Text) -> None:
    """Tell the heads and officers of the appraised departments."""
    link = f"/appraisals/{appraisal.code}/"
    for row in appraisal.appraised.all():
        for role in ("head", "officer"):
            people = holders(role, today=timezone.localdate(act.at), organisation=row.department_id)
            tell(people, "appraisal", text, link=link, at=act.at)
