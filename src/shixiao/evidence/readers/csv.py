"""CSV and its relatives: the dialect is found, every row is checked while it streams."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from shixiao.evidence.readers.decode import Utf8Stream, find_encoding
from shixiao.evidence.readers.tabular import Tabular, checked_header, no_rows
from shixiao.terms import BadInput, Text

DELIMITERS = ",;\t|"
SAMPLE = 1 << 18  # bytes of UTF-8 in which delimiter and header are looked for
SAMPLE_ROWS = 50
BLOCK = 4 << 20  # bytes Arrow parses at a time; no row may be longer
LONGEST_FIELD = 1 << 20  # bytes of UTF-8
VALUE = re.compile(r"\d{4}[-/年.]\d{1,2}[-/月.]\d{1,2}.*|[+-]?\d+([.,]\d+)?")
DATED = re.compile(r"\d{4}[-/年]\d{1,2}[-/月]\d{1,2}.*")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one text file is written."""

    encoding: str
    delimiter: str
    header: tuple[str, ...]


def read_csv(path: Path, *, file: str, twins: bool = False) -> Tabular:
    """Read a delimited text file, plain or gzip; all columns are strings, empty cells null.

    ``twins`` as in ``checked_header``.

    Raises:
        BadInput: now, for an empty file or an unusable header; while rows are read, for ragged
            rows, bytes of another encoding, NUL, fields above 1 MiB, or no row at all.
    """
    dialect = _dialect(path, file, twins)
    return Tabular(file, dialect.header, None, partial(_scan, path, file, dialect))


def _dialect(path: Path, file: str, twins: bool) -> Dialect:
    encoding = find_encoding(path, file)
    stream = Utf8Stream(path, file=file, encoding=encoding)
    try:
        sample = stream.read(SAMPLE)
    finally:
        stream.close()
    text = sample.decode("utf-8", errors="ignore")
    whole = len(sample) < SAMPLE
    delimiter = max(DELIMITERS, key=lambda d: _fit(_records(text, d, whole)))
    rows = _records(text, delimiter, whole)
    if not rows:
        raise BadInput(
            Text(
                "读不出第一行；请检查引号是否成对。",
                "The first line cannot be read; check that its quotation marks are paired.",
            ),
            file=file,
        )
    header = checked_header(rows[0], file, twins=twins)
    cells = [cell for cell in rows[0] if cell.strip()]
    if any(DATED.fullmatch(c.strip()) for c in cells) or all(
        VALUE.fullmatch(c.strip()) for c in cells
    ):
        raise BadInput(
            Text(
                f"第一行是数据（“{cells[0][:60]}”），不是列名；请在第一行写上列名。",
                f"The first line holds values (“{cells[0][:60]}”), not column names; "
                "put the column names there.",
            ),
            file=file,
        )
    return Dialect(encoding, delimiter, header)


def _records(text: str, delimiter: str, whole: bool) -> list[list[str]]:
    """Return the first records of the sample; the last one may be cut off and then is left out."""
    records: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for record in reader:
            if record:
                records.append(record)
            if len(records) > SAMPLE_ROWS:
                return records[:SAMPLE_ROWS]
    except csv.Error:  # a field too long for a sample; Arrow will judge it
        return records
    return records if whole or len(records) == 1 else records[:-1]


def _fit(records: list[list[str]]) -> tuple[float, int]:
    """Judge a delimiter: it splits the header, and the other rows into as many cells."""
    width = len(records[0]) if records else 0
    if width < 2:
        return (0.0, 0)
    return (sum(len(record) == width for record in records) / len(records), width)


def _scan(path: Path, file: str, dialect: Dialect) -> Iterator[pa.RecordBatch]:
    stream = Utf8Stream(path, file=file, encoding=dialect.encoding)
    stream.delimiter, stream.header = dialect.delimiter, dialect.header
    ragged: list[arrow_csv.InvalidRow] = []
    rows = 0
    last = None
    try:
        for last in _batches(stream, dialect, ragged):
            _check_lengths(last, rows, file)
            rows += last.num_rows
            yield last
        if last is None:
            raise no_rows(file)
        _check_last_quote(last, stream.quotes, rows, file)
    except pa.ArrowInvalid as error:
        raise _explained(error, ragged, rows, file) from None
    finally:
        stream.close()


def _batches(
    stream: Utf8Stream, dialect: Dialect, ragged: list[arrow_csv.InvalidRow]
) -> Iterator[pa.RecordBatch]:
    def note(row: arrow_csv.InvalidRow) -> str:
        ragged.append(row)
        return "error"

    names = list(dialect.header)
    reader = arrow_csv.open_csv(
        pa.PythonFile(stream, mode="r"),
        read_options=arrow_csv.ReadOptions(
            use_threads=False, block_size=BLOCK, column_names=names, skip_rows_after_names=1
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter=dialect.delimiter, newlines_in_values=True, invalid_row_handler=note
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
            null_values=[""],
        ),
    )
    with reader:
        yield from (batch for batch in reader if batch.num_rows)


def _check_lengths(batch: pa.RecordBatch, before: int, file: str) -> None:
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        lengths = pc.binary_length(column)
        longest = pc.max(lengths).as_py()
        if longest is not None and longest > LONGEST_FIELD:
            row = before + pc.index(lengths, longest).as_py() + 1
            raise BadInput(
                Text(
                    "单元格超过 1 MiB；请检查引号是否成对，或截短该单元格。",
                    "A cell is longer than 1 MiB; check that quotation marks are paired, "
                    "or shorten it.",
                ),
                file=file,
                row=row,
                column=name,
            )


def _check_last_quote(last: pa.RecordBatch, quotes: int, rows: int, file: str) -> None:
    """Refuse a quotation mark that is never closed: it swallows the rest of the file."""
    if quotes % 2 == 0:
        return
    for name, column in zip(last.schema.names, last.columns, strict=True):
        value = column[-1].as_py()
        if value is not None and "\n" in value:
            raise BadInput(
                Text(
                    "从这一行起引号没有闭合，其后的内容都成了一个单元格；请补上引号。",
                    "A quotation mark opens here and never closes, so that the rest of the file "
                    "becomes one cell; close it.",
                ),
                file=file,
                row=rows,
                column=name,
            )


def _explained(
    error: pa.ArrowInvalid, ragged: list[arrow_csv.InvalidRow], rows: int, file: str
) -> BadInput:
    """Turn Arrow's complaint into a sentence with its place."""
    if ragged:
        bad = ragged[0]
        # Arrow counts the header as row 1.
        row = bad.number - 1 if bad.number is not None else None
        shown = " ".join(bad.text.split())[:60]
        return BadInput(
            Text(
                f"该行有 {bad.actual_columns} 格，表头有 {bad.expected_columns} 列（“{shown}”）；"
                "请检查分隔符与引号。",
                f"The row’s number of cells is {bad.actual_columns}, the header’s "
                f"{bad.expected_columns} (“{shown}”); check delimiters and quotation marks.",
            ),
            file=file,
            row=row,
        )
    if "straddling" in str(error):
        return BadInput(
            Text(
                "某一行超过 4 MiB；请检查引号是否成对。",
                "A row is longer than 4 MiB; check that quotation marks are paired.",
            ),
            file=file,
            row=rows + 1,
        )
    return BadInput(
        Text(
            "该行之后无法按分隔文本读取；请重新导出为 UTF-8 的 CSV。",
            "From here on it cannot be read as delimited text; export it again as CSV in UTF-8.",
        ),
        file=file,
        row=rows + 1,
    )
