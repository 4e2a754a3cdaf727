"""What a draw hangs on: tokens, seed and keys, hashes that anybody can compute again.

Every hash is SHA-256 over canonical JSON that begins with the version of the method, so that none
can be taken for a hash of something else. Verifiable selection by a published seed: Calandrino,
Halderman and Felten, In Defense of Pseudorandom Sample Selection (EVT 2008).
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from hashlib import sha256
from json.encoder import encode_basestring as quoted

from shixiao.seals import canonical_json, sha256_of

VERSION = "shixiao-draw/1"  # of the method, in every hash
SCHEMA = "shixiao/draw/1"  # of the transcript
ONE = 1 << 53  # probabilities are whole multiples of 1 / ONE, which sum to exactly one


def seed_of(root: str, *, announced: str, head: str, tag: str = "") -> str:
    """Return the seed, in hex: nobody knows it before the announced value is out.

    Args:
        root: of the frozen pool, published before ``announced`` is known.
        announced: a public value named in advance, as the closing numbers of two lotteries.
        head: the root of the ledger after the pool was frozen.
        tag: tells draws apart that share all of this.
    """
    return sha256_of([VERSION, "seed", tag, root, announced, head])


def below(limit: int, seed: str, tag: str, *purpose: str) -> int:
    """Return a whole number below ``limit``, all equally likely but for ``limit`` in 2^256.

    Args:
        limit: 1 or more.
        seed: of the draw.
        tag: of the draw.
        purpose: what the number is for: lottery, start, or reserve with its number.
    """
    digest = sha256(canonical_json([VERSION, tag, seed, *purpose])).digest()
    return int.from_bytes(digest) * limit >> 256


def ranker(seed: str, tag: str) -> Callable[[str], bytes]:
    """Return the function by which tokens are ranked: the hash for the purpose rank, token."""
    head = canonical_json([VERSION, tag, seed, "rank", ""])[:-3]  # all but the empty token

    def rank(token: str) -> bytes:
        return sha256(head + quoted(token).encode() + b"]").digest()

    return rank


def own_salt(salt: str, identifier: str) -> str:
    """Return a person's own salt (HMAC-SHA-256, RFC 2104): given to her, it opens no other."""
    return hmac.digest(salt.encode(), identifier.encode(), "sha256").hex()


def token_of(identifier: str, salt: str | None) -> str:
    """Return what stands for a person in what is published: the id, or its salted hash.

    Anybody who holds the id and ``own_salt`` can check it: SHA-256 over salt and id.
    """
    if salt is None:
        return identifier
    return sha256((own_salt(salt, identifier) + identifier).encode()).hexdigest()
