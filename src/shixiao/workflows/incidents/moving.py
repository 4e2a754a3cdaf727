"""Moving an incident: who may do what with it, its life, and the word of a drill on every leaf."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from shixiao.records.models import Account, Incident
from shixiao.terms import Text
from shixiao.workflows import moving
from shixiao.workflows.actors import Actor
from shixiao.workflows.leaves import put
from shixiao.workflows.lives import Life, Verb, read_life
from shixiao.workflows.moving import Act
from shixiao.workflows.notices import holders, tell
from shixiao.workflows.permissions import check, may
from shixiao.workflows.roles import Scope

DRILL = Text("【演练】", "[Drill] ")
REAL, PRACTICE = "real", "drill"


def life() -> Life:
    """Return the life of an incident."""
    return read_life("incidents")


def visible(actor: Actor) -> QuerySet[Incident]:
    """Return the incidents that the person may know of: those of his own, and who reported it."""
    rows = Incident.objects.select_related("department", "system")
    reach = actor.reach("incident.read")
    if actor.account is None:
        return rows.none()
    if reach is Scope.ANY:
        return rows
    own = Q(reported_by=actor.account)
    if reach is not None:
        own |= Q(department__in=actor.below)
    return rows.filter(own)


def doable(incident: Incident, actor: Actor) -> list[Verb]:
    """Return what the person can do with an incident now."""
    return [
        verb
        for verb in life().verbs_from(incident.state)
        if may(actor, verb.right, incident) and _makes_sense(incident, verb.id, actor)
    ]


def begin(incident: Incident, verb: str, act: Act) -> Incident:
    """Lock an incident on which a verb is to be carried out.

    Raises:
        Forbidden: the person may not.
        Stale: it moved on since.
    """
    held, wanted = moving.locked(incident), life().verbs[verb]
    check(act.actor, wanted.right, held)
    moving.check_seen(held, wanted, act)
    return held


def go(held: Incident, verb: str, act: Act, *, reason: str = "", **changed: Any) -> None:
    """Carry a verb out on a locked incident."""
    if life().verbs[verb].to:
        moving.move(held, verb, act, life(), "incident.moved", reason=reason, **changed)
    else:
        moving.touch(held, **changed)


def leaf(held: Incident, event: str, act: Act, facts: dict[str, Any], **sealed: Any) -> None:
    """Write a leaf about an incident; each says whether it is a drill."""
    told = {"mode": mode_of(held), **facts}
    put(event, held.code, at=act.at, facts=told, sealed={"actor": act.actor.account, **sealed})


def mode_of(incident: Incident) -> str:
    """Return whether an incident is real or a drill, as leaves say it."""
    return PRACTICE if incident.drill else REAL


def concerned(incident: Incident, at: datetime) -> list[Account]:
    """Return who is told of what happens: the department's, and the bureau's."""
    today = timezone.localdate(at)
    own = [
        person
        for role in ("head", "system_owner")
        for person in holders(role, today=today, organisation=incident.department_id)
    ]
    return own + holders("analyst", today=today)


def tell_of(
    incident: Incident, people: Iterable[Account], kind: str, text: Text, at: datetime
) -> None:
    """Tell people inside of an incident; a drill says so first."""
    said = Text(DRILL.zh + text.zh, DRILL.en + text.en) if incident.drill else text
    tell(people, kind, said, link=f"/incidents/{incident.code}/", at=at)


def _makes_sense(incident: Incident, verb: str, actor: Actor) -> bool:
    """Say whether a verb that keeps the state has anything to do now."""
    if verb == "inform":
        return incident.clocks.filter(met__isnull=True).exclude(duty="persons").exists()
    if verb in {"notify", "spare"}:
        return bool(incident.personal) and incident.notified is None
    if verb == "ask_open":
        return incident.open_asked is None and incident.persons.exists()
    if verb == "open":
        own = actor.account is not None and incident.open_asked_by_id == actor.account.pk
        return incident.open_asked is not None and incident.opened is None and not own
    if verb == "close":
        return not open_clocks(incident)
    return {"trace": bool(incident.personal), "settle": bool(incident.grade)}.get(verb, True)


def open_clocks(incident: Incident) -> bool:
    """Say whether anything of what has to be told was not told yet."""
    return incident.clocks.filter(met__isnull=True).exists()
