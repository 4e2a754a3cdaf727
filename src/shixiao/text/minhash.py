"""Near-duplicates: which texts share most of their character shingles?

MinHash with banding finds candidates, the exact Jaccard index of their shingles decides. One hash
serves all rows: its low bits choose the row whose minimum it may be. Every candidate of a bucket is
compared with the bucket's first text, so a template used ten thousand times costs ten thousand
comparisons, not their square.

Source: A. Z. Broder (1997), Compression and Complexity of Sequences, 21-29 (MinHash); P. Li,
A. Owen and C.-H. Zhang (2012), NIPS 25, 3113-3121 (one permutation); J. Leskovec, A. Rajaraman and
J. D. Ullman, Mining of Massive Datasets, ch. 3 (banding).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Hashes: TypeAlias = npt.NDArray[np.uint64]
Ints: TypeAlias = npt.NDArray[np.int64]

BANDS, ROWS = 8, 4  # at Jaccard 0.8 a pair meets in some band with probability 0.985
BLOCK = 1 << 20  # characters hashed at once
TEXTS = 4096  # texts whose minima are taken at once
# splitmix64 (Steele, Lea & Flood 2014)
_MIX_A, _MIX_B = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def near_duplicates(
    texts: Sequence[str], *, similar: float, shingle: int = 3
) -> npt.NDArray[np.int64]:
    """Group texts that are alike; return the group of each text, -1 where it has no like.

    Args:
        texts: already in normal form; texts shorter than a shingle are like nothing but themselves.
        similar: least Jaccard index of the sets of shingles, in (0, 1].
        shingle: characters in a shingle.

    Returns:
        Shape (texts,): the position of the first text of its group, or -1.
    """
    first: dict[str, int] = {}
    original = np.array([first.setdefault(text, i) for i, text in enumerate(texts)], np.int64)
    group = np.arange(len(texts), dtype=np.int64)
    group[:] = original
    kept = [i for i in first.values() if len(texts[i]) >= shingle]
    if len(kept) > 1:
        chosen = [texts[i] for i in kept]
        hashes, starts = _shingles(chosen, shingle)
        for a, b in _alike(hashes, starts, similar):
            _join(group, kept[a], kept[b])
    root = np.array([_root(group, int(i)) for i in original], np.int64)
    members = np.bincount(root, minlength=len(texts)) if len(texts) else np.zeros(0, np.int64)
    return np.where(members[root] > 1, root, -1) if len(texts) else root


def _shingles(texts: Sequence[str], width: int) -> tuple[Hashes, Ints]:
    """Return the hashes of all shingles, text after text, and where each text begins."""
    lengths = np.array([len(text) for text in texts], np.int64) - width + 1
    starts = np.concatenate(([0], np.cumsum(lengths)))
    hashes = np.empty(int(starts[-1]), np.uint64)
    for low, high in _blocks(lengths):
        code = np.frombuffer("".join(texts[low:high]).encode("utf-32-le"), np.uint32)
        with np.errstate(over="ignore"):
            mixed = np.zeros(len(code) - width + 1, np.uint64)
            for place in range(width):
                part = code[place : len(code) - width + 1 + place].astype(np.uint64)
                mixed = _mix(mixed * _GOLDEN + part + np.uint64(1))
        # Windows that reach into the next text are dropped.
        sizes = lengths[low:high]
        begins = np.cumsum(sizes + width - 1) - (sizes + width - 1)
        local = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        hashes[starts[low] : starts[high]] = mixed[np.repeat(begins, sizes) + local]
    return hashes, starts


def _blocks(lengths: Ints) -> Iterator[tuple[int, int]]:
    total = np.cumsum(lengths)
    low = 0
    while low < len(lengths):
        done = total[low - 1] if low else 0
        high = max(int(np.searchsorted(total, done + BLOCK, side="right")), low + 1)
        yield low, high
        low = high


def _mix(x: Hashes) -> Hashes:
    with np.errstate(over="ignore"):
        x = (x ^ (x >> np.uint64(30))) * _MIX_A
        x = (x ^ (x >> np.uint64(27))) * _MIX_B
        return x ^ (x >> np.uint64(31))


def _alike(hashes: Hashes, starts: Ints, similar: float) -> Iterator[tuple[int, int]]:
    """Yield pairs (first of a bucket, other) whose Jaccard index is high enough."""
    minima = _minima(hashes, starts)
    sets: dict[int, frozenset[int]] = {}
    decided: set[tuple[int, int]] = set()

    def members(i: int) -> frozenset[int]:
        if i not in sets:
            sets[i] = frozenset(hashes[starts[i] : starts[i + 1]].tolist())
        return sets[i]

    for band in range(BANDS):
        key = np.zeros(len(starts) - 1, np.uint64)
        with np.errstate(over="ignore"):
            for row in range(band * ROWS, (band + 1) * ROWS):
                key = _mix(key * _GOLDEN + minima[:, row])
        order = np.argsort(key, kind="stable")
        ordered = key[order]
        edges = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1], [True])))
        for low, high in pairwise(edges.tolist()):
            if high - low < 2:
                continue
            head, *others = order[low:high].tolist()
            for other in others:
                if (head, other) in decided:
                    continue
                decided.add((head, other))
                a, b = members(head), members(other)
                common = len(a & b)
                if common >= similar * (len(a) + len(b) - common):
                    yield head, other


def _minima(hashes: Hashes, starts: Ints) -> Hashes:
    """Return the smallest hash of each text in each of its rows; empty rows hold the largest.

    A text of a hundred shingles leaves a row empty once in twenty-four; two texts with the same
    empty row agree there.
    """
    rows = BANDS * ROWS
    minima = np.full((len(starts) - 1, rows), np.iinfo(np.uint64).max, np.uint64)
    for low in range(0, len(starts) - 1, TEXTS):
        high = min(low + TEXTS, len(starts) - 1)
        part = hashes[starts[low] : starts[high]]
        text = np.repeat(np.arange(low, high), np.diff(starts[low : high + 1]))
        place = text * rows + (part % np.uint64(rows)).astype(np.int64)
        np.minimum.at(minima.reshape(-1), place, part // np.uint64(rows))
    return minima


def _root(group: Ints, i: int) -> int:
    while group[i] != i:
        group[i] = group[group[i]]
        i = int(group[i])
    return i


def _join(group: Ints, a: int, b: int) -> None:
    low, high = sorted((_root(group, a), _root(group, b)))
    group[high] = low
