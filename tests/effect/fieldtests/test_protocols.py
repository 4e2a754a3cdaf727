"""Protocols: what ships is whole, and what is written wrongly is refused with its place."""

from __future__ import annotations

import json
import string
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.effect.fieldtests import (
    Audience,
    Condition,
    Dimension,
    Goalposts,
    Kind,
    Mode,
    Protocol,
    protocols,
    read_protocol,
)
from shixiao.terms import BadInput
from tests.effect.fieldtests.samples import GOOD, SMALL, small

SHIPPED = [pytest.param(protocol, id=key) for key, protocol in protocols().items()]


def test_three_protocols_ship() -> None:
    assert list(protocols()) == ["service", "callback", "app"]


@pytest.mark.parametrize("protocol", SHIPPED)
def test_elders_and_people_with_disabilities_are_asked_more_and_never_less(
    protocol: Protocol,
) -> None:
    for mode in protocol.modes:
        everybody = set(protocol.questions(mode, Audience.EVERYBODY))
        for audience in (Audience.ELDERS, Audience.DISABLED):
            assert everybody < set(protocol.questions(mode, audience))


@pytest.mark.parametrize("protocol", SHIPPED)
def test_every_test_decides_whether_it_worked(protocol: Protocol) -> None:
    for mode, audience in product(protocol.modes, protocol.audiences):
        (decisive, *_) = [q for q in protocol.asked(mode, audience, {}) if q.decides]
        assert not decisive.conditions


def test_the_protocol_for_a_service_puts_a_question_as_each_mode_needs_it() -> None:
    found = protocols()["service"].all_questions["find_jumps"]
    assert len({found.wording(mode).zh for mode in Mode}) == 3


def test_where_the_service_was_not_found_the_result_is_still_asked() -> None:
    protocol = protocols()["service"]
    asked = protocol.asked(Mode.ONLINE, Audience.EVERYBODY, {"found": False})
    names = {question.id for question in asked}
    assert {"done", "object_way"} < names
    assert not names & {"clear", "submitted", "progress"}


def test_an_answer_left_over_of_a_question_that_is_not_asked_opens_nothing() -> None:
    protocol = protocols()["service"]
    left_over = {"found": False, "submitted": True, "more_asked": True}
    asked = protocol.asked(Mode.ONLINE, Audience.EVERYBODY, left_over)
    assert {"receipt", "told_once"}.isdisjoint(question.id for question in asked)


def test_the_hash_changes_with_the_wording_and_with_the_scoring() -> None:
    changed = {
        small(SMALL.replace(old, new)).sha256
        for old, new in [("清楚吗", "明白吗"), ("floor: 60", "floor: 61"), ("1.0.0", "1.0.1")]
    }
    assert len(changed | {small().sha256}) == 4
    assert small().sha256 == small(SMALL + "\n# a comment\n").sha256


def test_the_protocol_is_plain_values_all_through() -> None:
    assert json.loads(json.dumps(small().to_json())) == small().to_json()


@pytest.mark.parametrize(
    ("question", "value", "score"),
    [
        ("worked", True, 1.0),
        ("worked", False, 0.0),
        ("pushed", False, 1.0),
        ("pushed", True, 0.0),
        ("clear", 0, 0.0),
        ("clear", 3, 0.75),
        ("minutes", 10, 1.0),
        ("minutes", 4, 1.0),
        ("minutes", 35, 0.5),
        ("minutes", 60, 0.0),
        ("minutes", 600, 0.0),
        ("papers", 1, 0.75),
        ("remark", "words", None),
    ],
)
def test_an_answer_is_worth_what_its_rule_says(question, value, score) -> None:
    assert small().all_questions[question].score(value) == score


@given(st.integers(0, 1000), st.integers(0, 1000), st.integers(0, 1000), st.integers(0, 1000))
def test_a_better_number_is_never_worth_less(floor, target, a, b) -> None:
    if floor == target:
        return
    posts = Goalposts(floor, target, 1000)
    better, worse = (min(a, b), max(a, b)) if target < floor else (max(a, b), min(a, b))
    assert 0 <= posts.score(worse) <= posts.score(better) <= 1


@pytest.mark.parametrize(
    ("condition", "values", "holds"),
    [
        (Condition("q", equals=True), {"q": True}, True),
        (Condition("q", equals=True), {"q": False}, False),
        (Condition("q", equals=False), {}, False),
        (Condition("q", at_least=2), {"q": 2}, True),
        (Condition("q", at_least=2), {"q": 1}, False),
        (Condition("q", at_least=1), {"q": True}, False),
        (Condition("q", at_least=0), {}, False),
    ],
)
def test_a_condition_holds_by_what_was_answered(condition, values, holds) -> None:
    assert condition.holds(values) is holds


