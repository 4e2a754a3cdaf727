"""XLSX: what a sheet shows, and clear words for what it cannot say."""

from __future__ import annotations

import re
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest

from shixiao.evidence.readers.xlsx import read_xlsx
from shixiao.terms import BadInput


def workbook(path: Path, **sheets: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    book.close()
    return path


def rows_of(path: Path, table: str = "events") -> list[dict[str, str | None]]:
    scan = read_xlsx(path, file=path.name, table=table).scan()
    return [row for batch in scan for row in batch.to_pylist()]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("受理 ", "受理"),
        (7, "7"),
        (7.0, "7"),
        (7.25, "7.25"),
        (True, "true"),
        (datetime(2024, 1, 5, 9, 3, 30), "2024-01-05T09:03:30"),
        (datetime(2024, 1, 5), "2024-01-05"),
        (date(2024, 1, 5), "2024-01-05"),
        (time(9, 3), "09:03:00"),
        (timedelta(hours=1), "3600"),
        ("  ", None),
        (None, None),
    ],
)
def test_a_cell_becomes_text(tmp_path, cell, text):
    path = workbook(tmp_path / "a.xlsx", s=[["a", "b"], ["x", cell]])
    assert rows_of(path) == [{"a": "x", "b": text}]


def test_the_sheet_named_like_the_table_is_taken_or_else_the_first(tmp_path):
    path = workbook(tmp_path / "a.xlsx", cover=[["a"], ["1"]], cases=[["b"], ["2"]])
    assert rows_of(path, "cases") == [{"b": "2"}]
    assert rows_of(path, "events") == [{"a": "1"}]


def test_blank_rows_and_short_rows_do_no_harm(tmp_path):
    path = workbook(tmp_path / "a.xlsx", s=[["a", "b"], ["1"], [], ["2", "3"], [None, None]])
    assert rows_of(path) == [{"a": "1", "b": None}, {"a": "2", "b": "3"}]


def test_many_rows_come_in_order_across_batches(tmp_path):
    path = workbook(tmp_path / "a.xlsx", s=[["n"], *[[n] for n in range(9_000)]])
    assert [row["n"] for row in rows_of(path)] == [str(n) for n in range(9_000)]


def test_a_declared_range_that_is_too_small_hides_nothing(tmp_path):
    path = workbook(tmp_path / "a.xlsx", s=[["a", "b"], ["1", "2"], ["3", "4"]])
    rewrite(path, lambda xml: re.sub(r'<dimension ref="[^"]*"', '<dimension ref="A1"', xml))
    assert rows_of(path) == [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]


def rewrite(path: Path, change) -> None:
    """Change the first sheet's XML in place."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = change(parts[sheet].decode()).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_a_formula_with_its_result_is_read_as_the_result(tmp_path):
    path = workbook(tmp_path / "a.xlsx", s=[["a", "b"], [1, "=A2+1"], [2, "=A3+1"]])
    rewrite(path, lambda xml: re.sub(r"</f><v\s*/>|</f><v></v>", "</f><v>41</v>", xml))
    assert [row["b"] for row in rows_of(path)] == ["41", "41"]


@pytest.mark.parametrize(
    ("rows", "row", "column", "words"),
    [
        ([["a", "b"], [1, 2], [3, "=A2+1"]], 2, "b", "formula"),
        ([["a"], ["=1+1"]], 1, "a", "formula"),
        ([["title", None, "b"], [1, 2, 3]], None, None, "merged"),
        ([["title"], ["a", "b"], [1, 2]], 1, None, "no name"),
        ([["a", "a"], [1, 2]], None, None, "one name"),
        ([["a", "b"]], None, None, "no row"),
        ([], None, None, "no column names"),
    ],
)
def test_a_fault_is_named_with_its_place(tmp_path, rows, row, column, words):
    path = workbook(tmp_path / "a.xlsx", s=rows)
    with pytest.raises(BadInput, match=words) as caught:
        rows_of(path)
    assert (caught.value.file, caught.value.row, caught.value.column) == ("a.xlsx", row, column)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (40 << 20))
    with pytest.raises(BadInput, match="limit"):
        rows_of(path)


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml"]
)
@pytest.mark.parametrize("content", [b"", b"<broken", b"\x00\x01"])
def test_damaged_parts_are_refused(tmp_path, part, content):
    path = workbook(tmp_path / "a.xlsx", s=[["a"], ["1"]])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, old in parts.items():
            archive.writestr(name, content if name == part else old)
    with pytest.raises(BadInput):
        rows_of(path)


def test_entities_are_refused(tmp_path):
    path = workbook(tmp_path / "a.xlsx", s=[["a"], ["1"]])
    bomb = '<!DOCTYPE w [<!ENTITY a "aaaaaaaa">]>'
    rewrite(path, lambda xml: xml.replace("<worksheet", bomb + "<worksheet", 1))
    with pytest.raises(BadInput, match="sound"):
        rows_of(path)
