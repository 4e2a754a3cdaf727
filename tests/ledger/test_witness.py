"""A witness signs what grew from what it saw, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from shixiao.ledger import Checkpoint, LogFolder, Malformed, Note, PrivateKey, cosign
from tests.ledger.cast import KEY, WITNESS, numbered, write

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def ask(data: bytes, last: Checkpoint | None, proof: list[bytes]) -> Note:
    return cosign(data, log=KEY.log_key, last=last, proof=proof, key=WITNESS, now=NOW)


def test_a_log_that_grew_is_cosigned(tmp_path: Path) -> None:
    path = write(tmp_path / "log", numbered(300))
    first = LogFolder(path).now()
    note = ask(first.note.to_bytes(), None, [])
    assert note.of(KEY.log_key) is not None
    assert note.of(WITNESS.witness_key) is not None
    write(path, numbered(100, 300))
    second = LogFolder(path).now()
    note = ask(second.note.to_bytes(), first.checkpoint, second.consistency(300))
    assert Checkpoint.parse(note.text) == second.checkpoint
    assert ask(second.note.to_bytes(), second.checkpoint, []).text == note.text


def test_a_log_that_did_not_grow_from_what_was_seen_is_not_cosigned(tmp_path: Path) -> None:
    log = LogFolder(write(tmp_path / "log", numbered(300))).now()
    other = LogFolder(write(tmp_path / "other", numbered(200, 1))).now()
    longer = LogFolder(write(tmp_path / "longer", numbered(400))).now()
    data = log.note.to_bytes()
    elsewhere = Checkpoint("other.example", 0, bytes(32))
    for last, proof, fault in (
        (other.checkpoint, log.consistency(200), "forked"),
        (longer.checkpoint, [], "rolled_back"),
        (None, log.consistency(200), "forked"),
        (elsewhere, [], "other_log"),
    ):
        with pytest.raises(Malformed) as told:
            ask(data, last, proof)
        assert told.value.fault == fault


def test_a_checkpoint_that_the_log_did_not_sign_is_not_cosigned(tmp_path: Path) -> None:
    text = LogFolder(write(tmp_path / "log", numbered(3))).note().text
    stranger = PrivateKey("ledger.example", bytes(32))
    with pytest.raises(Malformed) as told:
        ask(Note.signed(text, [stranger.sign]).to_bytes(), None, [])
    assert told.value.fault == "signature_missing"
