"""Where in a workbook does the table stand? Schemes are made to be printed: titles, merged cells.

A sheet is laid out anew as the plain table that the readers take: title rows above the header are
dropped, a vertically merged cell is given to each of its rows (a merged weight is shared out
equally), a column whose header is merged sideways is joined. Nothing else is touched, and a sheet
that has no header of ours is handed on as it is, so that the reader can say what is wrong with it.
"""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from shixiao.evidence.readers import Kind, sniff
from shixiao.evidence.readers.archive import check_sizes
from shixiao.evidence.readers.xlsx import MALFORMED

LARGEST = 1 << 26  # bytes unpacked; a scheme is a page or two, and larger ones are only streamed
DEEPEST = 12  # rows in which the header is looked for
WIDEST = 200  # columns
LONGEST = 20_000  # rows
ROW = "shixiao:row"  # the column that keeps where a row stood
Grid = list[list[object]]
Share = Callable[[str, object, int], object]


def plain_table(
    path: Path, folder: Path, *, is_header: Callable[[list[str]], bool], share: Share
) -> tuple[Path, int]:
    """Return a file that holds the table from its header on, and how many rows were dropped above.

    Args:
        path: the file as it was given; anything but a workbook is returned as it is.
        folder: where the plain table may be written.
        is_header: tells whether a row of cells is the header.
        share: what each row of a merged cell gets: header, value, number of rows → value.

    Raises:
        BadInput: what :func:`shixiao.evidence.readers.sniff` refuses, or an archive too large.
    """
    if sniff(path, file=path.name) is not Kind.XLSX:
        return path, 0
    for cells in _sheets(path):
        for place, row in enumerate(cells.grid[:DEEPEST]):
            if is_header([_shown(cell) for cell in row]):
                return _written(cells.below(place, share), folder), place
    return path, 0


class _Sheet:
    """The cells of one sheet with what is merged in it."""

    def __init__(self, sheet: Worksheet) -> None:
        rows = min(sheet.max_row or 0, LONGEST)
        columns = min(sheet.max_column or 0, WIDEST)
        self.grid: Grid = [
            list(row)
            for row in sheet.iter_rows(max_row=rows, max_col=columns, values_only=True)
            if rows and columns
        ]
        self.merged = [
            (r.min_row - 1, min(r.max_row, rows), r.min_col - 1, min(r.max_col, columns))
            for r in sheet.merged_cells.ranges
        ]

    def below(self, header: int, share: Share) -> Grid:
        """Return the rows from the header on, with merged cells resolved and rows numbered."""
        grid = [list(row) for row in self.grid]
        heads = [_shown(cell) for cell in grid[header]]
        for top, bottom, left, right in self.merged:
            if bottom <= header + 1 or top <= header or right - left > 1:
                continue
            value = share(heads[left], grid[top][left], bottom - top)
            for row in range(top, bottom):
                grid[row][left] = value
        kept = [place for place, head in enumerate(heads) if head]
        table = [[row[place] for place in kept] for row in grid[header:]]
        while len(table) > 1 and all(cell is None for cell in table[-1]):
            table.pop()  # sheets end in formatted void
        return [[ROW, *table[0]], *([n, *row] for n, row in enumerate(table[1:], 1))]


def _sheets(path: Path) -> list[_Sheet]:
    """Read every visible sheet; what openpyxl cannot read is left for the reader to explain."""
    with zipfile.ZipFile(path) as archive:
        check_sizes(archive.infolist(), file=path.name)
        if sum(info.file_size for info in archive.infolist()) > LARGEST:
            return []
        for info in archive.infolist():
            with archive.open(info) as stream:
                head = stream.read(1 << 14)
            if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
                return []
    try:
        with warnings.catch_warnings(), path.open("rb") as stream:
            warnings.simplefilter("ignore")  # foreign writers leave out styles and the like
            book = openpyxl.load_workbook(stream, data_only=True)
            return [_Sheet(sheet) for sheet in book.worksheets if sheet.sheet_state == "visible"]
    except MALFORMED:
        return []


def _shown(cell: object) -> str:
    return "" if cell is None else str(cell).strip()


def _written(grid: Grid, folder: Path) -> Path:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("scheme")
    for row in grid:
        # Text that begins like a formula is text: the scheme is read, never computed.
        sheet.append([f" {cell}" if str(cell).startswith("=") else cell for cell in row])
    target = folder / "table.xlsx"
    book.save(target)
    return target
