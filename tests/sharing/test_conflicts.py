"""Conflicts between definitions: each kind once, and its innocent neighbour."""

from __future__ import annotations

import pytest

from bars.definitions import registries
from shixiao.rules import load_pack
from shixiao.sharing.standards.conflicts import find_conflicts
from shixiao.sharing.standards.conflicts.units import differ, factor_between
from shixiao.sharing.standards.registry import Element
from shixiao.terms import Text

RULES = load_pack()
AREA = "房屋外墙以上各层外围水平投影面积之和"
AGAIN = "各层房屋外墙以上外围水平投影面积的合计"


def found(*sides: dict[str, str]) -> set[str]:
    """Kinds of conflict between two departments' definitions."""
    elements = [
        Element(str(at), Text.of(side.pop("name", "建筑面积")), f"部门{at}", **side)
        for at, side in enumerate(sides)
    ]
    return {str(conflict.kind) for conflict in find_conflicts(elements, rules=RULES)}


@pytest.mark.parametrize(
    ("kinds", "one", "other"),
    [
        (set(), {"definition": AREA}, {"definition": AGAIN}),
        ({"unit"}, {"definition": AREA, "unit": "平方米"}, {"definition": AGAIN, "unit": "亩"}),
        (set(), {"definition": AREA, "unit": "平方米"}, {"definition": AGAIN, "unit": "m²"}),
        ({"synonym"}, {"definition": AREA}, {"name": "房屋总面积", "definition": AGAIN}),
        (
            {"homonym"},
            {"definition": AREA},
            {"definition": "公园绿地内乔灌木覆盖的土地范围大小"},
        ),
        (
            {"code_list"},
            {"definition": AREA, "code_list": "1=大;2=小"},
            {"definition": AGAIN, "code_list": "1=小;2=大"},
        ),
        (
            set(),
            {"definition": AREA, "code_list": "1=男;2=女"},
            {"definition": AGAIN, "code_list": "1=男性;2=女性"},
        ),
        (
            {"granularity"},
            {"definition": AREA, "granularity": "月"},
            {"definition": AGAIN, "granularity": "年"},
        ),
        (
            {"granularity"},
            {"definition": AREA, "format": "YYYYMM"},
            {"definition": AGAIN, "format": "YYYYMMDD"},
        ),
        (
            {"datatype"},
            {"definition": AREA, "format": "an10"},
            {"definition": AGAIN, "format": "an12"},
        ),
        (
            {"datatype"},
            {"definition": AREA, "datatype": "字符型"},
            {"definition": AGAIN, "datatype": "数值型"},
        ),
        (
            {"homonym"},
            {"definition": AREA, "object_class": "房屋"},
            {"definition": AGAIN, "object_class": "林地"},
        ),
        (
            set(),
            {"name": "开工日期", "definition": "建设单位实际开始施工的日期"},
            {"name": "竣工日期", "definition": "建设单位实际完成施工的日期"},
        ),
        (
            set(),
            {"name": "注册资本", "definition": "企业在登记机关登记的注册资本数额"},
            {"name": "实缴资本", "definition": "企业在登记机关登记的实缴资本数额"},
        ),
        (set(), {"definition": ""}, {"definition": ""}),
        (set(), {"definition": "", "unit": "米"}, {"definition": "", "unit": ""}),
    ],
)
def test_a_conflict_is_found_and_its_neighbour_is_left(
    kinds: set[str], one: dict[str, str], other: dict[str, str]
) -> None:
    assert found(dict(one), dict(other)) == kinds


def test_definitions_of_one_department_are_not_compared() -> None:
    one = Element("1", Text.of("面积"), "住建局", AREA, unit="平方米")
    other = Element("2", Text.of("面积"), "住建局", AGAIN, unit="亩")
    assert find_conflicts([one, other], rules=RULES) == []
    assert find_conflicts([], rules=RULES) == []


def test_a_listed_synonym_is_a_synonym() -> None:
    one = Element("1", Text.of("面积"), "甲", synonyms=("建筑面积",))
    other = Element("2", Text.of("建筑面积"), "乙")
    (conflict,) = find_conflicts([one, other], rules=RULES)
    assert str(conflict.kind) == "synonym"
    assert conflict.to_json()["elements"][0]["department_id"] == "甲"


@pytest.mark.parametrize(
    ("one", "other", "factor"),
    [("万元", "元", 10_000.0), ("公里", "米", 1_000.0), ("元", "米", None), ("人", "户", None)],
)
def test_units_know_their_factor(one: str, other: str, factor: float | None) -> None:
    assert factor_between(one, other) == factor
    assert differ(one, other)
    assert not differ(one, "")


def test_planted_conflicts_of_an_invented_city_are_found() -> None:
    truth = registries(3)
    said = {
        (str(c.kind), frozenset((c.one.id, c.other.id)))
        for c in find_conflicts(truth.elements, rules=RULES)
    }
    assert len(said & truth.planted) >= 0.9 * len(truth.planted)
    assert len(said - truth.planted) <= 0.05 * len(said)


def test_conflicts_of_one_definition_are_its_part_of_all() -> None:
    elements = registries(3).elements
    everything = find_conflicts(elements, rules=RULES)
    busy = {elements.index(side) for each in everything[::20] for side in (each.one, each.other)}
    for place in sorted(busy)[:12]:
        own = [each for each in everything if elements[place] in (each.one, each.other)]
        assert find_conflicts(elements, rules=RULES, about=place) == own
        assert own
