"""What a check of a log or a receipt found, for people and as JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from shixiao.ledger.checkpoint import Checkpoint
from shixiao.ledger.notes import to_base64
from shixiao.ledger.wording import Malformed, remedy, says
from shixiao.terms import Text

SCHEMA = "shixiao/ledger/1"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong.

    Attributes:
        fault: id in ``data/faults.yaml``.
        text: what is wrong.
        file: where, as a path below the log or the name of the file that was given.
        entry: number of the entry concerned, from 0.
    """

    fault: str
    text: Text
    file: str | None = None
    entry: int | None = None

    @classmethod
    def of(
        cls, fault: str, *, file: str | None = None, entry: int | None = None, **values: object
    ) -> Fault:
        """Make a fault from its id and what fills the braces of its sentence."""
        return cls(fault, says(fault, **values), file, entry)

    @classmethod
    def from_problem(cls, problem: Malformed, *, file: str | None = None) -> Fault:
        """Take over what a parser said."""
        return cls(problem.fault, problem.said, problem.file or file)

    @property
    def do(self) -> Text:
        """What to do about it."""
        return remedy(self.fault)

    @property
    def whole(self) -> Text:
        """Place, fault and remedy in one line."""
        zh, en = [], []
        if self.file is not None:
            zh.append(self.file)
            en.append(self.file)
        if self.entry is not None:
            zh.append(f"第 {self.entry} 号条目")
            en.append(f"entry {self.entry}")
        return Text(
            "，".join(zh) + ("：" if zh else "") + f"{self.text.zh}{self.do.zh}",
            ", ".join(en) + (": " if en else "") + f"{self.text.en} {self.do.en}",
        )

    def to_json(self) -> dict[str, Any]:
        """Return the fault as JSON."""
        return {
            "fault": self.fault,
            "file": self.file,
            "entry": self.entry,
            "text": self.text.to_json(),
            "do": self.do.to_json(),
        }


@dataclass(frozen=True, slots=True)
class Witnessed:
    """What a witness attests: the newest size it cosigned, and when (seconds since 1970)."""

    name: str
    size: int
    time: int

    @property
    def when(self) -> str:
        """The time in UTC, or the bare number where the calendar ends."""
        try:
            return datetime.fromtimestamp(self.time, UTC).isoformat().replace("+00:00", "Z")
        except (ValueError, OverflowError, OSError):
            return str(self.time)

    def to_json(self) -> dict[str, Any]:
        """Return the attestation as JSON."""
        return {"name": self.name, "size": self.size, "time": self.when}


@dataclass(slots=True)
class Answer:
    """What was checked and what came of it; valid when no fault was found.

    Attributes:
        checkpoint: the state that was checked, when one could be read.
        faults: what is wrong, at most ``MOST_FAULTS`` of it.
        remarks: what a reader should know though it is no fault.
        witnesses: what each given witness attests.
        index: of a receipt, the number of its entry.
        entry: of a receipt that holds, the entry.
    """

    checkpoint: Checkpoint | None = None
    faults: list[Fault] = field(default_factory=list)
    remarks: list[Text] = field(default_factory=list)
    witnesses: list[Witnessed] = field(default_factory=list)
    index: int | None = None
    entry: bytes | None = None

    @property
    def valid(self) -> bool:
        """Nothing is wrong."""
        return not self.faults

    @property
    def why(self) -> Text | None:
        """The first fault in one line, or None."""
        return self.faults[0].whole if self.faults else None

    def to_json(self) -> dict[str, Any]:
        """Return the contract form ``{"valid", "size", "root", "why", …}``."""
        state = self.checkpoint
        return {
            "schema": SCHEMA,
            "valid": self.valid,
            "origin": state.origin if state else None,
            "size": state.size if state else None,
            "root": to_base64(state.root) if state else None,
            "why": self.why.to_json() if self.why else None,
            "faults": [fault.to_json() for fault in self.faults],
            "remarks": [remark.to_json() for remark in self.remarks],
            "witnesses": [witness.to_json() for witness in self.witnesses],
            "index": self.index,
            "entry": self.entry.decode(errors="replace") if self.entry is not None else None,
        }
