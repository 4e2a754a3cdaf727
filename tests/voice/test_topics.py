"""Topics: planted matters come out whole, named by their own words; likes alone make no heat."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

import numpy as np
import pytest

from shixiao.rules import load_pack
from shixiao.voice import Message, Topic, topics
from shixiao.voice.linkage import average_link
from shixiao.voice.topics import _tokens, _weighted
from tests.voice.messages import SUBJECTS, spoken

RULES = load_pack()
NOW = datetime(2026, 6, 30, 12)


@cache
def found() -> tuple[list[Message], list[Topic]]:
    rows = spoken(120)
    return rows, topics(rows, rules=RULES)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_planted_matter_is_found_whole_and_alone(subject: str) -> None:
    rows, given = found()
    truth = {i for i, message in enumerate(rows) if message.label == subject}
    overlap = [2 * len(truth & set(t.members)) / (len(truth) + len(t.members)) for t in given]
    assert max(overlap) > 0.9
    best = given[int(np.argmax(overlap))]
    own = "".join(SUBJECTS[subject]) + subject
    assert sum(term in own for term in best.terms) >= 3
    assert best.stability > 0.5
    assert best.places


def test_terms_are_words_of_the_topic_and_not_of_all_messages() -> None:
    _, given = found()
    assert not {"有关", "部门", "希望", "领导"} & {term for t in given[:4] for term in t.terms}


def test_messages_in_other_words_or_none_are_in_no_topic() -> None:
    rows = [Message("a", "😀"), Message("b", ""), Message("c", "x" * 10_000), Message("d", "<b>"),
            *spoken(40)]  # fmt: skip
    given = topics(rows, rules=RULES)
    assert given
    assert not {0, 1, 2, 3} & {i for topic in given for i in topic.members}


@pytest.mark.parametrize("texts", [[""], ["水"], ["水", "水"], ["a", "b", "c"], ["停水了"] * 5])
def test_few_messages_are_no_error(texts: list[str]) -> None:
    topics([Message(str(i), text) for i, text in enumerate(texts)], rules=RULES)


def test_likes_of_one_message_never_outweigh_people() -> None:
    rows = spoken(120)
    few = [m for m in rows if m.label == "落户"][:4]
    many = [m for m in rows if m.label == "自来水"]
    given = topics([*(replace(m, likes=100_000, person="") for m in few), *many], rules=RULES)
    assert given[0].heat.people > 4


@pytest.mark.parametrize("count", [80, 200, 400, 1_000])
def test_a_topic_of_a_quarter_of_all_messages_is_found_however_many_there_are(count: int) -> None:
    given = topics(spoken(count), rules=RULES)
    assert {len(topic.members) for topic in given} == {count // 4}
    assert {t for topic in given for t in topic.terms} >= {"自来水", "地铁站", "落户", "施工"}


def test_a_topic_that_grows_against_all_others_is_rising() -> None:
    rows = []
    for place, message in enumerate(spoken(200)):
        late = message.label == "自来水" and place % 3 > 0
        age = timedelta(days=place % 20 if late else 40 + place)
        rows.append(replace(message, time=NOW - age))
    trends = {t.heat.trend for t in topics(rows, rules=RULES) if "自来水" in t.terms}
    assert trends == {"rising"}


def test_merging_along_edges_finds_what_all_pairs_find() -> None:
    rows, _ = found()
    table, _ = _weighted([_tokens(message) for message in rows])
    assert table is not None
    whole, edges = (average_link(table, 0.2, dense=dense) for dense in (5_000, 1))
    agree = (whole[:, None] == whole) == (edges[:, None] == edges)
    assert agree.mean() > 0.95


def test_the_order_of_the_file_does_not_matter() -> None:
    rows, given = found()
    again = topics(rows[::-1], rules=RULES)
    last = len(rows) - 1
    assert {frozenset(t.members) for t in given} == {
        frozenset(last - i for i in t.members) for t in again
    }
