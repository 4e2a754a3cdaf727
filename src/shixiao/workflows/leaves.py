"""Leaves: what happened goes on record in the transaction in which it happens, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from shixiao.ledger import Leaf, seal, vocabulary
from shixiao.records.models import Account, LeafRow, SealedValue


def put(
    event: str,
    subject: str,
    *,
    at: datetime,
    facts: Mapping[str, Any] | None = None,
    sealed: Mapping[str, Any] | None = None,
) -> LeafRow:
    """Write the leaf of an event; the sequencer puts it into the tree.

    Args:
        event: id in the audit vocabulary.
        subject: code of the record that it happened to.
        at: when.
        facts: open fields; empty ones are left out.
        sealed: fields of which the leaf carries a commitment only; an account stands for its id.

    Raises:
        Malformed: the vocabulary does not allow it; then nothing of the transaction stays.
        RuntimeError: there is no transaction to belong to.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("A leaf belongs to the transaction of what it records")
    values = {name: _plain(value) for name, value in (sealed or {}).items() if value}
    commitments, salts = seal(values)
    shown = {name: value for name, value in (facts or {}).items() if value not in (None, "", [])}
    leaf = Leaf(event, at, subject, shown, commitments)
    row = LeafRow.objects.create(event=event, subject=subject, at=at, entry=leaf.to_bytes())
    SealedValue.objects.bulk_create(
        SealedValue(leaf=row, field=name, value=value, salt=salts[name].hex())
        for name, value in values.items()
    )
    return row


def put_known(
    event: str,
    subject: str,
    *,
    at: datetime,
    facts: Mapping[str, Any],
    sealed: Mapping[str, Any],
) -> LeafRow:
    """Write a leaf with those of the fields that the event knows."""
    known = set(vocabulary().events[event].fields)
    return put(
        event,
        subject,
        at=at,
        facts={name: value for name, value in facts.items() if name in known},
        sealed={name: value for name, value in sealed.items() if name in known},
    )


def _plain(value: Any) -> Any:
    return str(value.pk) if isinstance(value, Account) else value
