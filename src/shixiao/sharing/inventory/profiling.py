"""What a column looks like: how many values are missing or differ, how long they are, their form.

No value leaves this module: a pattern keeps the shape of a value and drops the value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shixiao.sharing.inventory.found import RawColumn, RawTable
from shixiao.sharing.recognition import plain, shape_of
from shixiao.statistics import wilson
from shixiao.terms import Estimate


@dataclass(frozen=True, slots=True)
class Profile:
    """What was measured of a column.

    Attributes:
        nulls: share of rows without a value.
        distinct: different values among those that are there, as a share.
        shortest: fewest characters; None without values.
        longest: most characters.
        shape: the most common shape, such as ``9<17>A``; "" without values.
        shape_share: share of values of that shape.
        values: how many values were looked at.
    """

    nulls: Estimate
    distinct: float | None
    shortest: int | None
    longest: int | None
    shape: str
    shape_share: float | None
    values: int

    def to_json(self) -> dict[str, Any]:
        """Return the profile as plain values."""
        return {
            "nulls": self.nulls.to_json(),
            "distinct_share": self.distinct,
            "min_length": self.shortest,
            "max_length": self.longest,
            "pattern": self.shape or None,
            "pattern_share": self.shape_share,
            "values": self.values,
        }


def profile(column: RawColumn, table: RawTable) -> Profile:
    """Return the profile of a column of a sample."""
    drawn: Sequence[Any] = table.sample.get(column.name, ())
    texts = [text for value in drawn if (text := plain(value))]
    if table.complete and drawn:
        nulls = Estimate.fact(1 - len(texts) / len(drawn), len(drawn))
    else:
        nulls = wilson(len(drawn) - len(texts), len(drawn))
    if not texts:
        return Profile(nulls, None, None, None, "", None, 0)
    lengths = [len(text) for text in texts]
    shapes = Counter(map(shape_of, texts))
    shape, times = min(shapes.items(), key=lambda item: (-item[1], item[0]))
    return Profile(
        nulls=nulls,
        distinct=round(len(set(texts)) / len(texts), 4),
        shortest=min(lengths),
        longest=max(lengths),
        shape=shape,
        shape_share=round(times / len(texts), 4),
        values=len(texts),
    )
