"""Carrying out: a decision is corrected, alike ones are looked at again, and the cube follows.

A corrected decision is counted as it stands now, so that the same audit measures what the
correction did. An objection is not carried out before every alike decision has an answer.
"""

from __future__ import annotations

from dataclasses import replace

from django.db import transaction

from shixiao.fairness.decisions import added, counts_of, less
from shixiao.records.models import AlikeDecision, LoggedDecision, Objection
from shixiao.terms import Text
from shixiao.workflows import moving
from shixiao.workflows.decisions.checking import record_of
from shixiao.workflows.decisions.laying import scheme_of
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import Act, needed
from shixiao.workflows.objections.moving import begin, go
from shixiao.workflows.permissions import check, signed_in
from shixiao.workflows.refusals import CHANGED, Incomplete, Stale

ALTERS = ("uphold", "correct")
CHANGES = ("uphold", "correct", "redecide", "correct_data")
NO_RESULT = Text("请选择现在的结果。", "Choose the result that stands now.")
NO_CHANGE = Text(
    "异议成立，决定须撤销或更正：现在的结果不能与原来的相同。",
    "The objection was upheld and the decision is to be quashed or corrected: what stands now"
    " cannot be what stood before.",
)
STILL = Text(
    "还有 {n} 件同类决定没有重新审查。", "{n} alike decisions have not been looked at again."
)


@transaction.atomic
def carry(objection: Objection, act: Act, *, result: str, reason: str) -> Objection:
    """Enter that what was decided is carried out; the decision then stands corrected.

    Args:
        objection: that was upheld.
        act: who, when, which version he saw.
        result: that stands now; "" for an objection to a system, or where the system is suspended.
        reason: what was done.

    Raises:
        Forbidden, Stale: it is another department's; it moved on.
        Incomplete: no result or the one that was quashed, no word of what was done, or alike
            decisions are open.
    """
    held = begin(objection, "carry", act)
    open_ = held.alike.filter(state=AlikeDecision.State.OPEN).count()
    if open_:
        raise Incomplete(STILL.format(n=open_))
    if held.decision is not None and held.outcome in CHANGES:
        stands = held.decision.corrected or held.decision.final
        if held.outcome in ALTERS and result == stands:
            raise Incomplete(NO_CHANGE, field="result")
        correct(held.decision, act, result=result, reason=reason, reference=held.code)
    go(held, "carry", act, {"reason": reason})
    return held


@transaction.atomic
def look_again(alike: AlikeDecision, act: Act, *, result: str, reason: str) -> AlikeDecision:
    """Answer an alike decision: it is kept, or corrected to another result.

    Raises:
        Forbidden: it is another department's.
        Stale: it was answered.
        Incomplete: no reason.
    """
    held = moving.locked(alike)
    check(act.actor, "objection.carry", held)
    if held.state != AlikeDecision.State.OPEN or held.objection.state != "decided":
        raise Stale(CHANGED)
    said = needed(reason, field="reason")
    if result and result != held.decision.final:
        correct(held.decision, act, result=result, reason=said, reference=held.objection.code)
        held.state = AlikeDecision.State.CORRECTED
    else:
        held.state = AlikeDecision.State.KEPT
    held.reason, held.at, held.by = said, act.at, signed_in(act.actor)
    held.save()
    return held


def correct(
    decision: LoggedDecision, act: Act, *, result: str, reason: str, reference: str
) -> LoggedDecision:
    """Let another result stand instead of a decision's, and count it as it stands.

    Raises:
        Incomplete: no such result is laid down.
    """
    held = moving.locked(decision)
    scheme = scheme_of(held.system, at=held.received)
    if scheme is None or result not in scheme.outcomes:
        raise Incomplete(NO_RESULT, field="result")
    record = record_of(held)
    before = counts_of(replace(record, final=held.corrected or held.final), scheme)
    after = counts_of(replace(record, final=result), scheme)
    cell = moving.locked(held.cell)
    cell.counts = added(cell.counts, less(before), after)
    cell.save(update_fields=["counts"])
    held.corrected, held.corrected_at, held.suspended = result, act.at, False
    held.save(update_fields=["corrected", "corrected_at", "suspended"])
    facts = {"concerns": reference, "outcome": result}
    sealed = {"actor": act.actor.account, "reason": reason}
    put("decision.corrected", held.code, at=act.at, facts=facts, sealed=sealed)
    return held
