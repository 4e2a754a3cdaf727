"""Bars of shares: they fill the width, say every share, and stay whole with any name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.pictures import Share, Shares, shares_svg
from shixiao.terms import Text
from tests.pictures.looking import SVG, assert_sound, parse, words_of
from tests.pictures.test_hostile_names import CONTROL, LONG, MARKUP

GROUNDS = ("full", "half", "light", "hatched", "red")
TITLE = Text("权重给了什么", "Where the weight goes")


def bar(*values, name=TITLE):
    parts = [
        Share(Text(f"类{n}", f"class {n}"), value, f"{value:.0%}", GROUNDS[n % 5])
        for n, value in enumerate(values)
    ]
    return Shares(name, tuple(parts))


def long_parts(svg):
    """Return the widths of the parts of bars, without the squares of the key."""
    rects = parse(svg).iter(f"{SVG}rect")
    return [float(r.get("width")) for r in rects if r.get("height") == "28"]


@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=5), st.sampled_from([280, 640]))
def test_the_parts_of_a_bar_fill_its_width(values, wide):
    shares = [value / sum(values) for value in values]
    svg = shares_svg([bar(*shares)], title=TITLE, language="zh", wide=wide)
    assert_sound(svg, prefix="shares")
    assert sum(long_parts(svg)) == pytest.approx(wide, abs=0.5)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_share_is_said_and_none_is_not_drawn(language):
    svg = shares_svg([bar(0.3, 0, 0.7), bar(1)], title=TITLE, language=language)
    said = " ".join(words_of(assert_sound(svg, prefix="shares")))
    for words in ("30%", "70%", "100%"):
        assert words in said
    assert " 0%" not in said
    assert len(long_parts(svg)) == 3


@pytest.mark.parametrize("name", [MARKUP, LONG, CONTROL])
def test_any_name_leaves_the_picture_whole(name):
    parts = tuple(Share(name, 0.2, "20%", ground) for ground in GROUNDS)
    svg = shares_svg([Shares(name, parts)] * 2, title=name, language="zh", wide=320)
    assert_sound(svg, prefix="shares")


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan"), float("inf")])
def test_what_is_no_share_is_refused(value):
    with pytest.raises(ValueError, match="share"):
        bar(value)
