"""Boxes that must not touch, and rows of things pushed apart as little as possible."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shixiao.pictures.svg import Anchor
from shixiao.pictures.text import width

_ASCENT = 0.88
_DESCENT = 0.22


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in px, y downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box, *, gap: float = 0.0) -> bool:
        """True when the two come closer than ``gap``."""
        return (
            self.left < other.right + gap
            and other.left < self.right + gap
            and self.top < other.bottom + gap
            and other.top < self.bottom + gap
        )

    def inside(self, other: Box) -> bool:
        """True when no part lies outside the other."""
        return (
            self.left >= other.left
            and self.right <= other.right
            and self.top >= other.top
            and self.bottom <= other.bottom
        )


def text_box(
    x: float, y: float, text: str, size: float, *, anchor: Anchor = "start", bold: bool = False
) -> Box:
    """Return the box that a line of text fills by its estimated width; ``y`` is the baseline."""
    wide = width(text, size, bold=bold)
    left = x - {"start": 0.0, "middle": wide / 2, "end": wide}[anchor]
    return Box(left, y - _ASCENT * size, left + wide, y + _DESCENT * size)


def free(box: Box, taken: Iterable[Box], *, gap: float = 2.0) -> bool:
    """True when a box keeps clear of all that are taken."""
    return not any(box.meets(other, gap=gap) for other in taken)


def spread(
    wanted: Sequence[float], apart: Sequence[float], weights: Sequence[float] | None = None
) -> list[float]:
    """Move points as little as possible (least squares) so that neighbours keep their distance.

    Args:
        wanted: positions wanted, in the order that the points must keep.
        apart: ``apart[i]`` is the least distance between points i and i + 1 (one fewer).
        weights: how much each point's wish counts, all positive; equal when left out.

    Returns:
        The positions. Subtracting the running distances turns the task into isotonic regression,
        solved by pooling adjacent violators (Ayer et al. 1955, Ann. Math. Stat. 26, 641).
    """
    offsets = [0.0]
    for distance in apart:
        offsets.append(offsets[-1] + distance)
    blocks: list[tuple[float, float, int]] = []
    for position, offset, own in zip(wanted, offsets, weights or [1.0] * len(wanted), strict=True):
        mean, weight, count = position - offset, own, 1
        while blocks and blocks[-1][0] >= mean:
            before, heavy, size = blocks.pop()
            mean = (mean * weight + before * heavy) / (weight + heavy)
            weight, count = weight + heavy, count + size
        blocks.append((mean, weight, count))
    level = [mean for mean, _, count in blocks for _ in range(count)]
    return [base + offset for base, offset in zip(level, offsets, strict=True)]
