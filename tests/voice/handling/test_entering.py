"""What may be entered: everything but nothing; and what is marked for whoever opens it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.rules import load_pack
from shixiao.terms import BadInput
from shixiao.voice.handling import Entry, checked, marks
from shixiao.voice.handling.entering import hidden

RULES = load_pack()


@pytest.mark.parametrize(
    ("entry", "column"),
    [
        (Entry("gift", "web", "路灯不亮"), "kind"),
        (Entry("need", "web", "  \n"), "text"),
        (Entry("need", "web", "！！！😀😀"), "text"),
        (Entry("need", "web", "灯" * 10_001), "text"),
        (Entry("rating", "qr", level=0), "level"),
        (Entry("rating", "qr", level=6), "level"),
    ],
)
def test_what_cannot_be_handled_is_refused_by_field(entry: Entry, column: str) -> None:
    with pytest.raises(BadInput) as refused:
        checked(entry, rules=RULES)
    assert refused.value.column == column
    assert refused.value.text.zh
    assert refused.value.text.en


@pytest.mark.parametrize(
    "text",
    [
        "灯" * 10_000,
        "路灯不亮😀🏮",
        "𬺓𠮷𫝀村的路",  # planes 2 and 3, level 4 of GB 18030
        "<script>alert(1)</script>路灯",
        "见 https://example.org/a?b=c",
        "你们这些废物，路灯三个月不修",
    ],
)
def test_whatever_is_said_is_kept_as_it_is(text: str) -> None:
    assert checked(Entry("complaint", "web", text), rules=RULES).text == text


def test_control_characters_and_half_characters_are_taken_out() -> None:
    kept = checked(Entry("need", "web", "路\x00灯\x1b[31m\ud83d 不亮\r\n请修"), rules=RULES)
    assert kept.text == "路灯[31m? 不亮\n请修"


def test_a_rating_needs_no_text_and_only_ratings_have_stars() -> None:
    assert checked(Entry("rating", "qr", level=1), rules=RULES).negative
    assert not checked(Entry("rating", "qr", level=3), rules=RULES).negative
    assert checked(Entry("need", "web", "路灯", level=2), rules=RULES).level == 0


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("楼道漏电，有人触电", ("urgent",)),
        ("你们这些人渣", ("insult",)),
        ("傻逼办事员，去死吧", ("insult",)),
        ("家畜生病了没人管", ()),
        ("医疗废物没人收，去死胡同的路也堵了", ()),
        ("见 www.example.org", ("link",)),
        ("<b>路灯</b>", ("markup",)),
        ("身份证 11010119900307211X", ("number",)),
        ("路灯不亮", ()),
    ],
)
def test_marks_warn_whoever_opens_it(text: str, found: tuple[str, ...]) -> None:
    assert marks(text, rules=RULES) == found


@pytest.mark.parametrize(
    ("contact", "sign"),
    [
        ("138 0000 0000", "13800000000"),
        ("+86 138-0000-0000", "13800000000"),
        ("Li@example.org", "li@example.org"),
        ("东城区一号楼", ""),
        ("", ""),
    ],
)
def test_a_person_is_known_again_by_what_was_given(contact: str, sign: str) -> None:
    assert Entry("need", "web", contact=contact).sign == sign


def test_numbers_of_persons_are_hidden() -> None:
    assert hidden("张某 13800000000，11010119900307211X，a@b.cn") == "张某 ***，***，***"


@given(st.text(max_size=300))
def test_any_text_is_taken_or_refused_with_a_sentence(text: str) -> None:
    try:
        kept = checked(Entry("need", "web", text), rules=RULES)
    except BadInput as refused:
        found = refused.column
    else:
        found = "text"
        assert kept.text.encode()
        assert checked(kept, rules=RULES) == kept
    assert found == "text"
