"""Handling: a department transfers, stops the clock, replies; others settle, judge and call back.

Before a reply is sent, hints say what to look at again: a template, evasion, no ground, asks that
are not answered. It may still be sent, with a reason that stays on record.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from shixiao.records.models import Organisation, Voice
from shixiao.terms import Text
from shixiao.voice.replies import Hint, copies_of_replies, hints
from shixiao.workflows.clock import pack
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import Act, locked, needed
from shixiao.workflows.notices import holders, tell
from shixiao.workflows.permissions import check
from shixiao.workflows.refusals import Forbidden, Incomplete
from shixiao.workflows.voices.moving import Said, begin, go, link
from shixiao.workflows.voices.routing import department_of

COMPARED, SINCE = 200, timedelta(days=90)  # replies of the department that a reply is held against
NOT_OWN = Text("须由承办部门以外的人办理。", "Somebody outside the department does this.")
SAME = Text("现在就由这个部门承办。", "This department is in charge already.")
LOOK_AGAIN = Text(
    "有 {n} 处提示。请修改；仍要这样答复的，写明理由。",
    "There are {n} hints. Mend the reply, or say why it is to be sent as it is.",
)
PASSED = Text(
    "诉求 {code} 已转办 {n} 次，请裁定由哪个部门承办。",
    "Matter {code} was transferred {n} times; decide whose it is.",
)
DECIDED = Text(
    "您认定过这件评价为误评，须由另一人复核。",
    "You found this rating false; another person decides now.",
)
REJUDGE = Text(
    "本人不同意评价 {code} 属误评，请另一人复核。",
    "The person does not agree that rating {code} is false; another person decides.",
)
APPEALED = Text(
    "部门认为评价 {code} 有误，请复核。", "A department holds rating {code} to be false; decide."
)


@transaction.atomic
def transfer(row: Voice, act: Act, *, department: str, reason: str) -> Voice:
    """Pass a matter on with the reason that its person reads; the second time inspectors decide.

    Raises:
        Forbidden, Stale: the person may not; it moved on.
        Incomplete: no other department, or no reason.
    """
    held = begin(row, "transfer", act)
    to = _other(held, department)
    go(held, "transfer", act, Said({"reason": reason}, to))
    if held.state == "escalated":
        said = PASSED.format(code=held.code, n=held.transfers)
        _tell_inspectors(held, said, act)
    return held


@transaction.atomic
def settle(row: Voice, act: Act, *, department: str, reason: str) -> Voice:
    """Give a matter to a department for good.

    Raises:
        Forbidden, Stale, Incomplete: as ``transfer``.
    """
    held = begin(row, "settle", act)
    to = department_of(department)
    held.label = to.code if to else held.label
    go(held, "settle", act, Said({"reason": reason}, to))
    return held


@transaction.atomic
def pause(row: Voice, act: Act, *, basis: str, reason: str) -> Voice:
    """Stop the clock for a listed reason (HND-04)."""
    held = begin(row, "pause", act)
    go(held, "pause", act, Said({"basis": basis, "reason": reason}))
    return held


@transaction.atomic
def resume(row: Voice, act: Act) -> Voice:
    """Let the clock go on with the working days that were left."""
    held = begin(row, "resume", act)
    go(held, "resume", act, Said())
    return held


@transaction.atomic
def extend(row: Voice, act: Act, *, reason: str) -> Voice:
    """Extend the time once, with the reason."""
    held = begin(row, "extend", act)
    go(held, "extend", act, Said({"reason": reason}))
    return held


@transaction.atomic
def reply(row: Voice, act: Act, *, reply: str, anyway: str = "") -> Voice:
    """Reply; where there are hints, only with a reason why it is sent as it is.

    Raises:
        Forbidden, Stale: the person may not; it moved on.
        Incomplete: no reply, or hints without a reason.
    """
    held = begin(row, "reply", act)
    text = needed(reply, field="reply", missing=Text("请写明答复。", "Write the reply."))
    found = hints_on(held, text, act)
    if found and not anyway.strip():
        raise Incomplete(LOOK_AGAIN.format(n=len(found)), field="anyway")
    send(held, act, text, anyway=anyway.strip())
    return held


def send(held: Voice, act: Act, text: str, *, anyway: str = "") -> None:
    """Send a reply that was looked at, on a locked matter; a reply confirms who is in charge."""
    held.reply, held.replied = text, act.at
    if held.department is not None:
        held.label = held.department.code
    go(held, "reply", act, Said({"reply": text, "reason": anyway}))


def hints_on(row: Voice, text: str, act: Act) -> list[Hint]:
    """Return what to look at before this reply is sent; earlier replies of ninety days count."""
    before = Voice.objects.filter(department=row.department, replied__gt=act.at - SINCE)
    rows = before.exclude(pk=row.pk).exclude(lead=row.lead or row).order_by("-replied")[:COMPARED]
    others = [each.reply for each in rows.only("reply")]
    copied = copies_of_replies([text, *others], rules=pack())[0] if others else 0
    return hints(f"{row.title}\n{row.text}", text, rules=pack(), copied=copied)


@transaction.atomic
def dispute(row: Voice, act: Act, *, reason: str) -> Voice:
    """Ask that a rating be reviewed as false; somebody outside the department decides."""
    held = begin(row, "dispute", act)
    go(held, "dispute", act, Said({"reason": reason}))
    _tell_inspectors(held, APPEALED.format(code=held.code), act)
    return held


@transaction.atomic
def judge(row: Voice, act: Act, *, stands: bool, reason: str) -> Voice:
    """Decide whether a rating stands (``voice.judge``); one that is false leaves the measures.

    Raises:
        Forbidden, Stale: the person may not, is of the department, or decided last; it moved on.
        Incomplete: no reason.
    """
    verb = "keep" if stands else "exclude"
    held = begin(row, verb, act)
    if held.department_id in act.actor.below:
        raise Forbidden(NOT_OWN)
    last = held.steps.filter(verb="exclude").order_by("-at", "-id").first()
    if last is not None and last.by == act.actor.account:
        raise Forbidden(DECIDED)
    go(held, verb, act, Said({"reason": reason}))
    return held


@transaction.atomic
def call(row: Voice, act: Act, *, answer: str, reason: str) -> Voice:
    """Enter a call-back (``voice.call``); what is not solved is handled again.

    Raises:
        Forbidden, Stale: the person may not, or works for the department; it moved on.
        Incomplete: no answer.
    """
    held = begin(row, "call", act)
    if held.department_id in act.actor.below:
        raise Forbidden(NOT_OWN)
    if answer != "unreached":
        held.called = act.at
    given = {"answer": answer, "reason": reason}
    go(held, "call", act, Said(given))
    if answer == "unsolved":
        reopen(held, act, reason)
    elif answer == "solved" and held.state == "replied":
        go(held, "solve", act, Said())
    return held


def reopen(held: Voice, act: Act, reason: str) -> None:
    """Open a locked matter again for its person; inspectors hear of a rating to judge anew."""
    go(held, "reopen", act, Said({"reason": reason}, held.department))
    if held.state == "appealed":
        _tell_inspectors(held, REJUDGE.format(code=held.code), act)


@transaction.atomic
def open_contact(row: Voice, act: Act) -> str:
    """Return how the person is reached; that somebody looked goes on record.

    Raises:
        Forbidden: the person may not.
    """
    held = locked(row)
    check(act.actor, "voice.reach", held)
    put("voice.opened", held.code, at=act.at, sealed={"actor": act.actor.account})
    return held.contact


def _other(held: Voice, code: str) -> Organisation | None:
    to = department_of(code)
    if to is not None and to.pk == held.department_id:
        raise Incomplete(SAME, field="department")
    return to


def _tell_inspectors(held: Voice, text: Text, act: Act) -> None:
    today = timezone.localdate(act.at)
    tell(holders("inspector", today=today), "voice.escalated", text, link=link(held), at=act.at)
