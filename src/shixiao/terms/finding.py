"""Finding: a claim about one subject that a person can be held to, opened by numbers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from shixiao.terms.estimate import Estimate, significant
from shixiao.terms.subject import Subject
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
class Finding:
    """A finding keyed by (measure, subject, locator): a re-run updates it, never doubles it."""

    kind: str
    measure: str
    subject: Subject
    locator: str
    severity: Severity
    estimate: Estimate
    rule: str
    evidence: tuple[EvidenceReference, ...] = ()
    p: float | None = None
    p_adjusted: float | None = None

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
            "p": significant(self.p),
            "p_adjusted": significant(self.p_adjusted),
            "estimate": self.estimate.to_json(),
            "rule": self.rule,
            "evidence": [reference.to_json() for reference in self.evidence],
        }
