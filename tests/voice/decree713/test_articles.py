"""Articles of a draft: cut where the law cuts them, and compared from edition to edition."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.terms import BadInput
from shixiao.voice.decree713 import changed, split

DRAFT = """某市预约挂号系统管理办法
第一章 总则
第一条 为了方便群众就医，制定本办法。
第二条　预约可以网上办理，
也可以到窗口办理。
第二章 责任
第三条 爽约三次的，三个月内不得预约。
第三条之一 急诊不受限制。
"""


def test_a_draft_is_cut_at_its_articles_with_the_heading_where_it_begins() -> None:
    found = split(DRAFT)
    assert [each.label for each in found] == ["第一条", "第二条", "第三条", "第三条之一"]
    assert found[0].heading == "某市预约挂号系统管理办法\n第一章 总则"
    assert found[1].text == "预约可以网上办理，\n也可以到窗口办理。"
    assert found[2].heading == "第二章 责任"


def test_a_paragraph_that_cites_an_article_is_none_where_articles_are_set_off() -> None:
    found = split(
        "第一条 为了方便群众，制定本办法。\n第二条：预约三日内有效。\n"
        "第一条规定的期限从次日起算。\n第三条\n急诊不受限制。"
    )
    assert [each.label for each in found] == ["第一条", "第二条", "第三条"]
    assert found[1].text == "预约三日内有效。\n第一条规定的期限从次日起算。"
    plain = split("第一条为了方便。\n第二条预约有效。")
    assert [each.label for each in plain] == ["第一条", "第二条"]


OPTIONS = """某市预约办法
方案一：保留现场号源
第一条 现场号源不少于三成。
第二条 爽约的提醒。
方案 二
第一章 总则
第一条 全部网上预约。
"""


def test_several_drafts_stand_in_one_text_and_their_articles_bear_the_name_of_the_draft() -> None:
    found = split(OPTIONS)
    assert [each.label for each in found] == ["方案一 第一条", "方案一 第二条", "方案二 第一条"]
    assert found[0].heading == "某市预约办法\n方案一：保留现场号源"
    assert found[2].heading == "方案 二\n第一章 总则"
    assert found[2].text == "全部网上预约。"
    common = split("第一条 目的。\n方案甲\n第二条 现场。\n方案乙\n第二条 网上。")
    assert [each.label for each in common] == ["第一条", "方案甲 第二条", "方案乙 第二条"]
    plain = split("方案一\n保留窗口。\n补贴老人。\n方案二\n全部网上。")
    assert [each.label for each in plain] == ["方案一 ¶1", "方案一 ¶2", "方案二 ¶1"]
    english = split("Option 1: counters\nArticle 1 Kept.\nOption  2\nArticle 1 Closed.")
    assert [each.label for each in english] == ["Option 1 Article 1", "Option 2 Article 1"]


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        (
            "第一条 补贴按下列之一：\n方案一：每月一百元\n方案二：每月二百元\n第二条 公布起施行。",
            ["第一条", "第二条"],
        ),
        ("方案一\n第一条 只有一个方案。", ["第一条"]),
        ("方案一\n方案二", ["¶1", "¶2"]),
        (f"第{'一' * 10}条 不是条号", ["¶1"]),
    ],
    ids=["items of an article", "one draft", "names alone", "no number"],
)
def test_what_only_looks_like_several_drafts_is_one(text: str, labels: list[str]) -> None:
    assert [each.label for each in split(text)] == labels


def test_a_line_that_cites_a_chapter_is_no_heading() -> None:
    found = split("第一章 总则\n第一条 适用\n第三章规定的程序适用。\n第二条 附则。")
    assert [(each.heading, each.text) for each in found] == [
        ("第一章 总则", "适用\n第三章规定的程序适用。"),
        ("", "附则。"),
    ]


def test_a_text_without_articles_is_numbered_by_paragraph() -> None:
    assert [each.label for each in split("甲\n\n乙")] == ["¶1", "¶2"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n ",
        "第一条 甲\n第一条 乙",
        "字" * 200_001,
        "段\n" * 501,
        "方案一\n第一条 甲\n方案二\n第一章 乙",
    ],
)
def test_what_is_no_draft_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        split(text)


def test_what_changed_is_shown_by_article_also_when_numbers_move() -> None:
    old = split("第一条 群众可以网上预约。\n第二条 爽约三次的，三个月内不得预约。\n第三条 附则。")
    new = split(
        "第一条 群众可以网上预约。\n第二条 老人可以由他人代为预约，窗口保留号源。\n"
        "第三条 爽约三次的，一个月内不得预约。"
    )
    found = changed(old, new)
    assert [(c.old and c.old.text, c.new and c.new.label) for c in found] == [
        (None, "第二条"),
        ("爽约三次的，三个月内不得预约。", "第三条"),
        ("附则。", None),
    ]


NAME = re.compile(r"(?:方案|Option )\S+ ", re.I)
LINES = st.sampled_from(["方案一", "方案二：甲", "第一条 甲", "第一章 乙", "丙", "Option 3"])


@given(st.text(max_size=400) | st.lists(LINES, max_size=9).map("\n".join))
def test_any_text_is_cut_or_refused_and_keeps_its_signs(text: str) -> None:
    try:
        found = split(text)
    except BadInput:
        return
    labels = [NAME.sub("", each.label) for each in found]  # a draft's name stands in its heading
    kept = "".join(
        f"{each.heading}{label if label[0] != '¶' else ''}{each.text}"
        for each, label in zip(found, labels, strict=True)
    )
    assert len("".join(kept.split())) <= len("".join(text.split()))
    assert changed(found, found) == ()
