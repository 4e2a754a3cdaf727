"""Finding: a claim about one subject that a person can be held to, opened by numbers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from shixiao.terms.estimate import Estimate, significant
from shixiao.terms.subject import Subject
from shixiao.terms.text import Text
from shixiao.terms.verdict import Severity


@dataclass(frozen=True, slots=True)
class EvidenceReference:
    """Where the evidence for a number lies: a table, the keys of its rows, and the input's hash."""

    table: str
    keys: tuple[str, ...]
    sha256: str

    def to_json(self) -> dict[str, Any]:
        """Return ``{"table", "keys", "sha256"}``."""
        return {"table": self.table, "keys": list(self.keys), "sha256": self.sha256}


@dataclass(frozen=True, slots=True)
class Innocent:
    """An innocent explanation that was tested.

    Attributes:
        id: names the explanation in the data of the detector.
        text: what was tested and what came out.
        explains: True when it accounts for what was seen; then there is no finding.
    """

    id: str
    text: Text
    explains: bool

    def to_json(self) -> dict[str, Any]:
        """Return ``{"id", "text", "explains"}``."""
        return {"id": self.id, "text": self.text.to_json(), "explains": self.explains}


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding keyed by (measure, subject, locator): a re-run updates it, never doubles it.

    Attributes:
        kind: one of the kinds of CONTRACTS.
        measure: what was measured.
        subject: of whom it speaks.
        locator: tells findings of one measure and subject apart; "" where there is but one.
        severity: how grave.
        estimate: what was seen, with its interval and n.
        rule: id of the rule that sets the threshold.
        lead: True for a statistical flag (线索), which no verdict follows from; False for a fact.
        name: the kind in words.
        text: the claim in one sentence.
        p: chance that an innocent subject would show as much; None for a fact.
        p_adjusted: the same within the family of all subjects of the kind.
        usual: the value of the middle peer, in the unit of the estimate.
        ratio: against the middle peer (odds ratio or rate ratio).
        articles: the law it rests on, in words.
        innocents: innocent explanations that were tested.
        disproof: what would prove the finding wrong.
        evidence: rows to look at.
    """

    kind: str
    measure: str
    subject: Subject
    locator: str
    severity: Severity
    estimate: Estimate
    rule: str
    lead: bool
    name: Text
    text: Text
    disproof: Text
    p: float | None = None
    p_adjusted: float | None = None
    usual: float | None = None
    ratio: Estimate | None = None
    articles: tuple[Text, ...] = ()
    innocents: tuple[Innocent, ...] = ()
    evidence: tuple[EvidenceReference, ...] = ()

    @property
    def key(self) -> tuple[str, str, str]:
        """(measure, subject, locator): what makes two runs speak of the same finding."""
        return (self.measure, f"{self.subject.kind}:{self.subject.id}", self.locator)

    @property
    def id(self) -> str:
        """A short stable name made from the key (first 16 hex digits of its SHA-256)."""
        return hashlib.sha256("\x1f".join(self.key).encode()).hexdigest()[:16]

    def to_json(self) -> dict[str, Any]:
        """Return the contract form (CONTRACTS: evaluate, ``findings``)."""
        return {
            "id": self.id,
            "kind": self.kind,
            "measure": self.measure,
            "subject": self.subject.to_json(),
            "locator": self.locator,
            "severity": str(self.severity),
            "lead": self.lead,
            "name": self.name.to_json(),
            "text": self.text.to_json(),
            "p": significant(self.p),
            "p_adjusted": significant(self.p_adjusted),
            "n": self.estimate.n,
            "estimate": self.estimate.to_json(),
            "usual": significant(self.usual),
            "ratio": self.ratio.to_json() if self.ratio else None,
            "rule": self.rule,
            "articles": [article.to_json() for article in self.articles],
            "innocents": [innocent.to_json() for innocent in self.innocents],
            "disproof": self.disproof.to_json(),
            "evidence": [reference.to_json() for reference in self.evidence],
        }
