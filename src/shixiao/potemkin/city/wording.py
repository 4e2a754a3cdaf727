"""Words for thousands at a time: patterns whose slots are drawn from lists, joined in Arrow."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

SLOT = re.compile(r"\{(\w+)\}")
NUMBERS = (2, 98)
Slots = Mapping[str, Any]  # a list of words to draw from, or an array with one word per row


def join(parts: Sequence[pa.Array | str]) -> pa.Array:
    """Return the parts of each row joined without anything between."""
    return pc.binary_join_element_wise(*parts, "")


def drawn(words: Sequence[str], count: int, rng: np.random.Generator) -> pa.Array:
    """Draw one word per row."""
    return pa.array(list(words)).take(pa.array(rng.integers(0, len(words), size=count)))


def numbers(count: int, rng: np.random.Generator) -> pa.Array:
    """Draw one number per row, as text."""
    return pa.array(rng.integers(*NUMBERS, size=count)).cast(pa.string())


def filled(pattern: str, count: int, slots: Slots, rng: np.random.Generator) -> pa.Array:
    """Fill a pattern for each row.

    A slot with a list is drawn anew at each place; a slot with an Arrow array has its row's word.
    """
    parts: list[pa.Array | str] = []
    ends = [m.span() for m in SLOT.finditer(pattern)]
    fixed = [
        pattern[before[1] : after[0]]
        for before, after in pairwise([(0, 0), *ends, (len(pattern), len(pattern))])
    ]
    names = SLOT.findall(pattern)
    for text, name in zip(fixed, [*names, None], strict=True):
        parts.append(text)
        if name == "number":
            parts.append(numbers(count, rng))
        elif name is not None:
            words = slots[name]
            known = isinstance(words, pa.Array)
            parts.append(words if known else drawn(words, count, rng))
    if not names:
        return pa.array([pattern] * count)
    return join(parts)


def one_of(
    patterns: Sequence[str],
    count: int,
    slots: Slots,
    rng: np.random.Generator,
) -> pa.Array:
    """Fill one of several patterns for each row."""
    which = rng.integers(0, len(patterns), size=count)
    order = np.argsort(which, kind="stable")
    sizes = np.bincount(which, minlength=len(patterns))
    ends = np.cumsum(sizes)
    parts = [
        filled(pattern, int(size), of_rows(slots, order[end - size : end]), rng)
        for pattern, size, end in zip(patterns, sizes, ends, strict=True)
        if size
    ]
    if not parts:
        return pa.array([], pa.string())
    back = np.empty(count, dtype=np.int64)
    back[order] = np.arange(count)
    return pa.concat_arrays(parts).take(pa.array(back))


def of_rows(slots: Slots, rows: npt.NDArray[np.int64]) -> Slots:
    """Return the words of some rows."""
    taken = pa.array(rows)
    return {
        name: words.take(taken) if isinstance(words, pa.Array) else words
        for name, words in slots.items()
    }
