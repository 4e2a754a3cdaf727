"""What is known of a table when its grade is suggested.

Source: GB/T 43697-2024 on the elements of grading: field (领域), group (群体), region (区域),
precision (精度), scale (规模), depth (深度), coverage (覆盖度), importance (重要性).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

POSITIONS = frozenset({"longitude", "latitude", "coordinates"})


@dataclass(frozen=True, slots=True)
class Held:
    """A column: what it is called, what is written about it, and the kind of what it holds."""

    name: str
    kind: str | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """A table as grading sees it.

    Attributes:
        name: of the table.
        columns: its columns.
        comment: what is written about it: with the names, the field and importance.
        persons: how many persons or organisations it speaks of (scale); None where unknown.
        regions: division codes that were seen in it, at most two digits each for a province, four
            for a city, six for a county (region and coverage).
    """

    name: str
    columns: Sequence[Held]
    comment: str = ""
    persons: int | None = None
    regions: frozenset[str] = frozenset()

    @property
    def kinds(self) -> frozenset[str]:
        """Kinds of its columns (depth: how many sides of one person are joined)."""
        return frozenset(column.kind for column in self.columns if column.kind)

    @property
    def of_persons(self) -> bool:
        """Whether rows are about persons (group)."""
        return bool(self.kinds & {"id_number", "passport", "birth_date", "sex"}) or (
            "person_name" in self.kinds and not self.of_organisations
        )

    @property
    def of_organisations(self) -> bool:
        """Whether rows are about organisations (group)."""
        return "credit_code" in self.kinds

    @property
    def positioned(self) -> bool:
        """Whether it holds exact positions (precision)."""
        return bool(self.kinds & POSITIONS)
