"""Entries of the ledger in words, for lists and for files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from shixiao.checkup.report.cells import Cell
from shixiao.exports import Sheet
from shixiao.ledger import Checkpoint, Leaf, LogFolder, Malformed, vocabulary
from shixiao.ledger.folder import CHECKPOINT
from shixiao.ledger.notes import to_base64
from shixiao.records.models import LeafRow
from shixiao.terms import Text
from shixiao.web.shell.pages import moment, say, t

SORTS: Mapping[str, Sequence[str]] = {
    "number": ("position", "id"),
    "time": ("at", "id"),
    "event": ("event", "id"),
    "subject": ("subject", "id"),
}
COLUMNS: tuple[tuple[Text, str, bool], ...] = (
    (Text("回执编号", "Receipt"), "", False),
    (Text("序号", "Number"), "number", True),
    (Text("事件", "Event"), "event", False),
    (Text("对象编号", "Subject"), "subject", False),
    (Text("时间", "Time"), "time", False),
)
PENDING = Text("入账中", "pending")


@dataclass(frozen=True, slots=True)
class State:
    """The newest checkpoint in words; ``origin`` is the name of the log."""

    origin: str
    size: int
    root: str


def state_of(folder: LogFolder) -> State | None:
    """Return the newest checkpoint; None before the log was started."""
    if not (folder.path / CHECKPOINT).exists():
        return None
    checkpoint: Checkpoint = folder.now().checkpoint
    return State(checkpoint.origin, checkpoint.size, to_base64(checkpoint.root))


def log_name() -> str:
    """Return the name of the log, as its checkpoints carry it."""
    return str(settings.SITE.origin)


def event_name(event: str) -> str:
    """Return an event in words; a later version's as it stands."""
    known = vocabulary().events.get(event)
    return say(known.name) if known else event


def cells(row: LeafRow) -> tuple[Cell, ...]:
    """Return one row of the list of entries."""
    return (
        Cell(row.code, href=reverse("receipt", args=[row.code])),
        Cell(say(PENDING) if row.position is None else f"{row.position:,}"),
        Cell(event_name(row.event)),
        Cell(row.subject),
        Cell(moment(row.at)),
    )


def sheet(rows: Iterable[LeafRow]) -> Sheet:
    """Return entries as a table to keep."""
    names = {event.id: event.name for event in vocabulary().events.values()}
    heads = (
        *(column[0] for column in COLUMNS[:2]),
        Text("事件代号", "Event id"),
        *(column[0] for column in COLUMNS[2:]),
        Text("原文", "Entry"),
    )
    return Sheet(
        "ledger",
        heads,
        [
            (
                row.code,
                "" if row.position is None else row.position,
                row.event,
                names[row.event].zh if row.event in names else "",
                row.subject,
                row.at.isoformat(),
                bytes(row.entry).decode(),
            )
            for row in rows
        ],
    )


@dataclass(frozen=True, slots=True)
class Said:
    """What an entry says: event in words, when, on what."""

    event: str
    at: datetime
    subject: str


def said_by(entry: bytes) -> Said | None:
    """Return an entry in words; None where it is no entry of this vocabulary."""
    try:
        leaf = Leaf.from_bytes(entry)
    except Malformed:
        return None
    return Said(event_name(leaf.event), leaf.at, leaf.subject)


def verdict(valid: bool) -> str:
    """Return the answer of a check in one sentence."""
    if valid:
        return t(
            "收据成立：它所载的条目在账本中，与签名时一字不差。",
            "The receipt holds: its entry stands in the ledger exactly as it was signed.",
        )
    return t(
        "收据不成立，不能作为凭据。", "The receipt does not hold and cannot serve as evidence."
    )
