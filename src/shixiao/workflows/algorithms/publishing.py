"""Publishing: one person proposes an edition, another confirms the very same; it stays for good."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from shixiao.fairness.algorithms.entries import lacks
from shixiao.fairness.algorithms.questions import questionnaire
from shixiao.records.models import Algorithm, AlgorithmEdition
from shixiao.seals import sha256_of
from shixiao.terms import Text
from shixiao.workflows import moving
from shixiao.workflows.actors import Actor, actor_of
from shixiao.workflows.algorithms.drafting import MANAGE, OVER, RETIRED
from shixiao.workflows.algorithms.dues import due_at
from shixiao.workflows.algorithms.standing import Standing, published, standing
from shixiao.workflows.clock import pack
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import needed
from shixiao.workflows.notices import holders, tell
from shixiao.workflows.permissions import check, may, signed_in
from shixiao.workflows.refusals import CHANGED, Forbidden, Incomplete, Stale
from shixiao.workflows.roles import Scope

PUBLISH, APPROVER, DEPARTMENT = "algorithm.publish", "ALG-09", "department"
WAITS = Text("已有一版等待确认。", "An edition waits for an answer already.")
SAME_AS = Text("与已公布的一版没有不同。", "It does not differ from the published edition.")
UNANSWERED = Text(
    "影响问卷还有 {n} 题没有回答", "{n} questions of the questionnaire are not answered"
)
DISCRETION = frozenset({"bound", "open"})
NO_DISCRETIONS = Text(
    "影响问卷说决定含有裁量，但登记没有写有哪些裁量",
    "the questionnaire says that there is discretion, and the entry does not say which",
)
NOT_YET = Text("还不能公布：{why}。", "It cannot be published yet: {why}.")
ANSWERED = Text("这一版已经答复。", "This edition was answered already.")
SAME = Text("须由另一人确认，提出的人不能自己确认。", "Another person has to confirm it.")
BY_BUREAU = Text(
    "这一级由数据局或者政府批准使用（规则 ALG-09），须由数据局确认，本部门不能自己确认。",
    "At this level the bureau or the government approves its use (rule ALG-09), so the bureau"
    " confirms it and the department itself does not.",
)
NOT_ANY_MORE = Text(
    "提出的人已经不能这样办理，请退回后重新提出。",
    "Whoever proposed this may no longer do so; send it back and have it proposed anew.",
)
TO_CONFIRM = Text("“{name}”的算法登记待您确认。", "The entry of “{name}” waits for you.")


def lacking(content: Mapping[str, Any], found: Standing) -> tuple[Text, ...]:
    """Say what a content lacks before it can be published."""
    told = list(lacks(content.get("fields", {})))
    discretion = set(content.get("answers", {}).get("discretion", ()))
    if discretion & DISCRETION and not content.get("fields", {}).get("discretions"):
        told.append(NO_DISCRETIONS)
    if found.score.unanswered:
        told.append(UNANSWERED.format(n=len(found.score.unanswered)))
    return tuple(told)


@transaction.atomic
def propose(
    algorithm: Algorithm, *, reason: str, seen: int, actor: Actor, at: datetime
) -> AlgorithmEdition:
    """Propose to publish the draft as it is.

    Raises:
        Forbidden: it is another department's.
        Stale: it changed since, one waits, or nothing differs.
        Incomplete: something is lacking, or no reason is given.
    """
    held = moving.locked(algorithm)
    check(actor, MANAGE, held)
    if held.system.state == RETIRED:
        raise Stale(OVER)
    if seen != held.version:
        raise Stale(CHANGED)
    if held.editions.filter(answered__isnull=True).exists():
        raise Stale(WAITS)
    newest = published(held)
    if newest is not None and newest.content == held.draft:
        raise Stale(SAME_AS)
    found = standing(held, held.draft, today=timezone.localdate(at))
    wrong = lacking(held.draft, found)
    if wrong:
        raise Incomplete(NOT_YET.format(why=wrong[0]))
    made = AlgorithmEdition.objects.create(
        algorithm=held,
        content=held.draft,
        sha256=sha256_of(held.draft),
        score=told_score(found),
        level=found.score.level,
        rules_sha256=pack().hash,
        reason=needed(reason, field="reason"),
        proposed=at,
        proposed_by=signed_in(actor),
    )
    facts = {"concerns": held.system.code, "sha256": made.sha256, "rules_sha256": made.rules_sha256}
    sealed = {"actor": actor.account, "reason": made.reason}
    put("algorithm.proposed", held.code, at=at, facts=facts, sealed=sealed)
    _tell(held, made, at)
    return made


@transaction.atomic
def confirm(edition: AlgorithmEdition, *, actor: Actor, at: datetime) -> AlgorithmEdition:
    """Publish an edition that another person proposed.

    Raises:
        Forbidden: the person proposed it, may not publish, or whoever proposed may no longer; or
            the department itself would confirm what the bureau or the government approves.
        Stale: it was answered.
    """
    held, algorithm = _answering(edition, actor)
    if not may_confirm(held, actor):
        raise Forbidden(BY_BUREAU)
    first = held.proposed_by
    if first.pk == signed_in(actor).pk:
        raise Forbidden(SAME)
    if not may(actor_of(first, today=timezone.localdate(at)), MANAGE, algorithm):
        raise Forbidden(NOT_ANY_MORE)
    before = published(algorithm)
    held.number = before.number + 1 if before and before.number else 1
    today = timezone.localdate(at)
    algorithm.due = due_at(held.level, algorithm.due, algorithm.level or held.level, today=today)
    algorithm.level = held.level
    algorithm.save(update_fields=["level", "due"])
    _answer(held, True, "", actor, at, previous=before.sha256 if before else "")
    return held


def may_confirm(edition: AlgorithmEdition, actor: Actor) -> bool:
    """Say whether a person's reach covers the level of an edition (rule ALG-09)."""
    approver = pack().value(APPROVER, f"level_{edition.level}")
    if approver != DEPARTMENT and actor.reach(PUBLISH) is not Scope.ANY:
        return False
    return may(actor, PUBLISH, edition)


