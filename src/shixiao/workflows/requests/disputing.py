"""Disputes: negotiated, coordinated by the authority, decided by the government (art. 28)."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from shixiao.records.models import Dispute, SharingRequest
from shixiao.terms import Text
from shixiao.workflows import stepping
from shixiao.workflows.clock import days_left, due_day
from shixiao.workflows.grants import giving
from shixiao.workflows.leaves import put
from shixiao.workflows.lives import read_life
from shixiao.workflows.moving import Act, needed
from shixiao.workflows.notices import holders, tell
from shixiao.workflows.permissions import signed_in
from shixiao.workflows.refusals import Incomplete

FIRST = "negotiating"
NOT_YET = Text(
    "提供部门的期限还没有到，尚无争议可提。",
    "The provider still has time, so there is nothing to dispute yet.",
)
DECISION = Text("请选择争议的结果。", "Choose what the dispute came to.")
RAISED = Text("“{name}”的共享申请发生争议，请先协商。", "The request for “{name}” is disputed.")


@transaction.atomic
def raise_dispute(request: SharingRequest, act: Act, *, claim: str) -> Dispute:
    """Dispute a refusal, or an answer or delivery that is overdue.

    Raises:
        Incomplete: nothing is claimed, or the provider still has time.
    """
    held = stepping.begin(request, "dispute", act)
    today = timezone.localdate(act.at)
    if held.state != "refused" and (held.due is None or days_left(held.due, today) >= 0):
        raise Incomplete(NOT_YET)
    said = needed(claim, field="claim")
    stepping.go(held, "dispute", act, event="request.moved", reason=said)
    state = read_life("disputes").states[FIRST]
    made = Dispute.objects.create(
        request=held,
        state=FIRST,
        entered=act.at,
        due=due_day(state.rule, today),
        due_rule=state.rule,
        claim=said,
        made=act.at,
        made_by=signed_in(act.actor),
    )
    due = made.due.isoformat() if made.due else None
    stepping.made(made, "dispute.raised", act, {"concerns": held.code, "due": due})
    people = holders("head", today=today, organisation=held.item.department_id)
    text = RAISED.format(name=held.item.name)
    tell(people, "dispute.raised", text, link=f"/disputes/{made.code}/", at=act.at)
    return made


@transaction.atomic
def answer(dispute: Dispute, act: Act, *, answer: str) -> Dispute:
    """Answer the claim as the provider."""
    held = stepping.begin(dispute, "answer", act)
    said = needed(answer, field="answer")
    stepping.go(held, "answer", act, event="", reason=said, answer=said)
    put(
        "dispute.answered",
        held.code,
        at=act.at,
        sealed={"reason": said, "actor": act.actor.account},
    )
    return held


@transaction.atomic
def escalate(dispute: Dispute, act: Act, *, reason: str) -> Dispute:
    """Bring what could not be negotiated to the authority: it goes on the meeting's agenda."""
    held = stepping.begin(dispute, "escalate", act)
    stepping.go(held, "escalate", act, event="dispute.moved", reason=needed(reason, field="reason"))
    return held


@transaction.atomic
def report(dispute: Dispute, act: Act, *, minutes: str) -> Dispute:
    """Report to the government what coordination did not settle."""
    held = stepping.begin(dispute, "report", act)
    said = needed(minutes, field="minutes")
    stepping.go(held, "report", act, event="dispute.moved", reason=said, minutes=said)
    return held


@transaction.atomic
def settle(dispute: Dispute, act: Act, *, decision: str, minutes: str) -> Dispute:
    """Enter what a dispute came to, and carry it out on the request: it binds both sides.

    Raises:
        Incomplete: no decision, or no minutes.
    """
    held = stepping.begin(dispute, "settle", act)
    if decision not in read_life("disputes").decisions:
        raise Incomplete(DECISION, field="decision")
    said = needed(minutes, field="minutes")
    stepping.go(
        held,
        "settle",
        act,
        event="dispute.moved",
        reason=said,
        decision=decision,
        minutes=said,
        decided=act.at,
    )
    request = held.request
    there = Act(act.actor, act.at, request.version)
    if decision == "share":
        moved = stepping.begin(request, "oblige", there)
        stepping.go(moved, "oblige", there, event="request.moved", reason=said, decision="agreed")
        if not giving.has_grant(moved):
            giving.give(moved, giving.last_reassessment(moved), "", {}, act)
    else:
        moved = stepping.begin(request, "uphold", there)
        stepping.go(moved, "uphold", there, event="request.moved", reason=said)
    return held
