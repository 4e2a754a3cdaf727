"""What does an appraisal scheme (考核细则) hold? Indicators, each with a weight; nothing is judged.

The hash covers what people contest, names, descriptions and weights, and nothing about the file
that carried them: the same scheme saved again as CSV keeps its hash.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shixiao.seals import sha256_of
from shixiao.terms import Text, significant


@dataclass(frozen=True, slots=True)
class Indicator:
    """One line of a scheme.

    Attributes:
        name: as the scheme writes it.
        description: its explanation and scoring rule; empty where there is none.
        weight: as declared (20 % reads 0.2, 20 points read 20); never negative.
        row: where it stands, counted from the first row below the header.
    """

    name: str
    description: str
    weight: float
    row: int


@dataclass(frozen=True, slots=True)
class Scheme:
    """An appraisal scheme as it was read.

    Attributes:
        file: its name, for messages.
        sha256: of the file.
        indicators: in the order of the file, never empty, with a positive total weight.
        notes: what was left out or taken together while reading.
    """

    file: str
    sha256: str
    indicators: tuple[Indicator, ...]
    notes: tuple[Text, ...] = ()

    @property
    def total(self) -> float:
        """The sum of all weights, in the unit of the scheme."""
        return sum(indicator.weight for indicator in self.indicators)

    @property
    def shares(self) -> tuple[float, ...]:
        """Each weight as a share of the total, in the order of the indicators."""
        total = self.total
        return tuple(indicator.weight / total for indicator in self.indicators)

    @property
    def hash(self) -> str:
        """SHA-256 over names, descriptions and shares: what a round freezes."""
        lines = zip(self.indicators, self.shares, strict=True)
        return sha256_of([[i.name, i.description, significant(share)] for i, share in lines])

    def to_json(self) -> dict[str, Any]:
        """Return what identifies the scheme."""
        return {"file": self.file, "sha256": self.sha256, "hash": self.hash, "total": self.total}
