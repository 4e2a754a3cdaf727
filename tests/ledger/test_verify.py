"""What the offline check says: which file, which entry, what was done, what to do."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bars.ledger_mutations import files_in
from shixiao.ledger import (
    Checkpoint,
    LogFolder,
    Malformed,
    Note,
    PrivateKey,
    Trust,
    verify_log,
)
from shixiao.ledger import verify as verify_module
from shixiao.ledger.growth import Edge
from shixiao.ledger.tiles import join_entries, split_entries
from shixiao.ledger.wording import faults
from tests.ledger.cast import KEY, TRUST, WITNESS, WITNESSED, numbered, write
from tests.ledger.test_store import cosigned, damaged

ROOT = Path(__file__).parents[2]
SIZE = 65_536 + 700

Said = list[tuple[str, str | None, int | None]]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log with three levels of tiles."""
    path = tmp_path_factory.mktemp("large") / "log"
    path.mkdir()
    edge, files = Edge().grown(numbered(SIZE))
    for name, data in files:
        (path / name.path).parent.mkdir(parents=True, exist_ok=True)
        (path / name.path).write_bytes(data)
    state = Checkpoint(KEY.name, edge.size, edge.root)
    (path / "checkpoint").write_bytes(Note.signed(state.text, [KEY.sign]).to_bytes())
    return path


@pytest.fixture
def log(large: Path) -> Iterator[Path]:
    """The large log; what a test did to it is undone (a copy has hundreds of files)."""
    true = files_in(large)
    yield large
    left = files_in(large)
    for name, data in true.items():
        if left.get(name) != data:
            (large / name).parent.mkdir(parents=True, exist_ok=True)
            (large / name).write_bytes(data)


def said(path: Path, trust: Trust = TRUST, **given: list[tuple[str, bytes]]) -> Said:
    answer = verify_log(path, trust, **given)
    assert answer.valid == (answer.faults == [])
    for fault in answer.faults:
        assert fault.whole.zh
        assert fault.whole.en
    return [(fault.fault, fault.file, fault.entry) for fault in answer.faults]


def entries(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[bytes], bytes]:
    return lambda data: join_entries(change(split_entries(data)))


def flipped(at: int) -> Callable[[bytes], bytes]:
    return lambda data: data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def test_a_whole_log_is_whole(log: Path) -> None:
    assert said(log) == []
    answer = verify_log(log, TRUST)
    assert answer.checkpoint == LogFolder(log).now().checkpoint
    assert answer.why is None


BUNDLE = "tile/entries/100"  # entries 25,600 to 25,855
TOUCHED: dict[str, tuple[str, Callable[[bytes], bytes], Said]] = {
    "an entry changed": (
        BUNDLE,
        entries(lambda es: [*es[:7], b"other", *es[8:]]),
        [("entry_changed", BUNDLE, 25_607)],
    ),
    "an entry deleted": (
        BUNDLE,
        entries(lambda es: es[:7] + es[8:]),
        [("entry_deleted", BUNDLE, 25_607)],
    ),
    "the last entry of a bundle deleted": (
        BUNDLE,
        entries(lambda es: es[:-1]),
        [("entry_deleted", BUNDLE, 25_855)],
    ),
    "an entry inserted": (
        BUNDLE,
        lambda data: join_entries([*split_entries(data)[:7], b"new", *split_entries(data)[7:]]),
        [("entry_inserted", BUNDLE, 25_607)],
    ),
    "two entries exchanged": (
        BUNDLE,
        entries(lambda es: [*es[:7], es[9], es[8], es[7], *es[10:]]),
        [("entry_reordered", BUNDLE, 25_607)],
    ),
    "a bundle cut within an entry": (
        BUNDLE,
        lambda data: data[:-1],
        [("bundle_form", BUNDLE, None)],
    ),
    "bytes after the last entry": (
        BUNDLE,
        lambda data: data + b"\xff",
        [("bundle_form", BUNDLE, None)],
    ),
    "the last entry of all changed": (
        "tile/entries/258.p/188",
        entries(lambda es: [*es[:-1], b"other"]),
        [("entry_changed", "tile/entries/258.p/188", SIZE - 1)],
    ),
    "a tile of leaves changed": (
        "tile/0/100",
        flipped(7),
        [("tile_changed", "tile/0/100", None)],
    ),
    "a tile of leaves cut": (
        "tile/0/100",
        lambda data: data[:-1],
        [("tile_length", "tile/0/100", None)],
    ),
    "a full tile above changed": (
        "tile/1/000",
        flipped(100 * 32),
        [("tile_changed", "tile/1/000", None)],
    ),
    "the edge of the leaves changed": (
        "tile/0/258.p/188",
        flipped(0),
        [("tile_changed", "tile/0/258.p/188", None)],
    ),
    "an edge above changed": (
        "tile/1/001.p/2",
        flipped(0),
        [("tile_changed", "tile/1/001.p/2", None)],
    ),
    "the topmost edge changed": (
        "tile/2/000.p/1",
        flipped(0),
        [("tile_changed", "tile/2/000.p/1", None)],
    ),
}


