"""Workbooks: tables out as XLSX, same bytes for same content, no cell that runs as a formula.

XlsxWriter makes the package with its styles, widths and heads. The rows are written here: a city
has a million cells, and XlsxWriter takes 5 µs for each instead of 1.

Source: ECMA-376-1, 18.3.1.73 (row), 18.3.1.4 (c), 18.3.1.53 (is), 22.9.2.19 (_xHHHH_ in text).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from zipfile import ZipFile

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_range

from shixiao.exports.archive import archive
from shixiao.exports.sheets import KEPT_TEXTS, Cell, Sheet, harmless
from shixiao.terms import Text

EPOCH = datetime(2000, 1, 1)
LONGEST_NAME, SAMPLE = 31, 200
MOST_ROWS = 1_048_575  # below the head; a sheet has no room for more, the CSV holds them all
_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LOOKS_ESCAPED = re.compile("(?=_x[0-9a-fA-F]{4}_)")
_DIMENSION = re.compile(rb'(?<=<dimension ref=")[^"]*')
_END = b"</sheetData>"
Words = Callable[[str], str]


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """Return an XLSX file with one sheet per table, heads in both languages."""
    parts = {f"xl/worksheets/sheet{n}.xml": sheet for n, sheet in enumerate(sheets, start=1)}
    words = lru_cache(KEPT_TEXTS)(_text)
    with ZipFile(BytesIO(_package(sheets))) as package:
        names = package.namelist()
        return archive(
            (name, _filled(package.read(name), parts[name], words))
            if name in parts
            else (name, package.read(name))
            for name in names
        )


def _package(sheets: Sequence[Sheet]) -> bytes:
    """Return the workbook with every sheet's head, without its rows."""
    target = BytesIO()
    # Texts stay within their sheet, as they do in the rows.
    with xlsxwriter.Workbook(target, {"constant_memory": True}) as book:
        book.set_properties({"created": EPOCH, "author": "Shixiao 实效"})
        head = book.add_format({"bold": True, "bottom": 2, "text_wrap": True, "valign": "top"})
        for sheet in sheets:
            page = book.add_worksheet(_SHEET_NAME.sub(" ", sheet.name)[:LONGEST_NAME])
            page.freeze_panes(1, 0)
            for column, title in enumerate(sheet.heads):
                page.set_column(column, column, _width(column, title, sheet.rows))
                words = title.zh if title.zh == title.en else f"{title.zh}\n{title.en}"
                page.write_string(0, column, words, head)
    return target.getvalue()


def _filled(page: bytes, sheet: Sheet, words: Words) -> bytes:
    """Put the rows below the head of a sheet."""
    start, end = page.split(_END)
    last = min(len(sheet.rows), MOST_ROWS)
    place = xl_range(0, 0, last, len(sheet.heads) - 1).encode()
    return b"".join((_DIMENSION.sub(place, start, 1), *_rows(sheet, words), _END, end))


def _rows(sheet: Sheet, words: Words) -> Iterator[bytes]:
    """Yield the rows as XML; a row of nothing is left out."""
    columns = [f'<c r="{xl_col_to_name(column)}' for column in range(len(sheet.heads))]
    for number, row in enumerate(sheet.rows[:MOST_ROWS], start=2):
        cells = [
            f'{column}{number}"{words(value) if isinstance(value, str) else _number(value)}'
            for column, value in zip(columns, row, strict=True)
            if value is not None
        ]
        if cells:
            yield f'<row r="{number}">{"".join(cells)}</row>'.encode()


def _number(value: float) -> str:
    """Return the rest of a cell with a number; Excel keeps 15 digits and 16 are written."""
    if not math.isfinite(value):
        raise ValueError(f"A cell holds a finite number, not {value}")
    return f"><v>{value:.16G}</v></c>"


def _text(value: str) -> str:
    """Return the rest of a cell with text, of which nothing is read as markup or as an escape."""
    text = _LOOKS_ESCAPED.sub("_x005F", harmless(_FORBIDDEN.sub("\ufffd", value)))
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = text.replace("\r", "_x000D_")  # XML would make a line break of it
    keep = ' xml:space="preserve"' if text != text.strip() else ""
    return f' t="inlineStr"><is><t{keep}>{text}</t></is></c>'


def _width(column: int, title: Text, rows: Sequence[Sequence[Cell]]) -> float:
    """Return a readable column width: Chinese characters count twice."""
    cells = [title.zh, title.en, *(str(row[column] or "") for row in rows[:SAMPLE])]
    widest = max(sum(2 if ord(c) > 0x2E80 else 1 for c in cell[:99]) for cell in cells)
    return float(min(max(widest + 2, 8), 48))
