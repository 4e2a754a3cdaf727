"""Pools, quotas and exclusions from files: CSV (UTF-8 or GB18030), XLSX or Parquet."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from shixiao.draw.pool import Pool
from shixiao.draw.quotas import Quota, check_quotas
from shixiao.evidence.mapping import normal
from shixiao.evidence.readers import read_tabular
from shixiao.terms import BadInput, Text

# What columns are called, besides in the way the contract of the command says.
IDS = ("id", "编号", "人员编号", "person_id", "person_key")
QUOTA_COLUMNS = {
    "category": ("category", "类别"),
    "feature": ("feature", "特征", "取值"),
    "min": ("min", "下限", "最少"),
    "max": ("max", "上限", "最多"),
}
NOTHING = pa.scalar("", pa.string())
EXCLUSION_COLUMNS = {"id": IDS, "reason": ("reason", "理由", "原因")}


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A small or large table as columns of trimmed text; an empty cell is an empty text."""

    file: str
    columns: tuple[str, ...]
    table: pa.Table
    rows: tuple[int, ...]

    def find(self, names: Collection[str]) -> str | None:
        """Return the first column that is called by one of the names."""
        known = {normal(column): column for column in self.columns}
        return next((known[normal(name)] for name in names if normal(name) in known), None)

    def column(self, name: str) -> tuple[str, ...]:
        """Return the cells of a column."""
        cells = pc.fill_null(self.table.column(name), NOTHING).combine_chunks().dictionary_encode()
        texts = cells.dictionary.to_pylist()
        return tuple(map(texts.__getitem__, cells.indices.to_numpy().tolist()))

    def bad(self, place: int | None, column: str | None, text: Text) -> BadInput:
        """Say what is wrong in a cell."""
        row = None if place is None else self.rows[place]
        return BadInput(text, file=self.file, row=row, column=column)


def read_pool(
    path: Path,
    *,
    id_column: str | None = None,
    weights: str | None = None,
    categories: Collection[str] | None = None,
) -> Pool:
    """Read a pool, one row for each person or object.

    Args:
        path: the file.
        id_column: the column of ids; None takes one called id or 编号, else rows are numbered.
        weights: the column of weights, for a weighted sample.
        categories: columns that quotas speak of; None reads all others as features.

    Raises:
        BadInput: the file cannot be read, a named column is missing, an id is missing or stands
            twice, a weight is missing, no number or negative.
    """
    sheet = _sheet(path, "pool")
    key = _named(sheet, id_column) if id_column else sheet.find(IDS)
    weight = _named(sheet, weights) if weights else None
    wanted = None if categories is None else {_named(sheet, name): name for name in categories}
    features = {}
    for column in sheet.columns:
        if column in {key, weight}:
            continue
        if wanted is None:
            features[column] = sheet.column(column)
        elif column in wanted:
            features[wanted[column]] = sheet.column(column)
    return Pool(
        sheet.column(key) if key else tuple(map(str, sheet.rows)),
        features,
        _weights(sheet, weight) if weight else None,
        sheet.file,
        sheet.rows,
    )


def read_quotas(path: Path) -> tuple[Quota, ...]:
    """Read quotas: columns category, feature, min, max (类别, 特征, 下限, 上限).

    Raises:
        BadInput: a column or cell is missing, a bound is no whole number, or the quotas contradict
            themselves.
    """
    sheet = _sheet(path, "quotas")
    names = {key: _one_of(sheet, names) for key, names in QUOTA_COLUMNS.items()}
    cells = {key: sheet.column(name) for key, name in names.items()}
    quotas = []
    for place in range(len(sheet.rows)):
        for key in ("category", "feature"):
            if not cells[key][place]:
                raise sheet.bad(place, names[key], Text("这一格是空的。", "The cell is empty."))
        least, most = (
            _bound(sheet, place, names[key], cells[key][place]) for key in ("min", "max")
        )
        quotas.append(Quota(cells["category"][place], cells["feature"][place], least, most))
    check_quotas(quotas, file=sheet.file)
    return tuple(quotas)


