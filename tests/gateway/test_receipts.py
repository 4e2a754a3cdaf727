"""What is written by hand, for speed, is byte by byte what is written in general."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bars.gateways import GRANT
from shixiao.gateway.forms import answer_of, forms_of
from shixiao.gateway.receipts import Keys, new_draft, written
from shixiao.ledger import Leaf
from shixiao.sharing.grants import Entry
from tests.gateway.test_sources import entry_of

ENTRY, KEYS = entry_of(), Keys.drawn(bytes(32))
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
NUMBER = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
VALUE = TEXT | st.none() | st.booleans() | NUMBER


def entry_with(fields: list[str], words: list[str]) -> Entry:
    grant, dataset, purpose, recipient = words
    return replace(
        ENTRY,
        fields=tuple(fields),
        grant=grant,
        dataset=dataset,
        purpose=purpose,
        recipient=recipient,
    )


@given(
    st.lists(TEXT, min_size=1, max_size=3, unique=True),
    st.lists(TEXT, min_size=4, max_size=4),
    TEXT,
    st.none() | st.binary(min_size=16, max_size=16),
)
def test_a_leaf_and_its_record_are_those_of_the_general_way(
    fields: list[str], words: list[str], case: str, person: bytes | None
) -> None:
    draft = new_draft("housing-desk", "0" * 64, 1_790_000_000.5)
    entry = entry_with(fields, words)
    draft.entry, draft.forms, draft.case, draft.person = entry, forms_of(entry), case, person
    draft.department = entry.recipient
    made = written(draft, KEYS, outcome="", records=2, answer=b"{}", release=None)
    leaf = Leaf.from_bytes(made.leaf)
    assert leaf.to_bytes() == made.leaf
    assert leaf.facts["fields"] == fields
    assert leaf.facts["purpose"] == entry.purpose
    assert ("person" in leaf.sealed) == (person is not None)
    body = made.record[-1]
    assert isinstance(body, bytes)
    kept = json.loads(KEYS.ring.open(body, context=f"record:{draft.id}"))
    assert (kept["case"], kept["fields"], kept["salt"]) == (case, fields, draft.salt.hex())


@given(st.lists(st.tuples(VALUE, VALUE, VALUE), max_size=3), TEXT)
def test_an_answer_is_the_json_of_what_it_says(rows: list[tuple[object, ...]], grant: str) -> None:
    entry = replace(ENTRY, grant=grant)
    told = json.loads(answer_of("r1", forms_of(entry), rows))
    fields = GRANT.fields
    records = [dict(zip(fields, row, strict=True)) for row in rows]
    assert told == {"receipt": "r1", "grant": grant, "records": records}


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan"), "\ud800"])
def test_what_json_has_no_form_for_is_no_answer(value: object) -> None:
    with pytest.raises(ValueError, match=r"JSON|surrogates"):
        answer_of("r1", forms_of(ENTRY), [(value, None, None)])
