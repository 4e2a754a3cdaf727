"""Text widths: shortening and wrapping keep within their room."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shixiao.pictures.flow import Flow, Run
from shixiao.pictures.svg import escape
from shixiao.pictures.text import chunks, clean, shorten, width, wrap

ANY = st.text(max_size=80)
ROOMS = st.floats(0, 400)


@pytest.mark.parametrize(
    ("text", "ems"),
    [("办事长卷", 4), ("（公）", 3), ("", 0), ("e\u0301", 0.56), ("é", 0.56), ("00", 1.2)],
)
def test_width_counts_ideographs_as_one_em_and_marks_as_nothing(text, ems):
    assert width(text, 10) == pytest.approx(10 * ems)


def test_bold_is_wider():
    assert width("实效 A", 14, bold=True) > width("实效 A", 14)


@given(ANY, ROOMS)
def test_a_shortened_text_fits_and_is_a_beginning_of_the_whole(text, room):
    short = shorten(text, room, 14)
    assert width(short, 14) <= room
    assert short == "" or clean(text).startswith(short.removesuffix("…"))
    if width(clean(text), 14) <= room:
        assert short == clean(text)


@given(ANY, st.floats(20, 400), st.integers(1, 4))
def test_wrapped_lines_fit_and_are_not_too_many(text, room, lines):
    rows = wrap(text, room, 14, lines=lines)
    assert len(rows) <= lines
    assert all(width(row, 14) <= room and row.strip() == row for row in rows)


@given(ANY)
def test_wrapping_with_room_enough_loses_nothing(text):
    rows = wrap(text, 60, 14, lines=200)
    assert "".join(rows).replace(" ", "") == clean(text).replace(" ", "")


def test_latin_words_stay_whole_and_closing_signs_stay_with_their_word():
    assert wrap("Review and registration", 100, 14) == ("Review and", "registration")
    assert wrap("一二三四五，六七", 5.2 * 14, 14, lines=3) == ("一二三四", "五，六七")


def test_what_xml_cannot_hold_is_replaced_and_signs_are_escaped():
    assert escape('a<b>&"\x00\ud800\n c') == "a&lt;b&gt;&amp;&quot;\ufffd\ufffd c"


@given(ANY.map(clean), ANY.map(clean), st.integers(0, 400))
def test_running_text_breaks_where_its_words_would_break(first, then, room):
    room += 0.0437  # no text is as wide as this: a tie would hang on rounding
    whole, words = Flow(room), Flow(room)
    whole.put(Run(first))
    words.put(Run(first))
    # Else all of it goes to the next row, which single words do not.
    assume(words.used + width(then, 14) <= room or width(then, 14) > room)
    whole.put(Run(then))
    for word in chunks(then):
        words.put(Run(word))
    assert whole.rows == words.rows
