"""Workbooks: same bytes, nothing lost, and no cell that a spreadsheet would run."""

from __future__ import annotations

import re
import sys
from io import BytesIO
from zipfile import ZipFile

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from shixiao.exports import Cell, Sheet, harmless, workbook
from shixiao.terms import Text

HEADS = (Text("名称", "Name"), Text("数", "Number"))
NUMBERS = st.integers(-(10**12), 10**12) | st.floats(allow_nan=False, allow_infinity=False)
# No text that XlsxWriter leaves out, takes for markup, or escapes once where two escapes overlap.
TEXTS = st.text("甲é'\u3000a <>&\"=+-@\t\n\r", max_size=6)
CELLS = st.none() | TEXTS | NUMBERS
ROWS = st.lists(st.tuples(CELLS, CELLS), max_size=6)


def page(content: bytes) -> str:
    """Return the XML of the first sheet."""
    with ZipFile(BytesIO(content)) as package:
        return package.read("xl/worksheets/sheet1.xml").decode()


def sheet_data(content: bytes) -> str:
    return page(content).partition("<sheetData>")[2].partition("</sheetData>")[0]


def unescaped(text: str) -> str:
    """Read text as ECMA-376 22.9.2.19 (ST_Xstring) says: _x000D_ is the character 13."""
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_text_that_begins_like_a_formula_stays_text(start: str) -> None:
    content = f'{start}HYPERLINK("http://x","click")'
    book = openpyxl.load_workbook(BytesIO(workbook([Sheet("s", HEADS, [[content, 1]])])))
    cell = book["s"].cell(2, 1)
    assert cell.data_type == "s"
    assert str(cell.value).startswith("'")


def test_numbers_stay_numbers_and_nothing_stays_empty() -> None:
    book = openpyxl.load_workbook(
        BytesIO(workbook([Sheet("s", HEADS, [["甲", 0.25], [None, None]])]))
    )
    assert [[c.value for c in row] for row in book["s"].iter_rows(min_row=2)] == [["甲", 0.25]]


def test_same_content_gives_the_same_bytes() -> None:
    assert workbook([Sheet("s", HEADS, [["甲", 1]])]) == workbook([Sheet("s", HEADS, [["甲", 1]])])


@given(st.text(max_size=60))
def test_harmless_text_keeps_what_it_says(text: str) -> None:
    assert harmless(text).removeprefix("'") == text.removeprefix("'")


def test_a_cell_longer_than_a_spreadsheet_takes_is_cut_with_a_sign() -> None:
    assert harmless("长" * 40_000).endswith("…")


# ── the rows that are written here ────────────────────────────────────────────────────────────


@given(ROWS)
def test_rows_are_the_ones_that_xlsxwriter_would_write(rows: list[tuple[Cell, Cell]]) -> None:
    target = BytesIO()
    with xlsxwriter.Workbook(target, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("s")
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(number, column, harmless(value))
                elif value is not None:
                    sheet.write_number(number, column, value)
    ours = sheet_data(workbook([Sheet("s", HEADS, rows)]))
    assert ours.partition("</row>")[2] == sheet_data(target.getvalue())


@given(st.text(max_size=40) | st.from_regex("(_x?[0-9a-f]{0,5}_){1,4}", fullmatch=True))
def test_a_reader_gets_the_text_that_was_written(text: str) -> None:
    content = workbook([Sheet("s", HEADS, [[text, None]])])
    value = openpyxl.load_workbook(BytesIO(content))["s"].cell(2, 1).value
    kept = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "\ufffd", text)
    assert unescaped(str(value or "")) == harmless(kept)


@pytest.mark.parametrize(
    "text", ["<r></c></row><x/></r>", "<r><t>x</t></r>", "</sheetData>", "&lt;b&gt;", "a\"b'c"]
)
def test_text_that_looks_like_markup_stays_text(text: str) -> None:
    book = openpyxl.load_workbook(BytesIO(workbook([Sheet("s", HEADS, [[text, 1], ["甲", 2]])])))
    assert [[c.value for c in row] for row in book["s"].iter_rows(min_row=2)] == [
        [text, 1],
        ["甲", 2],
    ]


def test_the_head_stays_in_sight_and_the_sheet_tells_how_far_it_reaches() -> None:
    content = workbook(
        [Sheet("空 Empty", HEADS, []), Sheet("s", HEADS, [["甲" * 9, 1], ["乙", 2]])]
    )
    book = openpyxl.load_workbook(BytesIO(content))
    assert book.sheetnames == ["空 Empty", "s"]
    assert [sheet.calculate_dimension() for sheet in book] == ["A1:B1", "A1:B3"]
    assert {sheet.freeze_panes for sheet in book} == {"A2"}
    assert book["s"]["A1"].font.bold
    assert book["s"].column_dimensions["A"].width > book["s"].column_dimensions["B"].width
    assert '<dimension ref="A1:B3"/>' in page(workbook([Sheet("s", HEADS, [["a", 1], ["b", 2]])]))


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_number_that_no_sheet_can_hold_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        workbook([Sheet("s", HEADS, [["甲", number]])])


def test_rows_beyond_the_end_of_a_sheet_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["shixiao.exports.workbook"], "MOST_ROWS", 2)
    book = openpyxl.load_workbook(BytesIO(workbook([Sheet("s", HEADS, [["甲", 1]] * 3)])))
    assert book["s"].max_row == 3


def test_a_cell_counts_as_excel_counts_where_a_sign_takes_two_units() -> None:
    cut = harmless("😀" * 20_000)
    assert cut.endswith("😀…")
    assert len(cut.encode("utf-16-le")) // 2 <= 32_767
    assert harmless("😀" * 16_000) == "😀" * 16_000


def test_a_head_that_both_languages_share_stands_once() -> None:
    heads = (Text.of("list_name"), Text("名称", "Name"))
    book = openpyxl.load_workbook(BytesIO(workbook([Sheet("s", heads, [])])))
    assert [cell.value for cell in book["s"][1]] == ["list_name", "名称\nName"]
