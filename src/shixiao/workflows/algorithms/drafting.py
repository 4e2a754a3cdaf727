"""Drafting: a department fills in what its algorithm is, by which law, and how grave it is.

Nothing of a draft is public. What is saved is checked field by field; what is lacking is told when
it is to be published.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from shixiao.fairness.algorithms.authority import Authority, check_authorities
from shixiao.fairness.algorithms.entries import plain_entry
from shixiao.fairness.algorithms.questions import NONE, questionnaire
from shixiao.records.models import Algorithm, System
from shixiao.terms import Text
from shixiao.workflows import moving
from shixiao.workflows.actors import Actor
from shixiao.workflows.permissions import check, signed_in
from shixiao.workflows.refusals import CHANGED, Incomplete, Stale

MANAGE = "algorithm.manage"
RETIRED = "retired"
PAPERS = {
    "hearing": Text("听证笔录文号", "Number of the record of the hearing"),
    "approval": Text("批准文件文号", "Number of the approval"),
}
LONGEST = 300
THERE = Text("这个系统已经有算法登记。", "This system has an entry already.")
OVER = Text("系统已停用，登记不再改变。", "The system is retired; its entry changes no more.")
WRONG_ANSWER = Text("请从清单里选择回答。", "Choose the answers from the list.")


@transaction.atomic
def begin_entry(system: System, *, actor: Actor, at: datetime) -> Algorithm:
    """Begin the entry of a system; it takes over what the register of systems knows.

    Raises:
        Forbidden: it is another department's.
        Stale: there is one, or the system is retired.
    """
    held = moving.locked(system)
    check(actor, MANAGE, held)
    if held.state == RETIRED:
        raise Stale(OVER)
    release = held.releases.first()
    known = {
        "name": held.name.to_json(),
        "goal": held.about,
        "supplier": held.supplier,
        "versions": [release.label] if release else [],
    }
    try:
        with transaction.atomic():
            return Algorithm.objects.create(
                system=held,
                draft={"fields": plain_entry(known)},
                made=at,
                made_by=signed_in(actor),
            )
    except IntegrityError:
        raise Stale(THERE) from None


def save_fields(
    algorithm: Algorithm, given: Mapping[str, Any], *, seen: int, actor: Actor
) -> Algorithm:
    """Save the fields of some sections; the others stay.

    Raises:
        Forbidden: it is another department's.
        Stale: it changed since.
        BadInput: a field holds what it cannot hold.
    """
    return _save(algorithm, seen, actor, lambda draft: _fields(draft, given))


def save_authorities(
    algorithm: Algorithm, given: Sequence[Authority], *, seen: int, actor: Actor
) -> Algorithm:
    """Save the chain of authority.

    Raises:
        Forbidden, Stale: as for the fields.
        BadInput: one names no law, or binds nothing.
    """
    check_authorities(given)
    told = [each.to_json() for each in given]
    return _save(algorithm, seen, actor, lambda draft: {**draft, "authorities": told})


def save_answers(
    algorithm: Algorithm,
    answers: Mapping[str, Sequence[str]],
    references: Mapping[str, str],
    *,
    seen: int,
    actor: Actor,
) -> Algorithm:
    """Save the answers of the questionnaire, and what mitigations that are declared rest on.

    Raises:
        Forbidden, Stale: as for the fields.
        Incomplete: an answer is none.
    """
    known = {q.id: {option.id for option in q.options} for q in questionnaire().questions}
    for name, chosen in answers.items():
        alone = NONE in chosen and len(set(chosen)) > 1
        if alone or not set(chosen) <= known.get(name, set()):
            raise Incomplete(WRONG_ANSWER, field=name)
    told = {
        "answers": {name: sorted(chosen) for name, chosen in answers.items() if chosen},
        "references": {k: v.strip()[:LONGEST] for k, v in references.items() if v.strip()},
    }
    return _save(algorithm, seen, actor, lambda draft: {**draft, **told})


def save_papers(
    algorithm: Algorithm, given: Mapping[str, str], *, seen: int, actor: Actor
) -> Algorithm:
    """Save the numbers of the documents that duties ask for.

    Raises:
        Forbidden, Stale: as for the fields.
    """
    told = {name: given.get(name, "").strip()[:LONGEST] for name in PAPERS}
    return _save(algorithm, seen, actor, lambda draft: {**draft, "papers": told})


def _fields(draft: dict[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    kept = {k: v for k, v in draft.get("fields", {}).items() if k not in given}
    return {**draft, "fields": plain_entry(kept | dict(given))}


@transaction.atomic
def _save(algorithm: Algorithm, seen: int, actor: Actor, change: Any) -> Algorithm:
    held = moving.locked(algorithm)
    check(actor, MANAGE, held)
    if held.system.state == RETIRED:
        raise Stale(OVER)
    if seen != held.version:
        raise Stale(CHANGED)
    held.draft = change(dict(held.draft))
    held.version += 1
    held.save(update_fields=["draft", "version"])
    return held
