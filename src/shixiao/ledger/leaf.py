"""Leaves: what the log says happened, as one canonical JSON object.

A leaf names its event, the time, the subject, facts that are open, and commitments to everything
that is personal or confidential (``sealed``). What an event must and may carry is laid down in the
vocabulary; a field that stands there as sealed can never be written openly.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from shixiao.ledger.commitments import check_plain
from shixiao.ledger.tiles import LARGEST_ENTRY
from shixiao.ledger.vocabulary import vocabulary
from shixiao.ledger.wording import Malformed
from shixiao.seals import canonical_json

VERSION = 1
KEYS = {"at", "event", "facts", "sealed", "subject", "v"}
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One entry of our log.

    Attributes:
        event: id of the event in the vocabulary, ``subject.verb``.
        at: when it happened; stored to the second, in UTC.
        subject: id of the record it happened to; its kind follows from the event.
        facts: open fields.
        sealed: commitments by field, in hex; see ``commitments.seal``.
    """

    event: str
    at: datetime
    subject: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    sealed: Mapping[str, str] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        """Check the leaf against the vocabulary and write it as the bytes that are hashed.

        Raises:
            Malformed: the vocabulary does not know the event, a field is missing, unknown or
                open though it is to be sealed, or the leaf is longer than 65,535 bytes.
        """
        self._check()
        data = canonical_json(
            {
                "at": _written(self.at),
                "event": self.event,
                "facts": dict(self.facts),
                "sealed": dict(self.sealed),
                "subject": self.subject,
                "v": VERSION,
            }
        )
        if len(data) > LARGEST_ENTRY:
            raise Malformed("entry_too_long", most=LARGEST_ENTRY, size=len(data))
        return data

    def _check(self) -> None:
        event = vocabulary().events.get(self.event)
        if event is None:
            raise Malformed("leaf_event", event=self.event[:60])
        if self.at.tzinfo is None or not self.subject:
            raise Malformed("leaf_form")
        for name in event.required:
            if name not in self.facts and name not in self.sealed:
                raise Malformed("leaf_missing", event=self.event, field=name)
        for name in (*self.facts, *self.sealed):
            if name not in event.fields:
                raise Malformed("leaf_unknown", event=self.event, field=name[:60])
        for name, value in self.facts.items():
            if vocabulary().fields[name].sealed:
                raise Malformed("leaf_open", event=self.event, field=name)
            check_plain(value)
        if not all(_DIGEST.fullmatch(digest) for digest in self.sealed.values()):
            raise Malformed("leaf_form")

    @classmethod
    def from_bytes(cls, data: bytes) -> Leaf:
        """Read a leaf, also of an event that only a later vocabulary knows.

        Raises:
            Malformed: the bytes are not the canonical form of a leaf.
        """
        try:
            value = json.loads(data)
            canonical = canonical_json(value)
        except (ValueError, RecursionError):
            raise Malformed("leaf_form") from None
        if canonical != data or not _is_leaf(value):
            raise Malformed("leaf_form")
        at = _read(value["at"])
        if at is None:
            raise Malformed("leaf_form")
        return cls(value["event"], at, value["subject"], value["facts"], value["sealed"])


def _is_leaf(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == KEYS
        and value["v"] == VERSION
        and all(isinstance(value[key], str) for key in ("at", "event", "subject"))
        and all(isinstance(value[key], dict) for key in ("facts", "sealed"))
        and all(isinstance(d, str) and _DIGEST.fullmatch(d) for d in value["sealed"].values())
    )


def _written(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"


def _read(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is UTC and _written(at) == text else None
