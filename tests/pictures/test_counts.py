"""Counts as bars: lengths in proportion, every number in words, hatching for a part."""

from __future__ import annotations

import re

import pytest

from shixiao.pictures import CountBar, counts_svg
from shixiao.terms import Text
from tests.pictures.looking import parse

ROWS = [
    CountBar(Text("人口", "People"), 1200, 300),
    CountBar(Text("法人", "Companies"), 600),
    CountBar(Text("地理", "Geography"), 0),
]
TITLE = Text("各领域的数据集", "Datasets by domain")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_bars_stand_in_proportion_and_say_their_numbers(language: str) -> None:
    svg = counts_svg(ROWS, title=TITLE, part=Text("未编目", "not listed"), language=language)
    parse(svg)
    bars = [float(w) for w in re.findall(r'<rect x="0" y="\d+" width="([\d.]+)" height="16"', svg)]
    assert bars[0] == pytest.approx(2 * bars[1], abs=0.2)
    for words in ("1,200 (300)", ">600<", ">0<", TITLE.in_language(language)):
        assert words in svg


def test_nothing_counted_is_an_empty_picture() -> None:
    parse(counts_svg([], title=TITLE, language="zh"))


def test_the_smallest_count_is_still_seen() -> None:
    rows = [CountBar(Text("多", "Many"), 1_000_000), CountBar(Text("少", "Few"), 1)]
    assert 'width="2"' in counts_svg(rows, title=TITLE, language="en")


def test_a_part_is_no_more_than_the_whole() -> None:
    with pytest.raises(ValueError, match="whole"):
        CountBar(Text("人口", "People"), 1, 2)