@transaction.atomic
def send_back(
    edition: AlgorithmEdition, *, reason: str, actor: Actor, at: datetime
) -> AlgorithmEdition:
    """Refuse a proposed edition.

    Raises:
        Forbidden: the person may not publish.
        Stale: it was answered.
        Incomplete: no reason.
    """
    held, _ = _answering(edition, actor)
    _answer(held, False, needed(reason, field="reason"), actor, at)
    return held


def told_score(found: Standing) -> dict[str, Any]:
    """Return a score as plain values, for the record and the page."""
    made = found.score
    return {
        "risk": made.risk,
        "most_risk": made.most_risk,
        "mitigation": made.mitigation,
        "most_mitigation": made.most_mitigation,
        "cut": made.cut,
        "net": made.net,
        "level": made.level,
        "points": dict(made.points),
        "why": {name: text.to_json() for name, text in found.why.items()},
        "questions_sha256": sha256_of([str(q) for q in questionnaire().questions]),
    }


def _answering(edition: AlgorithmEdition, actor: Actor) -> tuple[AlgorithmEdition, Algorithm]:
    algorithm = moving.locked(edition.algorithm)
    check(actor, PUBLISH, algorithm)
    held = moving.locked(edition)
    if held.answered is not None:
        raise Stale(ANSWERED)
    return held, algorithm


def _answer(
    held: AlgorithmEdition,
    confirmed: bool,
    answer: str,
    actor: Actor,
    at: datetime,
    *,
    previous: str = "",
) -> None:
    held.confirmed, held.answer = confirmed, answer
    held.answered, held.answered_by = at, signed_in(actor)
    held.save()
    facts = {
        "concerns": held.algorithm.system.code,
        "outcome": "published" if confirmed else "sent_back",
        "sha256": held.sha256,
        "version": str(held.number) if confirmed else None,
        "previous_sha256": previous,
    }
    sealed = {"actor": held.proposed_by, "second_actor": actor.account, "reason": answer}
    put("algorithm.published", held.algorithm.code, at=at, facts=facts, sealed=sealed)


def _tell(algorithm: Algorithm, made: AlgorithmEdition, at: datetime) -> None:
    today, department = timezone.localdate(at), algorithm.system.department_id
    people = [
        person
        for person in (
            *holders("head", today=today, organisation=department),
            *holders("analyst", today=today),
        )
        if person.pk != made.proposed_by_id and may_confirm(made, actor_of(person, today=today))
    ]
    text = TO_CONFIRM.format(name=algorithm.system.name)
    tell(people, "algorithm.proposed", text, link=f"/algorithms/{algorithm.code}/", at=at)
