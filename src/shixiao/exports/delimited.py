"""Delimited text: the same sheets as CSV that spreadsheets open without asking.

UTF-8 with a byte order mark, because Excel takes anything else for the encoding of the machine;
quoting by RFC 4180; nothing that a spreadsheet would run.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from functools import lru_cache
from io import StringIO

from shixiao.exports.sheets import KEPT_TEXTS, Sheet, harmless
from shixiao.terms import Text

MARK = "\ufeff"
_UNSAFE = re.compile(r"[^a-z0-9]+")


def delimited(sheet: Sheet) -> bytes:
    """Return one sheet as CSV; heads hold both languages, an empty cell is nothing."""
    target = StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    safe = lru_cache(KEPT_TEXTS)(harmless)
    writer.writerow([safe(_head(head)) for head in sheet.heads])
    writer.writerows(
        [safe(value) if isinstance(value, str) else value for value in row] for row in sheet.rows
    )
    return (MARK + target.getvalue()).encode("utf-8", "replace")


def _head(head: Text) -> str:
    """Return both languages, once where they are the same."""
    return head.zh if head.zh == head.en else f"{head.zh} {head.en}"


def delimited_files(sheets: Sequence[Sheet]) -> dict[str, bytes]:
    """Return file name → CSV for every sheet, numbered in their order, named in plain ASCII."""
    names = [_UNSAFE.sub("-", sheet.name.lower()).strip("-") for sheet in sheets]
    return {
        f"{number:02d}-{name}.csv": delimited(sheet)
        for number, (name, sheet) in enumerate(zip(names, sheets, strict=True), start=1)
    }
