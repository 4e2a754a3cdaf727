"""清查: what an inventory found is entered for a department, and what is missing is drafted.

A table is found again by the address of its database and its name, so that a later inventory knows
which drafts were opened from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from shixiao.records.models import CatalogueItem, FoundTable, Inventory, Organisation
from shixiao.sharing.catalogue import Dataset, Item
from shixiao.sharing.inventory import ToldColumn, ToldTable, read_inventory
from shixiao.terms import Text
from shixiao.workflows import files, moving
from shixiao.workflows.actors import Actor
from shixiao.workflows.catalogue.compiling import compile_entry
from shixiao.workflows.leaves import put
from shixiao.workflows.permissions import check, signed_in
from shixiao.workflows.refusals import NOT_FOUND, Missing, Stale
from shixiao.workflows.roles import Scope

BATCH = 500
TAKEN = Text("这张表已经编目或已有草稿。", "This table is catalogued, or has a draft.")
LONGEST_ID, LONGEST_NAME = 200, 200


def missing(prefix: str = "") -> Q:
    """Return the condition of tables that a catalogue should list and nobody has begun to.

    Args:
        prefix: from what the condition is asked, such as ``tables__`` from an inventory.
    """
    given = {"counts": True, "catalogued": False, "item__isnull": True}
    return Q(**{f"{prefix}{name}": value for name, value in given.items()})


def visible(actor: Actor) -> QuerySet[Inventory]:
    """Return the inventories that the person may see."""
    rows = Inventory.objects.select_related("department")
    if actor.reach("inventory.read") is Scope.ANY:
        return rows
    return rows.filter(department__in=actor.below)


@transaction.atomic
def take_in(
    data: bytes, *, file: str, department: Organisation, actor: Actor, at: datetime
) -> tuple[Inventory, bool]:
    """Take in what an inventory found; return it, and whether it is new.

    Args:
        data: what ``shixiao sharing inventory --json`` printed.
        file: its name.
        department: whose database it is.
        actor: who enters it.
        at: when.

    Raises:
        Forbidden: it is another department's.
        BadInput: it is no such answer.
    """
    check(actor, "inventory.add", department)
    told = read_inventory(data, file=file)
    moving.locked(department)
    stored = files.store(data, at=at)
    known = Inventory.objects.filter(department=department, file=stored).first()
    if known is not None:
        return known, False
    earlier = Inventory.objects.filter(department=department, source=told.source)
    drafts = _drafts(earlier)
    earlier.update(current=False)
    made = Inventory.objects.create(
        department=department,
        source=told.source,
        compared=told.compared,
        file=stored,
        entered=at,
        entered_by=signed_in(actor),
    )
    datasets = _datasets(department, {table.dataset for table in told.tables})
    FoundTable.objects.bulk_create(
        [
            _row(made, each, datasets.get(each.dataset) or drafts.get(each.name))
            for each in told.tables
        ],
        batch_size=BATCH,
    )
    facts = {"department": department.code, "rows": len(told.tables), "sha256": stored.sha256}
    put("inventory.taken", made.code, at=at, facts=facts, sealed={"actor": actor.account})
    return made, True


def _drafts(earlier: QuerySet[Inventory]) -> Mapping[str, CatalogueItem]:
    """Return name of a table → what it is or was drafted as, by the newest that found it."""
    rows = FoundTable.objects.filter(inventory__in=earlier, item__isnull=False)
    known = rows.select_related("item").order_by("inventory__entered", "inventory__id")
    return {row.name: row.item for row in known if row.item is not None}


def _datasets(department: Organisation, identifiers: set[str]) -> Mapping[str, CatalogueItem]:
    """Return identifier → entry of the department's catalogue."""
    rows = CatalogueItem.objects.filter(department=department).exclude(state="withdrawn")
    wanted = sorted(identifiers - {""})
    found: dict[str, CatalogueItem] = {}
    for start in range(0, len(wanted), BATCH):
        some = rows.filter(identifier__in=wanted[start : start + BATCH])
        found |= {row.identifier: row for row in some}
    return found


def _row(made: Inventory, table: ToldTable, item: CatalogueItem | None) -> FoundTable:
    return FoundTable(
        inventory=made,
        name=table.name,
        comment=table.comment,
        rows=table.rows,
        kind=table.kind.value,
        counts=table.counts,
        catalogued=bool(table.dataset),
        grade=table.grade,
        why=[reason.to_json() for reason in table.why],
        remarks=[remark.to_json() for remark in table.remarks],
        columns=[_column(column) for column in table.columns],
        item=item,
    )


def _column(column: ToldColumn) -> list[str]:
    return [column.name, column.comment, column.type, column.kind, column.element, column.grade]


@transaction.atomic
def draft(table: FoundTable, *, actor: Actor, at: datetime) -> CatalogueItem:
    """Open a draft of the catalogue from a table that nobody has listed.

    Raises:
        Forbidden: it is another department's.
        Missing: it is a copy, a log or empty, and none of its own to list.
        Stale: it is catalogued or drafted already.
    """
    held = moving.locked(table)
    department = held.inventory.department
    check(actor, "dataset.manage", department)
    if not held.counts:
        raise Missing(NOT_FOUND)
    if not held.missing:
        raise Stale(TAKEN)
    made = compile_entry(dataset_of(held), department=department, actor=actor, at=at)
    held.item = made
    held.save()
    return made


def dataset_of(table: FoundTable) -> Dataset:
    """Return the entry that a table suggests; a person completes and submits it."""
    name = table.comment or table.name
    return Dataset(
        id=f"{table.inventory.code}/{table.name}"[:LONGEST_ID],
        name=Text.of(name[:LONGEST_NAME]),
        provider=table.inventory.department.code,
        items=tuple(_items(table)),
        format="database",
        grade=table.grade,
    )


def _items(table: FoundTable) -> Iterator[Item]:
    for name, comment, datatype, _, element, grade in table.columns:
        yield Item((comment or name).replace("|", " "), element, datatype.replace("|", " "), grade)