FAULTS = [
    ("1.0.0", "1.0", "three numbers"),
    ("shixiao/protocol/1", "shixiao/protocol/2", "“schema” should be shixiao/protocol/1"),
    ("target: service", "target: bridge", "“target” cannot be “bridge”"),
    ("target: service", "target: service\nowner: x", "unknown key “owner”"),
    ("name: {zh: 小测, en: Small}", "name: Small", "“name” needs Chinese"),
    ("id: small", "id: Small", "the id “Small” cannot be used"),
    ("id: clear", "id: item", "the id “item” cannot be used"),
    ("id: clear", "id: worked", "step apply, question 2: the id worked is given twice"),
    ("id: after", "id: apply", "step 2: the id apply is given twice"),
    ("en: Is it clear?", "en: ''", "question 2 (clear): “ask” needs Chinese"),
    ("zh: 清楚吗？", "zh: '清楚${worked}吗'", "without “${”"),
    ("kind: scale", "kind: stars", "“kind” cannot be “stars”"),
    ("{zh: 一, en: one}, ", "", "“anchors” should be a list of 5 entries"),
    ("weight: 3, decides", "weight: 11, decides", "whole number from 1 to 10"),
    ("weight: 3, decides", "weight: true, decides", "whole number from 1 to 10"),
    ("good: no", "good: maybe", "“good” should be yes or no"),
    ("floor: 60", "floor: 10", "cannot be the same"),
    ("most: 600", "most: 20", "whole number from 60"),
    ("basis: policy, dimension: convenience, weight: 1", "dimension: convenience, weight: 1",
     "(minutes): “basis” is missing"),
    ("is: yes", "is: perhaps", "step after, only_if: “is” should be yes or no"),
    ("question: worked", "question: later", "must be an earlier question"),
    ("kind: text}", "kind: text, decides: yes}", "only a yes or no may decide"),
    ("kind: text}", "kind: text, weight: 2}", "unknown key “weight”"),
    ("audiences: [disabled]", "audiences: [children]", "use one of everybody, elders, disabled"),
    ("audiences: [disabled]", "audiences: []", "“audiences” should be a list"),
    ("dimension: benefit", "dimension: convenience", "no question speaks to benefit"),
    ("target: service", "target: service\nmodes: [online, phone]\nmodes: [online]", "given twice"),
    ("about: {zh: 说明, en: About}", "about: &a {zh: 说明, en: About}", "aliases"),
    ("about: {zh: 说明, en: About}", "about: " + "[" * 50 + "]" * 50, "nested too deep"),
    ("questions:", "questions", "no valid UTF-8 YAML"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), FAULTS)
def test_a_fault_is_refused_with_its_place(old: str, new: str, said: str) -> None:
    assert old in SMALL
    with pytest.raises(BadInput) as refused:
        small(SMALL.replace(old, new))
    assert said in refused.value.in_language("en")
    assert refused.value.in_language("zh").startswith("small.yaml")


def test_what_a_question_hangs_on_is_asked_wherever_it_is() -> None:
    changed = SMALL.replace("decides: yes, photo: yes,", "modes: [online, phone],").replace(
        "by_mode: {phone", "by_mode: {online"
    )
    with pytest.raises(BadInput, match="is not asked in all the same"):
        small(changed)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "should be a mapping"),
        (b"- 1\n", "should be a mapping"),
        (b"\xff\xfe\x00", "no valid UTF-8"),
        (b"x" * ((1 << 20) + 1), "larger than 1 MiB"),
        (b"? [a]\n: 1\n", "a key is given twice in one place, or is no text"),
        (b"a: 2026-13-45\n", "no valid UTF-8 YAML"),
    ],
)
def test_a_file_that_is_no_protocol_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_protocol(data, "x.yaml")
    assert said in refused.value.in_language("en")


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(string.printable, max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["id", "steps", "name", "schema", "x"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(PLAIN)
def test_no_file_ends_in_anything_but_a_sentence(value: object) -> None:
    with pytest.raises(BadInput):
        read_protocol(json.dumps(value).encode(), "x.yaml")


@given(st.binary(max_size=60))
def test_no_bytes_end_in_anything_but_a_sentence(data: bytes) -> None:
    with pytest.raises(BadInput):
        read_protocol(data, "x.yaml")


@given(st.integers(0, len(SMALL) - 1), st.integers(1, 40))
def test_a_protocol_with_a_piece_cut_out_is_read_or_refused(start: int, length: int) -> None:
    try:
        found = small(SMALL[:start] + SMALL[start + length :])
    except BadInput:
        return
    for mode, audience in product(found.modes, found.audiences):
        spoken = {question.dimension for question in found.questions(mode, audience)}
        assert set(Dimension) <= spoken


def test_the_sample_answers_every_kind_of_question() -> None:
    kinds = {small().all_questions[key].kind for key in GOOD}
    assert kinds == set(Kind)
