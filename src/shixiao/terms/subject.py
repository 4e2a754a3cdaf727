"""Subject: what a measure, verdict or finding speaks of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shixiao.terms.text import Text


class SubjectKind(StrEnum):
    """The kinds of subject that CONTRACTS names."""

    SERVICE = "service"
    DEPARTMENT = "department"
    APP = "app"
    SYSTEM = "system"
    DATASET = "dataset"
    CITY = "city"
    LOG = "log"
    EVALUATOR = "evaluator"


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """A named thing that can be evaluated; equality and order go by kind and id."""

    kind: SubjectKind
    id: str
    name: Text

    def to_json(self) -> dict[str, Any]:
        """Return the contract form (CONTRACTS: Subject)."""
        return {"kind": str(self.kind), "id": self.id, "name": self.name.to_json()}
