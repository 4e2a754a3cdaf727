"""存证: an append-only log that nobody can quietly rewrite, and its offline check.

RFC 6962 tree in the file formats of C2SP (tlog-tiles, tlog-checkpoint, signed-note,
tlog-cosignature, tlog-proof). ``shixiao.ledger.store`` writes logs and needs a POSIX system; all
that is named here only reads and computes.
"""

from shixiao.ledger.answer import Answer, Fault, Witnessed
from shixiao.ledger.checkpoint import Checkpoint
from shixiao.ledger.commitments import commit, opens, seal
from shixiao.ledger.folder import LogFolder, Snapshot
from shixiao.ledger.keys import LogKey, PrivateKey, WitnessKey, parse_vkey
from shixiao.ledger.leaf import Leaf
from shixiao.ledger.notes import Note, NoteKey, Sign, Signature
from shixiao.ledger.receipts import Receipt
from shixiao.ledger.sm2 import Sm2Key, Sm2PrivateKey
from shixiao.ledger.trust import Trust
from shixiao.ledger.verify import verify_log, verify_receipt
from shixiao.ledger.vocabulary import vocabulary, vocabulary_page
from shixiao.ledger.witness import cosign
from shixiao.ledger.wording import Malformed

__all__ = [
    "Answer",
    "Checkpoint",
    "Fault",
    "Leaf",
    "LogFolder",
    "LogKey",
    "Malformed",
    "Note",
    "NoteKey",
    "PrivateKey",
    "Receipt",
    "Sign",
    "Signature",
    "Sm2Key",
    "Sm2PrivateKey",
    "Snapshot",
    "Trust",
    "WitnessKey",
    "Witnessed",
    "commit",
    "cosign",
    "opens",
    "parse_vkey",
    "seal",
    "verify_log",
    "verify_receipt",
    "vocabulary",
    "vocabulary_page",
]
