"""Names that are very long or full of markup leave every picture whole."""

import pytest

from shixiao.pictures import (
    Arc,
    Bar,
    FunnelPoint,
    IntervalRow,
    Material,
    Node,
    ProcessMap,
    Ribbon,
    Segment,
    funnel_svg,
    interval_plot,
    interval_svg,
    process_map_svg,
    ribbon_svg,
)
from shixiao.terms import Estimate, Text
from tests.pictures.looking import assert_sound

MARKUP = Text("<script>&\"'</svg>]]>办", "<script>&\"'</svg>]]>")
LONG = Text("长名字" * 1667, "Verylongname" * 420)
WORDS = Text("很长，" * 1667, "many words " * 460)
CONTROL = Text("\x00\x1b\ud800坏字", "\x00\x1b\ud800bad")


def ribbon(name, **form):
    bars = [Bar(name, name, tuple(Segment(name, x, "you", True) for x in (0, 1, 9)))]
    return ribbon_svg(
        Ribbon(name, tuple(bars), (Material(name, name), Material(name)), name, name), **form
    )


def process(name, **form):
    arcs = (Arc(-1, 0, 5), Arc(0, 0, 2, 60), Arc(0, -2, 5))
    return process_map_svg(ProcessMap((Node(name, 7),), arcs, 5), share=1, **form)


def intervals(name, **form):
    few = Estimate.insufficient(1, name)
    rows = [IntervalRow(name, e, name) for e in (Estimate(2, 1, 3, 9), few)]
    return interval_plot(rows, unit=name, title=name, sides=(name, name), reference_line=1, **form)


def funnel(name, **form):
    points = [FunnelPoint(name, 9, n) for n in (10, 200, 3000)]
    return funnel_svg(points, kind="mean", centre=1, sd=1, unit=name, title=name, **form)


@pytest.mark.parametrize(
    "name", [MARKUP, LONG, WORDS, CONTROL], ids=["markup", "long", "words", "control"]
)
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("draw", "form"),
    [
        (ribbon, {"upright": False}),
        (ribbon, {"upright": True}),
        (process, {"width": 340}),
        (process, {"width": 720}),
        (intervals, {"width": 340}),
        (intervals, {"width": 640}),
        (funnel, {"width": 340}),
        (funnel, {"width": 640}),
    ],
)
def test_a_hostile_name_leaves_the_picture_sound(draw, form, name, language):
    svg = draw(name, language=language, id_prefix="x", **form)
    assert_sound(svg, prefix="x")
    assert "<script" not in svg


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_shortened_name_is_kept_whole_in_a_title(language):
    for draw in (ribbon, process, intervals, funnel):
        assert LONG.in_language(language) in draw(LONG, language=language, id_prefix="x")


def test_an_id_prefix_cannot_break_out_of_its_attribute():
    svg = interval_svg(
        Estimate.fact(1, 1), low_end=0, high_end=2, language="en", id_prefix='"><script>'
    )
    assert "<script" not in svg
