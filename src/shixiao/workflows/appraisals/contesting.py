"""Contests of what was measured, their answers by the inspectorate, publication, withdrawal."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from shixiao.records.models import Appraisal, AppraisalContest, Organisation
from shixiao.seals import sha256_of
from shixiao.terms import Text
from shixiao.workflows.appraisals.indicators import names_of
from shixiao.workflows.appraisals.moving import begin, in_time, move
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import Act, needed
from shixiao.workflows.notices import holders, tell
from shixiao.workflows.permissions import signed_in
from shixiao.workflows.refusals import Incomplete, Stale

NO_REASON = Text("请写明哪里不对、依据是什么。", "Say what is wrong and on what grounds.")
NO_INDICATOR = Text("请选择对哪一项数值有异议。", "Choose which value is contested.")
NO_CONTEST = Text("请选择一项还没有答复的异议。", "Choose a contest that is not answered yet.")
NO_OUTCOME = Text("请选择异议是否成立。", "Say whether it is upheld.")
OVER = Text("提出异议的期限已过。", "The time to contest is over.")
UNANSWERED = Text(
    "还有 {n} 项异议没有答复，答复以后才能公布。",
    "{n} contests are not answered yet; it is published once each is.",
)
NOT_CORRECTED = Text(
    "有异议成立而没有重新测算，更正以后才能公布。",
    "A contest was upheld and the values are not corrected; measure again before it is published.",
)
CONTESTED = Text(
    "“{name}”有一项异议待答复。", "A contest in the appraisal “{name}” waits for an answer."
)
RULED = Text("“{name}”中的异议已有答复。", "Your contest in the appraisal “{name}” is answered.")


@transaction.atomic
def contest(
    appraisal: Appraisal, act: Act, *, row: int | None, reason: str
) -> list[AppraisalContest]:
    """Contest a value for the departments that one speaks for.

    Raises:
        Stale: the time is over.
        Incomplete: no such indicator, or no reason.
    """
    held = begin(appraisal, "contest", act)
    if not in_time(held, act):
        raise Stale(OVER)
    if row not in names_of(held):
        raise Incomplete(NO_INDICATOR, field="value")
    written = needed(reason, field="reason", missing=NO_REASON)
    made = []
    own = Organisation.objects.filter(appraised__appraisal=held, pk__in=act.actor.below)
    for department in own.order_by("code"):
        found = AppraisalContest.objects.create(
            appraisal=held,
            department=department,
            row=row,
            reason=written,
            at=act.at,
            by=signed_in(act.actor),
        )
        facts = {
            "contest": found.code,
            "department": department.code,
            "sha256": sha256_of(written),
            "row": row,
        }
        sealed = {"actor": act.actor.account}
        put("appraisal.contested", held.code, at=act.at, facts=facts, sealed=sealed)
        made.append(found)
    people = holders("inspector", today=timezone.localdate(act.at))
    text = CONTESTED.format(name=held.name)
    tell(people, "appraisal.contest", text, link=f"/appraisals/{held.code}/", at=act.at)
    return made


@transaction.atomic
def rule(
    appraisal: Appraisal, act: Act, *, contest: str, outcome: str, reason: str
) -> AppraisalContest:
    """Answer the contest of that code for good, as the inspectorate.

    Raises:
        Incomplete: no such contest, no outcome, or no reason.
    """
    held = begin(appraisal, "rule", act)
    waiting = held.contests.filter(code=contest, answered__isnull=True)
    found = waiting.select_related("by").first()
    if found is None:
        raise Incomplete(NO_CONTEST, field="contest")
    if outcome not in AppraisalContest.Outcome.values:
        raise Incomplete(NO_OUTCOME, field="ruling")
    found.answer = needed(reason, field="reason")
    found.outcome, found.answered, found.answered_by = outcome, act.at, act.actor.account
    found.save(update_fields=["outcome", "answer", "answered", "answered_by"])
    facts = {"contest": found.code, "outcome": outcome, "sha256": sha256_of(found.answer)}
    sealed = {"actor": act.actor.account}
    put("appraisal.ruled", held.code, at=act.at, facts=facts, sealed=sealed)
    text = RULED.format(name=held.name)
    tell([found.by], "appraisal.rule", text, link=f"/appraisals/{held.code}/", at=act.at)
    return found


@transaction.atomic
def publish(appraisal: Appraisal, act: Act) -> Appraisal:
    """Make the result public, with criticism, weights and contests.

    Raises:
        Stale: the time is not over, a contest is not answered or not followed.
    """
    held = begin(appraisal, "publish", act)
    waiting = held.contests.filter(answered__isnull=True).count()
    if waiting:
        raise Stale(UNANSWERED.format(n=waiting))
    if held.contests.filter(outcome__in=("upheld", "partly"), corrected__isnull=True).exists():
        raise Stale(NOT_CORRECTED)
    return move(held, "publish", act, published=act.at)


@transaction.atomic
def withdraw(appraisal: Appraisal, act: Act, *, reason: str) -> Appraisal:
    """End a round that will not be completed; the reason is public."""
    held = begin(appraisal, "withdraw", act)
    written = needed(reason, field="reason")
    held.reason = written
    return move(held, "withdraw", act, reason=written)
