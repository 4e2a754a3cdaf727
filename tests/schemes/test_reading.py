"""Schemes are read as they are written, and every fault is told by its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.checkup.schemes import read_scheme
from shixiao.checkup.schemes.weights import read_weight
from shixiao.terms import BadInput

HEAD = ("指标名称", "指标说明", "权重")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("20%", 0.2),
        ("\uff12\uff10\uff05", 0.2),
        ("20", 20.0),
        ("0.2", 0.2),
        (".5", 0.5),
        ("1/5", 0.2),
        ("½", 0.5),
        ("20分", 20.0),
        ("（10分）", 10.0),
        ("十五分", 15.0),
        ("5 points", 5.0),
        ("1,000", 1000.0),
        ("-5", -5.0),
        ("−5", -5.0),
    ],
)
def test_a_weight_is_read_in_every_common_form(written, value):
    read = read_weight(written)
    assert read is not None
    assert read.value == pytest.approx(value)


@pytest.mark.parametrize("written", ["", "若干", "20%以上", "1/0", "abc", "1e5", "nan", "--5"])
def test_what_is_no_weight_is_not_guessed(written):
    assert read_weight(written) is None


@given(st.text(max_size=20))
def test_no_text_breaks_the_reading_of_weights(text):
    read_weight(text)


def test_title_merged_cells_headings_blank_rows_and_totals_are_borne(xlsx):
    path = xlsx(
        [
            ("2026年数字政府考核细则", None, None, None),
            ("一级指标", *HEAD),
            ("服务", "办成率", "取得结果的占比", "30分"),
            (None, None, "续：以回访为准", None),
            ("服务", "平均跑动次数", None, "20分"),
            (None, None, None, None),
            ("一、宣传（20分）", None, None, None),
            ("宣传", "信息报送", "报送篇数", 20),
            ("宣传", "媒体报道", "报道篇数", None),
            (None, "合计", None, "=SUM(D3:D9)"),
        ],
        merged=["A1:D1", "D8:D9"],
    )
    scheme = read_scheme(path)
    assert [(i.name, i.weight, i.row) for i in scheme.indicators] == [
        ("办成率", 30.0, 1),
        ("平均跑动次数", 20.0, 3),
        ("信息报送", 10.0, 6),
        ("媒体报道", 10.0, 7),
    ]
    assert scheme.indicators[0].description == "取得结果的占比 续：以回访为准"
    assert sum(scheme.shares) == pytest.approx(1)


def test_a_merged_percentage_is_shared_out_too(xlsx):
    path = xlsx([HEAD, ("甲", "子项一", "30%"), ("乙", "子项二", None)], merged=["C2:C3"])
    assert [i.weight for i in read_scheme(path).indicators] == pytest.approx([0.15, 0.15])


@pytest.mark.parametrize(
    "header",
    [
        "name,description,weight",
        "Indicator,Scoring,Points",
        "考核指标,评分标准,分值（分）",
        "三级指标,指标解释,权重(%)",
        "指标 名称,说明,权 重",
    ],
)
def test_headers_are_recognised_by_their_common_names(tmp_path, header):
    (tmp_path / "s.csv").write_text(f"{header}\n办成率,取得结果,60\n跑动次数,,40\n", "utf-8")
    scheme = read_scheme(tmp_path / "s.csv")
    assert scheme.shares == pytest.approx((0.6, 0.4))
    assert scheme.indicators[0].description == "取得结果"


def test_the_hash_hangs_on_the_content_and_not_on_the_file(xlsx, make_scheme):
    as_csv = make_scheme(("办成率", "说明", "60%"), ("跑动次数", "", "40%"))
    as_xlsx = read_scheme(xlsx([HEAD, ("办成率", "说明", 60), ("跑动次数", None, 40)]))
    assert as_csv.hash == as_xlsx.hash
    assert as_csv.sha256 != as_xlsx.sha256
    changed = make_scheme(("办成率", "说明", "61%"), ("跑动次数", "", "39%"))
    assert changed.hash != as_csv.hash


BAD = {
    "no weight column": ("指标名称,指标说明\n甲,乙\n", None, "权重", "权重"),
    "no name column": ("说明,权重\n甲,10\n", None, "指标名称", "指标名称"),
    "weight no number": ("指标名称,指标说明,权重\n甲,,10\n乙,,若干\n", 2, "权重", "若干"),
    "weight negative": ("指标名称,指标说明,权重\n甲,,-5\n", 1, "权重", "-5"),
    "weight missing": ("指标名称,指标说明,权重\n甲,x,\n", 1, "权重", "甲"),
    "no indicator name": ("指标名称,指标说明,权重\n甲,,5\n,x,5\n", 2, "指标名称", "名称"),
    "nothing but a total": ("指标名称,指标说明,权重\n合计,,100\n", None, None, "没有任何指标"),
    "all weights zero": ("指标名称,指标说明,权重\n甲,,0\n", None, "权重", "0"),
    "header alone": ("指标名称,指标说明,权重\n", None, None, "表头"),
    "empty file": ("", None, None, "空"),
}


@pytest.mark.parametrize(("content", "row", "column", "words"), BAD.values(), ids=BAD)
def test_a_fault_is_told_by_file_row_and_column(tmp_path, content, row, column, words):
    path = tmp_path / "s.csv"
    path.write_text(content, "utf-8")
    with pytest.raises(BadInput) as told:
        read_scheme(path)
    assert told.value.file == "s.csv"
    assert (told.value.row, told.value.column) == (row, column)
    assert words in told.value.in_language("zh")


def test_blank_rows_do_not_shift_the_row_that_is_told(xlsx):
    with pytest.raises(BadInput) as told:
        read_scheme(xlsx([HEAD, ("甲", None, 5), (None, None, None), ("乙", None, "若干")]))
    assert told.value.row == 3


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "password"),
        (b"PK\x03\x04 and no more", "damaged"),
        (b"%PDF-1.7\n", "not known"),
    ],
)
def test_what_is_no_workbook_is_told(tmp_path, content, words):
    (tmp_path / "s.xlsx").write_bytes(content)
    with pytest.raises(BadInput) as told:
        read_scheme(tmp_path / "s.xlsx")
    assert words in told.value.in_language("en")


def test_a_file_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(BadInput, match="no such file"):
        read_scheme(tmp_path / "nothing.xlsx")
