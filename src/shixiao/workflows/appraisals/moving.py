"""Moving an appraisal: who may take which step now, and when its time is over."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from shixiao.checkup.report.speech import both_days
from shixiao.records.models import Appraisal
from shixiao.terms import Text
from shixiao.workflows import moving
from shixiao.workflows.actors import Actor
from shixiao.workflows.appraisals.life import life
from shixiao.workflows.lives import Verb
from shixiao.workflows.moving import Act
from shixiao.workflows.notices import holders, tell
from shixiao.workflows.refusals import NOT_YOURS, Forbidden, Stale
from shixiao.workflows.roles import Scope

TOO_EARLY = Text(
    "这一环节到 {day} 才期满，期满以后才能“{verb}”。",
    "This stage lasts until {day}; “{verb}” comes after it.",
)


def doable(appraisal: Appraisal, actor: Actor) -> list[Verb]:
    """Return what the person can do with an appraisal now."""
    return [v for v in life().verbs_from(appraisal.state) if _reaches(actor, v, appraisal)]


def begin(appraisal: Appraisal, verb: str, act: Act) -> Appraisal:
    """Return the appraisal kept from others, once it is sure that this may be done.

    Raises:
        Forbidden: the person may not.
        Stale: it has moved since he saw it, or the time of its state is not over.
    """
    held, wanted = moving.locked(appraisal), life().verbs[verb]
    if not _reaches(act.actor, wanted, held):
        raise Forbidden(NOT_YOURS)
    moving.check_seen(held, wanted, act)
    if wanted.after_due and in_time(held, act):
        raise Stale(
            TOO_EARLY.format(
                day=both_days(held.due or timezone.localdate(act.at)), verb=wanted.name
            )
        )
    return held


def in_time(appraisal: Appraisal, act: Act) -> bool:
    """True while the period of the present state lasts; never where it has none."""
    return appraisal.due is not None and timezone.localdate(act.at) <= appraisal.due


def move(held: Appraisal, verb: str, act: Act, *, reason: str = "", **changed: Any) -> Appraisal:
    """Carry a verb out on an appraisal that ``begin`` returned; its leaf is written."""
    moving.move(held, verb, act, life(), "appraisal.moved", reason=reason, **changed)
    return held


def tell_departments(appraisal: Appraisal, act: Act, text: Text) -> None:
    """Tell the heads and officers of the appraised departments."""
    link = f"/appraisals/{appraisal.code}/"
    for row in appraisal.appraised.all():
        for role in ("head", "officer"):
            today = timezone.localdate(act.at)
            people = holders(role, today=today, organisation=row.department_id)
            tell(people, "appraisal.moved", text, link=link, at=act.at)


def _reaches(actor: Actor, verb: Verb, appraisal: Appraisal) -> bool:
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
