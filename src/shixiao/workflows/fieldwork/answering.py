"""Answers: taken from a device that may have been offline, each with its time, and once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.dateparse import parse_datetime

from shixiao.effect.fieldtests import Question
from shixiao.records.models import Assignment, Sheet
from shixiao.terms import Text
from shixiao.workflows.actors import Actor
from shixiao.workflows.commissions.protocols import protocol_for
from shixiao.workflows.leaves import put
from shixiao.workflows.permissions import check
from shixiao.workflows.refusals import Incomplete, Stale

MOST_WORDS, MOST_CASES = 2_000, 20
CLOCKS_DIFFER = timedelta(minutes=1)  # less is the way to us, not a clock that is wrong
ONCE = re.compile(r"[0-9A-Za-z:._-]{8,64}")
SIGNED = Text(
    "这一项您已经签字交表，不再改动，这次提交的内容没有收下。",
    "You have signed this item. It does not change any more, and what was sent now was not taken.",
)
LATE = Text(
    "体验已经结束，评分已封存：这份表迟到了，已留存备查，但不计入结果。",
    "The tests have ended and scores are sealed: this form came too late. It is kept, but does not"
    " count.",
)
GONE = Text(
    "这一项已不由您体验（退出、回避或重抽），这次提交的内容没有收下。",
    "This item is no longer yours (withdrawal, tie or another draw), so nothing was taken.",
)
ANOTHER = Text(
    "这一项已在另一台设备上作答（{once}），请在那台设备上继续；在这里改答会覆盖，请先确认。",
    "This item was begun on another device ({once}). Go on there, or confirm that you start over"
    " here.",
)
OVER = Text(
    "这份表已在另一台设备上重新开始，这里的答案不再收下。",
    "This form was begun anew on another device; answers from here are no longer taken.",
)
NO_FORM = Text(
    "提交的内容格式不对：{what}。请更新页面后重新提交，已存在设备上的答案不会丢失。",
    "What was sent is malformed: {what}. Reload the page and send it again; answers kept on the"
    " device are not lost.",
)


@dataclass(frozen=True, slots=True)
class Said:
    """An answer as it came; ``value`` is None where it was taken back."""

    question: str
    value: bool | int | str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """A form as a device sends it.

    Attributes:
        once: made on the device when the form was begun; the same form has the same.
        started: when it was begun, by the device.
        answers: all answers on the device.
        cases: numbers of the cases that the test brought about.
        source: ``form``, or ``odk`` for a submission.
        clock: what the device's clock said when it sent; None where it is taken to be right.
    """

    once: str
    started: datetime
    answers: tuple[Said, ...]
    cases: tuple[str, ...] = ()
    source: str = "form"
    clock: datetime | None = None

    def with_answers(self, answers: tuple[Said, ...]) -> Sent:
        """Return the form with these answers."""
        return replace(self, answers=answers)

    def set_right(self, at: datetime) -> Sent:
        """Return the form with its times set right by how far the device's clock is out."""
        if self.clock is None or abs(at - self.clock) < CLOCKS_DIFFER:
            return self
        # In whole seconds, so that what is sent again gets the same times again.
        by = timedelta(seconds=round((at - self.clock).total_seconds()))
        said = tuple(replace(each, at=each.at + by) for each in self.answers)
        return replace(self, started=self.started + by, answers=said, clock=None)


def read_sent(data: Any) -> Sent:
    """Read what a device sent.

    Raises:
        Incomplete: it is malformed.
    """
    if not isinstance(data, Mapping):
        raise _malformed("JSON")
    once = str(data.get("once", ""))
    if not ONCE.fullmatch(once):
        raise _malformed("once")
    answers = data.get("answers", [])
    cases = data.get("cases", [])
    if not isinstance(answers, list) or not isinstance(cases, list) or len(cases) > MOST_CASES:
        raise _malformed("answers")
    return Sent(
        once,
        _time(data.get("started"), "started"),
        tuple(_said(each) for each in answers),
        tuple(dict.fromkeys(str(case).strip()[:80] for case in cases if str(case).strip())),
        clock=_time(data["clock"], "clock") if data.get("clock") else None,
    )


