"""编制: a department compiles an entry, the authority reviews it, and it is announced to all."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from shixiao.records.models import CatalogueItem, Organisation
from shixiao.sharing import catalogue
from shixiao.sharing.catalogue import Dataset, Fault
from shixiao.terms import Text
from shixiao.workflows import moving, stepping
from shixiao.workflows.actors import Actor
from shixiao.workflows.catalogue import keeping
from shixiao.workflows.clock import due_day, pack, rule
from shixiao.workflows.leaves import put
from shixiao.workflows.lives import Life, Verb, read_life
from shixiao.workflows.moving import Act, Term, needed
from shixiao.workflows.notices import holders, tell
from shixiao.workflows.permissions import check, may, signed_in
from shixiao.workflows.refusals import Incomplete

UPDATE = "GDS-17u"
OWN = "site"
TAKEN = Text(
    "标识“{id}”已被目录中的另一个条目使用。", "The identifier “{id}” is taken by another entry."
)
LONG = Text("标识最多 200 字。", "An identifier has at most 200 signs.")
FUTURE = Text("变化发生之日不能晚于今天。", "The day of the change cannot lie ahead.")
ONCE = Text("更新期限只能延长一次。", "The time to update is extended once only.")
NOTIFY = Text(
    "“{name}”须在 {due} 前更新目录并报送审核。",
    "Update the catalogue entry “{name}” and submit it by {due}.",
)


class Faulty(Incomplete):
    """An entry cannot be submitted: ``faults`` say what it lacks, field by field."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__(faults[0].text, field=faults[0].field)


def life() -> Life:
    """Return the life of an entry."""
    return read_life("datasets")


def doable(item: CatalogueItem, actor: Actor) -> list[Verb]:
    """Return what the person can do with an entry now."""
    verbs = life().verbs_from(item.state)
    done = {"extend"} if item.extended else set()
    return [verb for verb in verbs if verb.id not in done and may(actor, verb.right, item)]


@transaction.atomic
def compile_entry(
    dataset: Dataset, *, department: Organisation, actor: Actor, at: datetime
) -> CatalogueItem:
    """Compile an entry; what it still lacks is said when it is submitted.

    Raises:
        Forbidden: it is another department's.
        Incomplete: the identifier is taken or too long.
    """
    check(actor, "dataset.manage", department)
    if len(dataset.id) > 200:
        raise Incomplete(LONG, field="id")
    if CatalogueItem.objects.filter(source="", identifier=dataset.id).exists():
        raise Incomplete(TAKEN.format(id=dataset.id), field="id")
    item = CatalogueItem.objects.create(
        identifier=dataset.id,
        state="drafted",
        made_by=signed_in(actor),
        **keeping.columns_of(dataset, {**keeping.departments(), dataset.provider: department}),
        **keeping.entered(at),
    )
    _put_listed(item, actor, at)
    return item


@transaction.atomic
def rewrite(item: CatalogueItem, dataset: Dataset, act: Act) -> CatalogueItem:
    """Rewrite an entry that is being compiled or updated; its identifier stays.

    Raises:
        Forbidden: it is another department's.
        Stale: it moved on meanwhile.
    """
    held = moving.locked(item)
    check(act.actor, "dataset.manage", held)
    moving.check_seen(held, life().verbs["submit"], act)
    columns = keeping.columns_of(
        dataset, keeping.departments() | {dataset.provider: held.department}
    )
    moving.touch(held, **columns)
    keeping.index(held)
    _put_listed(held, act.actor, act.at)
    return held


@transaction.atomic
def submit(item: CatalogueItem, act: Act) -> CatalogueItem:
    """Submit an entry for review.

    Raises:
        Faulty: it lacks what Decree 809 arts. 13–15 require.
    """
    held = _begin(item, "submit", act)
    found = catalogue.check_dataset(keeping.dataset_of(held), pack())
    if found:
        raise Faulty(found)
    _move(held, "submit", act)
    return held