@pytest.mark.parametrize(("file", "change", "expected"), TOUCHED.values(), ids=TOUCHED)
def test_what_was_touched_is_named_and_nothing_else(
    log: Path, file: str, change: Callable[[bytes], bytes], expected: Said
) -> None:
    damaged(log, file, change)
    assert said(log) == expected


MISSING: dict[str, Said] = {
    BUNDLE: [("bundle_missing", BUNDLE, 25_600)],
    "tile/0/100": [("tile_missing", "tile/0/100", None)],
    "tile/1/000": [("tile_missing", "tile/1/000", None)],
    "tile/2/000.p/1": [("tile_missing", "tile/2/000.p/1", None)],
    "tile/0/258.p/188": [("tile_missing", "tile/0/258.p/188", None)],
    "checkpoint": [("checkpoint_missing", "checkpoint", None)],
}


@pytest.mark.parametrize(("file", "expected"), MISSING.items())
def test_a_missing_file_is_named(log: Path, file: str, expected: Said) -> None:
    (log / file).unlink()
    assert said(log) == expected


def test_an_entry_changed_along_with_its_hash_shows_as_a_branch(log: Path) -> None:
    damaged(log, BUNDLE, entries(lambda es: [*es[:7], b"other", *es[8:]]))
    damaged(
        log,
        "tile/0/100",
        lambda data: Edge().grown(split_entries((log / BUNDLE).read_bytes()))[1][1][1],
    )
    assert said(log) == [("branch_changed", "tile/0/100", None)]


def test_two_edges_changed_at_once_are_both_named(log: Path) -> None:
    damaged(log, "tile/0/258.p/188", flipped(5))
    damaged(log, "tile/1/001.p/2", flipped(5))
    assert said(log) == [
        ("tile_changed", "tile/0/258.p/188", None),
        ("tile_changed", "tile/1/001.p/2", None),
    ]


def test_a_log_rewritten_below_its_checkpoint_gets_no_benefit_of_doubt(tmp_path: Path) -> None:
    path = write(tmp_path / "log", numbered(700))
    other = write(tmp_path / "other", numbered(350), [b"x"], numbered(349, 351))
    shutil.copy(path / "checkpoint", other / "checkpoint")
    assert said(other)[0] == ("root_differs", "checkpoint", None)


def test_a_list_of_faults_ends_somewhere_and_says_so(log: Path) -> None:
    shutil.rmtree(log / "tile/entries")
    answer = verify_log(log, TRUST)
    assert len(answer.faults) == verify_module.MOST_FAULTS
    assert [remark.en for remark in answer.remarks] == [
        "Only the first 20 faults are listed. Check again once they are mended."
    ]


def test_a_signed_size_beyond_reason_is_answered_at_once(tmp_path: Path) -> None:
    path = write(tmp_path / "log", numbered(3))
    state = Checkpoint(KEY.name, 2**62 + 5, bytes(32))
    (path / "checkpoint").write_bytes(Note.signed(state.text, [KEY.sign]).to_bytes())
    assert said(path)[0] == ("root_differs", "checkpoint", None)


def test_who_signed_decides(tmp_path: Path) -> None:
    path = write(tmp_path / "log", numbered(3))
    stranger = PrivateKey("ledger.example", bytes(32)).log_key
    assert said(path, Trust((stranger,))) == [("signature_missing", "checkpoint", None)]
    assert said(path, Trust((stranger, KEY.log_key))) == []
    damaged(path, "checkpoint", lambda data: data.replace(b"\n3\n", b"\n4\n"))
    assert said(path) == [("signature_wrong", "checkpoint", None)]


