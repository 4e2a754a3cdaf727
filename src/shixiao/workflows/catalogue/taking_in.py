"""Taking a catalogue in: what is new, what changed, what the source dropped.

An entry is found again by its source and identifier, never by its name. What has the same hash is
left alone. Everything is compared before anything is written, so one entry that cannot be taken
leaves the catalogue as it was. It is then written a thousand entries at a time, so that nobody
else has to wait for the whole; where writing was interrupted, comparing again finds what is left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any, TypeVar

from shixiao.records.models import CatalogueItem, Organisation
from shixiao.seals import sha256_of
from shixiao.sharing.catalogue import Dataset
from shixiao.terms import BadInput, Text
from shixiao.workflows import search
from shixiao.workflows.catalogue import keeping

BATCH = 1_000
MOST = 500_000
EVERY = 2_000  # entries read between two words of progress
READ = Text("已读入并核对 {n} 条", "{n} entries read and checked")
Each = TypeVar("Each")
Step = Callable[[], int]


@dataclass(frozen=True, slots=True)
class Compared:
    """A catalogue set against what the site has of its source.

    Attributes:
        seen: entries in the catalogue.
        sha256: of all identifiers and hashes.
        fresh: what the site does not have.
        changed: what it has otherwise.
        gone: identifiers that it has and the catalogue has not.
    """

    seen: int
    sha256: str
    fresh: Sequence[Dataset]
    changed: Sequence[Dataset]
    gone: Sequence[str]


def compare(datasets: Iterable[Dataset], source: str, *, tell: Callable[[Text], None]) -> Compared:
    """Read a whole catalogue and set it against what the site has.

    Args:
        datasets: its entries.
        source: its name.
        tell: hears how far the reading is.

    Raises:
        BadInput: an entry is of a department that the site does not know, an identifier stands
            twice, or there are too many.
    """
    departments = keeping.departments()
    known = dict(CatalogueItem.objects.filter(source=source).values_list("identifier", "sha256"))
    seen: dict[str, str] = {}
    fresh: list[Dataset] = []
    changed: list[Dataset] = []
    for dataset in datasets:
        _check(dataset, departments, seen, source)
        seen[dataset.id] = sha = dataset.sha256
        if dataset.id not in known:
            fresh.append(dataset)
        elif known[dataset.id] != sha:
            changed.append(dataset)
        if len(seen) % EVERY == 0:
            tell(READ.format(n=f"{len(seen):,}"))
    gone = [name for name, sha in known.items() if sha and name not in seen]
    return Compared(len(seen), sha256_of(sorted(seen.items())), fresh, changed, gone)


def steps(found: Compared, source: str, *, at: datetime) -> Iterator[tuple[str, Step]]:
    """Yield the steps of writing it: what each counts, and the step, which returns how many.

    The caller runs each in a transaction of its own.
    """
    departments = keeping.departments()
    for batch in _batches(found.fresh):
        yield "added", partial(_add, batch, source, departments, at)
    for batch in _batches(found.changed):
        yield "changed", partial(_update, batch, source, departments, at)
    for names in _batches(found.gone):
        yield "gone", partial(_withdraw, names, source, at)


def _check(
    dataset: Dataset,
    departments: Mapping[str, Organisation],
    seen: dict[str, str],
    source: str,
) -> None:
    if len(seen) >= MOST:
        raise BadInput(
            Text(f"目录超过 {MOST} 条。", f"The catalogue has more than {MOST} entries."),
            file=source,
        )
    if dataset.id in seen or len(dataset.id) > 200:
        raise BadInput(
            Text(
                f"标识“{dataset.id[:80]}”重复或过长；标识在目录中须唯一，且不超过 200 字。",
                f"The identifier “{dataset.id[:80]}” stands twice or is too long; it is unique in"
                " the catalogue and has at most 200 signs.",
            ),
            file=source,
        )
    if dataset.provider not in departments:
        raise BadInput(
            Text(
                f"“{dataset.name.zh[:60]}”的提供单位“{dataset.provider[:60]}”不在本站的部门中；"
                "请先登记该部门，或改用部门代码。没有导入任何条目。",
                f"The provider “{dataset.provider[:60]}” of “{dataset.name.en[:60]}” is no"
                " department of this site; add it first, or use its code. Nothing was imported.",
            ),
            file=source,
        )


def _add(
    batch: Sequence[Dataset], source: str, departments: Mapping[str, Organisation], at: datetime
) -> int:
    CatalogueItem.objects.bulk_create(
        [
            CatalogueItem(
                source=source,
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
        source=source, identifier__in=[dataset.id for dataset in batch]
    )
    search.index([keeping.entry_of(item) for item in made.order_by("id")])
    return len(batch)


def _update(
    batch: Sequence[Dataset], source: str, departments: Mapping[str, Organisation], at: datetime
) -> int:
    rows = CatalogueItem.objects.select_for_update().filter(
        source=source, identifier__in=[dataset.id for dataset in batch]
    )
    items = {item.identifier: item for item in rows}
    columns: dict[str, Any] = {}
    for dataset in batch:
        columns = keeping.columns_of(dataset, departments)
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
    return len(batch)


def _withdraw(names: Sequence[str], source: str, at: datetime) -> int:
    """Withdraw what the source no longer lists; return how many were listed until now."""
    rows = CatalogueItem.objects.filter(source=source, identifier__in=names)
    listed = list(rows.exclude(state="withdrawn").values_list("code", flat=True))
    rows.filter(code__in=listed).update(
        state="withdrawn", entered=at, due=None, due_rule="", sha256=""
    )
    search.index([], replaced=listed)
    return len(listed)


def _batches(rows: Sequence[Each]) -> Iterator[list[Each]]:
    rest = iter(rows)
    while batch := list(islice(rest, BATCH)):
        yield batch