@transaction.atomic
def publish(item: CatalogueItem, act: Act) -> CatalogueItem:
    """Announce an entry that was reviewed; from now on everybody finds it."""
    held = _begin(item, "publish", act)
    _move(held, "publish", act, published=act.at, changed_on=None, extended=False)
    keeping.index(held)
    return held


@transaction.atomic
def send_back(item: CatalogueItem, act: Act, *, reason: str) -> CatalogueItem:
    """Send an entry back to the department, which mends and submits it again."""
    held = _begin(item, "send_back", act)
    _move(held, "send_back", act, reason=needed(reason, field="reason"))
    keeping.index(held)
    return held


@transaction.atomic
def change(item: CatalogueItem, act: Act, *, changed_on: date, reason: str) -> CatalogueItem:
    """Enter that law or duties changed: from that day the time to update runs (art. 17).

    Raises:
        Incomplete: the day lies ahead, or no reason is given.
    """
    held = _begin(item, "change", act)
    if changed_on > timezone.localdate(act.at):
        raise Incomplete(FUTURE, field="changed_on")
    term = Term(UPDATE, due_day(UPDATE, changed_on))
    why = needed(reason, field="reason")
    _move(held, "change", act, reason=why, term=term, changed_on=changed_on, extended=False)
    people = holders(
        "data_officer", today=timezone.localdate(act.at), organisation=held.department_id
    )
    text = NOTIFY.format(name=held.name, due=held.due)
    tell(people, "dataset.moved", text, link=f"/catalogue/{held.code}/", at=act.at)
    return held


@transaction.atomic
def extend(item: CatalogueItem, act: Act, *, reason: str) -> CatalogueItem:
    """Consent to a longer time to update, once, by what the law allows (art. 17).

    Raises:
        Incomplete: it was extended already, or no reason is given.
    """
    held = _begin(item, "extend", act)
    if held.extended or held.changed_on is None:
        raise Incomplete(ONCE, field="reason")
    why = needed(reason, field="reason")
    days = rule(UPDATE).part("days_extension")
    before, due = held.due, due_day(UPDATE, held.changed_on, extension=int(str(days)))
    moving.touch(held, due=due, extended=True)
    stepping.keep(held, "extend", act, left=held.state, due=before, reason=why)
    facts = {"from_state": held.state, "state": held.state, "due": due.isoformat() if due else None}
    sealed = {"actor": act.actor.account, "reason": why}
    put("dataset.moved", held.code, at=act.at, facts=facts, sealed=sealed)
    return held


@transaction.atomic
def withdraw(item: CatalogueItem, act: Act, *, reason: str) -> CatalogueItem:
    """Take an entry off the catalogue; the reason is kept."""
    held = _begin(item, "withdraw", act)
    _move(held, "withdraw", act, reason=needed(reason, field="reason"))
    keeping.index(held)
    return held


def late(item: CatalogueItem, today: date) -> timedelta | None:
    """Return by how much the data are older than was promised; None while they are fresh."""
    if item.fresh_until is None or item.fresh_until >= today:
        return None
    return today - item.fresh_until


def _begin(item: CatalogueItem, verb: str, act: Act) -> CatalogueItem:
    held, wanted = moving.locked(item), life().verbs[verb]
    check(act.actor, wanted.right, held)
    moving.check_seen(held, wanted, act)
    return held


def _move(held: CatalogueItem, verb: str, act: Act, *, reason: str = "", **changed: Any) -> None:
    left, due = held.state, held.due
    moving.move(held, verb, act, life(), "dataset.moved", reason=reason, **changed)
    stepping.keep(held, verb, act, left=left, due=due, reason=reason)


def _put_listed(item: CatalogueItem, actor: Actor, at: datetime) -> None:
    facts = {"dataset": item.identifier, "department": item.department.code, "sha256": item.sha256}
    put("dataset.listed", item.code, at=at, facts=facts, sealed={"actor": actor.account})
