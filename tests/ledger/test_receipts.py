"""Receipts: self-contained, exact in form, and worth nothing once anything in them changes."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from shixiao.ledger import LogFolder, Malformed, Note, PrivateKey, Receipt, Trust, verify_receipt
from tests.ledger.cast import KEY, TRUST, WITNESS, WITNESSED, numbered, write


@pytest.fixture
def receipt(tmp_path: Path) -> Receipt:
    return LogFolder(write(tmp_path / "log", numbered(300))).now().receipt(7)


def test_a_receipt_says_what_it_is_for_and_needs_nothing_else(receipt: Receipt) -> None:
    answer = verify_receipt(receipt.to_bytes(), TRUST, file="r")
    assert answer.valid
    assert (answer.index, answer.entry) == (7, b"entry 7")
    assert answer.checkpoint == receipt.checkpoint


def test_a_receipt_has_the_form_of_the_standard(receipt: Receipt) -> None:
    lines = receipt.to_bytes().decode().split("\n")
    assert lines[:3] == ["c2sp.org/tlog-proof@v1", "extra ZW50cnkgNw==", "index 7"]
    gap = lines.index("")
    assert len(lines[3:gap]) == len(receipt.proof) == 9
    assert lines[gap + 1 : gap + 3] == ["ledger.example", "300"]
    assert Receipt.parse(receipt.to_bytes()) == receipt


def test_every_flipped_bit_is_noticed(receipt: Receipt) -> None:
    data = receipt.to_bytes()
    rng = random.Random(1)  # noqa: S311 - repeatable, and nothing secret
    for _ in range(300):
        at = rng.randrange(len(data) * 8)
        wrong = bytearray(data)
        wrong[at // 8] ^= 1 << at % 8
        answer = verify_receipt(bytes(wrong), TRUST, file="r")
        assert not answer.valid
        assert answer.entry is None
        assert answer.why is not None


def test_a_receipt_of_another_key_or_another_log_is_refused(receipt: Receipt) -> None:
    stranger = PrivateKey("ledger.example", bytes(32))
    other = PrivateKey("other.example", KEY.seed)
    anew = Receipt(7, receipt.proof, Note.signed(receipt.note.text, [other.sign]), b"entry 7")
    for data, trust, fault in (
        (receipt.to_bytes(), Trust((stranger.log_key,)), "signature_missing"),
        (anew.to_bytes(), Trust((other.log_key,)), "other_log"),
    ):
        answer = verify_receipt(data, trust, file="r")
        assert [found.fault for found in answer.faults] == [fault]


def test_a_witness_that_is_asked_for_must_have_signed(receipt: Receipt) -> None:
    answer = verify_receipt(receipt.to_bytes(), WITNESSED, file="r")
    assert [fault.fault for fault in answer.faults] == ["witness_missing"]
    line = WITNESS.witness(1_772_442_600)(receipt.note.text)
    cosigned = Receipt(7, receipt.proof, receipt.note.with_signatures([line]), receipt.entry)
    answer = verify_receipt(cosigned.to_bytes(), WITNESSED, file="r")
    assert answer.valid
    assert answer.to_json()["witnesses"] == [
        {"name": "auditor.example", "size": 300, "time": "2026-03-02T09:10:00Z"}
    ]


def test_a_time_beyond_the_calendar_is_shown_as_a_number(receipt: Receipt) -> None:
    line = WITNESS.witness((1 << 63) - 1)(receipt.note.text)
    cosigned = Receipt(7, receipt.proof, receipt.note.with_signatures([line]), receipt.entry)
    answer = verify_receipt(cosigned.to_bytes(), WITNESSED, file="r")
    assert answer.valid
    assert answer.witnesses[0].when == "9223372036854775807"


def test_a_receipt_without_its_entry_proves_nothing_alone(receipt: Receipt) -> None:
    bare = Receipt(receipt.index, receipt.proof, receipt.note)
    assert Receipt.parse(bare.to_bytes()) == bare
    answer = verify_receipt(bare.to_bytes(), TRUST, file="r")
    assert [fault.fault for fault in answer.faults] == ["receipt_bare"]
    assert bare.holds_for(b"entry 7")
    assert not bare.holds_for(b"entry 8")


def test_an_empty_entry_is_an_entry(tmp_path: Path) -> None:
    receipt = LogFolder(write(tmp_path / "log", [b""])).now().receipt(0)
    assert receipt.proof == ()
    answer = verify_receipt(receipt.to_bytes(), TRUST, file="r")
    assert answer.valid
    assert answer.entry == b""


NO_RECEIPTS = {
    "nothing": lambda data: b"",
    "another version": lambda data: data.replace(b"@v1", b"@v2"),
    "no index": lambda data: data.replace(b"index 7\n", b""),
    "an index with a zero": lambda data: data.replace(b"index 7", b"index 07"),
    "an index beyond reason": lambda data: data.replace(b"index 7", b"index " + b"9" * 30),
    "two extras": lambda data: data.replace(b"index", b"extra AA==\nindex"),
    "a proof beyond reason": lambda data: data.replace(
        b"index 7\n", b"index 7\n" + (b"A" * 43 + b"=\n") * 64
    ),
    "far too long": lambda data: data.replace(b"extra ", b"extra " + b"A" * (1 << 20)),
    "no checkpoint": lambda data: data.partition(b"\n\n")[0],
    "a note that is no checkpoint": lambda data: (
        data.partition(b"\n\n")[0] + b"\n\n" + Note.signed("hello\n", [KEY.sign]).to_bytes()
    ),
}


@pytest.mark.parametrize("name", NO_RECEIPTS)
def test_what_is_no_receipt_is_refused(name: str, receipt: Receipt) -> None:
    data = NO_RECEIPTS[name](receipt.to_bytes())
    with pytest.raises(Malformed):
        Receipt.parse(data)
    assert not verify_receipt(data, TRUST, file="r").valid
