"""The registry of elements: its files, its code lists and formats, its life."""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow.compute import match_substring_regex

from shixiao.exports import delimited, workbook
from shixiao.rules import load_pack
from shixiao.sharing.standards.registry import (
    Element,
    Registry,
    check_move,
    code_list,
    format_of,
    may_move,
    read_elements,
    sheets_of,
    standards_life,
    yaml_of,
)
from shixiao.terms import BadInput, Text

FULL = Element(
    id="DE01",
    name=Text("性别代码", "sex code"),
    department="公安局",
    definition="自然人的性别",
    object_class="人",
    characteristic="性别",
    representation="代码",
    datatype="字符",
    format="an1",
    code_list="1=男;2=女",
    unit="",
    granularity="",
    version="1.0",
    authority="数据局",
    status="adopted",
    synonyms=("性别", "人员性别"),
    source="GB/T 2261.1",
)


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".yaml"])
def test_what_is_written_is_read_back(tmp_path: Path, suffix: str) -> None:
    elements = [FULL, Element("DE02", Text.of("姓名"))]
    path = tmp_path / f"elements{suffix}"
    sheet = sheets_of(elements)
    data = {
        ".csv": lambda: delimited(sheet[0]),
        ".xlsx": lambda: workbook(sheet),
        ".yaml": lambda: yaml_of(elements).encode(),
    }[suffix]()
    path.write_bytes(data)
    assert read_elements(path, file=path.name) == elements


def test_columns_of_the_evidence_table_in_gb18030_are_read(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    text = "element_id,name,definition,unit,department_id\nE1,面积,房屋的面积,平方米,住建局\n"
    path.write_bytes(text.encode("gb18030"))
    (found,) = read_elements(path, file="e.csv")
    assert (found.name.zh, found.unit, found.department) == ("面积", "平方米", "住建局")
    assert Element.from_json(found.to_json()) == found


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("name\n姓名\n", "element_id"),
        ("element_id,name\nE1,姓名\nE1,性别\n", "twice"),
        ("element_id,name,version\nE1,姓名,1\nE1,性别,1\n", "twice"),
        ("element_id,name\nE1,\n", "row 1"),
    ],
)
def test_a_registry_that_cannot_be_used_says_where(tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "e.csv"
    path.write_text(content, "utf-8")
    with pytest.raises(BadInput, match=re.escape(says)):
        read_elements(path, file="e.csv")


def test_editions_and_departments_have_each_their_own_row(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    rows = ["E1,姓名,1,民政局", "E1,姓名,2,民政局", "E1,姓名,1,公安局"]
    path.write_text("\n".join(["element_id,name,version,department_id", *rows]), "utf-8")
    found = read_elements(path, file="e.csv")
    assert [(e.version, e.department) for e in found] == [
        ("1", "民政局"),
        ("2", "民政局"),
        ("1", "公安局"),
    ]


@pytest.mark.parametrize("content", ["a: [", "elements: 3", "- 1", "!!python/object:os.x {}"])
def test_a_yaml_that_is_no_registry_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "e.yaml"
    path.write_text(content, "utf-8")
    with pytest.raises(BadInput):
        read_elements(path, file="e.yaml")


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        ("1=男;2=女", {"1": "男", "2": "女"}),
        ("1:男、2:女", {"1": "男", "2": "女"}),
        ("01-未婚，02-已婚".replace("，", ";"), {"01": "未婚", "02": "已婚"}),
        ("男;女", {"男": "男", "女": "女"}),
        ("GB/T 2261.1", {"0": "未知的性别", "1": "男性", "2": "女性", "9": "未说明的性别"}),
    ],
)
def test_a_code_list_is_read(written: str, codes: dict[str, str]) -> None:
    found = code_list(written)
    assert found is not None
    assert dict(found.meanings) == codes


def test_a_value_finds_its_code() -> None:
    found = code_list("01=男;02=女")
    assert found is not None
    assert [found.code_for(v) for v in ("01", "女", "2", "\uff10\uff12", "其他")] == [
        "01",
        "02",
        "02",
        "02",
        None,
    ]
    assert code_list("某部门代码表") is None
    assert code_list("") is None


