"""What a table seems to hold: for every column its kind, its element and its grade."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from shixiao.rules import RulePack
from shixiao.sharing.grading import Content, Graded, Held, Suggestion, suggest
from shixiao.sharing.inventory.copies import TableKind
from shixiao.sharing.inventory.found import RawColumn, RawTable
from shixiao.sharing.inventory.profiling import Profile, profile
from shixiao.sharing.recognition import Column, Recognition, plain, recognise
from shixiao.sharing.standards.registry import Registry, Suggested

MOST_CODES = 60  # different values; of more, a column is no list of codes
KEYS_OF_PERSONS = ("id_number", "passport", "mobile")


@dataclass(frozen=True, slots=True)
class ColumnEntry:
    """A column with what was found out about it."""

    column: RawColumn
    profile: Profile
    recognised: Recognition | None
    element: Suggested | None
    grade: Graded


@dataclass(frozen=True, slots=True)
class Understood:
    """A table with what was found out about it."""

    table: RawTable
    kind: TableKind
    columns: tuple[ColumnEntry, ...]
    grade: Suggestion
    content: Content

    @property
    def persons(self) -> int | None:
        """How many persons or organisations it speaks of."""
        return self.content.persons


def understand(
    table: RawTable, kind: TableKind, registry: Registry, *, rules: RulePack
) -> Understood:
    """Return what a table seems to hold.

    Args:
        table: with its sample, which is not kept.
        kind: backup, log and so on.
        registry: elements to suggest from; may be empty.
        rules: thresholds of recognition, of elements and of grades.
    """
    found: list[tuple[RawColumn, Profile, Recognition | None, Suggested | None]] = []
    for column in table.columns:
        values = table.sample.get(column.name, ())
        recognised = recognise(Column(column.name, column.comment, values), rules=rules)
        element = registry.suggest(
            column.name, column.comment, recognised, _codes(values), rules=rules
        )
        found.append((column, profile(column, table), recognised, element))
    content = Content(
        name=table.name,
        comment=table.comment,
        columns=[
            Held(c.name, r.kind if r else None, f"{c.comment} {e.element.name.zh if e else ''}")
            for c, _, r, e in found
        ],
        persons=_persons(table, found),
        regions=_regions(table, found),
    )
    grade = suggest(content, rules=rules)
    columns = tuple(
        ColumnEntry(column, measured, recognised, element, graded)
        for (column, measured, recognised, element), graded in zip(
            found, grade.columns, strict=True
        )
    )
    return Understood(
        table=replace(table, sample={}),
        kind=kind,
        columns=columns,
        grade=grade,
        content=content,
    )


def _codes(values: Sequence[object]) -> frozenset[str]:
    """Return the different values where they are few enough to be codes; nothing else."""
    codes: set[str] = set()
    for value in values:
        if text := plain(value):
            codes.add(text)
        if len(codes) > MOST_CODES:
            return frozenset()
    return frozenset(codes)


def _persons(
    table: RawTable,
    found: Sequence[tuple[RawColumn, Profile, Recognition | None, Suggested | None]],
) -> int | None:
    """Return how many persons a table speaks of: its rows, or fewer where keys of persons recur.

    A sample shows fewer repeats than the table has, so that this errs towards more persons.
    """
    if table.rows is None:
        return None
    for kind in KEYS_OF_PERSONS:
        for _, measured, recognised, _ in found:
            if recognised is not None and recognised.kind == kind and measured.distinct:
                present = 1 - (measured.nulls.value or 0.0)
                return round(table.rows * present * measured.distinct)
    return table.rows


def _regions(
    table: RawTable,
    found: Sequence[tuple[RawColumn, Profile, Recognition | None, Suggested | None]],
) -> frozenset[str]:
    """Return the counties that a column of division codes covers."""
    for column, _, recognised, _ in found:
        if recognised is not None and recognised.kind == "division":
            codes = (plain(value)[:6] for value in table.sample.get(column.name, ()))
            return frozenset(code for code in codes if code.isdigit() and len(code) == 6)
    return frozenset()


def regraded(found: Understood, dataset: str, *, rules: RulePack) -> Understood:
    """Return a table whose grade also follows from the name of the dataset that it is."""
    content = replace(found.content, comment=f"{found.content.comment} {dataset}")
    return replace(found, content=content, grade=suggest(content, rules=rules))
