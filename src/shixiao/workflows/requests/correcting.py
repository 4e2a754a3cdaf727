"""校核: who uses data says where they are wrong; the provider verifies, corrects, reports back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from shixiao.checkup.report.speech import both_days
from shixiao.records.models import CatalogueItem, Correction, Organisation
from shixiao.terms import Text
from shixiao.workflows import stepping
from shixiao.workflows.actors import Actor
from shixiao.workflows.catalogue.keeping import LISTED
from shixiao.workflows.clock import due_day
from shixiao.workflows.lives import read_life
from shixiao.workflows.moving import Act, needed
from shixiao.workflows.notices import holders, tell
from shixiao.workflows.permissions import check, signed_in
from shixiao.workflows.refusals import NOT_FOUND, Incomplete, Missing

FIRST = "asked"
NO_FIELD = Text("请选择哪个数据项有误。", "Choose which data item is wrong.")
NO_ERROR = Text(
    "请写明哪些记录、错在哪里、依据是什么。", "Say which records are wrong, how, and by what."
)
COUNT = Text("条数须在 1 和 {most} 之间。", "The number of records lies between 1 and {most}.")
TOO_MANY = Text("更正的条数不能多于申请的 {n} 条。", "At most the {n} records that were named.")
ASKED = Text(
    "“{name}”有数据被指出不准确，请在 {due} 前核实、更正并反馈。",
    "Data of “{name}” are said to be wrong; verify, correct and report back by {due}.",
)
MOST = 10_000_000


@transaction.atomic
def ask(
    item: CatalogueItem,
    *,
    requester: Organisation,
    field: str,
    error: str,
    records: int,
    actor: Actor,
    at: datetime,
) -> Correction:
    """Ask for data to be verified and corrected.

    Raises:
        Forbidden: the person does not act for the department.
        Incomplete: something is missing or cannot be.
        Missing: there is no such dataset.
    """
    check(actor, "correction.ask", requester)
    if item.state not in LISTED:
        raise Missing(NOT_FOUND)
    if field not in {each[0] for each in item.listed["items"]}:
        raise Incomplete(NO_FIELD, field="field")
    if not 1 <= records <= MOST:
        raise Incomplete(COUNT.format(most=MOST), field="records")
    state, today = read_life("corrections").states[FIRST], timezone.localdate(at)
    made = Correction.objects.create(
        item=item,
        requester=requester,
        state=FIRST,
        entered=at,
        due=due_day(state.rule, today),
        due_rule=state.rule,
        field=field,
        records=records,
        error=needed(error, field="error", missing=NO_ERROR),
        made=at,
        made_by=signed_in(actor),
    )
    due = made.due.isoformat() if made.due else ""
    facts = {
        "dataset": item.identifier,
        "department": requester.code,
        "records": records,
        "due": due,
    }
    stepping.made(made, "correction.asked", Act(actor, at, 0), facts)
    people = holders("data_officer", today=today, organisation=item.department_id)
    text = ASKED.format(name=item.name, due=both_days(made.due) if made.due else "")
    tell(people, "correction.asked", text, link=f"/corrections/{made.code}/", at=at)
    return made


@transaction.atomic
def answer(correction: Correction, act: Act, *, corrected: int, answer: str) -> Correction:
    """Report what was verified and how many records were corrected; 0 where they were right.

    Raises:
        Incomplete: nothing is said, or more was corrected than was named.
    """
    held = stepping.begin(correction, "answer", act)
    if not 0 <= corrected <= held.records:
        raise Incomplete(TOO_MANY.format(n=held.records), field="corrected")
    said = needed(answer, field="answer")
    stepping.go(
        held,
        "answer",
        act,
        event="correction.moved",
        reason=said,
        corrected=corrected,
        answer=said,
        answered=act.at,
    )
    return held


@transaction.atomic
def withdraw(correction: Correction, act: Act, *, reason: str) -> Correction:
    """Take it back."""
    held = stepping.begin(correction, "withdraw", act)
    why = needed(reason, field="reason")
    stepping.go(held, "withdraw", act, event="correction.moved", reason=why)
    return held
