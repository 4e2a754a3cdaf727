"""Reading: a decision log or counts from a file, CSV (UTF-8 or GB18030), XLSX or Parquet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from shixiao.evidence.engines import Engine, Table
from shixiao.evidence.readers import Tabular, read_tabular
from shixiao.evidence.readers.tabular import twin
from shixiao.fairness.counting import MOST_GROUPS, ROW, check_column
from shixiao.fairness.cube import COUNTS, FIXED, PLACE, Cube, Key
from shixiao.terms import BadInput, Text

MOST_CELLS = 1_000_000
LARGEST = 10**15
"""No count of decisions is larger; sums stay far from the end of 64 bits."""
FOUR = ("tp", "fp", "fn", "tn")
WITHIN = (
    (("selected",), "n"),
    (("tp", "fp"), "selected"),
    (("advised",), "n"),
    (("overrides",), "advised"),
    (("raised",), "overrides"),
    (("heard",), "n"),
    (("appealed",), "heard"),
    (("answered",), "appealed"),
    (("upheld",), "answered"),
    (("timed",), "n"),
)
"""What can never be more than what."""


def open_log(path: Path, engine: Engine, *, columns: Sequence[str], work: Path) -> Table:
    """Return a log as a table of the engine, with its rows numbered where that costs nothing.

    Args:
        path: the file.
        engine: where it is to be counted.
        columns: those that are needed.
        work: folder for the Parquet form of a text file or workbook.

    Raises:
        BadInput: the file is no table, is damaged, or lacks a column.
    """
    tabular = read_tabular(path, file=path.name, table="decisions", twins=True)
    for name in columns:
        check_column(name, tabular.columns, file=path.name)
        if twin(name) in tabular.columns:
            raise BadInput(
                Text(
                    "有两列都叫这个名字；请改掉其中一个。",
                    "two columns have this name; rename one of them",
                ),
                file=path.name,
                column=name,
            )
    if tabular.parquet is not None:
        return engine.parquet(tabular.parquet)
    written = work / "decisions.parquet"
    _write(tabular, list(dict.fromkeys(columns)), written)
    return engine.parquet(written)


def _write(tabular: Tabular, columns: Sequence[str], target: Path) -> None:
    writer: pq.ParquetWriter | None = None
    start = 1
    for batch in tabular.scan():
        numbers = pa.array(np.arange(start, start + batch.num_rows))
        start += batch.num_rows
        part = batch.select(list(columns))
        texts = [_as_text(column) for column in part.columns]
        out = pa.RecordBatch.from_arrays([*texts, numbers], [*part.schema.names, ROW])
        if writer is None:
            writer = pq.ParquetWriter(target, out.schema)
        writer.write_batch(out)
    if writer is not None:
        writer.close()


def _as_text(column: pa.Array) -> pa.Array:
    return column if pa.types.is_string(column.type) else column.cast(pa.string())


def is_counts(path: Path) -> bool:
    """Tell whether a file holds counts: it has the columns tp, fp, fn and tn, or n and selected."""
    columns = read_tabular(path, file=path.name, table="decisions", twins=True).columns
    return set(FOUR) <= set(columns) or {"n", "selected"} <= set(columns)


def read_counts(path: Path, *, groups: Sequence[str], arm: str | None = None) -> Cube:
    """Read counts that a department sends instead of persons: one row per cell.

    Columns: the groups, any of system, version, period, arm, and counts as ``cube.COUNTS`` names
    them. Where n and selected are missing they follow from the four.

    Raises:
        BadInput: a group column is missing, a count is no whole number from 0, or counts contradict
            each other (more errors than selected, more upheld than appealed).
    """
    file = path.name
    tabular = read_tabular(path, file=file, table="decisions")
    if len(groups) > MOST_GROUPS:
        raise BadInput(
            Text(
                f"分组列最多 {MOST_GROUPS} 个。", f"at most {MOST_GROUPS} group columns are taken"
            ),
            file=file,
        )
    named = {("arm" if arm == name else name): name for name in (*FIXED, *([arm] if arm else []))}
    fixed = {name: head for name, head in named.items() if head in tabular.columns}
    for name in groups:
        check_column(name, tabular.columns, file=file)
    heads = {**{name: fixed[name] for name in FIXED if name in fixed}, **{g: g for g in groups}}
    given = [name for name in COUNTS if name in tabular.columns]
    keys: list[Key] = []
    rows: list[list[int]] = []
    for batch in tabular.scan():
        for line in batch.select([*heads.values(), *given]).to_pylist():
            number = len(rows) + 1
            if number > MOST_CELLS:
                raise BadInput(
                    Text(f"超过 {MOST_CELLS} 行。", f"more than {MOST_CELLS} rows"), file=file
                )
            keys.append(tuple(str(line[head] or "").strip() or None for head in heads.values()))
            rows.append(_counts(line, given, file, number))
    return Cube.of(tuple(heads), keys, rows)


def _counts(line: dict[str, Any], given: Sequence[str], file: str, row: int) -> list[int]:
    counts = dict.fromkeys(COUNTS, 0)
    for name in given:
        counts[name] = _whole(line[name], file, row, name)
    if "n" not in given:
        counts["n"] = sum(counts[name] for name in FOUR)
    if "selected" not in given:
        counts["selected"] = counts["tp"] + counts["fp"]
    wrong = next((w for w in WITHIN if sum(counts[part] for part in w[0]) > counts[w[1]]), None)
    left = counts["n"] - counts["selected"] - counts["fn"] - counts["tn"]
    if wrong is not None or left < 0:
        parts, whole = wrong or (("selected", "fn", "tn"), "n")
        raise BadInput(
            Text(
                f"计数自相矛盾：{'+'.join(parts)} 大于 {whole}；请核对。",
                f"the counts contradict each other: {' + '.join(parts)} is more than {whole}",
            ),
            file=file,
            row=row,
        )
    return [counts[name] for name in COUNTS]


def _whole(value: Any, file: str, row: int, column: str) -> int:
    text = str(value if value is not None else "").strip()
    number = int(text.removesuffix(".0")) if text.removesuffix(".0").isdecimal() else -1
    if not 0 <= number <= LARGEST:
        raise BadInput(
            Text(
                f"“{text[:40]}”不是件数；应为不小于 0 的整数。",
                f"“{text[:40]}” is no count; a whole number from 0 is needed",
            ),
            file=file,
            row=row,
            column=column,
        )
    return number


def write_counts(cube: Cube) -> pa.Table:
    """Return a cube as the table that ``read_counts`` reads (the sketch of days stays behind)."""
    dimensions = {
        name: pa.array([key[place] for key in cube.keys], pa.string())
        for place, name in enumerate(cube.dimensions)
    }
    counts = {name: pa.array(cube.counts[:, PLACE[name]]) for name in COUNTS}
    return pa.table({**dimensions, **counts})


def check_once(table: Table, engine: Engine, key: str, *, file: str) -> None:
    """Refuse a log in which decisions arrive twice.

    Raises:
        BadInput: the column is not there, or an id stands in two rows; the first such id is named.
    """
    check_column(key, table.columns, file=file)
    counted = table.group_by(key).agg(times=table.count())
    twice = counted.filter((counted.times > 1) & counted[key].notnull()).order_by(key).limit(1)
    found = engine.rows(twice)
    if found[key]:
        raise BadInput(
            Text(
                f"决定编号“{found[key][0]}”出现 {found['times'][0]} 次；请去掉重复的行。",
                f"the decision “{found[key][0]}” stands there {found['times'][0]} times; take out"
                " the rows that came twice",
            ),
            file=file,
            column=key,
        )