def test_a_checkpoint_of_another_log_under_the_same_key_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "log", numbered(3))
    state = LogFolder(path).now().checkpoint
    moved = Checkpoint("other.example", state.size, state.root)
    (path / "checkpoint").write_bytes(Note.signed(moved.text, [KEY.sign]).to_bytes())
    assert said(path) == [("other_log", "checkpoint", None)]


def test_a_rollback_shows_against_an_earlier_checkpoint_or_a_receipt(tmp_path: Path) -> None:
    path = write(tmp_path / "log", numbered(300))
    old = {name: (path / name).read_bytes() for name in ("checkpoint",)}
    write(path, numbered(50, 300))
    now = LogFolder(path).now()
    receipt, kept = now.receipt(320).to_bytes(), now.note.to_bytes()
    assert said(path, since=[("kept", kept)], receipts=[("r", receipt)]) == []
    (path / "checkpoint").write_bytes(old["checkpoint"])
    assert said(path) == []
    assert len(verify_log(path, TRUST).remarks) == 1
    assert said(path, since=[("kept", kept)]) == [("rolled_back", "kept", None)]
    assert said(path, receipts=[("r", receipt)]) == [("rolled_back", "r", None)]


def test_a_log_may_grow_while_it_is_checked(tmp_path: Path) -> None:
    path = write(tmp_path / "log", numbered(200))
    seen = (path / "checkpoint").read_bytes()
    write(path, numbered(100, 200))
    assert not (path / "tile/0/000.p").exists()
    (path / "checkpoint").write_bytes(seen)
    assert said(path) == []
    damaged(path, "tile/entries/000", entries(lambda es: [*es[:7], b"other", *es[8:]]))
    assert said(path) == [("entry_changed", "tile/entries/000.p/200", 7)]
    damaged(path, "tile/entries/000", lambda data: data[:90])
    assert [fault for fault, _, _ in said(path)] == ["entry_changed"]
    damaged(path, "tile/0/000", lambda data: data[:90])
    assert [fault for fault, _, _ in said(path)] == ["root_differs", "tile_length"]


def test_a_fork_shows_against_an_earlier_checkpoint_a_witness_or_a_receipt(tmp_path: Path) -> None:
    path = write(tmp_path / "log", numbered(300))
    kept, witnessed = LogFolder(path).note().to_bytes(), cosigned(path, 1)
    receipt = LogFolder(path).now().receipt(7).to_bytes()
    fork = write(tmp_path / "fork", numbered(7), [b"other"], numbered(392, 8))
    assert said(fork) == []
    assert said(fork, since=[("kept", kept)]) == [("forked", "kept", None)]
    assert said(fork, receipts=[("r", receipt)]) == [
        ("forked", "r", None),
        ("receipt_elsewhere", "r", 7),
    ]
    assert said(fork, WITNESSED) == [("witness_missing", "checkpoint", None)]
    (fork / "witness").mkdir()
    (fork / "witness/note").write_bytes(witnessed)
    assert said(fork, WITNESSED) == [("forked", "witness/note", None)]


def test_a_witness_may_be_the_only_one_to_have_signed_what_a_reader_kept(tmp_path: Path) -> None:
    path = write(tmp_path / "log", numbered(30))
    note = LogFolder(path).note()
    alone = Note(note.text, (WITNESS.witness(5)(note.text),)).to_bytes()
    (path / "witness").mkdir()
    (path / "witness/a").write_bytes(alone)
    assert said(path, WITNESSED, since=[("kept", alone)]) == []
    with pytest.raises(Malformed) as told:
        verify_log(path, TRUST, since=[("kept", alone)])
    assert told.value.file == "kept"


def test_what_a_reader_kept_of_another_log_is_told(tmp_path: Path) -> None:
    path = write(tmp_path / "log", numbered(30))
    other = Checkpoint("other.example", 3, bytes(32))
    kept = Note.signed(other.text, [WITNESS.witness(5)]).to_bytes()
    (path / "checkpoint").write_bytes(cosigned(path, 5))
    assert said(path, WITNESSED, since=[("kept", kept)]) == [("other_log", "kept", None)]


