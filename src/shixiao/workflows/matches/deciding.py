"""Deciding: a person confirms or rejects what is offered for a wording, or takes the word back.

A decision holds for the wording in every list of the department. A later one takes its place and
says what it replaced; nothing is rewritten, so a wording can be followed back to its beginning.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from shixiao.records.models import MatchDecision, MatchItem, Organisation
from shixiao.seals import sha256_of
from shixiao.terms import Text
from shixiao.workflows import moving
from shixiao.workflows.actors import Actor
from shixiao.workflows.leaves import put
from shixiao.workflows.matches.settling import offered, settle
from shixiao.workflows.permissions import check, signed_in
from shixiao.workflows.refusals import CHANGED, Incomplete, Stale

NOT_OFFERED = Text(
    "这个数据元不在给出的候选中，不能确认。",
    "This element is not among those offered and cannot be confirmed.",
)
NO_CANDIDATES = Text(
    "这一项没有候选，不需要确认。", "Nothing is offered for this item; there is nothing to decide."
)


@transaction.atomic
def confirm(
    item: MatchItem, element: str, *, seen: str, actor: Actor, at: datetime
) -> MatchDecision:
    """Confirm that an element answers a wording.

    Args:
        item: the wording in a run.
        element: id of a candidate.
        seen: id of the decision that the person saw there; "" for none.
        actor: who confirms.
        at: when.

    Raises:
        Forbidden: it is another department's.
        Incomplete: the element is not offered.
        Stale: somebody has decided since, or it was confirmed already.
    """
    check(actor, "match.confirm", item)
    candidate = next((each for each in offered(item) if each.element == element), None)
    if candidate is None:
        raise Incomplete(NOT_OFFERED, field="element")
    given = {
        "kind": MatchDecision.Kind.CONFIRMED,
        "element": candidate.element,
        "element_name": candidate.name,
    }
    made, before = _decided(item, given, seen, actor, at)
    _put("match.confirmed", made, before, {"element": candidate.element}, actor, at)
    return made


@transaction.atomic
def reject(item: MatchItem, *, seen: str, actor: Actor, at: datetime) -> MatchDecision:
    """Say that none of the elements offered answers a wording.

    Raises:
        Forbidden: it is another department's.
        Incomplete: nothing is offered.
        Stale: somebody has decided since, or it was rejected already.
    """
    check(actor, "match.confirm", item)
    if not item.candidates:
        raise Incomplete(NO_CANDIDATES)
    refused = [[each.element, each.name] for each in offered(item)]
    given = {"kind": MatchDecision.Kind.NONE, "refused": refused}
    made, before = _decided(item, given, seen, actor, at)
    _put("match.rejected", made, before, {}, actor, at)
    return made


@transaction.atomic
def withdraw(item: MatchItem, *, seen: str, actor: Actor, at: datetime) -> None:
    """Take the department's word on a wording back; the wording is open again.

    Raises:
        Forbidden: it is another department's.
        Stale: there is none, or another than the person saw.
    """
    check(actor, "match.confirm", item)
    standing = _held(item, seen)
    if standing is None or item.decision_id is None:
        raise Stale(CHANGED)
    _end(standing, actor, at)
    settle(_department(item), [item.key])
    facts = {"department": _department(item).code, "previous_sha256": hash_of(standing)}
    put("match.withdrawn", item.run.code, at=at, facts=facts, sealed={"actor": actor.account})


def hash_of(decision: MatchDecision) -> str:
    """Return the hash of what was decided."""
    return sha256_of(
        {
            "wording": decision.wording,
            "kind": str(decision.kind),
            "element": decision.element,
            "name": decision.element_name,
            "refused": decision.refused,
        }
    )


def _decided(
    item: MatchItem, given: dict[str, Any], seen: str, actor: Actor, at: datetime
) -> tuple[MatchDecision, MatchDecision | None]:
    """Put a decision in the place of the one that stood; return both."""
    standing = _held(item, seen)
    made = MatchDecision(
        run=item.run,
        department=_department(item),
        wording=item.name,
        key=item.key,
        at=at,
        by=signed_in(actor),
        previous=standing,
        **given,
    )
    if standing is not None:
        if item.decision_id == standing.pk and _same(standing, made):
            raise Stale(CHANGED)
        _end(standing, actor, at)
    made.save(force_insert=True)
    settle(_department(item), [item.key])
    return made, standing


def _held(item: MatchItem, seen: str) -> MatchDecision | None:
    """Return the decision that stands, kept from others until the transaction ends.

    Raises:
        Stale: the person saw another.
    """
    moving.locked(_department(item))
    item.refresh_from_db(fields=["decision"])
    if seen != str(item.decision_id or ""):
        raise Stale(CHANGED)
    rows = MatchDecision.objects.filter(department=_department(item), key=item.key)
    return rows.filter(ended__isnull=True).first()


def _same(one: MatchDecision, other: MatchDecision) -> bool:
    """Say whether two decisions on a wording say the same."""
    told = ("kind", "element", "element_name", "refused")
    return all(getattr(one, name) == getattr(other, name) for name in told)


def _end(standing: MatchDecision, actor: Actor, at: datetime) -> None:
    standing.ended, standing.ended_by = at, signed_in(actor)
    standing.save(update_fields=["ended", "ended_by"])


def _put(
    event: str,
    made: MatchDecision,
    before: MatchDecision | None,
    more: dict[str, str],
    actor: Actor,
    at: datetime,
) -> None:
    facts = {
        "department": made.department.code,
        "sha256": hash_of(made),
        "previous_sha256": "" if before is None else hash_of(before),
    }
    put(event, made.run.code, at=at, facts=facts | more, sealed={"actor": actor.account})


def _department(item: MatchItem) -> Organisation:
    return item.run.department
