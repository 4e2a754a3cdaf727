"""A log's keys, its witness, and logs written in a few words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from shixiao.ledger import PrivateKey, Trust
from shixiao.ledger.store import open_log

KEY = PrivateKey("ledger.example", bytes(range(32)))
WITNESS = PrivateKey("auditor.example", bytes(range(32, 64)))
TRUST = Trust((KEY.log_key,))
WITNESSED = Trust((KEY.log_key,), (WITNESS.witness_key,))


def numbered(count: int, start: int = 0) -> list[bytes]:
    return [b"entry %d" % number for number in range(start, start + count)]


def write(path: Path, *batches: Sequence[bytes]) -> Path:
    with open_log(path, key=KEY.log_key, signers=[KEY.sign]) as log:
        for batch in batches:
            log.append(batch)
    return path
