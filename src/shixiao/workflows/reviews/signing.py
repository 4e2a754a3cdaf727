"""Signing: the panel fixes its criterion, answers every lead, and each signs an opinion alone.

Opinions of others are not shown before all have signed. The last signature publishes the review,
sets the day of the next (rule ALG-07), and the gate hears the outcome.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from shixiao.fairness.algorithms.criteria import criteria
from shixiao.records.models import AlgorithmReview, ReviewSeat, System
from shixiao.seals import sha256_of
from shixiao.terms import Text
from shixiao.workflows import draws, moving
from shixiao.workflows.actors import Actor
from shixiao.workflows.algorithms.dues import next_due
from shixiao.workflows.clock import pack
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import Act, needed
from shixiao.workflows.permissions import check, signed_in
from shixiao.workflows.refusals import NOT_YOURS, Forbidden, Incomplete, Stale
from shixiao.workflows.reviews.convening import EVENT, life
from shixiao.workflows.systems.admitting import shut
from shixiao.workflows.systems.retesting import force

REVIEW, OLDEST = "algorithm.review", "ALG-11"
GRAVEST = ("suspend", "human", "correct", "keep")
OUTCOMES = {
    "keep": Text("继续使用", "Keep it in use"),
    "correct": Text("整改后使用", "Correct it"),
    "human": Text("只能由人作最后决定", "A person makes every final decision"),
    "suspend": Text("暂停使用", "Suspend it"),
}
NO_CRITERION = Text("请选择公平准则。", "Choose the criterion.")
NO_ANSWER = Text(
    "还有 {n} 处没有答复，不能签署。", "{n} points are not answered; nobody can sign yet."
)
UNKNOWN_POINT = Text("没有这一处。", "There is no such point.")
SIGNED = Text("您已经签署，不能再改。", "You have signed; it cannot be changed any more.")
ANSWERS_STAND = Text("已有人签署，答复不再改变。", "Somebody has signed; the answers stand.")
NO_OUTCOME = Text("请选择结论。", "Choose an outcome.")
NO_OPINION = Text("请写明您自己的意见和理由。", "Give your own opinion, with reasons.")
TOO_OLD = Text(
    "审计结果超过 {days} 天，须重新审查。",
    "The audit is more than {days} days old; review it anew.",
)
SUSPENDED = Text(
    "专家定期审查的结论是暂停使用。", "The experts' periodic review ended in suspension."
)


def seat_of(review: AlgorithmReview, actor: Actor) -> ReviewSeat | None:
    """Return the seat of a person who was drawn; None where he was not."""
    if actor.account is None:
        return None
    return review.seats.filter(account=actor.account, drawn=True).first()


@transaction.atomic
def fix(review: AlgorithmReview, act: Act, *, criterion: str, reason: str) -> AlgorithmReview:
    """Fix the criterion that governs; the lead does it, before any figure is entered.

    Raises:
        Forbidden: the person does not lead the panel.
        Stale: it is fixed already.
        Incomplete: no criterion or no reason.
    """
    held, seat = _begin(review, "fix", act)
    if not seat.lead:
        raise Forbidden(NOT_YOURS)
    if criterion not in criteria():
        raise Incomplete(NO_CRITERION, field="criterion")
    held.criterion, held.criterion_reason = criterion, needed(reason, field="reason")
    held.criterion_by, held.criterion_at = signed_in(act.actor), act.at
    _move(held, "fix", act, outcome=criterion, reason=held.criterion_reason)
    return held


@transaction.atomic
def reply(review: AlgorithmReview, act: Act, *, answers: Mapping[str, str]) -> AlgorithmReview:
    """Answer leads and what cannot be told; empty answers leave a point open.

    Raises:
        Forbidden: the person was not drawn.
        Stale: it has moved on, or somebody has signed.
        Incomplete: there is no such point.
    """
    held, _ = _begin(review, "reply", act)
    if held.seats.filter(signed__isnull=False).exists():
        raise Stale(ANSWERS_STAND)
    known = {point["key"] for point in points_of(held)}
    if not set(answers) <= known:
        raise Incomplete(UNKNOWN_POINT)
    given = {key: text.strip() for key, text in answers.items()}
    for text in given.values():
        if text:
            needed(text, field="answers")
    held.answers = {k: v for k, v in (held.answers | given).items() if v}
    moving.touch(held)
    return held


def unanswered(review: AlgorithmReview) -> int:
    """Return how many points are not answered."""
    return sum(point["key"] not in review.answers for point in points_of(review))


def points_of(review: AlgorithmReview) -> list[dict[str, Any]]:
    """Return what the panel has to answer; nothing before the audit."""
    found: list[dict[str, Any]] = review.audit["points"] if review.audit else []
    return found


@transaction.atomic
def sign(review: AlgorithmReview, act: Act, *, outcome: str, opinion: str) -> AlgorithmReview:
    """Sign an opinion; the last signature publishes the review.

    Raises:
        Forbidden: the person was not drawn.
        Stale: it has moved on, the person has signed, or the audit is too old.
        Incomplete: a point is not answered, no outcome, or no opinion.
    """
    held, seat = _begin(review, "sign", act)
    if seat.signed is not None:
        raise Stale(SIGNED)
    left = unanswered(held)
    if left:
        raise Incomplete(NO_ANSWER.format(n=left))
    days = int(pack().number(OLDEST))
    if held.audited is None or act.at - held.audited > timedelta(days=days):
        raise Stale(TOO_OLD.format(days=days))
    if outcome not in OUTCOMES:
        raise Incomplete(NO_OUTCOME, field="outcome")
    seat.outcome = outcome
    seat.opinion = needed(opinion, field="opinion", missing=NO_OPINION)
    told = [held.code, held.audit_sha256, held.answers, outcome, seat.opinion]
    seat.sha256, seat.signed = sha256_of(told), act.at
    seat.save()
    moving.touch(held)
    facts = {"concerns": held.algorithm.code, "part": "signed", "sha256": seat.sha256}
    sealed = {"actor": act.actor.account, "statement": seat.opinion}
    put(EVENT, held.code, at=act.at, facts=facts, sealed=sealed)
    if not held.seats.filter(drawn=True, signed__isnull=True).exists():
        _finish(held, act)
    return held


def decided(outcomes: list[str]) -> str:
    """Return what most experts think; where as many think otherwise, the graver."""
    counted = Counter(outcomes)
    most = max(counted.values())
    return next(each for each in GRAVEST if counted[each] == most)


def _finish(held: AlgorithmReview, act: Act) -> None:
    """Publish the review, and let the gate hear."""
    seats = list(held.seats.filter(drawn=True))
    held.outcome, held.done = decided([seat.outcome for seat in seats]), act.at
    algorithm = moving.locked(held.algorithm)
    # The gravest of then and today: evidence may have gone while the panel was at work.
    level = max(held.level, algorithm.level or held.level)
    algorithm.due = next_due(level, timezone.localdate(act.at))
    algorithm.save(update_fields=["due"])
    digest = sha256_of(sorted(seat.sha256 for seat in seats))
    _move(held, "finish", act, outcome=held.outcome, sha256=digest, due=algorithm.due.isoformat())
    draws.reveal(held.code, at=act.at)
    _act_on(moving.locked(algorithm.system), held, act.at)


def _act_on(system: System, review: AlgorithmReview, at: datetime) -> None:
    """Shut the system, or force a new test, as the outcome says."""
    if system.state != "admitted" or review.outcome == "keep":
        return
    if review.outcome == "suspend":
        shut(system, reason=SUSPENDED, at=at)
    else:
        force(system, "finding", review.code, at=at)


def _begin(review: AlgorithmReview, verb: str, act: Act) -> tuple[AlgorithmReview, ReviewSeat]:
    held = moving.locked(review)
    check(act.actor, REVIEW, held)
    seat = seat_of(held, act.actor)
    if seat is None:
        raise Forbidden(NOT_YOURS)
    moving.check_seen(held, life().verbs[verb], act)
    return held, seat


def _move(held: AlgorithmReview, verb: str, act: Act, *, reason: str = "", **facts: object) -> None:
    was = held.state
    held.state, held.entered = life().verbs[verb].to, act.at
    moving.touch(held)
    told = {
        "concerns": held.algorithm.code,
        "part": verb,
        "from_state": was,
        "state": held.state,
        **facts,
    }
    sealed = {"actor": act.actor.account, "reason": reason}
    put(EVENT, held.code, at=act.at, facts=told, sealed=sealed)