def test_a_wrong_line_of_a_witness_is_a_fault_and_a_strange_one_is_not(tmp_path: Path) -> None:
    path = write(tmp_path / "log", numbered(30))
    note = LogFolder(path).note()
    wrong = WITNESS.witness(5)("another text\n")
    (path / "checkpoint").write_bytes(note.with_signatures([wrong]).to_bytes())
    assert said(path) == []
    assert said(path, WITNESSED) == [
        ("signature_wrong", "checkpoint", None),
        ("witness_missing", "checkpoint", None),
    ]


def test_what_lies_in_the_folder_of_witnesses_must_be_of_this_log(tmp_path: Path) -> None:
    path = write(tmp_path / "log", numbered(30))
    (path / "witness/folder").mkdir(parents=True)
    (path / "witness/a").write_bytes(b"no note")
    other = Checkpoint("other.example", 3, bytes(32))
    (path / "witness/b").write_bytes(Note.signed(other.text, [WITNESS.witness(5)]).to_bytes())
    assert said(path) == [
        ("note_unsigned", "witness/a", None),
        ("other_log", "witness/b", None),
    ]


def test_files_of_earlier_checkpoints_must_agree_with_the_present(tmp_path: Path) -> None:
    path = write(tmp_path / "log", numbered(20), numbered(20, 20))
    assert said(path) == []
    damaged(path, "tile/0/000.p/20", flipped(3))
    damaged(path, "tile/entries/000.p/20", lambda data: data[:-1])
    assert said(path) == [
        ("earlier_partial", "tile/0/000.p/20", None),
        ("earlier_partial", "tile/entries/000.p/20", None),
    ]


def test_files_that_belong_to_no_checkpoint_are_remarked_upon(tmp_path: Path) -> None:
    path = write(tmp_path / "log", numbered(20))
    (path / "tile/0/note.txt").write_text("hello", "utf-8")
    (path / "tile/0/005").write_bytes(bytes(8192))
    write(path, numbered(1, 20))
    assert (path / "tile/0/note.txt").exists()
    (path / "tile/0/005").write_bytes(bytes(8192))
    answer = verify_log(path, TRUST)
    assert answer.valid
    assert ["tile/0/note.txt" in remark.en for remark in answer.remarks] == [False, True]


def test_a_damaged_list_of_keys_is_a_fault_though_nothing_hangs_on_it(tmp_path: Path) -> None:
    path = write(tmp_path / "log", numbered(20))
    for data in (b"", b"name+00000000+AAAA\n", b"\xff\n", KEY.log_key.vkey.encode()):
        (path / "vkeys").write_bytes(data)
        assert said(path) == [("vkeys_damaged", "vkeys", None)]
    (path / "vkeys").unlink()
    assert said(path) == []


def test_a_bad_receipt_is_told_beside_the_log(tmp_path: Path) -> None:
    path = write(tmp_path / "log", numbered(20))
    receipt = LogFolder(path).now().receipt(5).to_bytes()
    wrong = receipt.replace(b"index 5", b"index 6")
    assert said(path, receipts=[("a", wrong), ("b", b"?"), ("c", receipt)]) == [
        ("receipt_wrong", "a", None),
        ("receipt_form", "b", None),
    ]


def test_keys_are_given_in_their_places() -> None:
    log_key, witness_key = KEY.log_key.vkey, WITNESS.witness_key.vkey
    trust = Trust.parse([log_key], [witness_key])
    assert trust == WITNESSED
    for keys, witnesses, fault in (
        ([witness_key], [], "key_of_witness"),
        ([log_key], [log_key], "key_of_log"),
        (["?"], [], "vkey"),
    ):
        with pytest.raises(Malformed) as told:
            Trust.parse(keys, witnesses)
        assert told.value.fault == fault


def test_every_fault_is_worded_and_every_wording_is_used() -> None:
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "src/shixiao/ledger").glob("*.py"))
    assert [name for name in faults() if f'"{name}"' not in code] == []
    for entry in faults().values():
        assert set(entry) == {"says", "do"}
        for text in entry.values():
            assert set(text) == {"zh", "en"}
            holes = [sorted(re.findall(r"{\w+}", wording)) for wording in text.values()]
            assert holes[0] == holes[1]
