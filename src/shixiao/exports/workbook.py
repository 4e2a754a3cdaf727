"""Workbooks: tables out as XLSX, same bytes for same content, no cell that runs as a formula."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

import xlsxwriter

from shixiao.terms import Text

Cell = str | int | float | None
# What a spreadsheet may take for the beginning of a formula or a command (OWASP, CSV injection).
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
LONGEST = 32_000  # Excel cuts cells at 32,767 characters
EPOCH = datetime(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name, its column heads, its rows."""

    name: str
    heads: tuple[Text, ...]
    rows: Sequence[Sequence[Cell]]


def harmless(text: str) -> str:
    """Return text that no spreadsheet runs: a leading apostrophe where it begins like a formula."""
    cut = text if len(text) <= LONGEST else text[:LONGEST] + "…"
    return f"'{cut}" if cut.startswith(DANGEROUS) else cut


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """Return an XLSX file with one sheet per table, heads in both languages."""
    target = BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"created": EPOCH, "author": "Shixiao 实效"})
        head = book.add_format({"bold": True, "bottom": 2, "text_wrap": True, "valign": "top"})
        for sheet in sheets:
            page = book.add_worksheet(sheet.name[:31])
            page.freeze_panes(1, 0)
            for column, title in enumerate(sheet.heads):
                page.write_string(0, column, f"{title.zh}\n{title.en}", head)
                page.set_column(column, column, _width(column, title, sheet.rows))
            for number, row in enumerate(sheet.rows, start=1):
                for column, value in enumerate(row):
                    if isinstance(value, str):
                        page.write_string(number, column, harmless(value))
                    elif value is not None:
                        page.write_number(number, column, value)
    return target.getvalue()


def _width(column: int, title: Text, rows: Sequence[Sequence[Cell]]) -> float:
    """Return a readable column width: Chinese characters count twice."""
    cells = [title.zh, title.en, *(str(row[column] or "") for row in rows[:200])]
    widest = max(sum(2 if ord(c) > 0x2E80 else 1 for c in cell) for cell in cells)
    return float(min(max(widest + 2, 8), 48))
