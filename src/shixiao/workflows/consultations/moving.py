"""Moving a matter: the pure course says what is lawful; here it is kept, and put on record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Max
from django.utils import timezone

from shixiao.records.models import DecisionEvent, DecisionMatter
from shixiao.rules import load_calendar
from shixiao.seals import sha256_of
from shixiao.terms import BadInput
from shixiao.voice.decree713 import (
    Event,
    Happened,
    check,
    possible,
    stages,
    standing,
    table,
    waiting,
)
from shixiao.workflows import moving
from shixiao.workflows.actors import Actor
from shixiao.workflows.clock import pack
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import Act
from shixiao.workflows.permissions import check as check_right
from shixiao.workflows.permissions import may
from shixiao.workflows.refusals import CHANGED, Incomplete, Stale

PERIOD = "DEC-30"
ENDED = "ended"
# What an event says in public; all else that is given with it is kept inside, or in other records.
PUBLIC = (
    "text", "reason", "basis", "how", "measures", "assessor", "assessors", "heard", "number",
    "meeting", "trigger", "until", "day", "place", "size", "opinions", "head", "says",
    "many",
)  # fmt: skip
BY_TIME = {"propose", "close"}


@dataclass(frozen=True, slots=True)
class Doable:
    """An event that a person may carry out, and the first day on which its clock lets him."""

    event: Event
    first: date | None


def log_of(matter: DecisionMatter) -> list[Happened]:
    """Return what has happened to a matter, as the course takes it."""
    return [Happened(each.event, each.on, each.facts) for each in matter.events.all()]


def doable(matter: DecisionMatter, actor: Actor, today: date) -> list[Doable]:
    """Return what the person may do with a matter, now or once a clock has run."""
    log = log_of(matter)
    stands = standing(log)
    found = []
    for event in possible(stands):
        if event.id in BY_TIME or (event.id in stands and not event.again):
            continue
        if not may(actor, event.right, matter):
            continue
        first = waiting(log, event.id, rules=pack(), calendar=load_calendar("cn")).first
        found.append(Doable(event, first if first is not None and first > today else None))
    return found


def begin(matter: DecisionMatter, event: str, act: Act) -> DecisionMatter:
    """Lock a matter on which an event is to be carried out.

    Raises:
        Forbidden: the person may not.
        Stale: it moved on since the person saw it.
    """
    held = moving.locked(matter)
    check_right(act.actor, table().events[event].right, held)
    if act.seen != held.version:
        raise Stale(CHANGED)
    return held


def go(
    held: DecisionMatter,
    event: str,
    act: Act,
    given: Mapping[str, Any],
    *,
    kept: Mapping[str, Any] | None = None,
    **changed: Any,
) -> DecisionEvent:
    """Carry an event out on a locked matter: checked by the course, kept, and put on record.

    Raises:
        Incomplete: something is missing or is not as the Decree asks.
        Stale: it is out of order or before its clock.
    """
    today, log = timezone.localdate(act.at), log_of(held)
    try:
        check(log, event, today, given, rules=pack(), calendar=load_calendar("cn"))
    except BadInput as refused:
        if refused.column:
            raise Incomplete(refused.text, field=refused.column) from None
        raise Stale(refused.text) from None
    facts = {name: _plain(given[name]) for name in PUBLIC if given.get(name) not in (None, "")}
    made = DecisionEvent.objects.create(
        matter=held,
        number=len(log) + 1,
        event=event,
        on=today,
        at=act.at,
        by=act.actor.account,
        facts=facts,
        kept=dict(kept) if kept else None,
    )
    step = state_of([*log, Happened(event, today, facts)])
    if step != held.state:
        held.state, held.entered = step, act.at
    moving.touch(held, **changed)
    shown = {
        "kind": event,
        "day": today.isoformat(),
        "sha256": sha256_of([facts, made.kept]),
        "state": step,
        "due": held.due.isoformat() if held.due else None,
    }
    sealed = {"actor": act.actor.account, "reason": str(given.get("reason") or "")}
    put("consultation.moved", held.code, at=act.at, facts=shown, sealed=sealed)
    return made


def state_of(log: list[Happened]) -> str:
    """Return the first step that is not done; ``ended`` where nothing is left."""
    if not possible(standing(log)):
        return ENDED
    return next((each.step.id for each in stages(log) if each.state == "now"), ENDED)


def next_number(rows: Any) -> int:
    """Return the number of the next of the numbered rows of a matter: comments, groups."""
    most: int | None = rows.aggregate(most=Max("number"))["most"]
    return (most or 0) + 1


def link(matter: DecisionMatter) -> str:
    """Return the address of its page."""
    return f"/consultations/{matter.code}/"


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
