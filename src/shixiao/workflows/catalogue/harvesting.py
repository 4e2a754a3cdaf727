"""Harvesting: the catalogue that exists elsewhere is read in, and nothing is entered twice.

An entry is found again by its source and identifier, never by its name. What has the same hash is
left alone, so a second reading of the same catalogue changes nothing. What the source no longer
lists is withdrawn, with that as the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from django.db import transaction

from shixiao.records.models import CatalogueItem, Harvest, Organisation, StoredFile
from shixiao.seals import sha256_of
from shixiao.sharing.catalogue import Dataset
from shixiao.terms import BadInput, Text
from shixiao.workflows import search
from shixiao.workflows.actors import Actor
from shixiao.workflows.catalogue import keeping
from shixiao.workflows.leaves import put
from shixiao.workflows.permissions import check, signed_in

BATCH = 1_000
MOST = 500_000
Each = TypeVar("Each")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a catalogue comes from.

    Attributes:
        name: by which its entries are found again.
        address: of the interface; "" for a file.
        file: the file as it is kept; None for an interface.
    """

    name: str
    address: str = ""
    file: StoredFile | None = None


@transaction.atomic
def harvest(datasets: Iterable[Dataset], origin: Origin, *, actor: Actor, at: datetime) -> Harvest:
    """Read a whole catalogue in, or nothing of it.

    Raises:
        Forbidden: the person may not.
        BadInput: an entry is of a department that the site does not know, an identifier stands
            twice, or there are too many.
    """
    check(actor, "dataset.harvest")
    departments = keeping.departments()
    known = dict(
        CatalogueItem.objects.filter(source=origin.name).values_list("identifier", "sha256")
    )
    seen: dict[str, str] = {}
    fresh: list[Dataset] = []
    changed: list[Dataset] = []
    for dataset in datasets:
        _check(dataset, departments, seen, origin)
        seen[dataset.id] = sha = dataset.sha256
        if dataset.id not in known:
            fresh.append(dataset)
        elif known[dataset.id] != sha:
            changed.append(dataset)
    gone = [identifier for identifier in known if identifier not in seen]
    _add(fresh, origin, departments, at)
    _update(changed, origin, departments, at)
    left = _withdraw(gone, origin, at)
    made = Harvest.objects.create(
        source=origin.name,
        address=origin.address,
        file=origin.file,
        at=at,
        by=signed_in(actor),
        seen=len(seen),
        added=len(fresh),
        changed=len(changed),
        gone=left,
        sha256=sha256_of(sorted(seen.items())),
    )
    facts = {"origin": origin.name, "rows": made.seen, "sha256": made.sha256}
    put("dataset.harvested", str(made.pk), at=at, facts=facts, sealed={"actor": actor.account})
    return made


def _check(
    dataset: Dataset,
    departments: dict[str, Organisation],
    seen: dict[str, str],
    origin: Origin,
) -> None:
    if len(seen) >= MOST:
        raise BadInput(
            Text(f"目录超过 {MOST} 条。", f"The catalogue has more than {MOST} entries."),
            file=origin.name,
        )
    if dataset.id in seen or len(dataset.id) > 200:
        raise BadInput(
            Text(
                f"标识“{dataset.id[:80]}”重复或过长；标识在目录中须唯一，且不超过 200 字。",
                f"The identifier “{dataset.id[:80]}” stands twice or is too long; it is unique in"
                " the catalogue and has at most 200 signs.",
            ),
            file=origin.name,
        )
    if dataset.provider not in departments:
        raise BadInput(
            Text(
                f"“{dataset.name.zh[:60]}”的提供单位“{dataset.provider[:60]}”不在本站的部门中；"
                "请先登记该部门，或改用部门代码。没有导入任何条目。",
                f"The provider “{dataset.provider[:60]}” of “{dataset.name.en[:60]}” is no"
                " department of this site; add it first, or use its code. Nothing was imported.",
            ),
            file=origin.name,
        )


def _add(
    fresh: Sequence[Dataset], origin: Origin, departments: dict[str, Organisation], at: datetime
) -> None:
    for batch in _batches(fresh):
        CatalogueItem.objects.bulk_create(
            [
                CatalogueItem(
                    source=origin.name,
                    identifier=dataset.id,
                    state="published",
                    published=at,
                    **keeping.columns_of(dataset, departments),
                    **keeping.entered(at),
                )
                for dataset in batch
            ]
        )
        made = CatalogueItem.objects.filter(
            source=origin.name, identifier__in=[dataset.id for dataset in batch]
        )
        search.index([keeping.entry_of(item) for item in made.order_by("id")])


def _update(
    changed: Sequence[Dataset], origin: Origin, departments: dict[str, Organisation], at: datetime
) -> None:
    for batch in _batches(changed):
        rows = CatalogueItem.objects.select_for_update().filter(
            source=origin.name, identifier__in=[dataset.id for dataset in batch]
        )
        items = {item.identifier: item for item in rows}
        for dataset in batch:
            columns: dict[str, Any] = keeping.columns_of(dataset, departments)
            item = items[dataset.id]
            for name, value in columns.items():
                setattr(item, name, value)
            if item.state == "withdrawn":
                item.state, item.entered = "published", at
            item.version += 1
        fields = [*columns, "state", "entered", "version"]
        CatalogueItem.objects.bulk_update(items.values(), fields, batch_size=100)
        keys = [item.code for item in items.values()]
        search.index([keeping.entry_of(item) for item in items.values()], replaced=keys)


def _withdraw(gone: Sequence[str], origin: Origin, at: datetime) -> int:
    """Withdraw what the source no longer lists; return how many were listed until now."""
    left = 0
    for batch in _batches(gone):
        rows = CatalogueItem.objects.filter(source=origin.name, identifier__in=batch)
        listed = list(rows.exclude(state="withdrawn").values_list("code", flat=True))
        rows.filter(code__in=listed).update(
            state="withdrawn", entered=at, due=None, due_rule="", sha256=""
        )
        search.index([], replaced=listed)
        left += len(listed)
    return left


def _batches(rows: Sequence[Each]) -> Iterator[list[Each]]:
    rest = iter(rows)
    while batch := list(islice(rest, BATCH)):
        yield batch
