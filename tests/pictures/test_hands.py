"""Whose hands: a box each, a line where they change, who answers in words."""

from __future__ import annotations

import pytest

from shixiao.pictures import HandBox, hands_svg
from shixiao.terms import Text
from tests.pictures.looking import parse

TITLE = Text("责任边界", "Who answers where")
HEALTH, HOUSING = Text("卫健局", "Health"), Text("住房局", "Housing")
BOXES = [
    HandBox(Text("数据源", "Source"), HEALTH, HEALTH, "provider"),
    HandBox(Text("网关", "Gateway"), HEALTH, HEALTH, "provider"),
    HandBox(Text("系统", "System"), HOUSING, HOUSING, "recipient"),
]


@pytest.mark.parametrize("upright", [False, True])
@pytest.mark.parametrize(
    ("language", "said", "change"),
    [("zh", "由住房局负责", ">交接<"), ("en", "Housing answers", ">hand-over<")],
)
def test_it_says_who_answers_and_where_hands_change(
    upright: bool, language: str, said: str, change: str
) -> None:
    svg = hands_svg(BOXES, title=TITLE, language=language, upright=upright)
    parse(svg)
    assert said in svg
    assert svg.count(change) == 1


def test_no_place_is_an_empty_picture() -> None:
    parse(hands_svg([], title=TITLE, language="zh"))
    parse(hands_svg([], title=TITLE, language="zh", upright=True))


@pytest.mark.parametrize("upright", [False, True])
def test_a_long_name_leaves_room_for_who_answers(upright: bool) -> None:
    housing = Text("住房和城乡建设局", "Housing and Urban Affairs")
    long = Text("使用部门的系统", "The recipient's system")
    boxes = [HandBox(long, housing, housing, "recipient")] * 4
    wide = 190 if upright else 640
    for language, last in (("zh", "负责</text>"), ("en", "answers</text>")):
        svg = hands_svg(boxes, title=TITLE, language=language, upright=upright, wide=wide)
        assert svg.count(last) == len(boxes)
