"""The matrix of a dataset: every control of its grade, who answers for it, what is proven today.

"Not tested" never reads as "passed": a control without evidence is a gap, and evidence that is too
old is one too. A failed test outweighs an older passed one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from shixiao.sharing.lifecycle.controls import Control, controls
from shixiao.terms import Text

SOON = 0.8  # of its time: from then on evidence is to be renewed


class CellState(StrEnum):
    """How a control stands."""

    MET = "met"
    RENEW = "renew"
    EXPIRED = "expired"
    FAILED = "failed"
    MISSING = "missing"
    NOT_REQUIRED = "not_required"


STATES = {
    CellState.MET: (Text("已证实", "proven"), "green"),
    CellState.RENEW: (Text("临近到期", "to be renewed"), "amber"),
    CellState.EXPIRED: (Text("证据过期", "evidence too old"), "red"),
    CellState.FAILED: (Text("不符合", "failed"), "red"),
    CellState.MISSING: (Text("没有证据", "no evidence"), "red"),
    CellState.NOT_REQUIRED: (Text("本级别不要求", "not required"), "grey"),
}
GAPS = {CellState.EXPIRED, CellState.FAILED, CellState.MISSING}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was seen of a control.

    Attributes:
        control: id of the control.
        day: when it was looked at.
        passed: what came out.
        said: in one sentence.
        reference: where the proof is kept, such as a hash.
        until: last day on which it counts by its own words, such as the end of a contract; it
            never counts for longer than its control allows.
    """

    control: str
    day: date
    passed: bool
    said: Text
    reference: str = ""
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """A control of a dataset as it stands today.

    Attributes:
        control: what has to be.
        state: how it stands.
        responsible: who answers for it; "" where nobody is named, which is a gap of its own.
        evidence: the newest that counts; None for none.
        valid_until: last day on which it counts.
    """

    control: Control
    state: CellState
    responsible: str
    evidence: Evidence | None
    valid_until: date | None

    @property
    def gap(self) -> bool:
        """True where something is to be done: nothing proves it, or nobody answers for it."""
        required = self.state is not CellState.NOT_REQUIRED
        return self.state in GAPS or (required and not self.responsible)


def matrix(
    grade: str,
    evidence: Iterable[Evidence],
    *,
    responsible: Mapping[str, str],
    today: date,
) -> tuple[Cell, ...]:
    """Return the cells of a dataset, stage by stage.

    Args:
        grade: of the dataset; "" where it is not graded, which needs everything.
        evidence: all that was seen; only the newest of each control counts.
        responsible: id of a control, or of a stage → who answers for it.
        today: by which evidence grows old.
    """
    newest: dict[str, Evidence] = {}
    for each in sorted(evidence, key=lambda e: (e.day, not e.passed)):
        if each.day <= today:
            newest[each.control] = each
    return tuple(
        _cell(control, grade, newest.get(control.id), responsible, today) for control in controls()
    )


def _cell(
    control: Control,
    grade: str,
    seen: Evidence | None,
    responsible: Mapping[str, str],
    today: date,
) -> Cell:
    who = responsible.get(control.id) or responsible.get(control.stage.value, "")
    if not control.required(grade):
        return Cell(control, CellState.NOT_REQUIRED, who, seen, None)
    if seen is None:
        return Cell(control, CellState.MISSING, who, None, None)
    until = last_day(control, seen)
    return Cell(control, _state(seen, until, today), who, seen, until)


def last_day(control: Control, seen: Evidence) -> date:
    """Return the last day on which evidence of a control counts."""
    most = seen.day + timedelta(days=control.days)
    return most if seen.until is None else min(most, seen.until)


def _state(seen: Evidence, until: date, today: date) -> CellState:
    if not seen.passed:
        return CellState.FAILED
    if today > until:
        return CellState.EXPIRED
    long, age = (until - seen.day).days, (today - seen.day).days
    return CellState.RENEW if age > SOON * long else CellState.MET
