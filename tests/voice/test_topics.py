"""Topics: planted matters come out whole, named by their own words; likes alone make no heat."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

import numpy as np
import pytest

from shixiao.rules import load_pack
from shixiao.voice import Message, Topic, topics
from shixiao.voice.heat import heat_of, last_known
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


@pytest.mark.parametrize(("count", "share"), [(75, 0.8), (40, 1.0)])
def test_a_matter_that_most_messages_speak_of_is_a_topic(count: int, share: float) -> None:
    most = round(share * count)
    water = [m for m in spoken(4 * count) if m.label == "自来水"][:most]
    others = [m for m in spoken(4 * count) if m.label != "自来水"][: count - most]
    given = topics([*water, *others], rules=RULES)
    assert max(len(topic.members) for topic in given) >= 0.9 * most
    same = topics([Message(str(i), "自来水又停了，请尽快修") for i in range(40)], rules=RULES)
    assert [len(topic.members) for topic in same] == [40]


def test_one_wrong_year_leaves_the_heat_of_all_others_as_it_was() -> None:
    rows = [replace(m, time=NOW - timedelta(days=i % 90)) for i, m in enumerate(spoken(120))]
    wrong = [*rows[:-1], replace(rows[-1], time=datetime(2206, 6, 1))]
    now, later = last_known(wrong, until=NOW)
    assert (now, later) == (NOW, 1)
    before = {t.terms: t.heat.value for t in topics(rows, rules=RULES, now=NOW)}
    after = {t.terms: t.heat.value for t in topics(wrong, rules=RULES, now=NOW)}
    assert after.keys() == before.keys()
    assert all(after[terms] == pytest.approx(before[terms], rel=0.1) for terms in before)


def test_a_message_that_names_nobody_is_a_person_of_its_own() -> None:
    rows = [replace(m, person="") for m in spoken(120)]
    rows[0] = replace(rows[0], person="张三")
    for topic in topics(rows, rules=RULES):
        assert topic.heat.people == len(topic.members)


def test_topics_that_do_not_change_neither_rise_nor_fall() -> None:
    rng = np.random.default_rng(5)
    rows = [Message(str(i), "", time=NOW - timedelta(days=float(d)))
            for i, d in enumerate(rng.uniform(0, 120, 8_000))]  # fmt: skip
    heats = heat_of(rows, np.array_split(np.arange(8_000), 200), rules=RULES, now=NOW)
    assert {heat.trend for heat in heats} == {"steady"}


def test_a_topic_is_steady_from_the_stability_that_the_rule_asks() -> None:
    rows, given = found()
    assert {topic.steady for topic in given} == {True}
    strict = replace(RULES.rules["VOI-18"], value=2.0)
    shaky = topics(rows, rules=replace(RULES, rules={**RULES.rules, "VOI-18": strict}))
    assert {topic.steady for topic in shaky} == {False}
