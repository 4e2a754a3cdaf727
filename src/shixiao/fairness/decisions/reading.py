"""Reading deliveries of decisions: NDJSON, CSV and Parquet, row by row in bounded memory.

Tables have the names of a record as columns; ``input:NAME`` and ``group:NAME`` hold single inputs
and groups, ``factors`` a list as JSON and ``rules`` ids between semicolons. A cell of CSV has no
kind of its own: an input is a number or truth where the registered table of the version tests such,
and else a text, so that codes of digits stay what they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from shixiao.evidence.readers import read_tabular
from shixiao.fairness.decisions.record import MOST_RULES, Record, read_record
from shixiao.fairness.decisions.tables import Kind, RuleTable, as_tested, kinds_of
from shixiao.terms import BadInput, Text

LONGEST_LINE = 64 * 1024
MOST_ROWS = 5_000_000
INPUT, GROUP = "input:", "group:"
ENDINGS = {".ndjson", ".jsonl"}
NUMERIC = ("arm_probability", "score")
TOO_LONG = Text("一行超过 64 KB。", "a line is longer than 64 KB")
TOO_MANY = Text(f"超过 {MOST_ROWS:,} 行；请分批报送。", f"more than {MOST_ROWS:,} rows; send parts")
NO_JSON = Text("这一行不是 JSON 对象。", "this line is no JSON object")

Row = tuple[int, Record | BadInput]
Kinds = Mapping[str, Mapping[str, Kind]]


def read_file(
    path: Path,
    *,
    name: str,
    now: datetime,
    zone: ZoneInfo,
    tables: Mapping[str, RuleTable] | None = None,
) -> Iterator[Row]:
    """Give every row of a file with its number: the record, or why it is refused.

    Args:
        path: where the file lies.
        name: what the sender called it; its ending says what it is.
        now: no decision lies later.
        zone: of times that name none.
        tables: registered ones, by version.

    Raises:
        BadInput: the file as a whole cannot be read, or is too long.
    """
    lines = Path(name).suffix.lower() in ENDINGS
    kinds = {version: kinds_of(table) for version, table in (tables or {}).items()}
    for number, given in enumerate(_lines(path) if lines else _rows(path, name, kinds), 1):
        if number > MOST_ROWS:
            raise BadInput(TOO_MANY, file=name)
        yield number, read_row(given, now=now, zone=zone)


def read_row(given: object, *, now: datetime, zone: ZoneInfo) -> Record | BadInput:
    """Return the record of a row, or why it is refused; ``given`` may be the refusal already."""
    if isinstance(given, BadInput):
        return given
    try:
        return read_record(given, now=now, zone=zone)
    except BadInput as refusal:
        return refusal


def _lines(path: Path) -> Iterator[object]:
    with path.open("rb") as file:
        while line := file.readline(LONGEST_LINE + 1):
            if len(line) > LONGEST_LINE:
                while line and not line.endswith(b"\n"):
                    line = file.readline(LONGEST_LINE + 1)
                yield BadInput(TOO_LONG)
                continue
            if line.strip():
                yield parse_line(line)


def parse_line(line: bytes) -> object:
    """Return what a line of NDJSON holds, or why it is refused."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return BadInput(NO_JSON)


def _rows(path: Path, name: str, kinds: Kinds) -> Iterator[object]:
    tabular = read_tabular(path, file=name, table="decisions")
    texts = tabular.parquet is None
    for batch in tabular.scan():
        for row in batch.to_pylist():
            yield flat_row(row, kinds if texts else None)


def flat_row(row: Mapping[str, Any], kinds: Kinds | None) -> object:
    """Return a row of a table as a record is sent.

    Args:
        row: by column.
        kinds: of what kind each version's table tests its fields; None where cells have kinds.
    """
    given: dict[str, Any] = {}
    texts = kinds is not None
    tested = (kinds or {}).get(str(row.get("version") or "").strip(), {})
    inputs, groups = {}, {}
    try:
        for column, value in row.items():
            if value is None or value == "":
                continue
            if column.startswith(INPUT):
                inputs[column.removeprefix(INPUT)] = value
            elif column.startswith(GROUP):
                groups[column.removeprefix(GROUP)] = value
            elif column in {"factors", "inputs", "groups"}:
                given[column] = json.loads(str(value))
            elif column == "rules":
                given[column] = [each.strip() for each in str(value).split(";", MOST_RULES + 1)]
            elif column in NUMERIC and texts:
                given[column] = _typed(value)
            else:
                given[column] = value
    except (ValueError, RecursionError):
        return BadInput(Text("应为 JSON。", "JSON is needed"), column=column)
    if texts:
        inputs = as_tested(inputs, tested)
    given |= {"inputs": inputs} if inputs else {}
    return given | ({"groups": groups} if groups else {})


def _typed(text: str) -> object:
    """Return the number or truth that a cell writes as JSON does; else the text."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return found if isinstance(found, int | float) else text
