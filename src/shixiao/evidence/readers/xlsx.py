"""XLSX sheets, row by row: what a cell shows, never a formula, never more than a sheet can hold."""

from __future__ import annotations

import warnings
import zipfile
import zlib
from collections.abc import Generator, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import openpyxl
import pyarrow as pa
from openpyxl import Workbook
from openpyxl.utils.exceptions import InvalidFileException

from shixiao.evidence.readers.archive import check_sizes
from shixiao.evidence.readers.tabular import Tabular, checked_header, no_rows
from shixiao.terms import BadInput, Text

ROWS = 1_048_576  # of a sheet, header included
LARGEST = 1 << 30  # bytes unpacked
BATCH = 4_096
HEAD = 1 << 16  # bytes in which an XML declaration would stand
# What openpyxl lets through when the file is not what it says it is.
MALFORMED = (
    zipfile.BadZipFile,
    InvalidFileException,
    zlib.error,
    AttributeError,
    EOFError,
    IndexError,
    KeyError,
    NotImplementedError,
    OSError,
    RuntimeError,
    SyntaxError,  # what both XML parsers that openpyxl may use derive their errors from
    TypeError,
    ValueError,
)
Cells = tuple[Any, ...]


def read_xlsx(path: Path, *, file: str, table: str) -> Tabular:
    """Read the sheet called like the table, or else the first one; all columns are strings.

    Raises:
        BadInput: a damaged or bomb-like file, a merged or empty header cell, a formula that was
            never computed, or no row at all.
    """
    with zipfile.ZipFile(path) as archive:
        check_sizes(archive.infolist(), file=file, largest=LARGEST)
        _refuse_entities(archive, file)
        formulas = any(_has_formula(archive, i) for i in archive.infolist())
    rows = _rows(path, file, table)
    try:
        first = next(rows, ())
    finally:
        rows.close()
    while first and first[-1] is None:
        first = first[:-1]
    for place, cell in enumerate(first, 1):
        if cell is None:
            raise _merged(place, file)
    header = checked_header([_text(cell) for cell in first], file)
    return Tabular(file, header, None, partial(_scan, path, file, table, header, formulas))


def _refuse_entities(archive: zipfile.ZipFile, file: str) -> None:
    """Refuse XML that declares entities: no spreadsheet writes them, and they can explode."""
    for info in archive.infolist():
        if info.filename.endswith((".xml", ".rels")):
            try:
                with archive.open(info) as stream:
                    head = stream.read(HEAD)
            except MALFORMED:
                raise _damaged(file) from None
            if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
                raise _damaged(file)


