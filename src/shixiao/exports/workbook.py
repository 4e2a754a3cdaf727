"""Workbooks: tables out as XLSX, same bytes for same content, no cell that runs as a formula."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO

import xlsxwriter

from shixiao.exports.sheets import Cell, Sheet, harmless
from shixiao.terms import Text

EPOCH = datetime(2000, 1, 1)
LONGEST_NAME, SAMPLE = 31, 200
_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
OPTIONS = {
    # Rows go out as they come: a city has three quarters of a million cells.
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """Return an XLSX file with one sheet per table, heads in both languages."""
    target = BytesIO()
    with xlsxwriter.Workbook(target, OPTIONS) as book:
        book.set_properties({"created": EPOCH, "author": "Shixiao 实效"})
        head = book.add_format({"bold": True, "bottom": 2, "text_wrap": True, "valign": "top"})
        for sheet in sheets:
            page = book.add_worksheet(_SHEET_NAME.sub(" ", sheet.name)[:LONGEST_NAME])
            page.freeze_panes(1, 0)
            for column, title in enumerate(sheet.heads):
                page.set_column(column, column, _width(column, title, sheet.rows))
            for column, title in enumerate(sheet.heads):
                page.write_string(0, column, f"{title.zh}\n{title.en}", head)
            for number, row in enumerate(sheet.rows, start=1):
                for column, value in enumerate(row):
                    if isinstance(value, str):
                        page.write_string(number, column, harmless(_FORBIDDEN.sub("\ufffd", value)))
                    elif value is not None:
                        page.write_number(number, column, value)
    return target.getvalue()


def _width(column: int, title: Text, rows: Sequence[Sequence[Cell]]) -> float:
    """Return a readable column width: Chinese characters count twice."""
    cells = [title.zh, title.en, *(str(row[column] or "") for row in rows[:SAMPLE])]
    widest = max(sum(2 if ord(c) > 0x2E80 else 1 for c in cell[:99]) for cell in cells)
    return float(min(max(widest + 2, 8), 48))
