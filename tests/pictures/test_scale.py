"""Scales: ticks are round, enclose the data, and numbers are written as people write them."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.pictures import duration, linear_ticks, log_ticks, shown
from shixiao.pictures.scale import Axis, digits_for

NUMBERS = st.floats(-1e9, 1e9)
POSITIVE = st.floats(0.01, 1e9)


@given(NUMBERS, NUMBERS, st.integers(3, 10))
def test_linear_ticks_enclose_are_few_and_evenly_apart(a, b, at_most):
    low, high = sorted((a, b))
    ticks = linear_ticks(low, high, at_most=at_most)
    step = ticks[1] - ticks[0]
    assert 2 <= len(ticks) <= at_most
    assert ticks[0] <= low + 1e-6 * step
    assert ticks[-1] >= high - 1e-6 * step
    assert all(math.isclose(y - x, step, rel_tol=1e-4) for x, y in pairwise(ticks))
    # Near a thousand million the last digits of a difference of 0.01 are lost.
    assert round(step / 10 ** math.floor(math.log10(step) + 1e-4), 3) in {1, 2, 5}


@given(POSITIVE, POSITIVE, st.integers(4, 10))
def test_log_ticks_enclose_rise_and_are_few(a, b, at_most):
    low, high = sorted((a, b))
    ticks = log_ticks(low, high, at_most=at_most)
    assert 2 <= len(ticks) <= at_most
    assert 0 < ticks[0] <= low * (1 + 1e-6)
    assert ticks[-1] >= high * (1 - 1e-6)
    assert all(x < y for x, y in pairwise(ticks))


@given(NUMBERS, NUMBERS)
def test_tick_labels_of_one_axis_all_differ(a, b):
    ticks = linear_ticks(*sorted((a, b)))
    labels = [shown(tick, "en", digits_for(ticks)) for tick in ticks]
    assert max(abs(t) for t in ticks) >= 1e9 or len(set(labels)) == len(labels)


def test_ticks_of_known_ranges():
    assert linear_ticks(0, 9.8) == (0, 2, 4, 6, 8, 10)
    assert linear_ticks(0.1, 0.29) == (0.1, 0.15, 0.2, 0.25, 0.3)
    assert log_ticks(0.12, 3) == (0.1, 0.2, 0.5, 1, 2, 5)
    assert log_ticks(1, 1e6) == (1, 10, 100, 1000, 10000, 100000, 1000000)


@pytest.mark.parametrize(("low", "high"), [(2, 1), (math.nan, 1), (0, math.inf)])
def test_ticks_refuse_ends_that_are_no_range(low, high):
    with pytest.raises(ValueError, match="finite ends"):
        linear_ticks(low, high)
    with pytest.raises(ValueError, match="0 < low"):
        log_ticks(low, high)


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (12486, 0, "12,486"),
        (0.93456, 5, "0.93"),
        (-19, 0, "−19"),
        (-0.04, 1, "0.0"),
        (3.25, 1, "3.2"),
    ],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_numbers_never_have_three_decimals(value, digits, text, language):
    assert shown(value, language, digits) == text


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (3.2e8, "3.2 亿", "320,000,000.0"),
        (4.5e9, "45.0 亿", "4.5 billion"),
        (-2e12, "−2.0 万亿", "−2.0 trillion"),
        (7e20, "7.0×10²⁰", "7.0×10²⁰"),
    ],
)
def test_numbers_too_long_for_a_picture_take_a_larger_unit(value, zh, en):
    assert (shown(value, "zh"), shown(value, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [
        (0, "0 秒", "0 s"),
        (0.4, "0.4 秒", "0.4 s"),
        (0.001, "< 0.1 秒", "< 0.1 s"),
        (59.97, "1 分钟", "1 min"),
        (720, "12 分钟", "12 min"),
        (18000, "5 小时", "5 h"),
        (86400, "1 天", "1 day"),
        (276480, "3.2 天", "3.2 days"),
        (-720, "−12 分钟", "−12 min"),
        (86400 * 1234, "1,234 天", "1,234 days"),
    ],
)
def test_durations_take_their_natural_unit(seconds, zh, en):
    assert (duration(seconds, "zh"), duration(seconds, "en")) == (zh, en)


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_what_is_not_finite_is_never_shown(number):
    with pytest.raises(ValueError, match=r"[Ff]inite"):
        shown(number, "zh")
    with pytest.raises(ValueError, match="finite"):
        duration(number, "zh")


def test_an_axis_maps_its_ends_and_middle_and_keeps_strangers_at_its_edge():
    assert [Axis(0, 10, 100, 200).at(v) for v in (0, 5, 10, 99)] == [100, 150, 200, 200]
    assert Axis(0.1, 10, 0, 200, log=True).at(1) == pytest.approx(100)
    assert Axis(0, 10, 200, 100).at(2) == 180
    assert Axis(3, 3, 7, 9).at(3) == 7
