"""Notes: what a store held at one moment, as counts and hashes, without any of what it held.

A part is a table, or a folder of files. Its hash is the sum of the hashes of its rows, so that it
does not hang on their order, takes no memory, and is the same wherever the same rows stand. It
guards against loss and damage; against somebody who forges rows, the note is signed.
Source: Bellare and Micciancio (1997), A new paradigm for collision-free hashing (sums of hashes).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

from shixiao.terms import BadInput, Text

SCHEMA = "shixiao/backup-note/1"
BYTES = 32
WHOLE = 1 << (8 * BYTES)
NO_NOTE = Text(
    "不是备份时的记录；请用 shixiao probe backup note 写出的文件。",
    "This is no note of a backup; take the file that shixiao probe backup note wrote.",
)


class Tally:
    """Rows of a part, counted and hashed as they come."""

    def __init__(self) -> None:
        self.rows = self._sum = 0

    def add(self, row: bytes) -> None:
        """Count one row."""
        self.rows += 1
        hashed = blake2b(row, digest_size=BYTES).digest()
        self._sum = (self._sum + int.from_bytes(hashed, "big")) % WHOLE

    def part(self) -> Part:
        """Return what was counted."""
        return Part(self.rows, f"{self._sum:0{2 * BYTES}x}")


@dataclass(frozen=True, slots=True)
class Part:
    """A table or folder.

    Attributes:
        rows: how many rows or files.
        hash: over all of them.
    """

    rows: int
    hash: str


@dataclass(frozen=True, slots=True)
class Held:
    """What a store held at one moment.

    Attributes:
        parts: by name.
        objects: name → hash of the definition of an index, constraint, view, trigger or function.
        counters: name → last number that was given out.
        unread: name → why nothing is known of a part.
    """

    parts: Mapping[str, Part]
    objects: Mapping[str, str]
    counters: Mapping[str, int]
    unread: Mapping[str, Text]

    def to_json(self) -> dict[str, Any]:
        """Return plain values that can be signed."""
        return {
            "parts": [
                {"name": name, "rows": part.rows, "hash": part.hash}
                for name, part in sorted(self.parts.items())
            ],
            "objects": [
                {"name": name, "hash": said} for name, said in sorted(self.objects.items())
            ],
            "counters": [
                {"name": name, "value": value} for name, value in sorted(self.counters.items())
            ],
            "unread": [
                {"name": name, "reason": why.to_json()} for name, why in sorted(self.unread.items())
            ],
        }

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Held:
        """Read what ``to_json`` gave.

        Raises:
            KeyError, TypeError, ValueError: it is something else.
        """
        return cls(
            {str(e["name"]): Part(_whole(e["rows"]), str(e["hash"])) for e in data["parts"]},
            {str(each["name"]): str(each["hash"]) for each in data["objects"]},
            {str(each["name"]): int(each["value"]) for each in data["counters"]},
            {str(each["name"]): Text.of(each["reason"]) for each in data["unread"]},
        )


@dataclass(frozen=True, slots=True)
class Note:
    """A store at the time of a backup.

    Attributes:
        kind: of the store; only the same kind can be compared.
        source: what it is called, without any password.
        place: hash of where it is, by which it is told from its copy.
        begun, ended: when.
        before, after: what it held before and after the backup was made; the same where the
            backup was made of that very moment.
        files: hash of each file of the backup, by name; empty where it was not noted.
    """

    kind: str
    source: str
    place: str
    begun: datetime
    ended: datetime
    before: Held
    after: Held
    files: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """Return plain values that can be signed."""
        same = self.before == self.after
        return {
            "schema": SCHEMA,
            "kind": self.kind,
            "source": self.source,
            "place": self.place,
            "begun": self.begun.isoformat(),
            "ended": self.ended.isoformat(),
            "before": self.before.to_json(),
            "after": None if same else self.after.to_json(),
            "files": [{"name": name, "hash": said} for name, said in sorted(self.files.items())],
        }

    @classmethod
    def of(cls, data: Mapping[str, Any], *, file: str) -> Note:
        """Read what ``to_json`` gave.

        Raises:
            BadInput: it is something else.
        """
        try:
            if data["schema"] != SCHEMA:
                raise ValueError(SCHEMA)
            before = Held.of(data["before"])
            note = cls(
                str(data["kind"]),
                str(data["source"]),
                str(data["place"]),
                datetime.fromisoformat(data["begun"]),
                datetime.fromisoformat(data["ended"]),
                before,
                before if data["after"] is None else Held.of(data["after"]),
                {str(each["name"]): str(each["hash"]) for each in data["files"]},
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            raise BadInput(NO_NOTE, file=file) from None
        if note.begun.tzinfo is None or note.ended.tzinfo is None:
            raise BadInput(NO_NOTE, file=file)
        return note


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError("rows")
    return value
