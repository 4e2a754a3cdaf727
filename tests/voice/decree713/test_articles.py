"""Articles of a draft: cut where the law cuts them, and compared from edition to edition."""

from __future__ import annotations

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


def test_a_text_without_articles_is_numbered_by_paragraph() -> None:
    assert [each.label for each in split("甲\n\n乙")] == ["¶1", "¶2"]


@pytest.mark.parametrize("text", ["", " \n ", "第一条 甲\n第一条 乙", "字" * 200_001, "段\n" * 501])
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


@given(st.text(max_size=400))
def test_any_text_is_cut_or_refused_and_keeps_its_signs(text: str) -> None:
    try:
        found = split(text)
    except BadInput:
        return
    kept = "".join(f"{a.heading}{a.label if a.label[0] != '¶' else ''}{a.text}" for a in found)
    assert len("".join(kept.split())) <= len("".join(text.split()))
    assert changed(found, found) == ()
