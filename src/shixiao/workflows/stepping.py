"""Steps of sharing: requests, corrections, disputes, grants and copies move; each step is kept.

Two departments face each other in all of them. A verb of the provider is checked against the
dataset, which belongs to it; every other verb against the record, which belongs to the other side.
Meetings that coordinate them, and what these decide, go the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django.utils import timezone

from shixiao.records.models import (
    CatalogueItem,
    Correction,
    DataCopy,
    Dispute,
    Grant,
    Meeting,
    Resolution,
    SharingRequest,
    SharingStep,
)
from shixiao.terms import Text
from shixiao.workflows import moving
from shixiao.workflows.actors import Actor
from shixiao.workflows.clock import days_left
from shixiao.workflows.leaves import put
from shixiao.workflows.lives import Life, Verb, read_life
from shixiao.workflows.moving import Act, Term
from shixiao.workflows.permissions import check, may

PROVIDER = {"request.answer", "correction.answer", "grant.manage"}
Row = TypeVar("Row", SharingRequest, Correction, Dispute, Grant, DataCopy, Meeting, Resolution)
Shared = SharingRequest | Correction | Dispute | Grant | DataCopy
Moving = Shared | Meeting | Resolution
LIVES = {
    SharingRequest: "requests",
    Correction: "corrections",
    Dispute: "disputes",
    Grant: "grants",
    Meeting: "meetings",
    Resolution: "resolutions",
    DataCopy: "copies",
}


def life_of(row: Moving) -> Life:
    """Return the life that a record goes through."""
    return read_life(LIVES[type(row)])


def item_of(row: Shared) -> CatalogueItem:
    """Return the dataset that it is about."""
    return row.request.item if isinstance(row, Dispute) else row.item


def may_do(actor: Actor, verb: Verb, row: Moving) -> bool:
    """Say whether the person may carry a verb out on this record; not both parts of a pair."""
    proposer = getattr(row, "proposed_by_id", None)
    if verb.pair and actor.account is not None and proposer == actor.account.pk:
        return False
    return may(actor, verb.right, _belonging(verb.right, row))


def _belonging(right: str, row: Moving) -> Moving | CatalogueItem:
    """Return what a right is checked against: verbs of the provider against the dataset."""
    return item_of(row) if right in PROVIDER and isinstance(row, Shared) else row


def may_read(actor: Actor, right: str, row: Shared) -> bool:
    """Say whether the person reads it in full: people of either side, and who supervises."""
    return may(actor, right, row) or may(actor, right, item_of(row))


def doable(row: Moving, actor: Actor, today: date) -> list[Verb]:
    """Return what the person can do with a record now."""
    verbs = life_of(row).verbs_from(row.state)
    over = row.due is not None and days_left(row.due, today) < 0
    return [v for v in verbs if may_do(actor, v, row) and (over or not v.after_due)]


def begin(row: Row, verb: str, act: Act) -> Row:
    """Lock a record on which a verb is to be carried out.

    Raises:
        Forbidden: the person may not do it.
        Stale: the record moved on since the person saw it.
    """
    held, wanted = moving.locked(row), life_of(row).verbs[verb]
    check(act.actor, wanted.right, _belonging(wanted.right, held))
    moving.check_seen(held, wanted, act)
    return held


def go(
    row: Moving,
    verb: str,
    act: Act,
    *,
    event: str,
    reason: str = "",
    term: Term | None = None,
    **changed: Any,
) -> None:
    """Carry a verb out on a locked record, and keep the step."""
    left, due = row.state, row.due
    if life_of(row).verbs[verb].to:
        moving.move(row, verb, act, life_of(row), event, reason=reason, term=term, **changed)
    else:
        moving.touch(row, **changed)
    keep(row, verb, act, left=left, due=due, reason=reason)


def keep(
    row: Moving | CatalogueItem,
    verb: str,
    act: Act,
    *,
    left: str = "",
    due: date | None = None,
    reason: str = "",
) -> None:
    """Keep a step of a record."""
    person = act.actor.account
    post = None if person is None else person.posts.order_by("-starts").first()
    SharingStep.objects.create(
        subject=row.code,
        verb=verb,
        at=act.at,
        account=person,
        organisation=None if post is None else post.organisation,
        left=left,
        state=row.state,
        due=due,
        reason=reason,
    )


def made(row: Moving, event: str, act: Act, facts: Mapping[str, Any]) -> None:
    """Put the beginning of a record on the ledger, and keep it as its first step."""
    put(event, row.code, at=act.at, facts=facts, sealed={"actor": act.actor.account})
    keep(row, "make", act)


@dataclass(frozen=True, slots=True)
class Delay:
    """Working days beyond a period, and at whose door they lie.

    Attributes:
        state: the state that lasted too long.
        owner: whose turn it was.
        days: working days beyond the due day.
    """

    state: Text
    owner: Text
    days: int


def delays(row: Shared, steps: Iterable[SharingStep], today: date) -> list[Delay]:
    """Return which states lasted beyond their periods; the owner of each answers for its days.

    A state that still lasts counts up to today. Days on which the clock stood still are nobody's.
    """
    ends = [
        (step.left, -days_left(step.due, timezone.localdate(step.at)))
        for step in steps
        if step.due is not None and step.left != step.state
    ]
    if row.due is not None:
        ends.append((row.state, -days_left(row.due, today)))
    states = life_of(row).states
    return [
        Delay(states[name].name, owner, days)
        for name, days in ends
        if days > 0 and (owner := states[name].owner) is not None
    ]
