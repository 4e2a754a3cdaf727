"""Which dataset a table is: names differ, items decide, and neighbours are not it."""

from __future__ import annotations

import pytest

from shixiao.rules import load_pack
from shixiao.sharing.catalogue import Dataset
from shixiao.sharing.catalogue.dataset import Item
from shixiao.sharing.inventory.cataloguing import Catalogue, Match, match
from shixiao.sharing.inventory.copies import TableKind
from shixiao.sharing.inventory.found import RawColumn, RawTable
from shixiao.sharing.inventory.likeness import called, likeness
from shixiao.sharing.inventory.meaning import understand
from shixiao.sharing.standards.registry import Registry
from shixiao.terms import Text

RULES = load_pack()
REGISTRY = Registry([])
PEOPLE = Dataset(
    "D1",
    Text.of("户籍人口基本信息"),
    "公安局",
    code="3070001/12",
    items=tuple(map(Item, ("姓名", "身份证号", "性别", "户籍地址", "与户主关系"))),
)
FIRMS = Dataset(
    "D2",
    Text.of("企业登记信息"),
    "市场监管局",
    items=tuple(map(Item, ("企业名称", "统一社会信用代码", "注册资本", "经营范围"))),
)


def table(name: str, *columns: str, comment: str = "") -> RawTable:
    return RawTable(name, tuple(RawColumn(c, "text") for c in columns), 100, comment)


def matched(*tables: RawTable, catalogue: tuple[Dataset, ...] = (PEOPLE, FIRMS)) -> dict[str, str]:
    understood = [understand(t, TableKind.DATA, REGISTRY, rules=RULES) for t in tables]
    found: dict[str, Match] = match(understood, Catalogue(catalogue, REGISTRY), rules=RULES)
    return {name: m.dataset.id for name, m in found.items()}


@pytest.mark.parametrize(
    ("found", "dataset"),
    [
        (table("t_hj_ry", "xm", "sfzh", "xb", "hjdz"), "D1"),
        (table("hujirenkou", "xingming", "shenfenzhenghao"), "D1"),
        (table("t001", "c1", comment="户籍人口信息表"), "D1"),
        (table("x9", "姓名", "身份证号", "性别", "户籍地址", "与户主关系"), "D1"),
        (table("qydj", "qymc", "tyshxydm", "zczb", "jyfw"), "D2"),
        (table("db_3070001/12", "a", comment="3070001/12"), "D1"),
        (table("t_dbry", "xm", "sfzh", "dbje", comment="低保人员发放表"), None),
        (table("bus_stop", "stop_name", "line"), None),
    ],
)
def test_a_table_is_matched_by_whatever_agrees(found: RawTable, dataset: str | None) -> None:
    assert matched(found).get(found.name) == dataset


def test_of_two_tables_alike_the_better_one_is_the_dataset() -> None:
    better = table("hjrk", "xm", "sfzh", "xb", "hjdz")
    poorer = table("gzry", "xm", "sfzh", "gw", "zc", "rzrq")
    assert matched(poorer, better) == {"hjrk": "D1"}


def test_parts_of_one_dataset_are_all_of_it() -> None:
    columns = ("xm", "sfzh", "xb", "hjdz")
    found = matched(table("hjrk_east", *columns), table("hjrk_west", *columns))
    assert found == {"hjrk_east": "D1", "hjrk_west": "D1"}


def test_a_large_catalogue_is_searched_by_signs() -> None:
    others = tuple(
        Dataset(f"X{n}", Text.of(f"第{n}号专题资料"), "d", items=(Item(f"指标{n}"),))
        for n in range(900)
    )
    assert matched(table("t_hj_ry", "xm", "sfzh", "xb", "hjdz"), catalogue=(*others, PEOPLE)) == {
        "t_hj_ry": "D1"
    }
    assert matched(table("t"), catalogue=()) == {}


@pytest.mark.parametrize(
    ("identifier", "comment", "name", "alike"),
    [
        ("t_hjrk", "", "户籍人口基本信息", True),
        ("yi_liao_ji_gou", "", "医疗机构登记", True),
        ("yi_liao_ji_gou", "", "养老机构登记", False),
        ("ndkh", "", "公务员年度考核", True),
        ("t1", "空气质量监测", "水质监测数据", False),
        ("t1", "常住人口登记表", "户籍人口基本信息", False),
        ("t1", "企业登记主表", "企业登记信息", True),
        ("order_items", "", "户籍人口基本信息", False),
    ],
)
def test_names_are_alike_across_writings(
    identifier: str, comment: str, name: str, alike: bool
) -> None:
    one = called(Text.of(comment or identifier), identifier=identifier)
    assert (likeness(one, called(Text.of(name))) >= 0.5) is alike
