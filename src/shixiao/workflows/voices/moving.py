"""Moving a matter: the pure course says what happens; here it is kept, told, and put on record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from shixiao.checkup.report.speech import both_days
from shixiao.records.models import Account, Organisation, Voice, VoiceStep
from shixiao.terms import BadInput, Text
from shixiao.voice.handling import Course, Told, step
from shixiao.workflows import moving
from shixiao.workflows.actors import Actor
from shixiao.workflows.leaves import put
from shixiao.workflows.lives import Life, Verb, read_life
from shixiao.workflows.moving import Act
from shixiao.workflows.notices import NEWS, tell_people
from shixiao.workflows.permissions import check, may
from shixiao.workflows.refusals import CHANGED, Incomplete, Stale
from shixiao.workflows.voices.policies import policy_now

FIELDS = (
    "state", "due", "left", "began", "transfers", "reopened", "extended", "settled", "overdue",
    "solved", "late", "disputed", "excluded",
)  # fmt: skip
FOLLOW = "/voice/follow/"
NOBODY_YET = Text("有关部门", "the department concerned")
# Verbs of the person, of the machine and of time: no officer has them on a matter's page.
OTHERS = {"route", "note", "solve", "lapse", "withdraw", "reopen"}


@dataclass(frozen=True, slots=True)
class Said:
    """What a verb was given in words: as the table's ``needs``, and the department."""

    given: Mapping[str, str | Text] = field(default_factory=dict)
    department: Organisation | None = None


def life() -> Life:
    """Return the life of a matter."""
    return read_life("matters", "shixiao.voice")


def doable(row: Voice, actor: Actor) -> list[Verb]:
    """Return what an officer can do with a matter now."""
    return [
        verb
        for verb in life().verbs_from(row.state)
        if verb.id not in OTHERS
        and may(actor, verb.right, row)
        and not (verb.id == "dispute" and (row.kind != "rating" or row.disputed))
        and not (verb.id == "transfer" and row.settled)
        and not (verb.id == "extend" and row.extended)
        and not (verb.id == "settle" and row.settled)
    ]


def begin(row: Voice, verb: str, act: Act) -> Voice:
    """Lock a matter on which a verb is to be carried out by an officer.

    Raises:
        Forbidden: the person may not.
        Stale: it moved on since.
    """
    held, wanted = moving.locked(row), life().verbs[verb]
    check(act.actor, wanted.right, held)
    if act.seen != held.version or held.state not in wanted.sources:
        raise Stale(CHANGED)
    return held


def go(held: Voice, verb: str, act: Act, said: Said) -> VoiceStep:
    """Carry a verb out on a locked matter.

    Raises:
        Stale: it cannot be done now.
        Incomplete: something that it needs is missing.
    """
    today = timezone.localdate(act.at)
    given = {name: _plain(value) for name, value in said.given.items()}
    if said.department is not None:
        given["department"] = said.department.code
    try:
        course, told = step(course_of(held), verb, today, given, policy_now())
    except BadInput as refused:
        if refused.column:
            raise Incomplete(refused.text, field=refused.column) from None
        raise Stale(refused.text) from None
    return keep(held, verb, course, told, act, said)


def keep(held: Voice, verb: str, course: Course, told: Told, act: Act, said: Said) -> VoiceStep:
    """Save where a matter stands, tell its person, and write the leaf."""
    was = held.state
    made = prepared(held, verb, course, told, act.at, said, by=act.actor.account)
    held.save()
    facts = {
        "kind": told.kind,
        "from_state": was,
        "state": held.state,
        "due": held.due.isoformat() if held.due else None,
        "department": held.department.code if held.department else None,
        "outcome": _plain(said.given.get("answer") or said.given.get("ground")),
    }
    sealed = {
        "actor": act.actor.account,
        "reason": _plain(said.given.get("reason")),
        "statement": _plain(said.given.get("reply")),
    }
    made.leaf = put("voice.moved", held.code, at=act.at, facts=facts, sealed=sealed).code
    enter([made], act.at)
    return made


def prepared(
    held: Voice,
    verb: str,
    course: Course,
    told: Told,
    at: datetime,
    said: Said,
    *,
    by: Account | None = None,
) -> VoiceStep:
    """Set a matter to where its course stands, and return the step; nothing is saved."""
    for name in FIELDS:
        setattr(held, name, getattr(course, name))
    held.entered, held.due_rule = course.since, course.rule
    if said.department is not None:
        held.department = said.department
    held.version += 1
    return noticed(held, verb, told, at, said.given, by=by)


def noticed(
    held: Voice,
    verb: str,
    told: Told,
    at: datetime,
    given: Mapping[str, str | Text] | None = None,
    *,
    by: Account | None = None,
    **named: object,
) -> VoiceStep:
    """Return the step of a matter with the notice that its person reads; it is not saved."""
    words = life().words
    values: dict[str, Any] = {
        "due": both_days(told.due) if told.due else Text.of("—"),
        "department": held.department.name if held.department else NOBODY_YET,
        "n": held.transfers,
        "reason": "",
        "reply": "",
        **(given or {}),
        **named,
    }
    for name, part in (("basis", "pauses"), ("ground", "grounds"), ("answer", "answers")):
        chosen = _plain((given or {}).get(name))
        if chosen in words[part]:
            values[name] = words[part][chosen]
    text = words["notices"][told.kind].format(**values)
    return VoiceStep(
        voice=held,
        verb=verb,
        kind=told.kind,
        state=held.state,
        at=at,
        by=by,
        department=held.department,
        due=told.due,
        told=text.to_json(),
    )


def enter(steps: Sequence[VoiceStep], at: datetime) -> None:
    """Keep steps, and let their people know by the way they left that there is news."""
    VoiceStep.objects.bulk_create(steps, batch_size=500)
    told = [(step.voice.contact, step.voice.code) for step in steps]
    tell_people(told, "voice.told", NEWS, follow=FOLLOW, at=at)


def course_of(row: Voice) -> Course:
    """Return where a matter stands."""
    kept = {name: getattr(row, name) for name in FIELDS}
    return Course(kind=row.kind, rule=row.due_rule, since=row.entered, **kept)


def link(row: Voice) -> str:
    """Return the address of its page inside."""
    return f"/matters/{row.code}/"


def _plain(value: str | Text | None) -> str:
    return value.zh if isinstance(value, Text) else value or ""
