"""Copies of a dataset: registered with their time, and destroyed by two people or not at all."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from shixiao.records.models import CatalogueItem, DataCopy, Grant, Organisation
from shixiao.seals import sha256_of
from shixiao.terms import Text
from shixiao.workflows import stepping
from shixiao.workflows.actors import Actor, actor_of
from shixiao.workflows.leaves import put
from shixiao.workflows.lifecycle.standing import recount
from shixiao.workflows.moving import Act, Term, needed
from shixiao.workflows.notices import holders, tell
from shixiao.workflows.permissions import check, may, signed_in
from shixiao.workflows.refusals import Forbidden, Incomplete

FIRST = "kept"
NO_NAME = Text("请写明是什么副本。", "Say what copy it is.")
NO_PLACE = Text("请写明副本在哪里。", "Say where it lies.")
NO_HOW = Text(
    "请写明怎样销毁、何时销毁、谁在场。", "Say how it is destroyed, when, and who is there."
)
NOT_HOLDER = Text(
    "只有提供部门和有授权的部门才会有这个数据集的副本。",
    "Only the provider and departments with a grant have copies of this dataset.",
)
TOO_FAR = Text(
    "保存期限最长 {years} 年，且不早于今天。",
    "It is kept for {years} years at most, and until today at least.",
)
PAST_GRANT = Text(
    "保存期限不能超过授权期（到 {ends}）。",
    "It is not kept beyond the grant, which ends on {ends}.",
)
LATER = Text("新的期限须晚于原来的期限。", "The new day lies after the old one.")
SAME = Text(
    "销毁须由本部门另一人确认，提出的人不能自己确认。",
    "Another person of the department confirms it, not whoever proposed it.",
)
NOT_ANY_MORE = Text(
    "提出的人已经不能这样办理，请退回后重新提出。",
    "Whoever proposed this may no longer do so; send it back and have it proposed anew.",
)
TO_CONFIRM = Text(
    "“{name}”的副本待您确认销毁。", "A copy of “{name}” waits for you to confirm its destruction."
)
YEARS = 30


@transaction.atomic
def register(
    item: CatalogueItem,
    *,
    holder: Organisation,
    name: str,
    place: str,
    keep_until: date,
    actor: Actor,
    at: datetime,
) -> DataCopy:
    """Register a copy of the provider, or of a department with a grant.

    Raises:
        Forbidden: the person does not act for the department.
        Incomplete: something is missing or cannot be.
    """
    check(actor, "life.manage", holder)
    grant = None
    if holder.pk != item.department_id:
        grant = Grant.objects.filter(item=item, recipient=holder).order_by("-ends").first()
        if grant is None:
            raise Incomplete(NOT_HOLDER)
    _check_day(keep_until, grant, timezone.localdate(at))
    made = DataCopy.objects.create(
        item=item,
        holder=holder,
        grant=grant,
        name=needed(name, field="name", missing=NO_NAME),
        place=needed(place, field="place", missing=NO_PLACE),
        keep_until=keep_until,
        state=FIRST,
        entered=at,
        due=keep_until,
        made=at,
        made_by=signed_in(actor),
    )
    facts = {
        "dataset": item.identifier,
        "department": holder.code,
        "due": keep_until.isoformat(),
    }
    stepping.made(made, "copy.registered", Act(actor, at, 0), facts)
    recount(item, at)
    return made


def _check_day(keep_until: date, grant: Grant | None, today: date) -> None:
    if not today <= keep_until <= today + timedelta(days=366 * YEARS):
        raise Incomplete(TOO_FAR.format(years=YEARS), field="keep_until")
    if grant is not None and keep_until > grant.ends:
        raise Incomplete(PAST_GRANT.format(ends=grant.ends.isoformat()), field="keep_until")


@transaction.atomic
def propose(copy: DataCopy, act: Act, *, how: str) -> DataCopy:
    """Propose that a copy is destroyed, and say how.

    Raises:
        Incomplete: it is not said how.
    """
    held = stepping.begin(copy, "propose", act)
    said = needed(how, field="how", missing=NO_HOW)
    person = signed_in(act.actor)
    _go(held, "propose", act, reason=said, how=said, proposed=act.at, proposed_by=person)
    today = timezone.localdate(act.at)
    people = [
        account
        for role in ("head", "data_officer", "officer")
        for account in holders(role, today=today, organisation=held.holder_id)
        if account.pk != person.pk
    ]
    text = TO_CONFIRM.format(name=held.item.name)
    tell(people, "copy.moved", text, link=f"/copies/{held.code}/", at=act.at)
    return held


@transaction.atomic
def confirm(copy: DataCopy, act: Act) -> DataCopy:
    """Confirm that a copy was destroyed: the certificate bears both names and goes on record.

    Raises:
        Forbidden: the person proposed it himself, or whoever did may no longer.
    """
    held = stepping.begin(copy, "confirm", act)
    first, second = held.proposed_by, signed_in(act.actor)
    if first is None or first.pk == second.pk:
        raise Forbidden(SAME)
    today = timezone.localdate(act.at)
    if not may(actor_of(first, today=today), "copy.destroy", held):
        raise Forbidden(NOT_ANY_MORE)
    digest = certificate_hash(held, act.at)
    _go(held, "confirm", act, confirmed=act.at, confirmed_by=second, sha256=digest)
    facts = {
        "dataset": held.item.identifier,
        "department": held.holder.code,
        "sha256": digest,
    }
    sealed = {"actor": first, "second_actor": second}
    put("copy.destroyed", held.code, at=act.at, facts=facts, sealed=sealed)
    recount(held.item, act.at)
    return held


@transaction.atomic
def refuse(copy: DataCopy, act: Act, *, reason: str) -> DataCopy:
    """Send it back with the reason; whoever proposed it may take it back so."""
    held = stepping.begin(copy, "refuse", act)
    why = needed(reason, field="reason")
    _go(held, "refuse", act, reason=why, how="", proposed=None, proposed_by=None)
    return held


@transaction.atomic
def prolong(copy: DataCopy, act: Act, *, keep_until: date, reason: str) -> DataCopy:
    """Keep a copy longer, with the reason.

    Raises:
        Incomplete: the new day is not later, or cannot be.
    """
    held = stepping.begin(copy, "prolong", act)
    if keep_until <= held.keep_until:
        raise Incomplete(LATER, field="keep_until")
    _check_day(keep_until, held.grant, timezone.localdate(act.at))
    why = needed(reason, field="reason")
    stepping.go(held, "prolong", act, event="", reason=why, keep_until=keep_until, due=keep_until)
    facts = {"from_state": held.state, "state": held.state, "due": keep_until.isoformat()}
    sealed = {"actor": act.actor.account, "reason": why}
    put("copy.moved", held.code, at=act.at, facts=facts, sealed=sealed)
    recount(held.item, act.at)
    return held


def certificate_hash(copy: DataCopy, confirmed: datetime) -> str:
    """Return the hash of what a certificate says; the page of the copy shows the same."""
    return sha256_of(
        [
            copy.code,
            copy.item.identifier,
            copy.holder.code,
            copy.name,
            copy.place,
            copy.keep_until.isoformat(),
            copy.how,
            copy.proposed.isoformat() if copy.proposed else "",
            confirmed.isoformat(),
        ]
    )


def has_grant(item: CatalogueItem, actor: Actor) -> bool:
    """Say whether a department of the person uses a dataset of another."""
    return item.grants.filter(recipient__in=actor.below).exists()


def may_see(actor: Actor, copy: DataCopy) -> bool:
    """Say whether the person may read of a copy: its holder, the provider, and who supervises."""
    return may(actor, "life.read", copy) or may(actor, "life.read", copy.item)


def _go(held: DataCopy, verb: str, act: Act, **changed: Any) -> None:
    ended = verb == "confirm"
    term = Term("", None if ended else held.keep_until)
    stepping.go(held, verb, act, event="copy.moved", term=term, **changed)
