"""Signatures: which texts share most of their character shingles, at thousands a second?

One hash places every 3-shingle in one of 128 bins and is kept where it is the least; empty bins of
short texts borrow from bins chosen by another hash, so that two texts still agree in a bin with
the probability of their Jaccard index. Bands of four bins find candidates, the signature judges
them roughly and the shingles themselves exactly.

Source: A. Shrivastava (2017), ICML, PMLR 70, 3154-3163 (optimal densification of one permutation
hashing); J. Leskovec, A. Rajaraman and J. D. Ullman, Mining of Massive Datasets, ch. 3 (banding).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

SHINGLE = 3
BINS, ROWS = 128, 4  # 32 bands: at Jaccard 0.57 a pair meets in some band with probability 0.97
BLOCK = 1 << 20  # characters hashed at once
TRIES = 64  # bins that an empty bin asks; a text with one shingle leaves 0.6 of 128 bins unlucky
HEADS = 6  # texts of one bucket against which the others are compared
ROUGH = 0.15  # a candidate whose signature agrees this much less is let go unseen (3 to 4 errors)
_MIX_A, _MIX_B = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_NONE = np.uint64(0xFFFFFFFFFFFFFFFF)


@dataclass(frozen=True, eq=False)
class Shingled:
    """Hashes of the shingles of texts, text after text; ``starts`` has shape (texts + 1,)."""

    hashes: Hashes
    starts: Ints

    @cached_property
    def sets(self) -> dict[int, frozenset[int]]:
        """Sets of shingles that were asked for already."""
        return {}

    def members(self, i: int) -> frozenset[int]:
        """Return the set of shingles of one text."""
        if i not in self.sets:
            self.sets[i] = frozenset(self.hashes[self.starts[i] : self.starts[i + 1]].tolist())
        return self.sets[i]

    def jaccard(self, a: int, b: int) -> float:
        """Return the exact Jaccard index of two texts, 0 where both have no shingle."""
        one, other = self.members(a), self.members(b)
        common = len(one & other)
        either = len(one) + len(other) - common
        return common / either if either else 0.0


def shingled(texts: Sequence[str]) -> Shingled:
    """Hash all shingles; a text shorter than a shingle is one shingle, an empty one none."""
    padded = [text.ljust(SHINGLE, "\0") if text else "" for text in texts]
    lengths = np.array([max(len(text) - SHINGLE + 1, 0) for text in padded], np.int64)
    starts = np.concatenate(([0], np.cumsum(lengths)))
    hashes = np.empty(int(starts[-1]), np.uint64)
    low = 0
    while low < len(padded):
        high = max(int(np.searchsorted(starts, starts[low] + BLOCK, side="right")) - 1, low + 1)
        part = [text for text in padded[low:high] if text]
        if part:
            hashes[starts[low] : starts[high]] = _windows(part)
        low = high
    return Shingled(hashes, starts)


def _windows(texts: Sequence[str]) -> Hashes:
    data = "".join(texts).encode("utf-32-le", "surrogatepass")
    code = np.frombuffer(data, np.uint32).astype(np.uint64)
    last = len(code) - SHINGLE + 1
    mixed = code[2:] << np.uint64(21)
    mixed |= code[1 : last + 1]
    mixed <<= np.uint64(21)
    mixed |= code[:last]
    with np.errstate(over="ignore"):
        mixed *= _GOLDEN
    mixed = mix(mixed)
    ends = np.cumsum([len(text) for text in texts])[:-1]
    crossing = np.zeros(last, bool)  # windows that reach into the next text
    for back in range(1, SHINGLE):
        crossing[ends - back] = True
    return mixed[~crossing]


def mix(x: Hashes) -> Hashes:
    """Scatter bits (splitmix64: Steele, Lea & Flood 2014)."""
    mixed = x >> np.uint64(30)
    with np.errstate(over="ignore"):
        mixed ^= x
        mixed *= _MIX_A
        mixed ^= mixed >> np.uint64(27)
        mixed *= _MIX_B
    mixed ^= mixed >> np.uint64(31)
    return mixed


def signatures(found: Shingled) -> Hashes:
    """Return the least hash of each text in each bin; shape (texts, BINS), no bin empty.

    A text without shingles has a signature of its own that is like nothing.
    """
    count = len(found.starts) - 1
    least = np.full(count * BINS, _NONE, np.uint64)
    place = np.repeat(np.arange(count), np.diff(found.starts)) * BINS
    place += (found.hashes % np.uint64(BINS)).astype(np.int64)
    np.minimum.at(least, place, found.hashes)
    table = least.reshape(count, BINS)
    empty = np.diff(found.starts) == 0
    table[empty] = mix(np.arange(int(empty.sum()) * BINS, dtype=np.uint64)).reshape(-1, BINS)
    filled = table.copy().reshape(-1)
    left = np.flatnonzero(filled == _NONE)
    for attempt in range(1, TRIES + 1):
        if not len(left):
            return filled.reshape(count, BINS)
        rows, bins = np.divmod(left, BINS)
        asked = mix((bins.astype(np.uint64) + np.uint64(attempt * BINS)) * _GOLDEN)
        borrowed = least[rows * BINS + (asked % np.uint64(BINS)).astype(np.int64)]
        filled[left] = borrowed
        left = left[borrowed == _NONE]
    filled[left] = table.min(axis=1)[left // BINS]
    return filled.reshape(count, BINS)


def candidates(table: Hashes, similar: float) -> Iterator[tuple[int, int]]:
    """Yield pairs of texts that meet in some band and whose signatures agree well enough.

    Of a bucket, the first ``HEADS`` texts are compared with the others: a template used ten
    thousand times costs ten thousand comparisons and not their square.
    """
    seen: list[Ints] = []
    for band in range(0, BINS, ROWS):
        key = table[:, band].copy()
        with np.errstate(over="ignore"):
            for row in range(band + 1, band + ROWS):
                key = mix(key * _GOLDEN + table[:, row])
        seen.append(_pairs(key, len(table)))
    pairs = np.unique(np.concatenate(seen)) if seen else np.zeros(0, np.int64)
    for low in range(0, len(pairs), 1 << 16):
        a, b = np.divmod(pairs[low : low + (1 << 16)], len(table))
        agreed = (table[a] == table[b]).mean(axis=1)
        kept = agreed >= similar - ROUGH
        yield from zip(a[kept].tolist(), b[kept].tolist(), strict=True)


def _pairs(key: Hashes, count: int) -> Ints:
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    new = np.concatenate(([True], ordered[1:] != ordered[:-1]))
    first = np.flatnonzero(new)
    bucket = np.cumsum(new) - 1
    found = []
    for head in range(HEADS):
        place = first[bucket] + head
        later = np.flatnonzero(place < np.arange(count))
        if not len(later):
            break
        found.append(order[place[later]] * count + order[later])
    return np.concatenate(found) if found else np.zeros(0, np.int64)
