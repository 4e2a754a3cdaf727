"""Submissions of ODK: taken as drafts of the evaluator's own items, each instance once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shixiao.effect.fieldtests import Protocol
from shixiao.effect.fieldtests.odk import Submission, read_submissions
from shixiao.records.models import Assignment, Sheet
from shixiao.terms import BadInput, Text
from shixiao.workflows.actors import Actor
from shixiao.workflows.commissions.protocols import protocol_for
from shixiao.workflows.fieldwork.answering import LATE, Said, Sent, save
from shixiao.workflows.permissions import check
from shixiao.workflows.refusals import Refused

TAKEN = Text("已收下 {n} 个答案，请核对并签字。", "{n} answers were taken: check them and sign.")
TWICE = Text(
    "已签字的同一份表，没有再收。", "The same form is signed already; it was not taken again."
)
NOT_YOURS = Text(
    "“{item}”不是您的任务，没有收下。", "“{item}” is not one of your items; it was not taken."
)
NO_ITEMS = Text(
    "您没有正在体验的任务，无从对应。", "You have no item to test, so nothing can be matched."
)


@dataclass(frozen=True, slots=True)
class Came:
    """What came of one submission: which item, and in words what was done."""

    name: str
    says: Text


def take(data: bytes, name: str, *, actor: Actor, at: datetime) -> list[Came]:
    """Take the submissions of a file for the evaluator's own items.

    Raises:
        BadInput: the file is faulty, or made by a protocol that none of his items has.
    """
    check(actor, "fieldwork.do")
    own = Assignment.objects.filter(evaluator__account=actor.account).select_related(
        "item__commission", "evaluator__account"
    )
    found = {row.item.code: row for row in own}
    protocols = {p.sha256: p for p in (protocol_for(row.item) for row in found.values())}
    submissions = _read(data, name, list(protocols.values()), at)
    return [_take(each, found.get(each.item), actor, at) for each in submissions]


def _read(data: bytes, name: str, protocols: list[Protocol], at: datetime) -> list[Submission]:
    """Read the file by whichever of the evaluator's protocols it was made."""
    problem = BadInput(NO_ITEMS, file=name)
    for protocol in protocols:
        try:
            return read_submissions(data, protocol, now=at, name=name)
        except BadInput as error:
            problem = error
    raise problem


def _take(each: Submission, row: Assignment | None, actor: Actor, at: datetime) -> Came:
    if row is None:
        return Came(each.item, NOT_YOURS.format(item=each.item))
    said = tuple(Said(a.question, a.value, a.at) for a in each.answers)
    sent = Sent(_once(each), each.started, said, source="odk")
    try:
        sheet = save(row, sent, actor=actor, at=at)
    except Refused as error:
        return Came(row.item.name.zh, error.text)
    if sheet.state == Sheet.State.LATE:
        return Came(each.item, LATE)
    if sheet.state == Sheet.State.SIGNED:
        return Came(each.item, TWICE)
    return Came(each.item, TAKEN.format(n=len(said)))


def _once(each: Submission) -> str:
    """Return what makes the submission one, however often it is sent."""
    return each.instance_id.removeprefix("uuid:")[:64]