@pytest.mark.parametrize(
    ("written", "right", "wrong"),
    [
        ("an18", "11010519491231002X", "1101"),
        ("an..5", "甲乙", "abcdef"),
        ("n..6,2", "1234.56", "12345.678"),
        ("n3", "123", "12a"),
        ("VARCHAR(5)", "甲", "abcdef"),
        ("char(2)", "甲乙", "甲"),
        ("a2", "AB", "A1"),
        ("anUL", "甲乙丙", ""),
        ("n2ul", "1234", "1"),
        ("YYYYMMDD", "20240131", "20241331"),
        ("YYYY-MM-DD", "2024-01-31", "20240131"),
        ("yyyy-mm-dd hh:mm:ss", "2024-01-31 08:00:00", "2024-01-31"),
    ],
)
def test_a_format_lets_through_what_it_says(written: str, right: str, wrong: str) -> None:
    found = format_of(written)
    assert found is not None
    assert re.fullmatch(found.pattern, right)
    assert not re.fullmatch(found.pattern, wrong)


@given(st.text(max_size=20))
def test_any_format_and_code_list_is_read_or_left(written: str) -> None:
    found = format_of(written)
    if found is not None:
        re.compile(found.pattern)
    code_list(written)


@given(
    st.sampled_from(("an", "a", "n", "varchar", "char")),
    st.integers(0, 5_000),
    st.sampled_from(("", "..")),
    st.integers(0, 5_000) | st.just("ul"),
    st.sampled_from(("", ",2", ",2000")),
)
def test_every_length_is_a_pattern_that_engines_know(
    kind: str, low: int, up: str, high: int | str, places: str
) -> None:
    found = format_of(f"{kind}{low}{up}{high if up else ''}{places}")
    if found is not None:
        re.compile(found.pattern)
        match_substring_regex(pa.array([""]), found.pattern)


def test_what_ends_before_it_begins_is_no_format() -> None:
    assert format_of("an5..3") is None


@pytest.mark.parametrize(
    ("state", "verb", "to"),
    [
        ("draft", "open", "comment"),
        ("comment", "withdraw", "draft"),
        ("comment", "adopt", "adopted"),
        ("adopted", "retire", "retired"),
    ],
)
def test_a_standard_moves_as_drawn(state: str, verb: str, to: str) -> None:
    given_ = {"definition": "x", "reason": "x", "version": "1"}
    assert may_move(state, verb)
    assert check_move(state, verb, given_) == to


@pytest.mark.parametrize(
    ("state", "verb", "says"),
    [
        ("draft", "adopt", "cannot be"),
        ("retired", "open", "nothing follows"),
        ("draft", "x", "cannot"),
    ],
)
def test_a_step_that_is_not_drawn_is_refused(state: str, verb: str, says: str) -> None:
    assert not may_move(state, verb)
    with pytest.raises(BadInput, match=says):
        check_move(state, verb, {})


def test_a_step_needs_what_it_needs() -> None:
    with pytest.raises(BadInput, match="needs: version"):
        check_move("comment", "adopt", {"version": " "})
    assert set(standards_life().states) == {"draft", "comment", "adopted", "retired"}


@pytest.mark.parametrize(
    ("name", "comment", "element"),
    [
        ("xb", "", "DE01"),
        ("c3", "人员性别", "DE01"),
        ("sex_code", "", "DE01"),
        ("f1", "性别代码（国标）", "DE01"),
        ("qymc", "", None),
    ],
)
def test_a_column_finds_its_element(name: str, comment: str, element: str | None) -> None:
    registry = Registry([FULL, Element("DE02", Text.of("户籍地址"))])
    found = registry.suggest(name, comment, None, (), rules=load_pack())
    assert (found.element.id if found else None) == element


def test_codes_alone_find_an_element() -> None:
    element = Element(
        "E1", Text.of("险种"), code_list="310=养老;320=医疗;330=失业;340=工伤;350=生育"
    )
    values = {"310", "320", "330", "340"}
    found = Registry([element, FULL]).suggest("c7", "", None, values, rules=load_pack())
    assert found is not None
    assert found.element is element
