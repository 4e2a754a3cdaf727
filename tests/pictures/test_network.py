"""The network of departments: two columns of names, and lines that say what became of requests."""

from __future__ import annotations

import re

import pytest

from shixiao.pictures import Became, Link, Place, network_svg
from shixiao.pictures.network import LOOKS
from shixiao.terms import Text
from tests.pictures.looking import parse

PLACES = {
    name: Place(Text(zh, en), Text("答复中位 3 个工作日", "replies in 3 working days, median"))
    for name, zh, en in (
        ("A", "市住房和城乡建设局", "Housing Bureau"),
        ("B", "市公安局", "Public Security Bureau"),
        ("C", "市税务局", "Tax Bureau"),
    )
}
TITLE = Text("部门之间的数据往来", "Data between departments")


def link(asker: str, provider: str, became: Became, weight: float = 1.0) -> Link:
    return Link(
        asker, provider, weight, became, Text(f"{asker} 向 {provider}", f"{asker}→{provider}")
    )


LINKS = [
    link("A", "B", Became.RUNS, 900),
    link("A", "C", Became.REFUSED),
    link("B", "C", Became.SILENT),
]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("wide", [640, 340])
def test_each_link_is_a_line_with_its_words_and_its_key(language: str, wide: int) -> None:
    svg = network_svg(PLACES, LINKS, title=TITLE, language=language, wide=wide)
    parse(svg)
    # The keys of three outcomes and three links.
    assert svg.count("<line ") == 6
    for became in (Became.RUNS, Became.REFUSED, Became.SILENT):
        assert LOOKS[became][2].in_language(language) in svg
    assert LOOKS[Became.WAITING][2].in_language(language) not in svg
    for one in LINKS:
        assert svg.count(one.says.in_language(language)) == 2  # on pointing, and read aloud


def test_a_heavier_link_is_thicker() -> None:
    svg = network_svg(PLACES, LINKS, title=TITLE, language="zh")
    strokes = [float(width) for width in re.findall(r'stroke-width="([\d.]+)"', svg)]
    assert strokes[0] == 5
    assert strokes[1] < 2


def test_outcomes_are_told_apart_without_colour() -> None:
    assert len({dash for _, dash, _ in LOOKS.values()}) == len(LOOKS)


def test_names_are_ordered_so_that_lines_do_not_cross() -> None:
    crossed = [
        link("A", "C", Became.RUNS),
        link("B", "B", Became.RUNS),
        link("C", "A", Became.RUNS),
    ]
    svg = network_svg(PLACES, crossed, title=TITLE, language="zh")
    ends = [
        (float(start), float(end))
        for start, end in re.findall(
            r'<line x1="204.8" y1="([\d.]+)" x2="[\d.]+" y2="([\d.]+)"', svg
        )
    ]
    assert len(ends) == 3
    assert sorted(start for start, _ in ends) == [
        start for start, _ in sorted(ends, key=lambda e: e[1])
    ]


def test_no_links_is_said_in_words() -> None:
    svg = network_svg({}, [], title=TITLE, language="en")
    parse(svg)
    assert "No requests" in svg


def test_a_weight_below_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="weight"):
        link("A", "B", Became.RUNS, -1)
