"""What a witness does: sees that a log only grew since it last looked, and cosigns.

The rules of c2sp.org/tlog-witness without its transport: whoever runs a witness (an auditor, an
archive, an evaluator) keeps the newest checkpoint it cosigned and never signs beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from shixiao.ledger.checkpoint import Checkpoint
from shixiao.ledger.keys import LogKey, PrivateKey
from shixiao.ledger.notes import Note
from shixiao.ledger.tree import EMPTY_ROOT, proves_consistency
from shixiao.ledger.trust import Trust
from shixiao.ledger.wording import Malformed


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
