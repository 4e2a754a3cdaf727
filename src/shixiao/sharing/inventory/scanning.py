"""Scan a department's database or files: what is there, what it holds, what is not catalogued.

Decree 809 art. 13 has departments declare; here what they hold is looked at. One table is in memory
at a time, and only a bounded sample of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from shixiao.rules import RulePack
from shixiao.sharing.catalogue import Dataset
from shixiao.sharing.inventory.address import Address, address_of
from shixiao.sharing.inventory.cataloguing import Catalogue, Match, match
from shixiao.sharing.inventory.copies import TableKind, kind_of, original_of
from shixiao.sharing.inventory.databases import read_database
from shixiao.sharing.inventory.folders import read_folder
from shixiao.sharing.inventory.found import Limits, RawTable
from shixiao.sharing.inventory.inventory import LOOKED_INTO, Inventory, TableEntry
from shixiao.sharing.inventory.meaning import Understood, regraded, understand
from shixiao.sharing.standards.registry import Element, Registry
from shixiao.terms import Text

COPIES = (TableKind.BACKUP, TableKind.TEMPORARY)
_LOOKING = Text("查看 {table}", "Looking at {table}")


def scan(
    url: str,
    *,
    rules: RulePack,
    elements: Sequence[Element] = (),
    catalogue: Sequence[Dataset] | None = None,
    limits: Limits | None = None,
    progress: Callable[[Text], None] = lambda _: None,
) -> Inventory:
    """Return the inventory of a database or of files.

    Args:
        url: of a PostgreSQL, MySQL, MariaDB or SQLite database, or the path of files.
        rules: INV-01 to INV-04 and the rules of grading.
        elements: the registry from which elements are suggested.
        catalogue: datasets that are catalogued; None for no catalogue, by which nothing is.
        limits: rows, tables, seconds and seed.
        progress: told of each table.

    Raises:
        BadInput: no such file, or an address that cannot be read.
        Unavailable: the database is of no known kind, cannot be reached or refuses.
    """
    limits = limits or Limits()
    address = address_of(url)
    registry = Registry(elements)
    understood: list[Understood] = []
    for table in _read(address, limits):
        progress(_LOOKING.format(table=table.name))
        understood.append(understand(table, kind_of(table), registry, rules=rules))
    matched: dict[str, Match] = {}
    if catalogue is not None:
        looked = [u for u in understood if u.kind in (*LOOKED_INTO, TableKind.EMPTY)]
        matched = match(looked, Catalogue(catalogue, registry), rules=rules)
        understood = [
            regraded(u, matched[u.table.name].dataset.name.zh, rules=rules)
            if u.table.name in matched
            else u
            for u in understood
        ]
    return Inventory(
        source=address.shown,
        tables=tuple(_entry(u, understood, matched) for u in understood),
        catalogue=None if catalogue is None else len(catalogue),
        rules=rules,
        seed=limits.seed,
    )


def _read(address: Address, limits: Limits) -> Iterator[RawTable]:
    if address.url is not None:
        return read_database(address, limits)
    assert address.path is not None  # noqa: S101 - an address is one or the other
    return read_folder(address.path, limits)


def _entry(
    found: Understood, everything: Sequence[Understood], matched: dict[str, Match]
) -> TableEntry:
    """Return a table's entry; a copy is catalogued where its original is."""
    if found.kind not in COPIES:
        return TableEntry(found, matched.get(found.table.name))
    others = [u.table for u in everything if u.kind not in COPIES]
    original = original_of(found.table, others)
    if original is None:
        return TableEntry(found, None)
    return TableEntry(found, matched.get(original.name), copy_of=original.name)
