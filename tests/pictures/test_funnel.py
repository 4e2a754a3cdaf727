"""Funnel plots: limits against Wilson's interval, shapes, and names that do not collide."""

import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from shixiao.pictures import FunnelPoint, funnel_limits, funnel_svg, standing
from shixiao.pictures.palette import BLUE, PAPER
from shixiao.statistics import wilson
from shixiao.terms import Text
from tests.pictures.looking import CJK, SVG, assert_sound, parse, words_of

UNIT = Text("%", "%")
COUNTS = st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def point(value, n, name="服务", **more):
    return FunnelPoint(Text(name, "Service"), value, n, **more)


@given(COUNTS, st.floats(0.01, 0.99), st.sampled_from([0.95, 0.998]))
def test_a_share_lies_outside_exactly_if_its_wilson_interval_excludes_the_centre(
    count, centre, level
):
    x, n = count
    interval = wilson(x, n, level=level)
    # At the very edge the two roundings may differ.
    assume(min(abs(interval.low - centre), abs(interval.high - centre)) > 1e-9)
    low, high = funnel_limits(n, kind="share", centre=centre, sd=None, level=level)
    assert (low <= x / n <= high) == (interval.low <= centre <= interval.high)


@pytest.mark.parametrize(("n", "centre"), [(40, 0.3), (9000, 0.58), (3, 0.5), (12, 0.97)])
@pytest.mark.parametrize("level", [0.95, 0.998])
def test_limits_of_shares_are_the_normal_ones_cut_at_none_and_all(n, centre, level):
    half = norm.ppf((1 + level) / 2) * math.sqrt(centre * (1 - centre) / n)
    limits = funnel_limits(n, kind="share", centre=centre, sd=None, level=level)
    assert limits == pytest.approx((max(0, centre - half), min(1, centre + half)))


@given(st.floats(1, 1e5), st.floats(-50, 50), st.floats(0, 20))
def test_limits_of_means_are_the_normal_ones(n, centre, sd):
    low, high = funnel_limits(n, kind="mean", centre=centre, sd=sd, level=0.998)
    half = norm.ppf(0.999) * sd / math.sqrt(n)
    assert (low, high) == pytest.approx((centre - half, centre + half))


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.5, "inside"), (0.59, "inside"), (0.61, "beyond_95"), (0.7, "beyond_998")],
)
def test_a_point_stands_inside_or_beyond_one_or_both_limits(value, expected):
    # 100 cases around 0.5: 95 % reaches 0.598, 99.8 % reaches 0.655.
    assert standing(point(value, 100), kind="share", centre=0.5, sd=None) == expected


def test_a_larger_standard_error_draws_a_point_back_inside():
    far = point(10, 400)
    unsure = point(10, 400, standard_error=1.5)
    assert standing(far, kind="mean", centre=8, sd=9) == "beyond_998"
    assert standing(unsure, kind="mean", centre=8, sd=9) == "inside"


POINTS = st.lists(
    st.builds(
        FunnelPoint,
        st.builds(
            Text,
            zh=st.text("市民服务中心<&", min_size=1, max_size=40),
            en=st.text("abc <&", min_size=1).filter(str.strip),
        ),
        st.floats(0, 1),
        st.integers(1, 10**6),
        st.none() | st.floats(0.001, 10),
    ),
    max_size=30,
)


@settings(max_examples=50)
@given(
    POINTS,
    st.sampled_from(["share", "mean"]),
    st.sampled_from(["zh", "en"]),
    st.sampled_from([340, 640]),
)
def test_any_funnel_is_sound_and_drawn_the_same_twice(points, kind, language, width):
    def draw():
        return funnel_svg(
            points,
            kind=kind,
            centre=0.4,
            sd=0.5,
            unit=UNIT,
            language=language,
            width=width,
            id_prefix="f",
        )

    root = assert_sound(draw(), prefix="f")
    assert draw() == draw()
    assert language == "zh" or not CJK.search("".join(root.itertext()))


def test_shapes_differ_and_only_points_outside_are_named():
    points = [point(0.5, 100, "里面"), point(0.61, 100, "近处"), point(0.8, 100, "远处")]
    root = parse(funnel_svg(points, kind="share", centre=0.5, unit=UNIT, language="zh"))
    # One more of each shape is the key in the legend.
    assert len(list(root.iter(f"{SVG}circle"))) == 2
    fills = [p.get("fill") for p in root.iter(f"{SVG}polygon")]
    assert (fills.count(PAPER), fills.count(BLUE)) == (2, 2)
    assert {"近处", "远处"} <= set(words_of(root))
    assert "里面" not in words_of(root)


def test_names_without_a_free_place_are_counted():
    crowd = [point(0.9, 1000 + i, f"拥挤的服务{i}") for i in range(30)]
    words = words_of(parse(funnel_svg(crowd, kind="share", centre=0.5, unit=UNIT, language="zh")))
    named = sum(word.startswith("拥挤的服务") for word in words)
    assert f"另有 {30 - named} 项超出界限，图中未标名。" in words


def test_a_funnel_without_points_says_so():
    svg = funnel_svg([], kind="share", centre=0.5, unit=UNIT, language="en")
    assert words_of(assert_sound(svg, prefix="funnel")) == ["There are no services to draw yet."]


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"kind": "mean", "centre": 1, "sd": None}, "pooled sd"),
        ({"kind": "share", "centre": 2, "sd": None}, r"\[0, 1\]"),
    ],
)
def test_limits_need_what_they_are_made_of(arguments, match):
    with pytest.raises(ValueError, match=match):
        funnel_limits(10, level=0.95, **arguments)


def test_values_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match="Shares"):
        funnel_svg([point(2, 9)], kind="share", centre=0.5, unit=UNIT, language="zh")
    with pytest.raises(ValueError, match="need cases"):
        funnel_limits(0, kind="share", centre=0.5, sd=None, level=0.95)
    for wrong in ({"n": 0}, {"n": 5, "standard_error": 0}):
        with pytest.raises(ValueError, match=r"point|standard error"):
            FunnelPoint(UNIT, 0.5, **wrong)
