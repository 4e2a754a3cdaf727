"""Saying: what whoever holds receipt number and query code does with the own matter.

Nobody can keep the person from saying that it is not solved.
"""

from __future__ import annotations

import hmac
from datetime import datetime

from django.db import transaction

from shixiao.records.models import Voice
from shixiao.seals import read_code
from shixiao.workflows import moving
from shixiao.workflows.actors import NOBODY
from shixiao.workflows.moving import Act
from shixiao.workflows.query_codes import query_hash
from shixiao.workflows.voices.handling import reopen
from shixiao.workflows.voices.linking import part
from shixiao.workflows.voices.moving import Said, go


def found(number: str, query: str) -> Voice | None:
    """Return the matter under a receipt number whose query code fits; None where none does."""
    code, typed = read_code(number), read_code(query)
    rows = Voice.objects.select_related("department", "lead")
    row = rows.filter(code=code).first() if code else None
    kept = row.query_hash if row else "-"
    fits = hmac.compare_digest(kept, query_hash(typed) if typed else "")
    return row if row is not None and fits else None


@transaction.atomic
def solved(row: Voice, *, at: datetime) -> Voice:
    """Say that it is solved; it is closed.

    Raises:
        Stale: there is no reply to judge.
    """
    held = moving.locked(row)
    go(held, "solve", _own(held, at), Said())
    return held


@transaction.atomic
def not_solved(row: Voice, reason: str, *, at: datetime) -> Voice:
    """Say that it is not solved: it is handled again, or a rating that was left out judged anew.

    Raises:
        Stale: it is being handled already, or was closed more than 60 days ago (HND-07).
        Incomplete: nothing is said of what is missing.
    """
    held = moving.locked(row)
    reopen(held, _own(held, at), reason[: moving.LONGEST])
    return held


@transaction.atomic
def withdraw(row: Voice, *, at: datetime) -> Voice:
    """Take it back.

    Raises:
        Stale: it has ended.
    """
    held = moving.locked(row)
    go(held, "withdraw", _own(held, at), Said())
    return held


def differ(row: Voice, reason: str, *, at: datetime) -> Voice:
    """Say that the own case differs from those that it is handled with: it is taken out.

    Raises:
        Stale: it is handled by itself already.
        Incomplete: nothing is said of how.
    """
    return part(row, Act(NOBODY, at, row.version), reason=reason, own=True)


def _own(held: Voice, at: datetime) -> Act:
    return Act(NOBODY, at, held.version)
