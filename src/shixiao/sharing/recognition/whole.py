"""What all values of a column together say that one value cannot: series, and too few kinds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from shixiao.terms import Text

CLOSE = 64  # two numbers of a series that was sampled stand this near or nearer
FEW = 20  # values; of fewer nothing is said
SERIES = Text(
    "数值连续递增，像流水号", "the numbers run on one from another, as numbers of a series do"
)
ONE_STEM = Text(
    "几乎所有数值以相同的几位开头，像流水号",
    "nearly all numbers begin alike, as numbers of a series do",
)
FEW_VALUES = Text("取值太少，像代码而不是名称", "there are too few values: codes, not names")


def no_series(values: Sequence[str]) -> Text | None:
    """Return why numbers are of a series: they run on, or share their first half."""
    numbers = sorted({int(digits) for value in values if (digits := _digits(value))})
    if len(numbers) < FEW:
        return None
    gaps = [after - before for before, after in pairwise(numbers)]
    if sum(gap <= CLOSE for gap in gaps) > 0.5 * len(gaps):
        return SERIES
    half = max(len(str(numbers[0])) // 2 + 1, 4)
    stems = Counter(str(number)[:half] for number in numbers)
    return ONE_STEM if stems.most_common(1)[0][1] > 0.9 * len(numbers) else None


def many_values(values: Sequence[str]) -> Text | None:
    """Return why texts are codes: a column of names holds many, a column of codes a few."""
    if len(values) < FEW:
        return None
    distinct = len(set(values))
    return FEW_VALUES if distinct < max(8, 0.02 * len(values)) else None


def _digits(value: str) -> str:
    found = "".join(sign for sign in value if sign.isascii() and sign.isdigit())
    return found if 6 <= len(found) <= 25 else ""
