"""ClosingPlan: what is fixed when a case opens, so that nobody waits for a lucky moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from shixiao.checkup.closing.readings import Target
from shixiao.seals import sha256_of
from shixiao.terms import BadInput, Period, Subject, SubjectKind, Text, significant

SCHEMA = "shixiao/closing-plan/1"


class Way(StrEnum):
    """How a case is closed: by later cases, by the register as it stands, or by a field test."""

    NUMBERS = "numbers"
    REGISTER = "register"
    FACT = "fact"
    FIELD_TEST = "field_test"


@dataclass(frozen=True, slots=True)
class ClosingPlan:
    """When and by what a case will be judged.

    Attributes:
        finding: id of the finding.
        target: measure and subject.
        way: how it is closed.
        why: why it needs a field test; None otherwise.
        earlier: the period that the finding rests on.
        corrected_by: the day by which the correction has to be done.
        after: days whose cases are counted; None where a register is read or a field test is due.
        day: first day on which the re-measurement may run; None for a field test.
        wait: days between the correction and the first case that counts.
        settle: days that the last cases get to run their course.
        minimum: fewest rows after the correction.
        volume: rows a day in the earlier period.
        expected: what is expected without any correction, in the unit of the measure.
        improvement: share of it that has to be seen.
        power: chance of seeing it.
        level: of the interval that decides.
        round: 1, and one more for each re-measurement that was not passed.
        peers: subjects that were left alone when the plan was made.
        rules_sha256: hash of the rules.
        code_version: version of the code.
    """

    finding: str
    target: Target
    way: Way
    earlier: Period
    corrected_by: date
    wait: int
    settle: int
    improvement: float
    power: float
    level: float
    round: int
    peers: int
    rules_sha256: str
    code_version: str
    why: Text | None = None
    after: Period | None = None
    day: date | None = None
    minimum: int = 0
    volume: float = 0.0
    expected: float | None = None

    @property
    def by_field_test(self) -> bool:
        """True where numbers can never close the case."""
        return self.way is Way.FIELD_TEST

    @property
    def sha256(self) -> str:
        """Hash of the canonical JSON: what the ledger holds to."""
        return sha256_of(self.to_json())

    def counted(self, corrected: date) -> Period | None:
        """Return the days whose cases count, given when the correction was really done.

        A late correction shortens them: the last of them and the day never move. None when nothing
        is left.
        """
        if self.after is None:
            return None
        first = max(self.after.start, corrected + timedelta(days=self.wait + 1))
        return Period(first, self.after.end) if first <= self.after.end else None

    def to_json(self) -> dict[str, Any]:
        """Return the form that goes on the ledger (its canonical JSON is hashed)."""
        return {
            "schema": SCHEMA,
            "finding": self.finding,
            "kind": self.target.kind,
            "measure": self.target.measure,
            "subject": self.target.subject.to_json(),
            "locator": self.target.locator,
            "way": str(self.way),
            "why": self.why.to_json() if self.why else None,
            "earlier": str(self.earlier),
            "corrected_by": self.corrected_by.isoformat(),
            "after": str(self.after) if self.after else None,
            "day": self.day.isoformat() if self.day else None,
            "wait": self.wait,
            "settle": self.settle,
            "minimum": self.minimum,
            "volume": significant(self.volume),
            "expected": significant(self.expected),
            "improvement": self.improvement,
            "power": self.power,
            "level": self.level,
            "round": self.round,
            "peers": self.peers,
            "rules_sha256": self.rules_sha256,
            "code_version": self.code_version,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ClosingPlan:
        """Read what ``to_json`` wrote.

        Raises:
            BadInput: it is no such plan.
        """
        try:
            if data["schema"] != SCHEMA:
                raise ValueError(data["schema"])
            return cls(**_fields(data))
        except (KeyError, TypeError, ValueError, AttributeError):
            raise BadInput(
                Text(
                    f"复评方案不完整，或不是 {SCHEMA} 格式",
                    f"the closing plan is not complete, or not of the form {SCHEMA}",
                )
            ) from None


AS_IT_STANDS = (
    *("finding", "wait", "settle", "minimum", "volume", "expected", "improvement", "power"),
    *("level", "round", "peers", "rules_sha256", "code_version"),
)


def _fields(data: Mapping[str, Any]) -> dict[str, Any]:
    subject = data["subject"]
    named = Subject(SubjectKind(subject["kind"]), subject["id"], Text.of(subject["name"]))
    return {
        **{name: data[name] for name in AS_IT_STANDS},
        "target": Target(data["kind"], data["measure"], named, data["locator"]),
        "way": Way(data["way"]),
        "why": Text.of(data["why"]) if data["why"] else None,
        "earlier": Period.parse(data["earlier"]),
        "corrected_by": date.fromisoformat(data["corrected_by"]),
        "after": Period.parse(data["after"]) if data["after"] else None,
        "day": date.fromisoformat(data["day"]) if data["day"] else None,
    }
