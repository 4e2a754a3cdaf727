"""Drafting a standard: a department writes it, revises what is adopted, and puts it to comments."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from shixiao.records.models import Organisation, Standard, StandardRemark
from shixiao.seals import sha256_of
from shixiao.sharing.standards.registry import Element
from shixiao.terms import Text
from shixiao.workflows import moving
from shixiao.workflows.actors import Actor
from shixiao.workflows.clock import days_left
from shixiao.workflows.leaves import put
from shixiao.workflows.lives import Life, Verb, read_life
from shixiao.workflows.moving import Act, needed
from shixiao.workflows.permissions import check, may, signed_in
from shixiao.workflows.refusals import NOT_FOUND, Incomplete, Missing, Stale

LONGEST_ID = 100
TAKEN = Text(
    "本部门已有标识符为“{id}”的草案，请改那一份。",
    "The department has a draft of “{id}” already; change that one.",
)
NO_ID = Text("请填写标识符，最多 100 字。", "Give the identifier, 100 signs at most.")
NO_NAME = Text("请填写名称。", "Give the name.")
NO_DEFINITION = Text(
    "没有定义就无法征求意见，请先补上。", "Nobody can comment without a definition; add it first."
)
NO_REMARK = Text("请写下意见。", "Write your comment.")
CLOSED = Text("征求意见已经结束。", "The time for comments is over.")
NOT_DRAFT = Text(
    "只有草案可以修改；已发布的请起草新版本。",
    "Only a draft can be changed; draft a new edition of what is adopted.",
)


def life() -> Life:
    """Return the life of a standard."""
    return read_life("standards", "shixiao.sharing.standards.registry")


def doable(row: Standard, actor: Actor, at: datetime) -> list[Verb]:
    """Return what the person can do with a standard now."""
    today = timezone.localdate(at)
    over = row.due is not None and days_left(row.due, today) < 0
    verbs = life().verbs_from(row.state)
    return [v for v in verbs if may(actor, v.right, row) and (over or not v.after_due)]


def element_of(row: Standard) -> Element:
    """Return a standard as an element, with its state and edition, and the department's code."""
    element = Element.from_json(row.element)
    return replace(element, status=row.state, version=row.edition, department=row.department.code)


def columns_of(element: Element) -> dict[str, Any]:
    """Return the columns of an element; state and edition are kept beside it.

    Raises:
        Incomplete: it has no identifier or name, or too long ones.
    """
    identifier = element.id.strip()
    if not identifier or len(identifier) > LONGEST_ID:
        raise Incomplete(NO_ID, field="id")
    needed(element.name.zh, field="name", missing=NO_NAME)
    plain = replace(element, status="", version="", department="").to_json()
    return {
        "identifier": identifier,
        "name": element.name,
        "element": plain,
        "sha256": sha256_of(plain),
    }


@transaction.atomic
def draft(
    element: Element,
    *,
    department: Organisation,
    actor: Actor,
    at: datetime,
    former: Standard | None = None,
) -> Standard:
    """Draft a standard.

    Raises:
        Forbidden: it is another department's.
        Incomplete: something is missing, or there is a draft of it already.
    """
    check(actor, "standard.manage", department)
    columns = columns_of(element)
    try:
        with transaction.atomic():
            made = Standard.objects.create(
                department=department,
                state="draft",
                entered=at,
                made=at,
                made_by=signed_in(actor),
                former=former,
                **columns,
            )
    except IntegrityError:
        raise Incomplete(TAKEN.format(id=element.id[:60]), field="id") from None
    put_drafted(made, actor, at)
    return made


@transaction.atomic
def rewrite(row: Standard, element: Element, act: Act) -> Standard:
    """Change a draft; its identifier stays.

    Raises:
        Forbidden: it is another department's.
        Stale: it is no draft any more, or has changed meanwhile.
    """
    held = moving.locked(row)
    check(act.actor, "standard.manage", held)
    if held.state != "draft":
        raise Stale(NOT_DRAFT)
    moving.check_seen(held, life().verbs["open"], act)
    moving.touch(held, **columns_of(replace(element, id=held.identifier)))
    put_drafted(held, act.actor, act.at)
    return held


def revise(row: Standard, *, actor: Actor, at: datetime) -> Standard:
    """Draft the next edition of an adopted standard.

    Raises:
        Missing: it is not adopted.
        Incomplete: there is a draft of it already.
    """
    if row.state != "adopted":
        raise Missing(NOT_FOUND)
    element = Element.from_json(row.element)
    return draft(element, department=row.department, actor=actor, at=at, former=row)


@transaction.atomic
def put_to_comments(row: Standard, act: Act) -> Standard:
    """Put a draft to comments; the time goes by rule STD-04.

    Raises:
        Incomplete: it has no definition.
    """
    held = begin(row, "open", act)
    if not Element.from_json(held.element).definition.strip():
        raise Incomplete(NO_DEFINITION)
    move(held, "open", act)
    return held


@transaction.atomic
def withdraw(row: Standard, act: Act, *, reason: str) -> Standard:
    """Take it back for changes, with the reason."""
    held = begin(row, "withdraw", act)
    move(held, "withdraw", act, reason=needed(reason, field="reason"))
    return held


@transaction.atomic
def remark(row: Standard, text: str, *, actor: Actor, at: datetime) -> StandardRemark:
    """Keep a comment of anybody who has signed in.

    Raises:
        Forbidden: nobody has signed in.
        Stale: it is not open to comments any more.
        Incomplete: nothing is said.
    """
    held, person = moving.locked(row), signed_in(actor)
    over = held.due is not None and days_left(held.due, timezone.localdate(at)) < 0
    if held.state != "comment" or over:
        raise Stale(CLOSED)
    said = needed(text, field="text", missing=NO_REMARK)
    post = person.posts.order_by("-starts").first()
    made = StandardRemark.objects.create(
        standard=held,
        at=at,
        by=person,
        organisation=None if post is None else post.organisation,
        text=said,
    )
    facts = {"sha256": sha256_of([said])}
    put("standard.remarked", held.code, at=at, facts=facts, sealed={"actor": person})
    return made


def begin(row: Standard, verb: str, act: Act) -> Standard:
    """Lock a standard on which a verb is to be carried out.

    Raises:
        Forbidden: the person may not do it.
        Stale: it moved on since the person saw it.
    """
    held, wanted = moving.locked(row), life().verbs[verb]
    check(act.actor, wanted.right, held)
    moving.check_seen(held, wanted, act)
    return held


def move(held: Standard, verb: str, act: Act, **changed: Any) -> None:
    """Carry a verb out on a locked standard."""
    moving.move(held, verb, act, life(), "standard.moved", **changed)


def put_drafted(row: Standard, actor: Actor, at: datetime) -> None:
    """Put what was written on the ledger."""
    facts = {
        "element": row.identifier,
        "department": row.department.code,
        "sha256": row.sha256,
        "version": row.edition,
    }
    put("standard.drafted", row.code, at=at, facts=facts, sealed={"actor": actor.account})
