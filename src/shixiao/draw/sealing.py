"""Sealed draws: a commitment now, the draw itself later, as for an inspection without notice.

SHA-256 over a secret nonce and the transcript's canonical JSON: until the nonce is out, nobody can
try transcripts until one fits; afterwards no other transcript fits.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from shixiao.seals import canonical_json
from shixiao.terms import BadInput, Text

NONCE = re.compile(r"[0-9a-f]{64}")


def commit(transcript: Mapping[str, Any], nonce: str) -> str:
    """Return the commitment to a transcript, in hex.

    Raises:
        BadInput: the nonce is not 32 bytes in hex.
    """
    if not NONCE.fullmatch(nonce):
        raise BadInput(
            Text(
                "封存用的随机数应为 64 位十六进制。", "the nonce of a commitment has 64 hex digits"
            )
        )
    return sha256(bytes.fromhex(nonce) + canonical_json(dict(transcript))).hexdigest()


def opens(commitment: str, transcript: Mapping[str, Any], nonce: str) -> bool:
    """Say whether a transcript and nonce are what was committed to."""
    return hmac.compare_digest(commitment.encode(), commit(transcript, nonce).encode())
