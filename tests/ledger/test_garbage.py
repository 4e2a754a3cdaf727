"""Whatever is put into a parser, it reads it or says in one way that it cannot."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.ledger import Checkpoint, Leaf, Malformed, Note, PrivateKey, Receipt, parse_vkey
from shixiao.ledger.notes import parse_signature
from shixiao.ledger.tiles import TileName, split_entries
from tests.ledger.cast import KEY
from tests.ledger.test_leaf import OPENED
from tests.ledger.test_notes import CHECKPOINT, GO_KEY, NOTE, VKEY

RECEIPT = Receipt(
    3, (b"\x01" * 32, b"\x02" * 32), Note.signed(CHECKPOINT, [KEY.sign]), b"entry"
).to_bytes()
LEAF = OPENED.to_bytes()

PARSERS: dict[str, tuple[Callable[[bytes], Any], bytes]] = {
    "note": (Note.parse, NOTE),
    "receipt": (Receipt.parse, RECEIPT),
    "leaf": (Leaf.from_bytes, LEAF),
    "bundle": (split_entries, b"\x00\x02ab\x00\x01c"),
    "checkpoint": (lambda data: Checkpoint.parse(data.decode("latin-1")), CHECKPOINT.encode()),
    "vkey": (lambda data: parse_vkey(data.decode("latin-1")), VKEY.encode()),
    "private key": (lambda data: PrivateKey.parse(data.decode("latin-1")), GO_KEY.encode()),
    "path": (lambda data: TileName.parse(data.decode("latin-1")), b"tile/0/x001/234.p/5"),
    "signature": (
        lambda data: parse_signature(data.decode("utf-8", "replace")),
        KEY.sign(CHECKPOINT).line[:-1].encode(),
    ),
}


@pytest.mark.parametrize("name", PARSERS)
@given(data=st.data())
def test_a_parser_reads_or_says_that_it_cannot(name: str, data: st.DataObject) -> None:
    parse, good = PARSERS[name]
    parse(good)
    given_ = data.draw(st.binary(max_size=200) | _damaged(good))
    problem = None
    try:
        parse(given_)
    except Malformed as raised:
        problem = raised
    assert problem is None or (problem.in_language("zh") and problem.in_language("en"))


def _damaged(good: bytes) -> st.SearchStrategy[bytes]:
    def cut(at: int, length: int, put: bytes) -> bytes:
        return good[:at] + put + good[at + length :]

    places = st.integers(0, len(good))
    return st.builds(cut, places, st.integers(0, 40), st.binary(max_size=8))


@given(_damaged(RECEIPT))
def test_a_receipt_that_is_read_is_written_as_it_was(data: bytes) -> None:
    try:
        receipt = Receipt.parse(data)
    except Malformed:
        return
    assert receipt.to_bytes() == data


@given(_damaged(NOTE))
def test_a_note_that_is_read_is_written_as_it_was(data: bytes) -> None:
    try:
        note = Note.parse(data)
    except Malformed:
        return
    assert note.to_bytes() == data


@given(_damaged(LEAF))
def test_a_leaf_has_one_spelling(data: bytes) -> None:
    try:
        leaf = Leaf.from_bytes(data)
    except Malformed:
        return
    assert Leaf.from_bytes(data) == leaf
    assert data == LEAF or leaf != OPENED


def test_deep_nesting_is_no_way_to_break_the_reader() -> None:
    for data in (b"[" * 100_000, b'{"a":' * 100_000, b"9" * 10_000, b'"\\ud800"', b"NaN"):
        with pytest.raises(Malformed):
            Leaf.from_bytes(data)
