"""Moving a record through its life: its state and clock change in one place, with their leaf.

Cases, which carry steps, papers and two people, have a moving of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol, TypeVar

from django.db import models, transaction
from django.utils import timezone

from shixiao.terms import Text
from shixiao.workflows.actors import Actor
from shixiao.workflows.clock import due_day
from shixiao.workflows.leaves import put
from shixiao.workflows.lives import Life, Verb
from shixiao.workflows.refusals import CHANGED, Incomplete, Stale

LONGEST = 5_000
REASON = Text("请写明理由，理由将公开。", "Give the reason; it is made public.")
TOO_LONG = Text("文字过长，最多 5 千字。", "The text is too long: 5,000 characters at most.")


class Living(Protocol):
    """A record that has a life; ``version`` counts its changes."""

    code: Any
    state: Any
    version: Any
    entered: Any
    due: Any
    due_rule: Any

    def save(self) -> None:
        """Keep it."""


Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True, slots=True)
class Act:
    """Who acts on a record, when, and which version of it he saw."""

    actor: Actor
    at: datetime
    seen: int


@dataclass(frozen=True, slots=True)
class Term:
    """A period: the rule it goes by, and the day on which it ends; None where it stands still."""

    rule: str
    due: date | None


def locked(row: Row) -> Row:
    """Return the record as it is now, kept from others until the transaction ends."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A record moves within a transaction")
    kept = type(row)._default_manager.select_for_update(of=("self",))
    return kept.get(pk=row.pk)


def check_seen(row: Living, verb: Verb, act: Act) -> None:
    """Refuse an act on what has moved since the person saw it.

    Raises:
        Stale: it has.
    """
    if act.seen != row.version or row.state not in verb.sources:
        raise Stale(CHANGED)


def move(
    row: Living,
    verb: str,
    act: Act,
    life: Life,
    event: str,
    *,
    reason: str = "",
    term: Term | None = None,
    **changed: Any,
) -> None:
    """Carry a verb out on a locked record: state, clock, further fields, and the leaf.

    ``term`` is the period of the new state where it is not simply that of the state's rule.
    """
    was, state = row.state, life.states[life.verbs[verb].to]
    due: date | None = due_day(state.rule, timezone.localdate(act.at))
    row.due_rule, row.due = (state.rule, due) if term is None else (term.rule, term.due)
    row.state, row.entered, due = state.id, act.at, row.due
    touch(row, **changed)
    facts = {"from_state": was, "state": state.id, "due": due.isoformat() if due else None}
    sealed = {"actor": act.actor.account, "reason": reason}
    put(event, row.code, at=act.at, facts=facts, sealed=sealed)


def touch(row: Living, **changed: Any) -> None:
    """Save changed fields, so that pages which were open before are seen to be old."""
    for name, value in changed.items():
        setattr(row, name, value)
    row.version += 1
    row.save()


def needed(text: str, *, field: str, missing: Text = REASON) -> str:
    """Return a text that was given.

    Raises:
        Incomplete: there is none, or too much.
    """
    plain = text.strip()
    if not plain:
        raise Incomplete(missing, field=field)
    if len(plain) > LONGEST:
        raise Incomplete(TOO_LONG, field=field)
    return plain
