"""Who can be drawn: persons, services, cases or inspectors, each once, with features or weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite

from shixiao.terms import BadInput, Text

SHOWN = 5  # rows that a message lists


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool in the order of its rows; the order decides nothing.

    Attributes:
        ids: one for each row, none twice.
        features: category → the feature of each row.
        weights: of each row, 0 or more; None for an unweighted pool.
        file: where it was read from, for messages.
        rows: the number of each row as a person counts them; None counts from 1.

    Raises:
        BadInput: an id is empty or stands twice, or a weight is none.
    """

    ids: tuple[str, ...]
    features: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    weights: tuple[float, ...] | None = None
    file: str | None = None
    rows: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        columns = (*self.features.values(), *(() if self.weights is None else (self.weights,)))
        if any(len(column) != len(self.ids) for column in columns):
            raise ValueError("Every column of a pool has one value for each id")
        if not self.ids:
            raise BadInput(Text("备选名单是空的。", "There is nobody in the pool."), file=self.file)
        for place, identifier in enumerate(self.ids):
            if not identifier:
                raise self.bad(place, Text("缺少编号；请补上。", "The id is missing; fill it in."))
        if len(set(self.ids)) < len(self.ids):
            raise self._twice()
        for place, weight in enumerate(self.weights or ()):
            if not (isfinite(weight) and weight >= 0):
                raise self.bad(
                    place,
                    Text(
                        f"权重 {weight:g} 无效；权重是 0 或正数。",
                        f"The weight {weight:g} is none; a weight is 0 or a positive number.",
                    ),
                )

    def row(self, place: int) -> int:
        """Return the number of a row as a person counts it."""
        return self.rows[place] if self.rows else place + 1

    def bad(self, place: int, text: Text, *, column: str | None = None) -> BadInput:
        """Say what is wrong in a row."""
        return BadInput(text, file=self.file, row=self.row(place), column=column)

    def _twice(self) -> BadInput:
        """Say who stands in the pool more than once, and where."""
        places: dict[str, list[int]] = {}
        for place, identifier in enumerate(self.ids):
            places.setdefault(identifier, []).append(self.row(place))
        doubled = {key: rows for key, rows in places.items() if len(rows) > 1}
        identifier, rows = next(iter(doubled.items()))
        shown = [str(row) for row in rows[:SHOWN]] + ["…"] * (len(rows) > SHOWN)
        more = len(doubled) - 1
        return BadInput(
            Text(
                f"“{identifier}”出现在第 {'、'.join(shown)} 行"
                + (f"，另有 {more} 个编号重复" if more else "")
                + "；一人只能有一行，请删去多余的行。",
                f"“{identifier}” stands in rows {', '.join(shown)}"
                + (f", and {more} more ids are repeated" if more else "")
                + "; keep one row for each.",
            ),
            file=self.file,
        )
