"""分领域、分层、分级: how much is declared and how much is found, counted along any two sides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shixiao.exports import Sheet
from shixiao.exports.sheets import Cell
from shixiao.sharing.catalogue.words import words
from shixiao.terms import Text

SIDES = {
    "domain": Text("领域", "Domain"),
    "tier": Text("层级", "Tier"),
    "grade": Text("数据级别", "Grade"),
    "sharing": Text("共享属性", "Sharing attribute"),
    "department": Text("部门", "Department"),
}
LISTS = {"tier": "tiers", "grade": "grades", "sharing": "sharing"}
NOT_SAID = Text("未填写", "Not stated")
TOTAL = Text("合计", "Total")


@dataclass(frozen=True, slots=True)
class Count:
    """So many datasets (declared) and tables (found) with these values.

    Attributes:
        values: side → value; "" where it is not stated.
        declared: datasets of the catalogue.
        found: tables that an inventory saw; those in the catalogue among them.
        unlisted: tables found that are not in the catalogue.
    """

    values: dict[str, str]
    declared: int
    found: int = 0
    unlisted: int = 0


@dataclass(frozen=True, slots=True)
class Cells:
    """What one cell of a pivot holds."""

    declared: int
    found: int
    unlisted: int


@dataclass(frozen=True, slots=True)
class Pivot:
    """Counts along two sides.

    Attributes:
        rows: values down, with their names, in reading order.
        columns: values across.
        cells: (row, column) → counts; absent where all are 0.
    """

    down: str
    across: str
    rows: tuple[tuple[str, Text], ...]
    columns: tuple[tuple[str, Text], ...]
    cells: dict[tuple[str, str], Cells]

    def total(self, *, row: str | None = None, column: str | None = None) -> Cells:
        """Return the sum of a row, of a column, or of all."""
        chosen = [
            cell for (r, c), cell in self.cells.items() if row in (None, r) and column in (None, c)
        ]
        return Cells(
            sum(cell.declared for cell in chosen),
            sum(cell.found for cell in chosen),
            sum(cell.unlisted for cell in chosen),
        )


def pivot(
    counts: Iterable[Count], *, down: str, across: str, names: dict[str, Text] | None = None
) -> Pivot:
    """Add counts up along two sides.

    Args:
        counts: what was counted.
        down: the side of the rows.
        across: the side of the columns.
        names: value → name for sides without fixed words, such as departments.
    """
    sums: dict[tuple[str, str], list[int]] = {}
    for count in counts:
        key = (count.values.get(down, ""), count.values.get(across, ""))
        cell = sums.setdefault(key, [0, 0, 0])
        cell[0] += count.declared
        cell[1] += count.found
        cell[2] += count.unlisted
    weights: Counter[str] = Counter()
    for (row, _), cell in sums.items():
        weights[row] += cell[0] + cell[1]
    return Pivot(
        down,
        across,
        _ordered(down, {row for row, _ in sums}, names or {}, weights),
        _ordered(across, {column for _, column in sums}, names or {}, Counter()),
        {key: Cells(*cell) for key, cell in sums.items() if any(cell)},
    )


def _ordered(
    side: str, values: set[str], names: dict[str, Text], weights: Counter[str]
) -> tuple[tuple[str, Text], ...]:
    """Fixed words stand in their own order, others by size; what is not stated comes last."""
    known = list(words(LISTS[side])) if side in LISTS else []
    order = {value: place for place, value in enumerate(known)}

    def key(value: str) -> tuple[bool, int, int, str]:
        return (value == "", order.get(value, len(known)), -weights[value], value)

    return tuple((value, _name(side, value, names)) for value in sorted(values, key=key))


def _name(side: str, value: str, names: dict[str, Text]) -> Text:
    if not value:
        return NOT_SAID
    if side in LISTS:
        return words(LISTS[side]).name(value)
    return names.get(value) or Text(value, value)


def sheet_of(table: Pivot, *, language: str) -> Sheet:
    """Return a pivot as a sheet: for each column of it, what is declared, found and not listed."""
    heads = [SIDES[table.down]]
    for _, name in (*table.columns, ("", TOTAL)):
        heads += [
            Text(f"{name.zh}：已编目", f"{name.en}: declared"),
            Text(f"{name.zh}：已发现", f"{name.en}: found"),
            Text(f"{name.zh}：发现而未编目", f"{name.en}: found, not listed"),
        ]
    rows = [_row(table, value, name.in_language(language)) for value, name in table.rows]
    rows.append(_row(table, None, TOTAL.in_language(language)))
    return Sheet("statistics", tuple(heads), rows)


def _row(table: Pivot, value: str | None, name: str) -> Sequence[Cell]:
    cells: list[Cell] = [name]
    for column, _ in table.columns:
        cell = table.total(row=value, column=column)
        cells += [cell.declared, cell.found, cell.unlisted]
    total = table.total(row=value)
    return [*cells, total.declared, total.found, total.unlisted]
