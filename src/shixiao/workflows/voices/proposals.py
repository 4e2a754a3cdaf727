"""Proposals: what many need goes to a department, which answers; everybody who spoke is told.

The answer, what changed and what became of the number of matters are public. A need file for the
gate of SECURITY is made from the same topic.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from shixiao.checkup.report.speech import both_days
from shixiao.records.models import (
    NeedFile,
    NeedProposal,
    Organisation,
    System,
    Voice,
    VoiceTopic,
)
from shixiao.seals import sha256_of
from shixiao.security.assessing import Need
from shixiao.terms import Text
from shixiao.voice.handling import Told
from shixiao.workflows import moving
from shixiao.workflows.actors import Actor
from shixiao.workflows.clock import due_day, pack
from shixiao.workflows.leaves import put
from shixiao.workflows.lives import Life, read_life
from shixiao.workflows.moving import Act, Term, needed
from shixiao.workflows.notices import holders, tell
from shixiao.workflows.permissions import check, signed_in
from shixiao.workflows.refusals import CHANGED, Incomplete, Stale
from shixiao.workflows.systems.filing import file_need, need_of
from shixiao.workflows.voices.moving import enter, noticed

EFFECT = "HND-16"
ANSWERS = ("adopt", "adopt_part", "decline")
MOST_LISTED = 200
NO_TEXT = Text("请写明建议改变什么。", "Say what should change.")
NO_DEPARTMENT = Text("请选择由哪个部门答复。", "Choose which department answers.")
OPEN = Text("这个话题已有建议在办。", "There is a proposal on this topic under way.")
NO_DAY = Text("请写明到哪天改变，须在今天之后。", "Say by which day it changes, after today.")
NO_CHANGE = Text("请写明改变了什么。", "Say what has changed.")
CAME = Text("收到施策建议 {code}，{due} 前答复。", "Proposal {code} came in; answer by {due}.")
LATE = {
    "proposed": Text("施策建议 {code} 过期没有答复。", "Proposal {code} was not answered in time."),
    "adopted": Text(
        "施策建议 {code} 到承诺的日期没有改变。",
        "What was promised on proposal {code} has not changed by the day that was named.",
    ),
}
GROUPED_BY = timedelta(days=7)  # a count waits so long for the grouping of its last day


def life() -> Life:
    """Return the life of a proposal."""
    return read_life("proposals", "shixiao.voice")


@transaction.atomic
def propose(
    topic: VoiceTopic, *, department: Organisation | None, text: str, actor: Actor, at: datetime
) -> NeedProposal:
    """Make a proposal from a topic; its department has to answer within the time (HND-14).

    Raises:
        Forbidden: the person may not.
        Stale: one is under way.
        Incomplete: no department, or nothing said of what should change.
    """
    check(actor, "proposal.make")
    held = moving.locked(topic)
    if held.proposals.filter(state__in=("proposed", "adopted")).exists():
        raise Stale(OPEN)
    if department is None or department.kind != Organisation.Kind.DEPARTMENT:
        raise Incomplete(NO_DEPARTMENT, field="department")
    said = needed(text, field="text", missing=NO_TEXT)
    today = timezone.localdate(at)
    state = life().states["proposed"]
    made = NeedProposal.objects.create(
        topic=held,
        department=department,
        text=said,
        people=held.people,
        made=at,
        by=signed_in(actor),
        state=state.id,
        entered=at,
        due=due_day(state.rule, today),
        due_rule=state.rule,
    )
    facts = {
        "department": department.code,
        "records": held.size,
        "concerns": held.code,
        "sha256": sha256_of([said, held.terms, held.people]),
        "due": made.due.isoformat() if made.due else None,
    }
    put("proposal.made", made.code, at=at, facts=facts, sealed={"actor": actor.account})
    _tell_all(made, "proposed", at)
    due = both_days(made.due) if made.due else ""
    people = [*holders("head", today=today, organisation=department.pk),
              *holders("officer", today=today, organisation=department.pk)]  # fmt: skip
    tell(people, "proposal.made", CAME.format(code=made.code, due=due), link=link(made), at=at)
    return made


@transaction.atomic
def answer(
    proposal: NeedProposal, act: Act, *, verb: str, reason: str, promised: date | None = None
) -> NeedProposal:
    """Answer a proposal: adopted, in part or not, with the reason; all who spoke are told.

    Raises:
        Forbidden, Stale: it is another department's; it moved on.
        Incomplete: no reason, or no day by which it changes.
    """
    held, wanted = moving.locked(proposal), life().verbs[verb]
    check(act.actor, wanted.right, held)
    moving.check_seen(held, wanted, act)
    why = needed(reason, field="reason")
    today = timezone.localdate(act.at)
    if verb != "decline" and (promised is None or promised <= today):
        raise Incomplete(NO_DAY, field="promised")
    held.outcome, held.answer, held.answered = verb, why, act.at
    held.promised, held.late = (
        promised if verb != "decline" else None,
        verb == "decline" and held.late,
    )
    moving.move(held, verb, act, life(), "proposal.moved", reason=why,
                term=Term("", held.promised))  # fmt: skip
    _tell_all(held, "answered", act.at, answer=life().outcomes[verb], reason=why)
    return held


@transaction.atomic
def change(proposal: NeedProposal, act: Act, *, reason: str) -> NeedProposal:
    """Enter what changed; all who spoke of the topic are told.

    Raises:
        Forbidden, Stale, Incomplete: as ``answer``.
    """
    held, wanted = moving.locked(proposal), life().verbs["change"]
    check(act.actor, wanted.right, held)
    moving.check_seen(held, wanted, act)
    held.change = needed(reason, field="reason", missing=NO_CHANGE)
    held.changed = timezone.localdate(act.at)
    due = held.changed + timedelta(days=int(pack().number(EFFECT)))
    moving.move(held, "change", act, life(), "proposal.moved", reason=held.change,
                term=Term(EFFECT, due))  # fmt: skip
    _tell_all(held, "changed", act.at, reason=held.change)
    return held


def kept_waiting(row: NeedProposal) -> tuple[bool, bool]:
    """Say whether the answer came after its day, and the change after the day that was promised.

    What came late stays late in public, though the proposal went on with another day.
    """
    answer_by = due_day(life().states["proposed"].rule, timezone.localdate(row.made))
    answered = bool(row.answered and answer_by and timezone.localdate(row.answered) > answer_by)
    changed = bool(row.changed and row.promised and row.changed > row.promised)
    return answered, changed


def pass_days(*, now: datetime) -> int:
    """Tell of proposals that are late, and count the effect of those whose days are over."""
    today = timezone.localdate(now)
    done = 0
    for row in NeedProposal.objects.filter(state="changed", due__lt=today):
        done += _measure(row, now)
    late = NeedProposal.objects.filter(state__in=LATE, due__lt=today, late=False)
    for row in late:
        tell(holders("inspector", today=today), "proposal.late",
             LATE[row.state].format(code=row.code), link=link(row), at=now)  # fmt: skip
        NeedProposal.objects.filter(pk=row.pk).update(late=True)
        done += 1
    return done


def file_for(topic: VoiceTopic, system: System, *, actor: Actor, at: datetime) -> NeedFile:
    """Make the need file of a system from a topic; what was answered before stays.

    Raises:
        Forbidden: it is another department's system.
        Stale: the system is retired.
    """
    before = need_of(system)
    rows = topic.voices.filter(test=False).order_by("received").values_list("code", flat=True)
    sources = [f"/needs/{topic.code}/", *(before.sources if before else ())]
    found = Need(
        people=topic.people,
        complaints=tuple(rows[:MOST_LISTED]),
        searches=before.searches if before else {},
        sources=tuple(dict.fromkeys(sources)),
        answers=before.answers if before else {},
    )
    return file_need(system, found, actor=actor, at=at)


def link(row: NeedProposal) -> str:
    """Return the address of the page of its topic."""
    return f"/needs/{row.topic.code}/"


@transaction.atomic
def _measure(row: NeedProposal, now: datetime) -> int:
    """Count matters in as many days before as after, once those of the last day are grouped."""
    held = moving.locked(row)
    if held.state != "changed" or held.changed is None or held.due is None:
        raise Stale(CHANGED)
    today, grouped = timezone.localdate(now), VoiceTopic.objects.aggregate(last=Max("seen"))["last"]
    through = grouped is not None and timezone.localdate(grouped) > held.due
    if not through and today <= held.due + GROUPED_BY:
        return 0
    days = held.due - held.changed
    rows = Voice.objects.filter(topic=held.topic, test=False)
    held.before = rows.filter(received__date__gt=held.changed - days,
                              received__date__lte=held.changed).count()  # fmt: skip
    held.after = rows.filter(received__date__gt=held.changed, received__date__lte=held.due).count()
    facts = {"from_state": held.state, "state": "measured"}
    put("proposal.moved", held.code, at=now, facts=facts)
    moving.touch(held, state="measured", entered=now, due=None, due_rule="")
    return 1


def _tell_all(held: NeedProposal, kind: str, at: datetime, **given: object) -> None:
    """Tell everybody who spoke of the topic, on their own page and by the way they left.

    ``told`` counts people: who wrote twice and left the same contact is one.
    """
    rows = list(held.topic.voices.filter(test=False).select_related("department"))
    named = {"department": held.department.name, "code": held.code, **given}
    told = Told(kind, timezone.localdate(at), held.due)
    steps = [noticed(row, "proposal", told, at, **named) for row in rows]
    enter(steps, at)
    held.told = len({row.person or row.code for row in rows})
    held.save(update_fields=["told"])
    facts = {"kind": kind, "records": len(rows), "concerns": held.code}
    put("voice.told", held.topic.code, at=at, facts=facts)
