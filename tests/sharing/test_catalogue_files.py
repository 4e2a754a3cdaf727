"""Catalogues go out and come back the same; what is wrong in a file is said with its place."""

from __future__ import annotations

import string
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shixiao.exports import delimited, workbook
from shixiao.sharing.catalogue import Dataset, Item, read_datasets, sheets_of, words
from shixiao.sharing.catalogue.ckan import from_package, name_of, to_package
from shixiao.terms import BadInput, Text
from tests.sharing.catalogue import DATASET, entry

HEAD = "资源标识,目录名称,提供单位代码,共享属性,更新时间"


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "datasets.csv"
    path.write_bytes(text.encode(encoding))
    return path


PLAIN = st.text("户籍信息人口ABc1", min_size=1, max_size=12)
ENTRIES = st.builds(
    Dataset,
    id=st.text(string.ascii_letters + string.digits + "-", min_size=1, max_size=12).map(
        lambda text: f"x{text}"
    ),
    name=st.builds(Text, PLAIN, PLAIN),
    provider=PLAIN,
    items=st.lists(st.builds(Item, PLAIN, st.sampled_from(["", "E1"])), max_size=3).map(tuple),
    format=st.sampled_from(["", *words("formats")]),
    cycle=st.sampled_from(["", *words("cycles")]),
    sharing=st.sampled_from(["", *words("sharing")]),
    mode=st.sampled_from(["", *words("modes")]),
    tier=st.sampled_from(["", *words("tiers")]),
    grade=st.sampled_from(["", *words("grades")]),
    updated=st.none() | st.dates(date(2000, 1, 1), date(2030, 1, 1)),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(ENTRIES, min_size=1, max_size=4, unique_by=lambda each: each.id))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_written_is_read_back_the_same(
    tmp_path_factory: pytest.TempPathFactory, language: str, entries: list[Dataset]
) -> None:
    folder = tmp_path_factory.mktemp("catalogue")
    sheets = sheets_of(entries, language=language)
    for name, data in (("a.csv", delimited(sheets[0])), ("a.xlsx", workbook(sheets))):
        (folder / name).write_bytes(data)
        assert read_datasets(folder / name, file=name) == entries


@given(ENTRIES)
def test_a_package_of_ckan_holds_the_whole_entry(dataset: Dataset) -> None:
    assert from_package(to_package(dataset), source="ckan") == dataset


def test_the_name_of_a_package_follows_from_the_identifier() -> None:
    assert name_of("A 1/户籍") == "ds-a-1"
    assert name_of("D-001") == "ds-d-001"


def test_forms_of_departments_are_read_in_their_own_words(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "目录编码,信息资源名称,提供部门,信息项,共享类型,更新周期,更新日期\n"
        "A1,婚姻登记,D2,姓名；证件号码；登记日期,有条件,按月,2026年3月1日\n",
        "gb18030",
    )
    (found,) = read_datasets(path, file="datasets.csv")
    assert found.sharing == "conditional"
    assert found.cycle == "month"
    assert found.updated == date(2026, 3, 1)
    assert [item.name for item in found.items] == ["姓名", "证件号码", "登记日期"]


@pytest.mark.parametrize(
    ("text", "row", "column", "said"),
    [
        ("资源标识,目录名称\nA,b\n", None, None, "提供单位代码"),
        ("基本信息,,,共享信息\n资源标识,目录名称,提供单位代码,共享属性\n", None, None, "合并"),
        (f"{HEAD}\nA,,D1,,\n", 1, "目录名称", "空"),
        (f"{HEAD}\nA,x,D1,,\nA,y,D1,,\n", 2, "资源标识", "第 1 行"),
        (f"{HEAD}\nA,x,D1,,昨天\n", 1, "更新时间", "不是日期"),
        (f"{HEAD}\nA,{'长' * 5000},D1,,\n", 1, "目录名称", "过长"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    tmp_path: Path, text: str, row: int | None, column: str | None, said: str
) -> None:
    with pytest.raises(BadInput) as refused:
        read_datasets(written(tmp_path, text, "gb18030"), file="datasets.csv")
    error = refused.value
    assert (error.file, error.row, error.column) == ("datasets.csv", row, column)
    assert said in error.text.zh


def test_an_entry_is_fresh_as_long_as_was_promised() -> None:
    assert DATASET.fresh_until == date(2026, 3, 2)
    assert entry(cycle="irregular").fresh_until is None
    assert entry(updated=None).fresh_until is None


def test_the_hash_tells_a_changed_entry() -> None:
    assert entry().sha256 == DATASET.sha256
    assert entry(summary="另一句。").sha256 != DATASET.sha256
    assert Dataset.from_json(DATASET.to_json()) == DATASET
