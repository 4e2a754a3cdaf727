"""Initials of Chinese names against pinyin written by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bars.departments import words
from shixiao.text import initials, spelt, syllables


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


@pytest.mark.parametrize(
    ("name", "reading"),
    [
        ("姓名", "xing ming"),
        ("身份证号码", "shen fen zheng hao ma"),
        ("统一社会信用代码", "tong yi she hui xin yong dai ma"),
        ("车牌号", "che pai hao"),
        ("女", "nv"),
        ("A类", "a lei"),
    ],
)
def test_a_name_is_spelt_by_its_characters(name: str, reading: str) -> None:
    assert spelt(name) == tuple(reading.split())


def test_words_that_were_spelt_by_hand_are_spelt_alike() -> None:
    fields = words()[0].values()
    read = {f.zh: f.pinyin.split() for f in fields if len(f.zh) == len(f.pinyin.split())}
    differ = {zh for zh, by_hand in read.items() if list(spelt(zh)) != by_hand}
    assert len(read) > 40
    assert differ == {"银行卡号"}  # 行 is read xing elsewhere


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", max_size=20))
def test_syllables_joined_are_the_word(word: str) -> None:
    assert "".join(syllables(word)) in ("", word)
