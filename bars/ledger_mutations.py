"""Logs that were tampered with, in every way that the ledger promises to notice.

A specimen is a log of some hundred entries, cosigned by a witness who keeps its own copy of the
newest checkpoint. Each mutation leaves files that differ from the true ones; to leave out an
earlier partial file, which a log may clear away at any time, is none.
"""

from __future__ import annotations

import random
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from shixiao.ledger import Checkpoint, Note, PrivateKey, Trust, cosign, verify_log
from shixiao.ledger.growth import Edge
from shixiao.ledger.store import open_log
from shixiao.ledger.tiles import cut_entries, join_entries

Files = dict[str, bytes]

LOG = PrivateKey("ledger.example", bytes(range(32)))
WITNESS = PrivateKey("auditor.example", bytes(range(32, 64)))
TRUST = Trust((LOG.log_key,), (WITNESS.witness_key,))
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
BATCHES = (300, 297, 40, 41, 22)  # ends of batches leave partial tiles of earlier checkpoints
KINDS = ("flip", "delete", "insert", "reorder", "truncate", "rollback", "fork", "sign anew")


@dataclass(frozen=True, slots=True)
class Specimen:
    """A log on the disk, its true files, and what the witness remembers."""

    path: Path
    files: Files
    entries: tuple[bytes, ...]
    remembered: bytes
    earlier: Files


def specimen(path: Path, rng: random.Random, batches: Sequence[int] = BATCHES) -> Specimen:
    """Build a log in an empty folder."""
    entries = [b"%d %s" % (n, rng.randbytes(rng.randrange(1, 60))) for n in range(sum(batches))]
    earlier: Files = {}
    with open_log(path, key=LOG.log_key, signers=[LOG.sign], others=TRUST.witnesses) as log:
        at = 0
        for batch in batches:
            log.append(entries[at : at + batch])
            at += batch
            if at < len(entries):
                earlier = files_in(path)
        data = log.now.note.to_bytes()
        note = cosign(data, log=LOG.log_key, last=None, proof=(), key=WITNESS, now=NOW)
        log.keep_witnessed(note.to_bytes(), WITNESS.witness_key)
    return Specimen(path, files_in(path), tuple(entries), note.to_bytes(), earlier)


def files_in(path: Path) -> Files:
    """Read a folder."""
    return {
        file.relative_to(path).as_posix(): file.read_bytes()
        for file in sorted(path.rglob("*"))
        if file.is_file()
    }


@contextmanager
def put_in_place(specimen: Specimen, files: Files) -> Iterator[None]:
    """Show other files in the folder for a while."""
    changed = {n for n in files | specimen.files if files.get(n) != specimen.files.get(n)}
    for name in changed:
        _write(specimen.path / name, files.get(name))
    try:
        yield
    finally:
        for name in changed:
            _write(specimen.path / name, specimen.files.get(name))


def _write(path: Path, data: bytes | None) -> None:
    if data is None:
        path.unlink()
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def is_noticed(specimen: Specimen, files: Files) -> bool:
    """Say whether the offline check with the witness refuses these files."""
    with put_in_place(specimen, files):
        since = [("kept by the witness", specimen.remembered)]
        return not verify_log(specimen.path, TRUST, since=since).valid


def mutated(specimen: Specimen, kind: str, rng: random.Random) -> Files:
    """Return the files of the log after one random mutation of a kind."""
    while True:
        files = _MUTATIONS[kind](specimen, rng)
        if files != specimen.files:
            return files


