"""Codes of decisions: the receipt number and the query code that a person gets with a decision.

Both follow from a key of the site, the system and the number of the decision, so that a delivery
that is sent again is answered the same, and neither has to be kept to be checked. A query code that
went astray is replaced by the next turn. Forty bits each and a limit on tries stop guesses; several
decisions may share a receipt number, the query code tells them apart.
"""

from __future__ import annotations

import hmac
from functools import cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings

from shixiao.records.models import LoggedDecision
from shixiao.seals import key_file, read_code, short_code

CODE_BYTES = 5


@cache
def _key() -> bytes:
    return key_file(Path(settings.SITE.data) / "keys" / "decisions")


def receipt_of(system: str, number: str) -> str:
    """Return the receipt number of a decision."""
    return _made("receipt", system, number)


def query_of(system: str, number: str, turn: int) -> str:
    """Return the query code of a decision."""
    return _made(f"query/{turn}", system, number)


def found(receipt: str, query: str) -> LoggedDecision | None:
    """Return the decision under a receipt number whose query code fits; None where none does."""
    code, typed = read_code(receipt), read_code(query)
    if code is None or typed is None:
        return None
    rows = LoggedDecision.objects.filter(code=code).select_related("system__department", "cell")
    fitting = [
        row
        for row in rows
        if hmac.compare_digest(query_of(row.system.identifier, row.number, row.turn), typed)
    ]
    return fitting[0] if fitting else None


def _made(purpose: str, system: str, number: str) -> str:
    said = f"{purpose}\x1f{system}\x1f{number}".encode()
    return short_code(hmac.digest(_key(), said, sha256)[:CODE_BYTES])
