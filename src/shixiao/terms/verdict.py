"""Verdict and Severity: what the measures of one subject amount to."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from shixiao.terms.subject import Subject
from shixiao.terms.text import Text


class Severity(StrEnum):
    """How grave a finding is, gravest first."""

    VETO = "veto"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer for one subject, with the grounds it stands on and the evidence it lacks.

    ``verdict`` is the id of a verdict text that is kept as data; ``grounds`` are the sentences
    that led to it; ``missing`` names every table or column that would have allowed more.
    """

    subject: Subject
    verdict: str
    text: Text
    grounds: tuple[Text, ...] = ()
    missing: tuple[Text, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the contract form (CONTRACTS: evaluate, ``verdicts``)."""
        return {
            "subject": self.subject.to_json(),
            "verdict": self.verdict,
            "text": self.text.to_json(),
            "grounds": [ground.to_json() for ground in self.grounds],
            "missing": [text.to_json() for text in self.missing],
            **self.details,
        }