def _flip(true: Specimen, rng: random.Random) -> Files:
    """Flip one bit somewhere."""
    name = rng.choice(list(true.files))
    data = bytearray(true.files[name])
    at = rng.randrange(len(data) * 8)
    data[at // 8] ^= 1 << at % 8
    return true.files | {name: bytes(data)}


def _delete(true: Specimen, rng: random.Random) -> Files:
    """Leave out an entry, in its bundle or throughout, or a whole file."""
    if rng.random() < 0.2:
        name = rng.choice(_needed(true))
        return {n: data for n, data in true.files.items() if n != name}
    if rng.random() < 0.5:
        at = rng.randrange(len(true.entries))
        return _unsigned(true, [*true.entries[:at], *true.entries[at + 1 :]])
    name, entries = _some_bundle(true, rng)
    del entries[rng.randrange(len(entries))]
    return true.files | {name: join_entries(entries)}


def _insert(true: Specimen, rng: random.Random) -> Files:
    """Put a new entry somewhere, in its bundle or throughout."""
    new = rng.randbytes(rng.randrange(40))
    if rng.random() < 0.5:
        at = rng.randrange(len(true.entries) + 1)
        return _unsigned(true, [*true.entries[:at], new, *true.entries[at:]])
    name, entries = _some_bundle(true, rng)
    entries.insert(rng.randrange(len(entries) + 1), new)
    return true.files | {name: join_entries(entries)}


def _reorder(true: Specimen, rng: random.Random) -> Files:
    """Exchange two entries, in their bundle or throughout, or two files."""
    choice = rng.random()
    if choice < 0.3:
        one, other = rng.sample(_needed(true), 2)
        return true.files | {one: true.files[other], other: true.files[one]}
    if choice < 0.6:
        entries = list(true.entries)
        one, other = rng.sample(range(len(entries)), 2)
        entries[one], entries[other] = entries[other], entries[one]
        return _unsigned(true, entries)
    name, entries = _some_bundle(true, rng)
    rng.shuffle(entries)
    return true.files | {name: join_entries(entries)}


def _truncate(true: Specimen, rng: random.Random) -> Files:
    """Cut a file short, or the log."""
    if rng.random() < 0.5:
        return _unsigned(true, true.entries[: rng.randrange(len(true.entries))])
    name = rng.choice([name for name in true.files if name.startswith("tile/")])
    data = true.files[name]
    return true.files | {name: data[: rng.randrange(len(data))]}


def _rollback(true: Specimen, rng: random.Random) -> Files:
    """Put an older state back, which the log itself once signed and a witness may have seen."""
    if rng.random() < 0.2:
        return true.files | {"checkpoint": true.earlier["checkpoint"]}
    files = _signed(true.entries[: rng.randrange(len(true.entries))], LOG)
    if rng.random() < 0.5:
        note = Note.parse(files["checkpoint"])
        files["checkpoint"] = note.with_signatures([WITNESS.witness(1)(note.text)]).to_bytes()
    return files


def _fork(true: Specimen, rng: random.Random) -> Files:
    """Sign a second history with the log's own key, as only its operator can."""
    entries = list(true.entries)
    entries[rng.randrange(len(entries))] = rng.randbytes(12)
    entries += [rng.randbytes(9) for _ in range(rng.choice([0, 0, 1, 300]))]
    files = _signed(entries, LOG)
    choice = rng.random()
    if choice < 0.3:  # the witness's line is carried over
        new, old = Note.parse(files["checkpoint"]), Note.parse(true.files["checkpoint"])
        files["checkpoint"] = new.with_signatures(old.signatures[1:]).to_bytes()
    elif choice < 0.6:  # what the witness signed is shown as an earlier state
        files[f"witness/{WITNESS.witness_key.key_id.hex()}"] = true.files["checkpoint"]
    return files


def _sign_anew(true: Specimen, rng: random.Random) -> Files:
    """Change log or checkpoint, and sign with a key of the same name, or not at all."""
    other = PrivateKey(LOG.name, rng.randbytes(32))
    entries = list(true.entries)
    entries[rng.randrange(len(entries))] = rng.randbytes(12)
    if rng.random() < 0.5:
        return _signed(entries, other)
    note = Note.parse(true.files["checkpoint"])
    state = Checkpoint.parse(note.text)
    wrong = rng.choice(
        [
            Checkpoint(state.origin, state.size + rng.choice([-1, 1]), state.root),
            Checkpoint(state.origin, state.size, rng.randbytes(32)),
            Checkpoint(f"{state.origin}2", state.size, state.root),
            Checkpoint(state.origin, state.size, state.root, (b64encode(b"more").decode(),)),
        ]
    )
    return true.files | {"checkpoint": Note(wrong.text, note.signatures).to_bytes()}


def _needed(true: Specimen) -> list[str]:
    """Name the files that the present checkpoint asks for."""
    there = Edge().grown(true.entries)[1]
    return [name.path for name, _ in there]


def _some_bundle(true: Specimen, rng: random.Random) -> tuple[str, list[bytes]]:
    name = rng.choice([name for name in _needed(true) if name.startswith("tile/entries/")])
    return name, cut_entries(true.files[name])[0]


def _unsigned(true: Specimen, entries: Sequence[bytes]) -> Files:
    """Rewrite every tile for other entries, below the checkpoint that was signed."""
    return _signed(entries, LOG) | {"checkpoint": true.files["checkpoint"]}


def _signed(entries: Sequence[bytes], key: PrivateKey) -> Files:
    edge, files = Edge().grown(entries)
    note = Note.signed(Checkpoint(LOG.name, edge.size, edge.root).text, [key.sign])
    return {name.path: data for name, data in files} | {"checkpoint": note.to_bytes()}


_MUTATIONS = {
    "flip": _flip,
    "delete": _delete,
    "insert": _insert,
    "reorder": _reorder,
    "truncate": _truncate,
    "rollback": _rollback,
    "fork": _fork,
    "sign anew": _sign_anew,
}
