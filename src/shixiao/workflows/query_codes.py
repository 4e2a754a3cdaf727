"""Query codes: who holds one follows a matter without an account; the hash of it alone is kept."""

from __future__ import annotations

from hashlib import sha256


def query_hash(code: str) -> str:
    """Return the hash of a query code; its forty random bits and a limit on tries stop guesses."""
    return sha256(f"query:{code}".encode()).hexdigest()
