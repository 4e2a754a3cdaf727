"""Counts of the catalogue along two sides."""

from __future__ import annotations

from shixiao.sharing.catalogue.statistics import Cells, Count, pivot, sheet_of
from shixiao.terms import Text

COUNTS = [
    Count({"domain": "人口", "grade": "general_3"}, 3, 4, 1),
    Count({"domain": "人口", "grade": "core"}, 1),
    Count({"domain": "法人", "grade": "general_3"}, 9, 5),
    Count({"domain": "", "grade": ""}, 2),
]


def test_words_stand_in_their_order_and_others_by_size() -> None:
    found = pivot(COUNTS, down="domain", across="grade")
    assert [value for value, _ in found.rows] == ["法人", "人口", ""]
    assert [value for value, _ in found.columns] == ["core", "general_3", ""]
    assert found.rows[-1][1] == Text("未填写", "Not stated")
    assert found.cells["人口", "general_3"] == Cells(3, 4, 1)
    assert ("法人", "core") not in found.cells


def test_rows_and_columns_add_up() -> None:
    found = pivot(COUNTS, down="domain", across="grade")
    assert found.total(row="人口") == Cells(4, 4, 1)
    assert found.total(column="general_3") == Cells(12, 9, 1)
    assert found.total() == Cells(15, 9, 1)


def test_a_sheet_has_every_cell_and_the_total() -> None:
    sheet = sheet_of(pivot(COUNTS, down="domain", across="grade"), language="en")
    assert len(sheet.heads) == 1 + 3 * 4
    assert sheet.rows[0][:4] == ["法人", 0, 0, 0]
    assert sheet.rows[-1] == ["Total", 1, 0, 0, 12, 9, 1, 2, 0, 0, 15, 9, 1]
