"""Records of decisions: what is taken, what is refused and where, and what an explanation lacks."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.fairness.decisions import parts, read_record, read_row
from shixiao.seals import sha256_of
from shixiao.terms import BadInput
from tests.explained import NOW, ZONE, record, scheme, sent


def test_a_whole_record_lacks_nothing() -> None:
    assert record().missing() == ()


def test_the_same_content_has_the_same_hash_in_whatever_order_and_zone_it_comes() -> None:
    turned = dict(reversed(sent(ts="2026-02-20T02:00:00+00:00").items()))
    assert read_record(turned, now=NOW, zone=ZONE).sha256 == record().sha256
    assert record(version="1.1").sha256 != record().sha256


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({"decision_id": ""}, "decision_id"),
        ({"final": None}, "final"),
        ({"ts": None}, "ts"),
        ({"ts": "yesterday"}, "ts"),
        ({"ts": "2026-03-03T10:00:00+08:00"}, "ts"),
        ({"ts": "0001-01-01"}, "ts"),
        ({"began": "2026-02-20T10:00:01+08:00"}, "began"),
        ({"told": "2026-02-19"}, "told"),
        ({"told": "2026-04-01"}, "told"),
        ({"arm_probability": 0}, "arm_probability"),
        ({"arm_probability": float("nan")}, "arm_probability"),
        ({"arm_probability": True}, "arm_probability"),
        ({"arm": "lottery"}, "arm"),
        ({"system_role": "king"}, "system_role"),
        ({"groups": {f"g{n}": "x" for n in range(200)}}, "groups"),
        ({"groups": ["age"]}, "groups"),
        ({"inputs": {f"i{n}": n for n in range(201)}}, "inputs"),
        ({"inputs": {"a": {"b": 1}}}, "inputs"),
        ({"inputs": {"a": 10**16}}, "inputs"),
        ({"inputs": {"a": -(10**400)}}, "inputs"),
        ({"score": 10**400}, "score"),
        ({"factors": [{"name": "x", "value": 10**400}]}, "factors"),
        ({"inputs_hash": "ab" * 32}, "inputs_hash"),
        ({"inputs": None, "inputs_hash": "ABC"}, "inputs_hash"),
        ({"rules": ["R"] * 51}, "rules"),
        ({"factors": [{"value": 1}]}, "factors"),
        ({"factors": [{"name": "x", "day": "31.1."}]}, "factors"),
        ({"explanation": "x" * 5_001}, "explanation"),
        ({"explanation": "refused\u202edetnarg"}, "explanation"),
        ({"explanation": "a\x00b"}, "explanation"),
        ({"person": "a\u200bb"}, "person"),
        ({"final": "\ud800"}, "final"),
        ({"surname": "王"}, "surname"),
    ],
)
def test_what_cannot_be_relied_on_is_refused_at_its_place(
    changed: dict[str, Any], column: str
) -> None:
    with pytest.raises(BadInput) as refused:
        record(**changed)
    assert refused.value.column == column


@pytest.mark.parametrize(
    ("changed", "lacking"),
    [
        ({"rules": None}, "rules"),
        ({"explanation": None}, "explanation"),
        ({"told": None}, "told"),
        ({"official_id": None}, "official"),
        ({"human_role": None}, "roles"),
        ({"arm_probability": None}, "arm"),
        ({"inputs": None}, "inputs"),
        ({"factors": [{"name": "income", "value": 1, "day": "2026-01-01"}]}, "sources"),
        ({"factors": [{"name": "income", "value": 1, "source": "r"}]}, "days"),
    ],
)
def test_a_missing_part_of_the_explanation_is_counted_and_not_refused(
    changed: dict[str, Any], lacking: str
) -> None:
    assert record(**changed).missing() == (lacking,)
    assert lacking in parts()


def test_a_machine_that_decides_alone_needs_no_official() -> None:
    alone = record(official_id=None, human_role=None, system_role="automatic")
    assert alone.missing() == ()


def test_inputs_are_known_by_the_hash_of_their_canonical_json() -> None:
    inputs = {"age": 40, "hardship": "none", "income": 1500}
    assert record().inputs_hash == sha256_of(inputs)
    assert record(inputs=None, inputs_hash="ab" * 32).inputs_hash == "ab" * 32


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({"final": "maybe"}, "final"),
        ({"recommended": "maybe"}, "recommended"),
        ({"groups": {"hukou": "city"}}, "groups"),
    ],
)
def test_results_and_groups_that_nobody_laid_down_are_refused(
    changed: dict[str, Any], column: str
) -> None:
    with pytest.raises(BadInput) as refused:
        scheme().check(record(**changed))
    assert refused.value.column == column


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({"outcomes": {}}, "outcomes"),
        ({"outcomes": {"a": {"name": {"zh": "甲", "en": "a"}, "adverse": True}}}, "outcomes"),
        ({"groups": [f"g{n}" for n in range(13)]}, "groups"),
        ({"groups": ["version"]}, "groups"),
        ({"about": {"zh": "只有中文"}}, "about"),
        ({"irreversible": "no"}, "irreversible"),
        ({"factors": {"x": {"can": "maybe"}}}, "factors"),
    ],
)
def test_a_scheme_says_what_is_missing(changed: dict[str, Any], column: str) -> None:
    with pytest.raises(BadInput) as refused:
        scheme(**changed)
    assert refused.value.column == column


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(sorted(sent())), JSON))
def test_whatever_is_sent_is_taken_or_refused_with_a_sentence(changed: dict[str, Any]) -> None:
    found = read_row(sent() | changed, now=NOW, zone=ZONE)
    if isinstance(found, BadInput):
        assert found.in_language("zh")
    else:
        again = read_record(found.plain, now=NOW, zone=ZONE)
        assert again.sha256 == found.sha256
