"""Tables in files: CSV (UTF-8 or GB18030), XLSX and Parquet, one file a table."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from shixiao.evidence.readers import read_tabular
from shixiao.sharing.inventory.found import Limits, RawColumn, RawTable
from shixiao.sharing.recognition import plain, recognisers
from shixiao.terms import BadInput, Text

PERSONAL = ("id_number", "mobile", "bank_card", "email", "credit_code")
SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".parquet", ".csv.gz")


def read_folder(path: Path, limits: Limits) -> Iterator[RawTable]:
    """Yield the tables of a file or of a folder and what lies below it, by name.

    A file of a folder that cannot be read is told as such; a single file that cannot is an error.

    Raises:
        BadInput: the file cannot be read, or there is no table or too many.
    """
    if path.is_file():
        yield _read(path, path.stem, limits)
        return
    found = sorted(
        file
        for file in path.rglob("*")
        if file.is_file()
        and file.name.lower().endswith(SUFFIXES)
        and not file.name.startswith((".", "~$"))
    )
    if not found or len(found) > limits.tables:
        raise BadInput(
            Text(
                f"文件夹中有 {len(found)} 个 CSV、XLSX 或 Parquet 文件；"
                f"应为 1 至 {limits.tables} 个。",
                f"The folder holds {len(found)} CSV, XLSX or Parquet files; 1 to {limits.tables}"
                " can be scanned.",
            ),
            file=path.name,
        )
    for file in found:
        name = file.relative_to(path).with_suffix("").as_posix()
        try:
            table = _read(file, name, limits)
        except BadInput as error:
            table = RawTable(name, (), None, problem=error.text)
        yield table


def _read(path: Path, name: str, limits: Limits) -> RawTable:
    """Read a file once and keep a reservoir of its rows, every row with the same chance.

    Source: J. S. Vitter (1985), Random sampling with a reservoir, algorithm R.
    """
    tabular = read_tabular(path, file=path.name, table=path.stem)
    _check_heads(tabular.columns, path.name)
    drawing = random.Random(limits.seed)  # noqa: S311 - a sample, no secret
    kept: list[tuple[Any, ...]] = []
    types: dict[str, str] = {}
    rows = 0
    for batch in tabular.scan():
        types = types or {f.name: str(f.type) for f in batch.schema}
        columns = [batch.column(head) for head in tabular.columns]
        for at in range(batch.num_rows):
            rows += 1
            place = rows - 1 if len(kept) < limits.rows else drawing.randrange(rows)
            if place < limits.rows:
                row = tuple(column[at].as_py() for column in columns)
                kept[place : place + 1] = [row]
    return RawTable(
        name=name,
        columns=tuple(RawColumn(head, types.get(head, "string")) for head in tabular.columns),
        rows=rows,
        sample={head: [row[at] for row in kept] for at, head in enumerate(tabular.columns)},
        complete=rows == len(kept),
    )


def _check_heads(heads: Sequence[str], file: str) -> None:
    """Refuse a first line of values: they would be told as names of columns."""
    tests = [recognisers()[kind].test for kind in PERSONAL]
    if any(test(plain(head)) for head in heads for test in tests if test):
        raise BadInput(
            Text(
                "第一行是数据而不是列名；请在第一行加上列名。",
                "The first line holds values and no column names; put the names there.",
            ),
            file=file,
        )