@transaction.atomic
def save(assignment: Assignment, sent: Sent, *, actor: Actor, at: datetime) -> Sheet:
    """Take what a device holds of an assignment; sending it again changes nothing.

    Of two answers to one question the later one counts.

    Raises:
        Stale: the item is signed, or no longer the evaluator's.
        Incomplete: it was begun on another device, or answers what is not asked.
    """
    check(actor, "fieldwork.do", assignment)
    held = Assignment.objects.select_for_update(of=("self",)).get(pk=assignment.pk)
    known = Sheet.objects.filter(once=sent.once).first()
    if known is not None and known.assignment_id != held.pk:
        raise _malformed("once")
    if known is not None and known.state in {Sheet.State.SIGNED, Sheet.State.LATE}:
        return known
    if held.state == Assignment.State.SIGNED:
        raise Stale(SIGNED)
    if held.state != Assignment.State.OPEN:
        raise Stale(GONE)
    if known is not None and known.state == Sheet.State.VOID:
        raise Stale(OVER)
    _check_asked(held, sent)
    sent = sent.set_right(at)
    if held.item.commission.state != "testing":
        return _late(held, sent, at)
    draft = known or _draft(held, sent, at)
    draft.answers = merged(draft.answers, sent.answers)
    draft.shopper_cases = list(sent.cases)
    draft.received = at
    draft.document = ""
    draft.save()
    return draft


def merged(
    kept: Mapping[str, Mapping[str, Any]], said: Iterable[Said]
) -> dict[str, dict[str, Any]]:
    """Return answers by question; of two the later one, whatever order they came in."""
    found = {question: dict(answer) for question, answer in kept.items()}
    for each in said:
        before = found.get(each.question)
        if before is None or datetime.fromisoformat(before["at"]) <= each.at:
            found[each.question] = {"value": each.value, "at": each.at.isoformat()}
    return found


def start_over(assignment: Assignment, *, actor: Actor, at: datetime) -> None:
    """Give up what was answered on another device, which is then void."""
    check(actor, "fieldwork.do", assignment)
    drafts = Sheet.objects.filter(assignment=assignment, state=Sheet.State.DRAFT)
    drafts.update(state=Sheet.State.VOID, received=at)


def _draft(held: Assignment, sent: Sent, at: datetime) -> Sheet:
    other = held.sheets.filter(state=Sheet.State.DRAFT).first()
    if other is not None:
        raise Incomplete(ANOTHER.format(once=other.code), field="once")
    return Sheet.objects.create(
        assignment=held, once=sent.once, source=sent.source, started=sent.started, received=at
    )


def _late(held: Assignment, sent: Sent, at: datetime) -> Sheet:
    """Keep a form that came after the end, which does not count."""
    late, _ = Sheet.objects.update_or_create(
        once=sent.once,
        defaults={
            "assignment": held,
            "source": sent.source,
            "started": sent.started,
            "received": at,
            "state": Sheet.State.LATE,
            "answers": merged({}, sent.answers),
        },
    )
    put("sheet.refused", late.code, at=at, facts={"outcome": "late"})
    return late


def _check_asked(held: Assignment, sent: Sent) -> None:
    protocol = protocol_for(held.item)
    known: Mapping[str, Question] = protocol.all_questions
    for each in sent.answers:
        if each.question not in known:
            raise _malformed(f"{each.question[:40]!r}")


def _said(entry: Any) -> Said:
    if not isinstance(entry, Mapping):
        raise _malformed("answers")
    value = entry.get("value")
    if not (value is None or isinstance(value, bool | int | str)):
        raise _malformed("value")
    if isinstance(value, str) and len(value) > MOST_WORDS:
        raise _malformed("value")
    return Said(str(entry.get("question", "")), value, _time(entry.get("at"), "at"))


def _time(text: Any, what: str) -> datetime:
    try:
        found = parse_datetime(str(text))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise _malformed(what)
    return found


def _malformed(what: str) -> Incomplete:
    return Incomplete(NO_FORM.format(what=what), field="answers")
