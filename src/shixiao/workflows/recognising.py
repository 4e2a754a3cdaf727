"""Recognising: of what a receipt number or a code is that somebody has in hand.

Whoever brought several things has several slips, and every page asks for its own. One field takes
them all. What a number is of says nothing about anybody; what it leads to still asks for the query
code.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple

from django.db.models import QuerySet

from shixiao.records.models import (
    Case,
    DecisionMatter,
    HearingSeat,
    LeafRow,
    LoggedDecision,
    Objection,
    Participant,
    Voice,
)
from shixiao.seals import read_code
from shixiao.workflows.query_codes import query_hash

ENTERED = "case.entered"


class Kind(StrEnum):
    """What can be followed."""

    MATTER = "matter"
    REPORT = "report"
    OBJECTION = "objection"
    DECISION = "decision"
    CONSULTATION = "consultation"
    PARTICIPATION = "participation"
    SEAT = "seat"
    CASE = "case"
    RECEIPT = "receipt"


class Recognised(NamedTuple):
    """What a number is of; ``about`` is the code of the record that its page needs."""

    kind: Kind
    number: str
    about: str = ""


def recognise(text: str) -> Recognised | None:
    """Return what a number is of; None where it is mistyped or nothing of the site is known by it.

    Numbers of one kind may by chance be those of another: what a person follows goes first.
    """
    code = read_code(text)
    if code is None:
        return None
    for kind, rows in _records(code).items():
        if rows.exists():
            return Recognised(kind, code, code)
    for kind, rows in _of_consultations(code).items():
        matter = rows.values_list("matter__code", flat=True).first()
        if matter is not None:
            return Recognised(kind, code, matter)
    event = LeafRow.objects.filter(code=code).values_list("event", flat=True).first()
    if event is None:
        return None
    return Recognised(Kind.REPORT if event == ENTERED else Kind.RECEIPT, code, code)


def _records(code: str) -> dict[Kind, QuerySet[Any]]:
    """Return where records lie that are known by a code of their own."""
    return {
        Kind.MATTER: Voice.objects.filter(code=code),
        Kind.OBJECTION: Objection.objects.filter(code=code),
        Kind.DECISION: LoggedDecision.objects.filter(code=code),
        Kind.CONSULTATION: DecisionMatter.objects.filter(code=code),
        Kind.CASE: Case.objects.filter(code=code, published__isnull=False),
    }


def _of_consultations(code: str) -> dict[Kind, QuerySet[Any]]:
    """Return where those lie who take part in a consultation or a hearing."""
    return {
        Kind.SEAT: HearingSeat.objects.filter(code=code),
        Kind.PARTICIPATION: Participant.objects.filter(query_hash=query_hash(code)),
    }
