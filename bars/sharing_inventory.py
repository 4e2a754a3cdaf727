"""Sharing, bar 4, the inventory half: planted tables found, grades right, conflicts found.

Cities with departments' databases whose truth is planted (``bars.departments``) are scanned, and
registries whose conflicts are planted (``bars.definitions``) are compared. A catalogued table that
is called uncatalogued is a false find; so is a conflict that was not planted.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from pathlib import Path

import psycopg

from bars.definitions import registries
from bars.departments import City, Department, city, registry, statements, write_sqlite
from bars.outcome import Outcome
from shixiao.rules import load_pack
from shixiao.sharing.catalogue import Dataset
from shixiao.sharing.catalogue.dataset import Item
from shixiao.sharing.inventory import Inventory, Limits, scan
from shixiao.sharing.standards.conflicts import find_conflicts
from shixiao.sharing.standards.registry import Element
from shixiao.terms import Text

FULL, REDUCED = 12, 2  # cities
FULL_REGISTRIES = 40
ROWS, FEW_ROWS = 400, 120
PLAIN_HABITS = ("initials", "english", "syllables", "chinese", "mixed")  # SQLite has no comments
SEED = 20260101


def measure(full: bool) -> list[Outcome]:
    started = time.process_time()
    seen = Seen()
    rows = ROWS if full else FEW_ROWS
    for number in range(FULL if full else REDUCED):
        truth = city(SEED + number, rows=rows, habits=PLAIN_HABITS)
        with tempfile.TemporaryDirectory() as folder:
            for at, department in enumerate(truth.departments):
                path = Path(folder) / f"{at}.db"
                write_sqlite(department, path)
                seen.add(department, scanned(str(path), truth))
    if full:
        commented(seen, rows)
    spent = {"cpu_s": time.process_time() - started, "peak_mb": None}
    return [*seen.outcomes(spent), *conflicts(FULL_REGISTRIES if full else REDUCED)]


def conflicts(count: int) -> list[Outcome]:
    """Return how many planted conflicts of how many registries were found, and how many others."""
    planted = found = said = 0
    started = time.process_time()
    for number in range(count):
        truth = registries(SEED + number)
        told = {
            (str(c.kind), frozenset((c.one.id, c.other.id)))
            for c in find_conflicts(truth.elements, rules=load_pack())
        }
        planted, found, said = (
            planted + len(truth.planted),
            found + len(told & truth.planted),
            said + len(told),
        )
    spent = {"cpu_s": time.process_time() - started, "peak_mb": None}
    return [
        Outcome.at_least(
            "planted conflicts of definitions found", found / planted, 0.95, cost=spent
        ),
        Outcome.at_most("conflicts said that were not planted (FDR)", 1 - found / said, 0.05),
    ]


def commented(seen: Seen, rows: int) -> None:
    """Add departments on PostgreSQL: of one, names mean nothing and comments everything."""
    from tests.postgres import server

    truth = city(SEED, rows=rows, habits=("commented", "initials"))
    with server() as url:
        with psycopg.connect(url) as connection:
            for at, department in enumerate(truth.departments):
                for statement, given in statements(department, f"dept{at}"):
                    if given:
                        connection.cursor().executemany(statement, given)
                    else:
                        connection.execute(statement)
        told = scanned(url, truth)
    for at, department in enumerate(truth.departments):
        seen.add(department, told, schema=f"dept{at}")


def scanned(url: str, truth: City) -> Inventory:
    """Return the inventory of a department by the city's catalogue and registry."""
    elements = [Element(id_, Text(zh, en)) for id_, zh, en in registry()]
    catalogue = [
        Dataset(id_, Text(name, en or name), "bureau", items=tuple(map(Item, listed.split(";"))))
        for id_, name, en, listed in truth.catalogue
    ]
    return scan(
        url,
        rules=load_pack(),
        elements=elements,
        catalogue=catalogue,
        limits=Limits(rows=1_000),
    )


class Seen:
    """Counts of what was planted and what was said."""

    def __init__(self) -> None:
        self.planted = self.found = self.listed = self.false = self.right = 0
        self.marked = self.named = 0
        self.tables: Counter[tuple[str, str]] = Counter()
        self.columns: Counter[tuple[str, str]] = Counter()

    def add(self, department: Department, told: Inventory, *, schema: str = "") -> None:
        by_name = {table.name: table for table in told.tables}
        for table in department.tables:
            entry = by_name[f"{schema}.{table.name}" if schema else table.name]
            if table.kind != "data":
                self.marked += 1
                self.named += str(entry.understood.kind) == table.kind
                continue
            said = entry.counts and not entry.catalogued
            if table.dataset:
                self.listed += 1
                self.false += said
                self.right += entry.match is not None and entry.match.dataset.id == table.dataset
            else:
                self.planted += 1
                self.found += said
            self.tables[table.grade, entry.understood.grade.grade] += 1
            for column, true in zip(entry.understood.columns, table.columns, strict=True):
                self.columns[f"general_{true.level}", column.grade.grade] += 1

    def outcomes(self, spent: dict[str, float | None]) -> list[Outcome]:
        return [
            Outcome.at_least(
                "uncatalogued tables found", self.found / self.planted, 0.95, cost=spent
            ),
            Outcome.at_most(
                "catalogued tables called uncatalogued", self.false / self.listed, 0.05
            ),
            Outcome.recorded("catalogued tables with their own dataset", self.right / self.listed),
            Outcome.at_least(
                "backups, copies, logs, empty tables named", self.named / self.marked, 0.95
            ),
            Outcome.at_least("grading F1 of tables, macro", macro_f1(self.tables), 0.9),
            Outcome.at_least("grading F1 of columns, macro", macro_f1(self.columns), 0.9),
        ]


def macro_f1(counts: Counter[tuple[str, str]]) -> float:
    """Return the mean over true grades of F1, from counts of (true, said)."""
    grades = sorted({true for true, _ in counts})
    scores = []
    for grade in grades:
        right = counts[grade, grade]
        true = sum(n for (t, _), n in counts.items() if t == grade)
        said = sum(n for (_, s), n in counts.items() if s == grade)
        scores.append(2 * right / (true + said))
    return sum(scores) / len(scores)
