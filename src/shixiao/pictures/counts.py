"""Counts as bars: how many of each, one bar a row, its name above it and its number behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shixiao.pictures.palette import EDGE, INK, OFFICE, PAPER, SOFT, YOU
from shixiao.pictures.svg import document, label, line, rect
from shixiao.pictures.text import shorten, width
from shixiao.terms import Text

SIZE, TALL, HATCH = 14, 16, 6  # px
STEP, GAP = 20, 12
SHORTEST = 2  # px: what is there is seen


@dataclass(frozen=True, slots=True)
class CountBar:
    """One row.

    Attributes:
        name: of what.
        n: how many.
        part: how many of them are set apart by hatching, such as those that are not listed.
    """

    name: Text
    n: int
    part: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.part <= self.n:
            raise ValueError(f"A part is at most the whole: {self}")


def counts_svg(
    rows: Sequence[CountBar],
    *,
    title: Text,
    part: Text | None = None,
    language: str,
    wide: int = 640,
    id_prefix: str = "counts",
) -> str:
    """Draw counts as bars from a common zero.

    Args:
        rows: what is counted, in the order in which they stand.
        title: read aloud for the picture.
        part: what the hatched part of a bar is; None where there is none.
        language: ``zh`` or ``en``.
        wide: width in px.
        id_prefix: makes the ids unique on a page with several pictures.

    Returns:
        SVG text; every number stands in words behind its bar.
    """
    drawn: list[str] = []
    said: list[str] = []
    room = max((width(_number(row), SIZE) for row in rows), default=0.0) + 8
    most = max((row.n for row in rows), default=0)
    top = 0.0
    for row in rows:
        name = row.name.in_language(language)
        drawn.append(label(0, top + SIZE, shorten(name, wide, SIZE)))
        long = max(row.n / most * (wide - room), SHORTEST) if row.n else 0.0
        drawn += _bar(row, top + STEP, long)
        drawn.append(label(long + 6, top + STEP + SIZE - 1, _number(row), fill=SOFT))
        said.append(f"{name} {_number(row)}")
        top += STEP + TALL + GAP
    if part is not None:
        drawn += _key(part.in_language(language), top, wide)
        top += STEP
    return document(
        wide,
        max(top, SIZE),
        drawn,
        title=title.in_language(language),
        description="; ".join(said),
        language=language,
        id_prefix=id_prefix,
    )


def _number(row: CountBar) -> str:
    return f"{row.n:,}" if not row.part else f"{row.n:,} ({row.part:,})"


def _bar(row: CountBar, top: float, long: float) -> list[str]:
    if not row.n:
        return []
    drawn = [rect(0, top, long, TALL, fill=YOU)]
    if row.part:
        apart = row.part / row.n * long
        drawn.append(rect(long - apart, top, apart, TALL, fill=PAPER, stroke=EDGE))
        drawn += _hatches(long - apart, apart, top)
    return drawn


def _hatches(left: float, across: float, top: float) -> list[str]:
    places = int(across // HATCH)
    return [
        line((left + HATCH * n, top), (left + HATCH * n, top + TALL), stroke=INK)
        for n in range(1, places + 1)
    ]


def _key(words: str, top: float, wide: int) -> list[str]:
    box = rect(0, top, TALL, TALL, fill=OFFICE, stroke=EDGE)
    hatch = [line((x, top), (x, top + TALL), stroke=INK) for x in (5, 11)]
    return [box, *hatch, label(TALL + 6, top + SIZE - 1, shorten(words, wide - TALL - 6, SIZE))]
