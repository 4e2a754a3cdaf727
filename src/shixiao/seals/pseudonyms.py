"""Pseudonyms of persons: the same identifier under the same key gives the same pseudonym.

HMAC-SHA-256 (RFC 2104), cut to 128 bits: without the key nobody can try identifiers until one fits.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

BYTES = 16


def pseudonymise(values: pa.Array, *, key: bytes) -> pa.Array:
    """Replace each identifier by its pseudonym (32 hex digits); null stays null."""
    coded = values.cast(pa.string()).dictionary_encode()
    pseudonyms = [_pseudonym(value, key) for value in coded.dictionary.to_pylist()]
    if not pseudonyms:
        return pa.nulls(len(values), pa.string())
    return pc.take(pa.array(pseudonyms, pa.string()), coded.indices)


def _pseudonym(value: str, key: bytes) -> str:
    return hmac.digest(key, value.encode(), hashlib.sha256)[:BYTES].hex()


def person_key(configured: str, *, beside: Path) -> bytes:
    """Return the configured key, or the key file kept beside the stores (made on first use).

    The file is readable by its owner alone; losing it only means that pseudonyms change.
    """
    if configured:
        return configured.encode()
    path = beside / "person.key"
    beside.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_hex(32).encode())
    return path.read_bytes()