def read_excluded(path: Path) -> dict[str, str]:
    """Read who is left out: columns id, reason (编号, 理由).

    Raises:
        BadInput: a column or cell is missing, or somebody stands there twice.
    """
    sheet = _sheet(path, "excluded")
    names = {key: _one_of(sheet, names) for key, names in EXCLUSION_COLUMNS.items()}
    found: dict[str, str] = {}
    pairs = zip(sheet.column(names["id"]), sheet.column(names["reason"]), strict=True)
    for place, (identifier, reason) in enumerate(pairs):
        if not identifier or not reason:
            column = names["reason" if identifier else "id"]
            raise sheet.bad(
                place,
                column,
                Text(
                    "这一格是空的；编号和排除理由都要写。",
                    "The cell is empty; id and reason are both needed.",
                ),
            )
        if identifier in found:
            raise sheet.bad(
                place,
                names["id"],
                Text(f"“{identifier}”重复。", f"“{identifier}” stands here twice."),
            )
        found[identifier] = reason
    return found


def _sheet(path: Path, table: str) -> _Sheet:
    """Read a table and leave out rows in which every cell is empty."""
    source = read_tabular(path, file=path.name, table=table)
    whole = pa.Table.from_batches(source.scan())
    columns = [pc.utf8_trim_whitespace(column.cast(pa.string())) for column in whole.columns]
    whole = pa.Table.from_arrays(columns, names=whole.column_names)
    filled = _filled(columns[0])
    for column in columns[1:]:
        if pc.all(filled).as_py():
            break
        filled = pc.or_(filled, _filled(column))
    rows = pc.indices_nonzero(filled).to_numpy() + 1
    return _Sheet(path.name, source.columns, whole.filter(filled), tuple(rows.tolist()))


def _filled(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return which cells hold something."""
    # Typed scalars: for a plain value Arrow would load pandas, which takes half a second.
    return pc.greater(pc.binary_length(pc.fill_null(column, NOTHING)), pa.scalar(0, pa.int32()))


def _named(sheet: _Sheet, name: str) -> str:
    """Return the column of a given name."""
    found = sheet.find((name,))
    if found is None:
        near = get_close_matches(name, sheet.columns, 1) or list(sheet.columns)[:8]
        raise sheet.bad(
            None,
            None,
            Text(
                f"没有“{name}”列；文件中有：{'、'.join(near)}。",
                f"There is no column “{name}”; the file has: {', '.join(near)}.",
            ),
        )
    return found


def _one_of(sheet: _Sheet, names: tuple[str, ...]) -> str:
    """Return the column that a list of quotas or exclusions cannot do without."""
    found = sheet.find(names)
    if found is None:
        raise sheet.bad(
            None,
            None,
            Text(
                f"缺少“{names[0]}”列（也可写作{'、'.join(names[1:])}）。",
                f"The column {names[0]} is missing (also read: {', '.join(names[1:])}).",
            ),
        )
    return found


def _bound(sheet: _Sheet, place: int, column: str, cell: str) -> int:
    """Read a whole number; spreadsheets may have written it as 9.0."""
    digits = cell.removesuffix(".0")
    if digits.isascii() and digits.removeprefix("-").isdigit() and len(digits) < 10:
        return int(digits)
    raise sheet.bad(
        place,
        column,
        Text(
            f"“{cell[:40]}”不是整数；请写人数。" if cell else "这一格是空的；请写人数。",
            f"“{cell[:40]}” is no whole number; write a number of people."
            if cell
            else "The cell is empty; write a number of people.",
        ),
    )


def _weights(sheet: _Sheet, column: str) -> tuple[float, ...]:
    """Read weights; what they may be is checked by the pool."""
    numbers = []
    for place, cell in enumerate(sheet.column(column)):
        try:
            numbers.append(float(cell))
        except ValueError:
            raise sheet.bad(
                place,
                column,
                Text(
                    f"“{cell[:40]}”不是数；权重是 0 或正数。" if cell else "缺少权重；请补上。",
                    f"“{cell[:40]}” is no number; a weight is 0 or a positive number."
                    if cell
                    else "The weight is missing; fill it in.",
                ),
            ) from None
    return tuple(numbers)
