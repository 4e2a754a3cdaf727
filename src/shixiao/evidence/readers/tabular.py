"""Tabular: a table in a file before anyone knows what its columns mean."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from shixiao.evidence.mapping import normal
from shixiao.terms import BadInput, Text

RESERVED = "file_row_number"  # the engine's name for the place of a row
WIDEST = 2_000  # columns; more is a transposed table or no table at all


@dataclass(frozen=True, slots=True)
class Tabular:
    """A table that can be read from its start as often as needed.

    Attributes:
        file: its name, for messages.
        columns: its headers, unique but for case and width of letters.
        parquet: where its rows already lie as Parquet; else None.
        scan: opens the file and gives its rows in file order; closes the file when done.
    """

    file: str
    columns: tuple[str, ...]
    parquet: Path | None
    scan: Callable[[], Iterator[pa.RecordBatch]]


def checked_header(
    cells: Sequence[str | None], file: str, *, twins: bool = False
) -> tuple[str, ...]:
    """Return the column names; a nameless column (an exported row index) becomes ``column_1``….

    With ``twins``, a name that stands there again becomes ``name (2)``… instead of being refused,
    for tables of strangers of which only some columns are read.

    Raises:
        BadInput: no name at all, too many columns, a name too long to be one, a name twice, or the
            one that the engine keeps for itself.
    """
    if len(cells) > WIDEST:
        raise BadInput(
            Text(
                f"列数超过 {WIDEST}；请检查分隔符，或转置后再导出。",
                f"There are more than {WIDEST} columns; check the delimiter, or transpose it.",
            ),
            file=file,
        )
    names = tuple(" ".join((cell or "").split()) for cell in cells)
    if not any(names):
        raise BadInput(
            Text(
                "第一行没有列名；请在第一行写上列名。",
                "The first line holds no column names; put them there.",
            ),
            file=file,
        )
    names = tuple(name or f"column_{place}" for place, name in enumerate(names, 1))
    if twins:
        names = _told_apart(names)
    seen: dict[str, str] = {}
    for name in names:
        if len(name) > 256 or "\x00" in name:
            raise BadInput(
                Text(
                    f"第一行的“{name[:40]}…”不像列名；请检查表头与引号。",
                    f"“{name[:40]}…” is no column name; check the first line and its quotes.",
                ),
                file=file,
            )
        if normal(name) == RESERVED:
            raise BadInput(
                Text("该列名为引擎所保留；请改名。", "The engine keeps this name; rename it."),
                file=file,
                column=name,
            )
        if normal(name) in seen:
            raise BadInput(
                Text(
                    f"两列同名（大小写、全半角不作区分）：“{seen[normal(name)]}”与“{name}”；"
                    "请改掉其中一个。",
                    f"Two columns have one name (case and width of letters do not count): "
                    f"“{seen[normal(name)]}” and “{name}”; rename one.",
                ),
                file=file,
            )
        seen[normal(name)] = name
    return names


def _told_apart(names: Sequence[str]) -> tuple[str, ...]:
    """Number the names that stand there again."""
    times: dict[str, int] = {}
    found = []
    for name in names:
        times[normal(name)] = times.get(normal(name), 0) + 1
        again = times[normal(name)]
        found.append(name if again == 1 else twin(name, again))
    return tuple(found)


def twin(name: str, place: int = 2) -> str:
    """Return what a column is called whose name stands there for the second time, or later."""
    return f"{name} ({place})"


def no_rows(file: str) -> BadInput:
    """Say that a table has a header and nothing below it."""
    return BadInput(
        Text(
            "只有表头，没有数据行；请检查导出的范围，或去掉这个文件。",
            "There is a header but no row below it; check the export, or leave the file out.",
        ),
        file=file,
    )
