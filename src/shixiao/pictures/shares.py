"""Shares of a whole: how weight is spread over a few kinds, one bar above the other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from shixiao.pictures.palette import CINNABAR, EDGE, INK, OFFICE, PAPER, SOFT, WAITING, YOU
from shixiao.pictures.svg import document, label, line, rect
from shixiao.pictures.text import shorten, width
from shixiao.terms import Text

Ground = Literal["full", "half", "light", "hatched", "red"]
FILLS = {"full": YOU, "half": OFFICE, "light": WAITING, "hatched": PAPER, "red": CINNABAR}
SIZE, TALL, SWATCH, STEP, GAP = 14, 28, 12, 22, 26  # px
HATCH = 6  # px between the lines of a hatched ground
COUNTED = 1e-9  # a smaller share is none


@dataclass(frozen=True, slots=True)
class Share:
    """One part of a bar; ``says`` is its share in words (“40 %”)."""

    name: Text
    value: float
    says: str
    ground: Ground

    def __post_init__(self) -> None:
        if not (math.isfinite(self.value) and 0 <= self.value <= 1 + COUNTED):
            raise ValueError(f"A share lies between 0 and 1: {self}")


@dataclass(frozen=True, slots=True)
class Shares:
    """One bar: what it is of, and its parts from left to right."""

    name: Text
    parts: tuple[Share, ...]


def shares_svg(
    bars: Sequence[Shares],
    *,
    title: Text,
    language: str,
    wide: int = 640,
    id_prefix: str = "shares",
) -> str:
    """Draw bars of the same length, each cut into its shares, with a key below each.

    Args:
        bars: what is compared; parts of no share are left out.
        title: read aloud for the picture.
        language: ``zh`` or ``en``.
        wide: width in px.
        id_prefix: makes the ids unique on a page with several pictures.

    Returns:
        SVG text; grounds are told apart in grey, and the key says every share in words.
    """
    drawn: list[str] = []
    said: list[str] = []
    top = 0.0
    for bar in bars:
        parts = [part for part in bar.parts if part.value > COUNTED]
        name = bar.name.in_language(language)
        drawn.append(label(0, top + SIZE, shorten(name, wide, SIZE, bold=True), bold=True))
        drawn += _bar(parts, top + STEP, wide)
        key, below = _key(parts, top + STEP + TALL + GAP, wide, language)
        drawn += key
        top = below + GAP
        words = ", ".join(f"{part.name.in_language(language)} {part.says}" for part in parts)
        said.append(f"{name}: {words}")
    return document(
        wide,
        max(top - GAP + SIZE / 2, SIZE),
        drawn,
        title=title.in_language(language),
        description="; ".join(said),
        language=language,
        id_prefix=id_prefix,
    )


def _bar(parts: Sequence[Share], top: float, wide: int) -> list[str]:
    drawn: list[str] = []
    left = 0.0
    for part in parts:
        across = part.value * wide
        drawn.append(rect(left, top, across, TALL, fill=FILLS[part.ground], stroke=EDGE))
        if part.ground == "hatched":
            at = left + HATCH
            while at < left + across:
                drawn.append(line((at, top), (at, top + TALL), stroke=INK))
                at += HATCH
        left += across
    return drawn


def _key(parts: Sequence[Share], base: float, wide: int, language: str) -> tuple[list[str], float]:
    """Return the key of a bar and the base of its last line."""
    drawn: list[str] = []
    left = 0.0
    for part in parts:
        room = wide - SWATCH - 6
        words = shorten(f"{part.name.in_language(language)} {part.says}", room, SIZE)
        across = SWATCH + 6 + width(words, SIZE)
        if left and left + across > wide:
            left, base = 0.0, base + STEP
        top = base - SWATCH + 1
        drawn.append(rect(left, top, SWATCH, SWATCH, fill=FILLS[part.ground], stroke=EDGE))
        if part.ground == "hatched":
            drawn += [line((left + x, top), (left + x, top + SWATCH), stroke=INK) for x in (4, 8)]
        drawn.append(label(left + SWATCH + 6, base, words, size=SIZE, fill=SOFT))
        left += across + 18
    return drawn, base
