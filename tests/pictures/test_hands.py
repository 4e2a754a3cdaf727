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
