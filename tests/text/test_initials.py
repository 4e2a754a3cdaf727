"""Initials of Chinese names against pinyin written by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.text import initials, syllables


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("户籍人口", "hjrk"),
        ("公民身份号码", "gmsfhm"),
        ("统一社会信用代码", "tyshxydm"),
        ("婚姻状况", "hyzk"),
        ("啊坐", "az"),  # the first and the last of level 1
        ("企业 A类（1）", "qyal1"),
        ("亓", "?"),  # level 2: ordered by radical
        ("", ""),
    ],
)
def test_a_name_has_the_initials_of_its_characters(name: str, letters: str) -> None:
    assert initials(name) == letters


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("xingming", ("xing", "ming")),
        ("shenfenzhenghao", ("shen", "fen", "zheng", "hao")),
        ("chuangjian", ("chuang", "jian")),
        ("xian", ("xian",)),
        ("status", ()),
        ("order", ()),
        ("", ()),
    ],
)
def test_a_word_falls_into_syllables_or_is_no_pinyin(word: str, parts: tuple[str, ...]) -> None:
    assert syllables(word) == parts


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", max_size=20))
def test_syllables_joined_are_the_word(word: str) -> None:
    assert "".join(syllables(word)) in ("", word)
