"""Interval pictures: a dot with its interval, and sentences where no number can stand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shixiao.pictures import IntervalRow, interval_plot, interval_svg
from shixiao.pictures.palette import GREEN, INK, SOFT
from shixiao.terms import Estimate, Text
from tests.pictures.looking import CJK, SVG, assert_sound, parse, texts, words_of

UNIT = Text("倍", "times")
SIDES = (Text("更少", "fewer"), Text("更多", "more"))
FEW = Estimate.insufficient(3, Text("个案太少：有 3 件。", "Too few cases: 3 present."), value=0.5)
MISSING = Estimate.not_assessable(Text("缺少 groups 表。", "The table groups is missing."))
NUMBERS = st.floats(0, 1e6) | st.floats(0.1, 3)
OK = st.tuples(NUMBERS, NUMBERS, NUMBERS).map(sorted).map(lambda v: Estimate(v[1], v[0], v[2], 9))
OPEN = st.builds(lambda v: Estimate(v, v / 2, None, 9), NUMBERS)
NAMES = st.builds(
    Text,
    zh=st.text("申请人大学<&", min_size=1, max_size=60),
    en=st.text("abc de<&", min_size=1).filter(str.strip),
)
ROWS = st.lists(
    st.builds(
        IntervalRow,
        NAMES,
        OK | OPEN | st.sampled_from([FEW, MISSING]),
        st.none() | st.sampled_from([UNIT, SIDES[0]]),
        st.booleans(),
    ),
    max_size=8,
)


def dots(root):
    return [(float(c.get("cx")), float(c.get("cy"))) for c in root.iter(f"{SVG}circle")]


def test_a_cell_places_the_dot_the_ends_and_the_target_on_its_axis():
    svg = interval_svg(Estimate(58, 55, 61, 120), low_end=0, high_end=100, target=77, language="zh")
    root = assert_sound(svg, prefix="interval")
    assert dots(root) == [(137.6, 18)]
    assert words_of(root) == []
    lines = {line.get("stroke"): line for line in root.iter(f"{SVG}line")}
    assert lines[GREEN].get("x1") == "179.4"
    interval = next(x for x in root.iter(f"{SVG}line") if x.get("stroke-width") == "3")
    assert (interval.get("x1"), interval.get("x2")) == ("131", "144.2")
    assert root[0].text == "58（55 – 61），目标 77"


@pytest.mark.parametrize("estimate", [FEW, MISSING])
def test_a_cell_without_a_number_is_empty(estimate):
    assert interval_svg(estimate, low_end=0, high_end=1, language="zh") == ""


def test_an_interval_beyond_the_cell_ends_in_an_arrow_and_a_dot_beyond_is_not_drawn():
    inside = Estimate(0.5, -9, 0.7, 9)
    root = parse(interval_svg(inside, low_end=0, high_end=1, language="en"))
    assert len(list(root.iter(f"{SVG}polygon"))) == 1
    beyond = Estimate(5, 4, 6, 9)
    root = parse(interval_svg(beyond, low_end=0, high_end=1, language="en"))
    assert (dots(root), len(list(root.iter(f"{SVG}polygon")))) == ([], 1)


def test_a_cell_needs_an_axis():
    with pytest.raises(ValueError, match="low_end < high_end"):
        interval_svg(Estimate.fact(1, 1), low_end=1, high_end=1, language="zh")


@settings(max_examples=80)
@given(ROWS, st.sampled_from(["zh", "en"]), st.sampled_from([340, 640]), st.booleans())
def test_any_plot_is_sound_and_drawn_the_same_twice(rows, language, width, log):
    def draw():
        return interval_plot(
            rows,
            unit=UNIT,
            language=language,
            width=width,
            log=log,
            reference_line=1,
            sides=SIDES,
            id_prefix="p",
        )

    root = assert_sound(draw(), prefix="p")
    assert draw() == draw()
    assert language == "zh" or not CJK.search("".join(root.itertext()))


PLOT = [
    IntervalRow(Text("甲", "A"), Estimate(0.5, 0.25, 1, 40)),
    IntervalRow(Text("乙", "B"), Estimate.fact(1, 90), reference=True),
    IntervalRow(Text("丙", "C"), FEW),
    IntervalRow(Text("丁", "D"), MISSING),
]


def plot(width=640, language="zh"):
    return parse(
        interval_plot(
            PLOT,
            unit=UNIT,
            language=language,
            width=width,
            log=True,
            reference_line=1,
            sides=SIDES,
        )
    )


@pytest.mark.parametrize("width", [340, 640])
def test_rows_without_a_number_print_their_reason_in_grey_and_draw_no_dot(width):
    root = plot(width)
    reasons = [t for t in root.iter(f"{SVG}text") if t.text in {FEW.reason.zh, MISSING.reason.zh}]
    assert [t.get("fill") for t in reasons] == [SOFT, SOFT]
    assert len(dots(root)) == 1


def test_numbers_stand_beside_their_marks_and_the_reference_is_an_open_diamond():
    root = plot()
    assert "0.50（0.25 – 1.00）" in words_of(root)
    assert "1.00（参照）" in words_of(root)
    assert [p.get("stroke") for p in root.iter(f"{SVG}polygon")] == [INK]


def test_the_words_for_less_and_more_stand_at_both_sides_of_the_reference_line():
    by_text = {seen.text: seen.box for seen in texts(plot())}
    middle = (by_text["1"].left + by_text["1"].right) / 2
    assert by_text["← 更少"].right < middle < by_text["更多 →"].left


def test_a_log_axis_places_a_half_as_far_from_one_as_one_from_two():
    rows = [IntervalRow(Text("甲", "A"), Estimate.fact(v, 9)) for v in (0.5, 1, 2)]
    root = parse(interval_plot(rows, unit=UNIT, language="en", log=True))
    (a, _), (b, _), (c, _) = dots(root)
    assert b - a == pytest.approx(c - b, abs=0.2)
    assert a < b


def test_names_stand_above_their_line_on_a_phone_and_beside_it_on_a_desk():
    for width, above in ((340, True), (640, False)):
        root = plot(width)
        name = next(seen.box for seen in texts(root) if seen.text == "甲")
        assert (name.bottom < dots(root)[0][1]) is above


def test_group_names_are_printed_once_for_neighbours():
    age, place = Text("年龄", "Age"), Text("地区", "Place")
    rows = [IntervalRow(Text("甲", "A"), Estimate.fact(1, 1), g) for g in (age, age, place)]
    words = words_of(parse(interval_plot(rows, unit=UNIT, language="zh")))
    assert (words.count("年龄"), words.count("地区")) == (1, 1)


def test_a_plot_without_rows_says_so():
    root = assert_sound(interval_plot([], unit=UNIT, language="en"), prefix="intervals")
    assert words_of(root) == ["There are no estimates to draw yet."]
