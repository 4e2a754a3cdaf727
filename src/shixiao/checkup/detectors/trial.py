"""Trial: one question put to one subject; a screening is all the questions of one kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from shixiao.statistics import Observed
from shixiao.terms import (
    Estimate,
    EvidenceReference,
    Innocent,
    Severity,
    Subject,
    Text,
    significant,
)

TrialKey = tuple[str, str, str]


class Outcome(StrEnum):
    """What became of a trial."""

    FLAGGED = "flagged"
    CLEAR = "clear"
    EXPLAINED = "explained"
    INSUFFICIENT = "insufficient"
    NOT_ASSESSABLE = "not_assessable"


@dataclass(frozen=True, slots=True)
class Trial:
    """One measure of one subject, put to the test.

    Attributes:
        measure: key of the detector's texts.
        subject: of whom.
        estimate: what was seen; its status says whether it may be judged.
        p: chance that an innocent subject would show as much; None for facts and where not judged.
        usual: value of the middle peer, in the unit of the estimate.
        ratio: against the middle peer.
        facts: what else the sentence of the finding needs.
        locator: tells several trials of one measure and subject apart.
        fact: True for a breach of a rule, which needs no p and no peers.
        severity: how grave; None lets the odds ratio decide.
        hits: rows that show it, where the estimate is the share of them among n.
        worth: False when the difference is too small to ask about, however significant.
        observed: log odds of a share or log of a ratio, with its error: what a re-measurement
            compares. Also known of subjects with too few rows to judge; None where a measure has
            no error of its own.
    """

    measure: str
    subject: Subject
    estimate: Estimate
    p: float | None = None
    usual: float | None = None
    ratio: Estimate | None = None
    facts: Mapping[str, Text | str | int | float] = field(default_factory=dict)
    locator: str = ""
    fact: bool = False
    severity: Severity | None = None
    worth: bool = True
    observed: Observed | None = None
    hits: int | None = None

    @property
    def key(self) -> TrialKey:
        """What the finding of this trial would be called by."""
        return (self.measure, f"{self.subject.kind}:{self.subject.id}", self.locator)


Evidence = Mapping[TrialKey, tuple[EvidenceReference, ...]]


def no_explanation(_: Trial) -> tuple[Innocent, ...]:
    """Stand where a trial leaves no room for an innocent explanation."""
    return ()


def no_evidence(_: Sequence[Trial]) -> Evidence:
    """Stand where there is nothing to point at beyond the subject itself."""
    return {}


@dataclass(frozen=True, slots=True)
class Screening:
    """All trials of some measures of one kind.

    Attributes:
        trials: one per subject and measure, the insufficient ones included.
        missing: measure → the table or column without which it cannot be assessed.
        explain: tests the innocent explanations of a trial that stands out.
        evidence: finds rows to look at for the trials that are flagged, all at once.
        kept: (measure, subject) of rules that were looked at and are kept, so that a breach which
            is gone can be told from one that nobody states anything about any more.
    """

    trials: tuple[Trial, ...] = ()
    missing: Mapping[str, Text] = field(default_factory=dict)
    explain: Callable[[Trial], tuple[Innocent, ...]] = no_explanation
    evidence: Callable[[Sequence[Trial]], Evidence] = no_evidence
    kept: tuple[tuple[str, Subject], ...] = ()

    @classmethod
    def lacking(cls, measures: Sequence[str], reason: Text) -> Screening:
        """Say that measures cannot be assessed, and why."""
        return cls(missing=dict.fromkeys(measures, reason))


@dataclass(frozen=True, slots=True)
class Tried:
    """A trial with its verdict: flagged or not, and by which adjusted p."""

    kind: str
    trial: Trial
    outcome: Outcome
    p_adjusted: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the entry of ``tests`` in result.json."""
        return {
            "kind": self.kind,
            "measure": self.trial.measure,
            "subject": {"kind": str(self.trial.subject.kind), "id": self.trial.subject.id},
            "locator": self.trial.locator,
            "status": str(self.outcome),
            "value": significant(self.trial.estimate.value),
            "n": self.trial.estimate.n,
            "usual": significant(self.trial.usual),
            "p": significant(self.trial.p),
            "p_adjusted": significant(self.p_adjusted),
            "observed": _observed_json(self.trial.observed),
        }


def _observed_json(observed: Observed | None) -> dict[str, float | None] | None:
    if observed is None:
        return None
    return {"value": significant(observed.value), "error": significant(observed.error)}
