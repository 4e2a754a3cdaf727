"""Leaves: canonical, checked against the vocabulary, and never with a person in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.ledger import Leaf, Malformed, commit, opens, seal, vocabulary, vocabulary_page

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SALT = bytes(range(32))
OPENED = Leaf(
    "case.opened",
    AT,
    "0197a1b2",
    {"origin": "finding", "department": "D07", "due": "2026-05-06"},
    {"actor": commit("李", salt=SALT)},
)


def test_a_leaf_is_one_line_of_canonical_json() -> None:
    assert OPENED.to_bytes() == (
        b'{"at":"2026-03-02T09:30:00Z","event":"case.opened",'
        b'"facts":{"department":"D07","due":"2026-05-06","origin":"finding"},'
        b'"sealed":{"actor":"' + commit("李", salt=SALT).encode() + b'"},'
        b'"subject":"0197a1b2","v":1}'
    )


def test_a_leaf_reads_back() -> None:
    assert Leaf.from_bytes(OPENED.to_bytes()) == OPENED


def test_times_are_written_in_utc() -> None:
    here = AT.astimezone(timezone(timedelta(hours=8)))
    assert replace(OPENED, at=here).to_bytes() == OPENED.to_bytes()


FAULTY = {
    "leaf_event": replace(OPENED, event="case.vanished"),
    "leaf_missing": replace(OPENED, facts={"origin": "finding"}),
    "leaf_unknown": replace(OPENED, facts=OPENED.facts | {"name": "李"}),
    "leaf_open": replace(OPENED, facts=OPENED.facts | {"actor": "李"}, sealed={}),
    "leaf_form": replace(OPENED, at=AT.replace(tzinfo=None)),
    "leaf_form of a commitment": replace(OPENED, sealed={"actor": "李"}),
    "value_plain": replace(OPENED, facts=OPENED.facts | {"due": 0.5}),
    "entry_too_long": replace(OPENED, facts=OPENED.facts | {"origin": "长" * 30_000}),
}


@pytest.mark.parametrize("fault", FAULTY)
def test_what_does_not_fit_the_vocabulary_is_not_written(fault: str) -> None:
    with pytest.raises(Malformed) as told:
        FAULTY[fault].to_bytes()
    assert told.value.fault == fault.partition(" ")[0]


def test_an_open_field_may_be_sealed_but_not_the_reverse() -> None:
    sealed = replace(
        OPENED,
        facts={"origin": "finding"},
        sealed=OPENED.sealed | {"department": commit("D07", salt=SALT)},
    )
    assert Leaf.from_bytes(sealed.to_bytes()) == sealed


def test_a_leaf_of_a_later_vocabulary_can_be_read() -> None:
    data = OPENED.to_bytes().replace(b"case.opened", b"hearing.held")
    assert Leaf.from_bytes(data).event == "hearing.held"


NOT_CANONICAL = [
    OPENED.to_bytes() + b"\n",
    OPENED.to_bytes().replace(b'"v":1', b'"v":2'),
    OPENED.to_bytes().replace(b":", b": ", 1),
    OPENED.to_bytes().replace(b"09:30:00Z", b"09:30:00.5Z"),
    OPENED.to_bytes().replace(b"09:30:00Z", b"09:30:00+00:00"),
    OPENED.to_bytes().replace(b"2026-03-02T", b"2026-13-02T"),
    OPENED.to_bytes().replace(b'"facts":{', b'"facts":{"department":"D08",'),
    b"[]",
    b"null",
]


@pytest.mark.parametrize("data", NOT_CANONICAL)
def test_a_second_spelling_is_no_leaf(data: bytes) -> None:
    with pytest.raises(Malformed):
        Leaf.from_bytes(data)


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


@given(plain, plain)
def test_a_commitment_opens_to_its_value_alone(value: Any, other: Any) -> None:
    commitments, salts = seal({"reason": value})
    assert opens(commitments["reason"], value, salt=salts["reason"])
    assert not opens(commitments["reason"], value, salt=bytes(32))
    if repr(other) != repr(value):
        assert not opens(commitments["reason"], other, salt=salts["reason"])


def test_equal_values_are_sealed_differently() -> None:
    (first, _), (second, _) = (seal({"person": "王"}) for _ in range(2))
    assert first != second


def test_a_commitment_is_the_hash_of_salt_and_canonical_json() -> None:
    assert commit({"b": 1, "a": "甲"}, salt=SALT) == (
        sha256(SALT + '{"a":"甲","b":1}'.encode()).hexdigest()
    )


@pytest.mark.parametrize("value", [0.1, {1: 2}, [float("nan")], b"bytes", {"a": {"b": {1}}}])
def test_what_others_might_write_differently_is_not_committed_to(value: Any) -> None:
    with pytest.raises(Malformed):
        commit(value, salt=SALT)


def test_a_short_salt_is_refused() -> None:
    with pytest.raises(Malformed):
        commit("王", salt=b"short")


def test_every_event_is_called_by_subject_and_verb_and_knows_its_fields() -> None:
    known = vocabulary()
    used = set()
    for event in known.events.values():
        subject, point, verb = event.id.partition(".")
        assert subject in known.subjects
        assert point
        assert verb.isalpha()
        assert set(event.fields) <= set(known.fields)
        assert len(set(event.fields)) == len(event.fields)
        used |= set(event.fields)
    assert used == set(known.fields)
    assert {event.subject for event in known.events.values()} == set(known.subjects)


def test_whatever_may_name_a_person_is_sealed() -> None:
    sealed = {field.name for field in vocabulary().fields.values() if field.sealed}
    assert {"actor", "second_actor", "person", "decider", "reason", "statement", "case"} <= sealed


def test_the_page_names_every_event_and_field_in_both_languages() -> None:
    page = vocabulary_page()
    known = vocabulary()
    for event in known.events.values():
        assert f"| `{event.id}` | {event.name.zh}<br>{event.name.en} |" in page
    for field in known.fields.values():
        assert f"| `{field.name}` | {field.title.zh}<br>{field.title.en} |" in page
