"""Readings: what one evaluation saw of every subject, as far as a re-measurement needs it.

They are read from a result (CONTRACTS: evaluate), so that a stored result and a fresh evaluation go
the same way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from shixiao.checkup.detectors.trial import Outcome
from shixiao.statistics import Observed
from shixiao.terms import BadInput, Period, Subject, SubjectKind, Text

SubjectKey = tuple[str, str]
"""Kind and id of a subject."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a case is about: one measure of one subject, as a finding names it."""

    kind: str
    measure: str
    subject: Subject
    locator: str = ""

    @property
    def key(self) -> SubjectKey:
        """Kind and id of the subject."""
        return (str(self.subject.kind), self.subject.id)

    @classmethod
    def of_finding(cls, finding: Mapping[str, Any]) -> Target:
        """Take it from a finding of a result."""
        subject = finding["subject"]
        named = Subject(SubjectKind(subject["kind"]), subject["id"], Text.of(subject["name"]))
        return cls(finding["kind"], finding["measure"], named, finding["locator"])


@dataclass(frozen=True, slots=True)
class Reading:
    """One measure of one subject in one period.

    Attributes:
        n: rows behind it.
        value: in the unit of the measure; None where it is undefined.
        observed: the same on the scale that is compared, with its error.
        flagged: True where a finding was made of it.
    """

    n: int
    value: float | None = None
    observed: Observed | None = None
    flagged: bool = False


Question = tuple[str, str, str]  # kind, measure, locator


@dataclass(frozen=True, slots=True)
class Readings:
    """What one evaluation saw.

    Attributes:
        rules_sha256: hash of the rules it went by.
        code_version: version of the code that made it.
        window: days in which what it looked at began; None for everything.
        last_day: last day that the whole evidence speaks of; None where nothing has a date.
        site_day: last day up to which a site's own records are known; None where none were used.
        tests: (kind, measure, locator) → subject → reading.
        kept: (kind, measure) → subjects that were looked at and keep a rule of fact.
        missing: (kind, measure) → what would have been needed.
    """

    rules_sha256: str
    code_version: str
    window: Period | None
    last_day: date | None
    tests: Mapping[Question, Mapping[SubjectKey, Reading]]
    kept: Mapping[tuple[str, str], frozenset[SubjectKey]] = field(default_factory=dict)
    missing: Mapping[tuple[str, str], Text] = field(default_factory=dict)
    site_day: date | None = None

    def of(self, target: Target) -> Mapping[SubjectKey, Reading]:
        """Return the readings of all subjects for what a case is about."""
        return self.tests.get((target.kind, target.measure, target.locator), {})

    def assessed(self, target: Target) -> bool:
        """True where somebody stated enough to tell whether the subject keeps the rule of fact."""
        if target.key in self.kept.get((target.kind, target.measure), frozenset()):
            return True
        return any(
            target.key in found
            for (kind, measure, _), found in self.tests.items()
            if (kind, measure) == (target.kind, target.measure)
        )

    @classmethod
    def of_result(cls, result: Mapping[str, Any]) -> Readings:
        """Take them from a result.

        Raises:
            BadInput: the result was written by a version that did not keep what is needed.
        """
        try:
            return cls(
                rules_sha256=result["rules"]["hash"],
                code_version=result["code_version"],
                window=Period.parse(result["window"]) if result["window"] else None,
                last_day=date.fromisoformat(result["last_day"]) if result["last_day"] else None,
                tests=_tests(result["tests"]),
                kept=_kept(result["kept"]),
                missing={
                    (kind, measure): Text.of(entry["reason"])
                    for entry in result["not_assessable"]
                    for kind, _, measure in (entry["measure"].partition("."),)
                    if measure
                },
                site_day=_site_day(result.get("site_rows")),
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            raise BadInput(
                Text(
                    "评估结果缺少复评所需的内容；请用现在的版本重新评估",
                    "the result lacks what a re-measurement needs; evaluate again with this "
                    "version",
                )
            ) from None


def _site_day(told: Mapping[str, Any] | None) -> date | None:
    return date.fromisoformat(told["day"]) if told and told["day"] else None


def _tests(entries: list[dict[str, Any]]) -> dict[Question, dict[SubjectKey, Reading]]:
    found: dict[Question, dict[SubjectKey, Reading]] = {}
    for entry in entries:
        observed = entry["observed"]
        question = (entry["kind"], entry["measure"], entry["locator"])
        found.setdefault(question, {})[_key(entry["subject"])] = Reading(
            n=int(entry["n"]),
            value=entry["value"],
            observed=Observed(observed["value"], observed["error"]) if observed else None,
            flagged=entry["status"] == Outcome.FLAGGED,
        )
    return found


def _kept(entries: list[dict[str, Any]]) -> dict[tuple[str, str], frozenset[SubjectKey]]:
    found: dict[tuple[str, str], set[SubjectKey]] = {}
    for entry in entries:
        found.setdefault((entry["kind"], entry["measure"]), set()).add(_key(entry["subject"]))
    return {question: frozenset(subjects) for question, subjects in found.items()}


def _key(subject: Mapping[str, str]) -> SubjectKey:
    return (subject["kind"], subject["id"])
