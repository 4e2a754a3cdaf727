"""Commitments: a value put on record without being shown, to be shown later or never.

SHA-256 over a random salt and the value's canonical JSON. Without the salt nobody can try values
until one fits; once salt and value are erased, the hash says nothing more, and the tree stands.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from shixiao.ledger.wording import Malformed
from shixiao.seals import canonical_json

SALT_BYTES = 32


def commit(value: Any, *, salt: bytes) -> str:
    """Return the commitment to a value, in hex.

    Raises:
        Malformed: the salt has not 32 bytes, or JSON cannot say the value in one way only.
    """
    if len(salt) != SALT_BYTES:
        raise Malformed("salt")
    check_plain(value)
    return sha256(salt + canonical_json(value)).hexdigest()


def opens(commitment: str, value: Any, *, salt: bytes) -> bool:
    """Say whether a value and its salt are what was committed to."""
    return hmac.compare_digest(commitment, commit(value, salt=salt))


def seal(
    values: Mapping[str, Any], *, draw: Callable[[int], bytes] = secrets.token_bytes
) -> tuple[dict[str, str], dict[str, bytes]]:
    """Commit to each value under a salt of its own; return the commitments and the salts.

    The commitments go into the leaf. The salts are kept beside the values, away from the ledger.
    """
    salts = {name: draw(SALT_BYTES) for name in values}
    return {name: commit(value, salt=salts[name]) for name, value in values.items()}, salts


def check_plain(value: Any) -> None:
    """Refuse what another program might write in another way: fractions, other key types.

    Raises:
        Malformed: there is such a value within.
    """
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise Malformed("value_plain", value=repr(value)[:60])
        for inner in value.values():
            check_plain(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            check_plain(inner)
    elif not (value is None or isinstance(value, str | int)):
        raise Malformed("value_plain", value=repr(value)[:60])
