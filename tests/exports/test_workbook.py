"""Workbooks: same bytes, nothing lost, and no cell that a spreadsheet would run."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.exports import Sheet, harmless, workbook
from shixiao.terms import Text

HEADS = (Text("名称", "Name"), Text("数", "Number"))


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
