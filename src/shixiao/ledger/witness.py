"""What a witness does: sees that a log only grew since it last looked, and cosigns.

The rules of c2sp.org/tlog-witness, except that the witness comes to the log: whoever runs a witness
(an auditor, an archive, an evaluator) keeps the newest checkpoint it cosigned, fetches what proves
that the log only grew since, and never signs beside it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from shixiao.ledger.checkpoint import Checkpoint
from shixiao.ledger.keys import LogKey, PrivateKey
from shixiao.ledger.notes import LARGEST_NOTE, Note
from shixiao.ledger.reaching import Read, checkpoint_at
from shixiao.ledger.tiles import Tiles
from shixiao.ledger.trust import Trust
from shixiao.ledger.wording import Malformed
from shixiao.seals.tree import EMPTY_ROOT, consistency_proof, proves_consistency


def cosign(
    data: bytes,
    *,
    log: LogKey,
    last: Checkpoint | None,
    proof: Sequence[bytes],
    key: PrivateKey,
    now: datetime,
) -> Note:
    """Return the checkpoint with the witness's line below it.

    The caller must have kept the new checkpoint, durably, before it hands the note out.

    Args:
        data: checkpoint note of the log.
        log: the log's public key.
        last: the newest checkpoint of this log that the witness cosigned, if any.
        proof: consistency proof from there.
        key: private key of the witness.
        now: the time that the cosignature states.

    Raises:
        Malformed: the log did not sign it, or it does not follow from the last one. In the latter
            case the note is evidence and should be kept.
    """
    note = Note.parse(data)
    new = Trust((log,)).check(note)
    before = last or Checkpoint(new.origin, 0, EMPTY_ROOT)
    if before.origin != new.origin:
        raise Malformed("other_log", origin=new.origin, expected=before.origin)
    if before.size > new.size:
        raise Malformed("rolled_back", size=new.size, known=before.size)
    if not proves_consistency(before.size, before.root, new.size, new.root, proof):
        raise Malformed("forked", known=before.size)
    return note.with_signatures([key.witness(int(now.timestamp()))(note.text)])


def visit(read: Read, *, log: LogKey, state: Path, key: PrivateKey, now: datetime) -> Note:
    """Look at a log, prove that it only grew since the last visit, remember it, and cosign it.

    Args:
        read: gives the files of the log.
        log: the log's public key.
        state: file in which the witness keeps the newest checkpoint that it cosigned.
        key: private key of the witness.
        now: the time that the cosignature states.

    Raises:
        Malformed: the log does not follow from what the witness remembers, or is damaged.
        FileNotFoundError: a file that the proof needs is missing.
    """
    data = checkpoint_at(read)
    new = Trust((log,)).check(Note.parse(data))
    last = _remembered(state, key)
    proof = []
    if last is not None and 0 < last.size < new.size:
        proof = consistency_proof(last.size, new.size, Tiles(read, new.size).subtree)
    note = cosign(data, log=log, last=last, proof=proof, key=key, now=now)
    _remember(state, note.to_bytes())
    return note


def _remembered(state: Path, key: PrivateKey) -> Checkpoint | None:
    """Return what the witness last cosigned, checked by its own signature; None at first."""
    if not state.exists():
        return None
    with state.open("rb") as file:
        return Trust((), (key.witness_key,)).remembered(
            file.read(LARGEST_NOTE + 1), file=state.name
        )


def _remember(state: Path, data: bytes) -> None:
    """Keep a checkpoint, forced to the disk before it takes the place of the one before."""
    beside = state.with_name(f".{state.name}.new")
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(state)
    descriptor = os.open(state.absolute().parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
