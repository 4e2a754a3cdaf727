"""The overlap of two texts: the exact Jaccard index of their character shingles."""

from __future__ import annotations


def overlap(a: str, b: str, *, shingle: int = 3) -> float:
    """Return how much of two texts is common, from 0 to 1.

    Args:
        a: in normal form.
        b: in normal form.
        shingle: characters in a shingle; a shorter text is one shingle.

    Source: P. Jaccard (1901); A. Z. Broder (1997), as ``near_duplicates``.
    """
    first, second = _shingles(a, shingle), _shingles(b, shingle)
    both = len(first & second)
    return both / (len(first) + len(second) - both)


def _shingles(text: str, width: int) -> set[str]:
    return {text[i : i + width] for i in range(max(1, len(text) - width + 1))}
