"""Moving an objection: the pure course says what happens; here it is kept and told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from shixiao.checkup.report.speech import both_days
from shixiao.fairness.objections import Course, Told, pass_day, step, table
from shixiao.records.models import Objection, ObjectionNotice
from shixiao.rules import load_calendar
from shixiao.seals import sha256_of
from shixiao.terms import BadInput, Text
from shixiao.workflows import moving
from shixiao.workflows.actors import NOBODY, Actor
from shixiao.workflows.clock import pack
from shixiao.workflows.decisions.checking import record_of
from shixiao.workflows.decisions.laying import scheme_of
from shixiao.workflows.decisions.remedies import OBJECT, remedies
from shixiao.workflows.leaves import put
from shixiao.workflows.lives import Life, Verb, read_life
from shixiao.workflows.moving import Act
from shixiao.workflows.notices import NEWS, holders, tell, tell_person
from shixiao.workflows.permissions import check, may
from shixiao.workflows.refusals import Incomplete, Stale

LATE = Text(
    "异议 {code} 的期限 {due} 已过，请督办。", "Objection {code} is past its day, {due}; see to it."
)
FIELDS = (
    "state", "due", "track", "accepted", "extended", "overdue", "outcome", "reason",
    "suspended",
)  # fmt: skip


def life() -> Life:
    """Return the life of an objection."""
    return read_life("objections", "shixiao.fairness")


def doable(row: Objection, actor: Actor, *, today: date) -> list[Verb]:
    """Return what the person can do with an objection now; what time does is not among it."""
    late = row.due is not None and today > row.due
    return [
        verb
        for verb in life().verbs_from(row.state)
        if may(actor, verb.right, row)
        and verb.id not in {"deem", "withdraw"}
        and not (late and table()["verbs"][verb.id].get("by_due"))
    ]


def begin(row: Objection, verb: str, act: Act) -> Objection:
    """Lock an objection on which a verb is to be carried out.

    Raises:
        Forbidden: the person may not.
        Stale: it moved on since.
    """
    held, wanted = moving.locked(row), life().verbs[verb]
    check(act.actor, wanted.right, held)
    moving.check_seen(held, wanted, act)
    return held


def go(held: Objection, verb: str, act: Act, given: Mapping[str, str]) -> None:
    """Carry a verb out on a locked objection.

    Raises:
        Stale: it cannot be done now.
        Incomplete: something that it needs is missing.
    """
    today = timezone.localdate(act.at)
    try:
        course, told = step(
            course_of(held), verb, today, given, rules=pack(), calendar=load_calendar("cn")
        )
    except BadInput as refused:
        if refused.column:
            raise Incomplete(refused.text, field=refused.column) from None
        raise Stale(refused.text) from None
    keep(held, course, told, act)


@transaction.atomic
def pass_days(*, now: datetime) -> int:
    """Let time do its part: silence accepts, and what is late is told; return how many moved."""
    today = timezone.localdate(now)
    late = Objection.objects.filter(due__lt=today, overdue=False).select_for_update(of=("self",))
    moved = 0
    for held in late:
        while found := pass_day(course_of(held), today, rules=pack(), calendar=load_calendar("cn")):
            course, told = found
            was = held.due
            keep(held, course, told, Act(NOBODY, now, held.version))
            if told.kind == "overdue" and was is not None:
                said = LATE.format(code=held.code, due=both_days(was))
                people = holders("inspector", today=today)
                tell(people, "objection.overdue", said, link=link(held), at=now)
            moved += 1
    return moved


def keep(held: Objection, course: Course, told: Told, act: Act) -> None:
    """Save where an objection stands, tell whoever objected, and write the leaves."""
    was = held.state
    changed = {name: getattr(course, name) for name in FIELDS}
    _lift(held, course)
    moving.touch(held, due_rule=course.rule, entered=course.since, **changed)
    sealed = {"actor": act.actor.account, "reason": told.reason}
    due = course.due.isoformat() if course.due else None
    if was != course.state:
        facts = {"from_state": was, "state": course.state, "due": due}
        put("objection.moved", held.code, at=act.at, facts=facts, sealed=sealed)
    notify(held, told, act.at)


def notify(held: Objection, told: Told, at: datetime) -> ObjectionNotice:
    """Write the notice that whoever objected reads, with the remedies that it names."""
    outcomes = life().outcomes
    text = (
        life()
        .words["notices"][told.kind]
        .format(
            due=both_days(told.due) if told.due else "",
            reason=Text.of(told.reason or "—"),
            outcome=outcomes.get(held.outcome, Text.of("—")),
        )
    )
    named = _remedies(held) if told.remedies else []
    made = ObjectionNotice.objects.create(
        objection=held, kind=told.kind, text=text, remedies=named, at=at
    )
    facts = {"kind": told.kind, "sha256": sha256_of([text.to_json(), named])}
    put("objection.told", held.code, at=at, facts=facts)
    number, follow = held.code, "/objections/follow/"
    tell_person(held.contact, "objection.told", NEWS, number=number, follow=follow, at=at)
    return made


def course_of(row: Objection) -> Course:
    """Return where an objection stands."""
    kept = {name: getattr(row, name) for name in FIELDS}
    return Course(rule=row.due_rule, since=row.entered, **kept)


def link(row: Objection) -> str:
    """Return the address of its page."""
    return f"/objections/{row.code}/"


def _remedies(held: Objection) -> list[dict[str, str]]:
    """Return the statutory remedies with their last days; of a system itself there are none."""
    scheme = scheme_of(held.system)
    if held.decision is None or scheme is None:
        return []
    found = remedies(record_of(held.decision), scheme)
    return [
        {"rule": each.rule.id, "due": each.due.isoformat()}
        for each in found
        if each.rule.id != OBJECT
    ]


def _lift(held: Objection, course: Course) -> None:
    """End the suspension of a decision with the objection that brought it."""
    if held.decision is None or not held.suspended or course.suspended:
        return
    row = moving.locked(held.decision)
    row.suspended = False
    row.save(update_fields=["suspended"])
