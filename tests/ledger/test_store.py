"""Appending: whole batches, one writer, and after any interruption the last checkpoint holds."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shixiao.ledger import Checkpoint, LogFolder, Malformed, Note, PrivateKey, verify_log
from shixiao.ledger.growth import Edge
from shixiao.ledger.store import open_log
from shixiao.seals.tree import EMPTY_ROOT
from shixiao.terms import Unavailable
from tests.ledger import oracle
from tests.ledger.cast import KEY, TRUST, WITNESS, WITNESSED, numbered, write


def state_of(path: Path) -> Checkpoint:
    return LogFolder(path).now().checkpoint


def test_a_new_log_is_empty_and_signed(tmp_path: Path) -> None:
    path = write(tmp_path / "log")
    assert state_of(path) == Checkpoint("ledger.example", 0, EMPTY_ROOT)
    assert verify_log(path, TRUST).valid
    assert (path / "vkeys").read_text("ascii") == f"{KEY.log_key.vkey}\n"


@given(st.lists(st.integers(0, 300), max_size=5))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_log_is_the_same_however_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int]
) -> None:
    entries = numbered(sum(sizes))
    folder = tmp_path_factory.mktemp("logs")
    at, batches = 0, []
    for size in sizes:
        batches.append(entries[at : at + size])
        at += size
    path = folder / "opened once"
    for part in batches or [[]]:
        write(folder / "opened anew", part)
    write(path, *batches)
    for each in (path, folder / "opened anew"):
        assert state_of(each) == Checkpoint("ledger.example", len(entries), oracle.mth(entries))
        assert verify_log(each, TRUST).valid
    for name, data in Edge().grown(entries)[1]:
        assert (path / name.path).read_bytes() == data


def test_entries_and_proofs_come_out_as_they_went_in(tmp_path: Path) -> None:
    entries = numbered(600)
    now = LogFolder(write(tmp_path / "log", entries[:500], entries[500:])).now()
    for index in (0, 255, 256, 511, 512, 599):
        assert now.entry(index) == entries[index]
        assert now.inclusion(index) == oracle.path(index, entries)
        assert now.receipt(index).holds_for(entries[index])
    for old in (0, 1, 256, 500, 600):
        assert now.consistency(old) == oracle.proof(old, entries)
        assert now.root_at(old) == oracle.mth(entries[:old])
    for index in (-1, 600):
        with pytest.raises(ValueError, match="no entry"):
            now.entry(index)
    damaged(now.folder.path, "tile/entries/000", lambda data: data[:7])
    with pytest.raises(Malformed):
        now.entry(255)
    damaged(now.folder.path, "tile/entries/000", lambda data: b"")
    with pytest.raises(Malformed):
        now.entry(255)
    (now.folder.path / "tile/entries/001").unlink()
    with pytest.raises(FileNotFoundError):
        now.entry(256)


def test_partial_files_go_when_the_full_ones_have_come(tmp_path: Path) -> None:
    path = write(tmp_path / "log", numbered(200), numbered(40, 200))
    assert (path / "tile/0/000.p/200").exists()
    assert (path / "tile/entries/000.p/240").exists()
    write(path, numbered(60, 240))
    assert not (path / "tile/0/000.p").exists()
    assert not (path / "tile/entries/000.p").exists()
    assert (path / "tile/entries/001.p/44").exists()


def test_a_reader_keeps_its_state_while_the_log_grows(tmp_path: Path) -> None:
    entries = numbered(300)
    path = write(tmp_path / "log", entries[:200])
    before = LogFolder(path).now()
    write(path, entries[200:])
    assert before.receipt(199).holds_for(entries[199])
    assert before.checkpoint.size == 200


def test_what_an_interrupted_run_left_is_cleared_away(tmp_path: Path) -> None:
    path = write(tmp_path / "log", numbered(300))
    (path / ".writing").mkdir()
    (path / ".writing/0").write_bytes(b"half")
    _, beyond = Edge().grown(numbered(900))
    for name, data in beyond:
        (path / name.path).parent.mkdir(parents=True, exist_ok=True)
        (path / name.path).write_bytes(data)
    assert verify_log(path, TRUST).valid
    write(path, [b"x"])
    assert verify_log(path, TRUST).remarks == []
    left = {file.relative_to(path).as_posix() for file in path.rglob("*") if file.is_file()}
    assert {"tile/0/002", "tile/entries/003.p/132", ".writing/0"} & left == set()
    assert LogFolder(path).now().entry(300) == b"x"


class BrokenOff(Exception):
    """Stands for a power cut."""


def breaking_at(step: int, real: Callable[..., object]) -> Callable[..., object]:
    """Do the first steps and break off at the given one."""
    left = [step]

    def call(*arguments: object) -> object:
        left[0] -= 1
        if left[0] < 0:
            raise BrokenOff
        return real(*arguments)

    return call


@pytest.mark.parametrize("step", range(14))
def test_an_interruption_at_any_step_leaves_the_old_state_or_the_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    path = write(tmp_path / "log", numbered(200))
    more = numbered(700, 200)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", breaking_at(step, Path.replace))
        with suppress(BrokenOff):
            write(path, more)
    assert state_of(path).size in {200, 900}
    assert verify_log(path, TRUST).valid
    other = [b"another %d" % number for number in range(90)]
    done = state_of(path).size == 900
    write(path, other)
    entries = numbered(200) + (more if done else []) + other
    assert state_of(path).root == oracle.mth(entries)
    answer = verify_log(path, TRUST)
    assert answer.valid
    assert answer.remarks == []


def test_a_failed_append_can_be_tried_again_in_the_same_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_log(tmp_path / "log", key=KEY.log_key, signers=[KEY.sign]) as log:
        log.append(numbered(10))
        with monkeypatch.context() as patch:
            patch.setattr(Path, "replace", breaking_at(1, Path.replace))
            with pytest.raises(BrokenOff):
                log.append(numbered(300, 10))
        assert log.append(numbered(5, 10)).root == oracle.mth(numbered(15))
    assert verify_log(tmp_path / "log", TRUST).valid


def test_every_file_is_on_the_disk_before_the_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened: list[str] = []
    path = write(tmp_path / "log", numbered(3))
    replace = Path.replace

    def noted(self: Path, target: Path) -> Path:
        happened.append(target.relative_to(path).as_posix())
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", noted)
    monkeypatch.setattr(os, "fsync", lambda descriptor: happened.append("forced"))
    write(path, numbered(1, 3))
    tiles = [at for at, what in enumerate(happened) if what.startswith("tile/")]
    at = happened.index("checkpoint")
    assert max(tiles) < at
    assert happened[: min(tiles)].count("forced") == len(tiles)  # each file, before it is moved
    assert "forced" in happened[max(tiles) : at]  # the folders, before the checkpoint
    assert happened[-1] == "forced"


def test_two_writers_at_once_are_one_too_many(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with (
        open_log(path, key=KEY.log_key, signers=[KEY.sign]),
        pytest.raises(Unavailable),
        open_log(path, key=KEY.log_key, signers=[KEY.sign]),
    ):
        pass
    write(path, numbered(1))


def test_an_entry_that_is_too_long_leaves_the_batch_out(tmp_path: Path) -> None:
    path = write(tmp_path / "log", numbered(3))
    with pytest.raises(Malformed):
        write(path, [b"fine", b"x" * 65_536])
    assert state_of(path).size == 3
    assert verify_log(path, TRUST).valid


def damaged(path: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    (path / name).write_bytes(change((path / name).read_bytes()))


REFUSED: dict[str, tuple[Callable[[Path], object], str]] = {
    "another key": (
        lambda path: damaged(
            path,
            "checkpoint",
            lambda data: Note.signed(
                Note.parse(data).text, [PrivateKey("ledger.example", bytes(32)).sign]
            ).to_bytes(),
        ),
        "signature_missing",
    ),
    "a changed checkpoint": (
        lambda path: damaged(path, "checkpoint", lambda data: data.replace(b"\n300\n", b"\n299\n")),
        "signature_wrong",
    ),
    "a changed edge": (
        lambda path: damaged(path, "tile/0/001.p/44", lambda data: bytes(len(data))),
        "log_damaged",
    ),
    "a changed last entry": (
        lambda path: damaged(
            path, "tile/entries/001.p/44", lambda data: data.replace(b"299", b"298")
        ),
        "log_damaged",
    ),
    "a missing edge": (lambda path: (path / "tile/1/000.p/1").unlink(), "log_damaged"),
    "a missing checkpoint": (lambda path: (path / "checkpoint").unlink(), "checkpoint_missing"),
}


@pytest.mark.parametrize(("damage", "fault"), REFUSED.values(), ids=REFUSED)
def test_a_log_that_is_not_what_it_was_is_not_continued(
    tmp_path: Path, damage: Callable[[Path], object], fault: str
) -> None:
    path = write(tmp_path / "log", numbered(300))
    damage(path)
    with pytest.raises(Malformed) as told:
        write(path, numbered(1, 300))
    assert told.value.fault == fault


def refused(path: Path, **given_: Any) -> str:
    arguments = {"key": KEY.log_key, "signers": [KEY.sign]} | given_
    with pytest.raises(Malformed) as told, open_log(path, **arguments):
        pass
    return told.value.fault


def test_a_log_that_was_put_back_is_not_continued(tmp_path: Path) -> None:
    old = write(tmp_path / "old", numbered(300))
    new = write(tmp_path / "new", numbered(300), numbered(100, 300))
    other = write(tmp_path / "other", numbered(400, 1))
    known = state_of(new)
    for path, fault in ((old, "rolled_back"), (other, "forked")):
        assert refused(path, known=known) == fault
    assert refused(tmp_path / "none", known=known) == "checkpoint_missing"
    with open_log(new, key=KEY.log_key, signers=[KEY.sign], known=state_of(old)) as log:
        assert log.append(numbered(1, 400)).size == 401


def test_a_checkpoint_put_back_is_noticed_before_anything_is_cleared_away(tmp_path: Path) -> None:
    path = write(tmp_path / "log", numbered(300))
    old = (path / "checkpoint").read_bytes()
    write(path, numbered(400, 300))
    late, known = cosigned(path, 2), state_of(path)
    with open_log(path, key=KEY.log_key, signers=[KEY.sign]) as log:
        log.keep_witnessed(late, WITNESS.witness_key)
        log.append(numbered(1, 700))
    (path / "checkpoint").write_bytes(old)
    assert refused(path, known=known) == "rolled_back"
    assert refused(path, others=[WITNESS.witness_key]) == "rolled_back"
    assert refused(path, known=Checkpoint("other.example", 0, EMPTY_ROOT)) == "other_log"
    assert refused(path) == "log_damaged"  # its partial files have gone
    assert (path / "tile/0/001").exists()
    assert (path / "tile/0/002.p/189").exists()


def test_a_log_that_cannot_be_compared_is_not_continued(tmp_path: Path) -> None:
    path = write(tmp_path / "log", numbered(300))
    known = state_of(path)
    write(path, numbered(300, 300))
    damaged(path, "tile/0/001", lambda data: data[:-1])
    assert refused(path, known=known) == "log_damaged"


def test_a_log_whose_signers_lack_its_own_key_is_not_started(tmp_path: Path) -> None:
    assert refused(tmp_path / "log", signers=[WITNESS.sign]) == "signature_missing"
    assert not (tmp_path / "log/checkpoint").exists()


def cosigned(path: Path, time: int) -> bytes:
    note = LogFolder(path).note()
    return note.with_signatures([WITNESS.witness(time)(note.text)]).to_bytes()


def test_what_a_witness_signed_stays_when_the_log_grows(tmp_path: Path) -> None:
    path = write(tmp_path / "log", numbered(10))
    early = cosigned(path, 1)
    write(path, numbered(10, 10))
    late = cosigned(path, 2)
    kept = f"witness/{WITNESS.witness_key.key_id.hex()}"
    with open_log(path, key=KEY.log_key, signers=[KEY.sign]) as log:
        log.keep_witnessed(early, WITNESS.witness_key)
        assert (path / kept).read_bytes() == early
        log.keep_witnessed(late, WITNESS.witness_key)
        assert LogFolder(path).note().to_bytes() == late
        log.append(numbered(1, 20))
        assert (path / kept).read_bytes() == late
        log.keep_witnessed(early, WITNESS.witness_key)
        assert (path / kept).read_bytes() == late
    answer = verify_log(path, WITNESSED)
    assert answer.valid
    assert [(each.size, each.time) for each in answer.witnesses] == [(20, 2)]


def test_what_a_witness_never_signed_or_saw_otherwise_is_not_kept(tmp_path: Path) -> None:
    path = write(tmp_path / "log", numbered(10))
    other = write(tmp_path / "other", numbered(10, 1))
    later = write(tmp_path / "later", numbered(11))
    with open_log(path, key=KEY.log_key, signers=[KEY.sign]) as log:
        for data, fault in (
            (LogFolder(path).note().to_bytes(), "witness_missing"),
            (cosigned(other, 1), "forked"),
            (cosigned(later, 1), "rolled_back"),
        ):
            with pytest.raises(Malformed) as told:
                log.keep_witnessed(data, WITNESS.witness_key)
            assert told.value.fault == fault
    assert not (path / "witness").exists()


def test_a_damaged_note_of_a_witness_is_named_and_the_log_not_continued(tmp_path: Path) -> None:
    path = write(tmp_path / "log", numbered(10))
    kept = f"witness/{WITNESS.witness_key.key_id.hex()}"
    (path / "witness").mkdir()
    (path / kept).write_bytes(b"no note")
    with (
        pytest.raises(Malformed) as told,
        open_log(path, key=KEY.log_key, signers=[KEY.sign], others=[WITNESS.witness_key]),
    ):
        pass
    assert told.value.file == kept
