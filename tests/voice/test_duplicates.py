"""Copies are found word for word, edited and turned round; strangers are left alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.rules import load_pack
from shixiao.text import overlap
from shixiao.voice import Message, duplicates
from shixiao.voice.signatures import shingled, signatures
from shixiao.voice.wording import bare, letters, readable
from tests.voice.messages import drawing, edited

RULES = load_pack()
UNKNOWN = "\U00020000"  # characters younger than this Python are kept as well
CHARS = [chr(point) for point in range(0x4E00, 0x4E00 + 3000)]


def strangers(count: int, length: int = 120) -> list[Message]:
    rng = drawing(3)
    return [Message(str(i), "".join(rng.choices(CHARS, k=length))) for i in range(count)]


def grouped(messages: list[Message]) -> list[set[str]]:
    return [{messages[i].id for i in g.members} for g in duplicates(messages, rules=RULES)]


def test_nobody_is_like_a_stranger() -> None:
    assert grouped(strangers(300)) == []


@pytest.mark.parametrize(("share", "least"), [(0.0, 1.0), (0.05, 0.98), (0.10, 0.89)])
def test_edited_copies_are_found_with_their_original(share: float, least: float) -> None:
    rng = drawing(5)
    rows = strangers(300)
    copies = [Message(f"c{m.id}", edited(m.text, share, rng, CHARS)) for m in rows]
    found = grouped(rows + copies)
    together = sum({m.id, f"c{m.id}"} in found for m in rows)
    assert together >= least * len(rows)


SAME = [
    ("标点与空白", "路灯坏了，没人修。", "路灯坏了 没人修！！"),
    ("全角", "ABC小区停水", "ＡＢＣ小区停水"),
    ("HTML", "请修<b>路</b>&nbsp;谢谢", "请修路 谢谢"),
    ("链接", "见图 https://example.org/a?b=1 请修路", "见图，请修路"),
    ("表情", "😀太吵了睡不着😀", "太吵了睡不着"),
    ("生僻字", "𠀀𪚥小区停水三天", "𠀀𪚥小区停水三天。"),
]


@pytest.mark.parametrize(("name", "one", "other"), SAME)
def test_what_people_do_not_see_makes_no_difference(name: str, one: str, other: str) -> None:
    del name
    (group,) = duplicates([Message("1", one), Message("2", other)], rules=RULES)
    assert (group.kind, group.similarity) == ("exact", 1.0)


def test_a_short_sentence_turned_round_is_a_paraphrase() -> None:
    said = (
        "小区门口的路灯坏了，一直没有人来修",
        "一直没人来修小区门口坏了的路灯",
        "公园的音响太大",
    )
    rows = [Message(str(place), text) for place, text in enumerate(said)]
    (group,) = duplicates(rows, rules=RULES)
    assert (set(group.members), group.kind) == ({0, 1}, "paraphrase")


TEMPLATE = "我们是梧桐镇的居民，坚决反对在学校旁边建垃圾站，请政府重新选址，并公开环评报告"


def test_a_campaign_is_its_template_and_what_each_person_added() -> None:
    own = ["", "我家孩子有哮喘", "", "从我窗口到垃圾站只有二十米", "去年答应过的公园呢", ""]
    rows = [Message(str(i), TEMPLATE + ("，" + text if text else ""), person=f"p{i}")
            for i, text in enumerate(own)]  # fmt: skip
    (group,) = duplicates([*strangers(20), *rows], rules=RULES)
    assert group.campaign
    assert group.persons == 6
    assert group.template.replace("，", "") == TEMPLATE.replace("，", "")
    assert sorted(group.added.values()) == sorted(text for text in own if text)


def test_one_person_who_writes_six_times_is_no_campaign() -> None:
    rows = [Message(str(i), TEMPLATE, person="p") for i in range(6)]
    (group,) = duplicates(rows, rules=RULES)
    assert (group.persons, group.campaign, len(group.members)) == (1, False, 6)


def test_a_chain_of_small_changes_does_not_join_its_ends() -> None:
    rng = drawing(1)
    text = "".join(rng.choices(CHARS, k=200))
    rows = [Message("0", text)]
    for step in range(1, 9):
        text = "".join(rng.choices(CHARS, k=30)) + text[:-30]
        rows.append(Message(str(step), text))
    assert all(not {"0", "8"} <= group for group in grouped(rows))


@given(st.lists(st.text(max_size=40), max_size=12))
def test_groups_are_apart_and_empty_texts_are_in_none(texts: list[str]) -> None:
    rows = [Message(str(i), text) for i, text in enumerate(texts)]
    members = [i for g in duplicates(rows, rules=RULES) for i in g.members]
    assert len(members) == len(set(members))
    assert all(bare(readable(texts[i])) for i in members)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=30)))
def test_folding_at_once_is_folding_each(texts: list[str]) -> None:
    for text, found in zip(texts, letters(texts) if texts else [], strict=True):
        assert set(found) <= set(bare(text)) | set(text)
        assert all(sign.isalnum() or sign >= UNKNOWN for sign in found)


def test_signatures_agree_as_often_as_shingles_do() -> None:
    rng = drawing(2)
    gaps = []
    for _ in range(60):
        one = "".join(rng.choices(CHARS, k=rng.choice([40, 200])))
        other = edited(one, 0.05, rng, CHARS)
        table = signatures(shingled([one, other]))
        gaps.append((table[0] == table[1]).mean() - overlap(one, other))
    assert abs(np.mean(gaps)) < 0.03


def test_in_a_group_one_name_does_not_make_everybody_one_person() -> None:
    rows = [Message(str(i), "路灯坏了没人修", person="张三" if i == 0 else "") for i in range(30)]
    (group,) = duplicates(rows, rules=RULES)
    assert (group.persons, group.campaign) == (30, True)