def _has_formula(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bool:
    """Look for a formula element in a sheet without parsing it."""
    if not info.filename.startswith("xl/worksheets/") or not info.filename.endswith(".xml"):
        return False
    try:
        with archive.open(info) as stream:
            tail = b""
            while block := stream.read(1 << 20):
                if b"<f>" in tail + block or b"<f " in tail + block:
                    return True
                tail = block[-2:]
    except MALFORMED:
        return False  # opening it properly will say what is wrong
    return False


def _scan(
    path: Path, file: str, table: str, header: tuple[str, ...], formulas: bool
) -> Iterator[pa.RecordBatch]:
    schema = pa.schema([(name, pa.string()) for name in header])
    rows = _below_header(_rows(path, file, table), header, file)
    sources = _formula_rows(path, file, table, header) if formulas else None
    given = 0
    while True:
        chunk = list(islice(rows, BATCH))
        if sources is not None:
            written = list(islice(sources, BATCH))
            # A row of nothing but uncomputed formulas looks blank among the values.
            chunk += [(None,) * len(header)] * (len(written) - len(chunk))
            _check_computed(chunk, written, header, given, file)
        if not chunk:
            break
        filled = [row for row in chunk if any(cell is not None for cell in row)]
        given += len(chunk)
        if filled:
            columns = zip(*filled, strict=True)
            arrays = [pa.array([_text(c) for c in column], pa.string()) for column in columns]
            yield pa.RecordBatch.from_arrays(arrays, schema=schema)
    if not given:
        raise no_rows(file)


def _formula_rows(path: Path, file: str, table: str, header: tuple[str, ...]) -> Iterator[Cells]:
    return _below_header(_rows(path, file, table, computed=False), header, file)


def _rows(
    path: Path, file: str, table: str, *, computed: bool = True
) -> Generator[Cells, None, None]:
    """Give the rows of the sheet as cell values, formulas as their last computed value."""
    # The file is ours to close: openpyxl leaves it open when it cannot read it.
    with path.open("rb") as stream:
        book = _book(stream, file, computed=computed)
        try:
            if not book.worksheets:
                raise BadInput(Text("没有工作表。", "There is no worksheet."), file=file)
            names = [sheet.title for sheet in book.worksheets]
            sheet = book.worksheets[names.index(table) if table in names else 0]
            sheet.reset_dimensions()  # some writers declare a range smaller than their data
            rows = iter(sheet.iter_rows(values_only=True))
            count = 0
            while chunk := _take(rows, file):
                count += len(chunk)
                if count > ROWS:
                    raise BadInput(
                        Text("超过工作表的行数上限。", "There are more rows than a sheet holds."),
                        file=file,
                    )
                yield from chunk
        finally:
            book.close()


def _book(stream: BinaryIO, file: str, *, computed: bool) -> Workbook:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # foreign writers leave out styles and the like
            return openpyxl.load_workbook(stream, read_only=True, data_only=computed)
    except MALFORMED:
        raise _damaged(file) from None


def _take(rows: Iterator[Cells], file: str) -> list[Cells]:
    """Fetch some rows; openpyxl's warnings about odd cells are no concern of the user's."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return list(islice(rows, BATCH))
    except MALFORMED:
        raise _damaged(file) from None


def _below_header(rows: Iterator[Cells], header: tuple[str, ...], file: str) -> Iterator[Cells]:
    """Give every row below the header with exactly one cell per column.

    Raises:
        BadInput: a value stands in a column without a name.
    """
    width = len(header)
    blanks = 0  # blank rows are given only when something follows: sheets end in formatted void
    for number, row in enumerate(islice(rows, 1, None), 1):
        for place, cell in enumerate(row[width:], width + 1):
            if cell is not None:
                raise _nameless(place, number, file)
        cells = tuple(row[:width]) + (None,) * (width - len(row))
        if all(cell is None for cell in cells):
            blanks += 1
            continue
        yield from ((None,) * width for _ in range(blanks))
        blanks = 0
        yield cells


def _check_computed(
    values: Iterable[Cells], sources: list[Cells], header: tuple[str, ...], before: int, file: str
) -> None:
    """Refuse a formula whose value was never stored: it would read as an empty cell."""
    for number, (row, source) in enumerate(zip(values, sources, strict=False), before + 1):
        for name, value, written in zip(header, row, source, strict=True):
            if value is None and isinstance(written, str) and written.startswith("="):
                raise BadInput(
                    Text(
                        "公式没有保存计算结果；请在电子表格软件中打开并保存，或另存为数值。",
                        "The formula was saved without its result; open and save the file in a "
                        "spreadsheet program, or paste it as values.",
                    ),
                    file=file,
                    row=number,
                    column=name,
                )


def _text(cell: object) -> str | None:
    """Write a cell as text: times as ISO 8601, whole numbers without a decimal point."""
    match cell:
        case None:
            text = ""
        case bool():
            text = str(cell).lower()
        case datetime():
            text = (cell.date() if cell.time() == time() else cell).isoformat()
        case date() | time():
            text = cell.isoformat()
        case timedelta():
            text = f"{cell.total_seconds():g}"
        case float():
            text = str(int(cell)) if cell.is_integer() else repr(cell)
        case _:
            text = str(cell).strip()
    return text or None


def _damaged(file: str) -> BadInput:
    return BadInput(
        Text(
            "不是完好的 .xlsx 文件；请在电子表格软件中打开并另存为 .xlsx。",
            "This is no sound .xlsx file; open it in a spreadsheet program and save it as .xlsx.",
        ),
        file=file,
    )


def _merged(place: int, file: str) -> BadInput:
    return BadInput(
        Text(
            f"表头第 {place} 格为空或是合并单元格；请取消合并，第一行每列写一个列名。",
            f"Header cell {place} is empty or merged; unmerge it and give each column a name in "
            "the first row.",
        ),
        file=file,
    )


def _nameless(place: int, number: int, file: str) -> BadInput:
    return BadInput(
        Text(
            f"第 {place} 格有值，而该列没有列名；请在第一行补上列名（表头不要合并单元格）。",
            f"Cell {place} holds a value but its column has no name; name it in the first row "
            "(and do not merge header cells).",
        ),
        file=file,
        row=number,
    )
