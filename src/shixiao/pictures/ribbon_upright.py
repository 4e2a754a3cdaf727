"""The ribbon for phones: 340 px wide, time runs down, every step is named beside its place."""

from __future__ import annotations

from itertools import pairwise

from shixiao.pictures.geometry import spread
from shixiao.pictures.palette import CINNABAR, EDGE, SOFT
from shixiao.pictures.ribbon_parts import (
    EMPTY_BAR,
    bar_head,
    legend,
    materials,
    running,
    saved,
    segment_box,
)
from shixiao.pictures.ribbon_steps import (
    Bar,
    Ribbon,
    Stretch,
    more_steps,
    step_title,
    steps_in_order,
    stretch_label,
    stretches,
)
from shixiao.pictures.scale import Axis, digits_for, linear_ticks, shown
from shixiao.pictures.svg import group, label, line, polyline, triangle
from shixiao.pictures.text import shorten, width, wrap

WIDTH = 340.0
_STRIP = 46.0
_WIDE = 44.0
_WORDS = 116.0
_ROW = 22.0
_LINE = 20.0
_MOST_WORDS = 12
_SHORTEST, _TALLEST = 280.0, 460.0


def upright(ribbon: Ribbon, language: str) -> tuple[list[str], float]:
    """Lay the ribbon out 340 px wide; return its elements and its height."""
    head, y = legend(WIDTH, language)
    parts = [*head]
    ticks = linear_ticks(0, ribbon.longest, at_most=9) if ribbon.longest else (0.0, 1.0)
    most = max(len(bar.segments) for bar in ribbon.bars)
    high = min(max(2 * _ROW * most, _SHORTEST), _TALLEST)
    for bar in ribbon.bars:
        drawn, y = _bar(bar, ribbon, y + 14, scale=high / ticks[-1], ticks=ticks, language=language)
        parts += drawn
    drawn, y = materials(ribbon, y + 10, WIDTH, language)
    parts += drawn
    drawn, y = saved(ribbon, y + 4, WIDTH, language)
    return parts + drawn, y + 4


def _bar(
    bar: Bar, ribbon: Ribbon, top: float, *, scale: float, ticks: tuple[float, ...], language: str
) -> tuple[list[str], float]:
    """Draw one bar downwards (``scale`` px per day); return the y where it ends."""
    name, note = bar.name.in_language(language), bar.note.in_language(language)
    parts, y = bar_head(name, note, 0, top, WIDTH)
    if not bar.segments:
        parts.append(label(_STRIP, y + 18, EMPTY_BAR.in_language(language), fill=SOFT))
        return parts, y + 26
    unit = shorten(ribbon.unit.in_language(language), WIDTH, 13)
    parts.append(label(0, y + 14, unit, size=13, fill=SOFT))
    y += 30
    # The axis ends at the first tick below the bar: time that nobody needs takes no room.
    reach = next(tick for tick in ticks if tick >= bar.length - 1e-9)
    axis = Axis(0, max(reach, ticks[1]), y, y + max(reach, ticks[1]) * scale)
    parts += _axis(axis, ticks, language)
    ends = [
        (axis.at(start), axis.at(end))
        for start, end in running([segment.length for segment in bar.segments])
    ]
    for nth in steps_in_order(bar):
        segment, (start, end) = bar.segments[nth], ends[nth]
        title = step_title(segment, ribbon.unit, language)
        parts.append(segment_box(segment, _STRIP, start, _WIDE, end - start, title=title))
    words, below = _words(bar, ends, y, language)
    return parts + words, max(axis.end + 8, below)


def _axis(axis: Axis, ticks: tuple[float, ...], language: str) -> list[str]:
    parts = [line((_STRIP - 8, axis.start), (_STRIP - 8, axis.end), stroke=EDGE)]
    digits = digits_for(ticks)
    taken = -1.0
    for tick in ticks:
        y = axis.at(tick)
        if tick > axis.high:
            break
        parts.append(line((_STRIP - 13, y), (_STRIP - 8, y), stroke=EDGE))
        words = shorten(shown(tick, language, digits), _STRIP - 16, 12)
        if y - taken >= 15 or taken < 0:
            parts.append(label(_STRIP - 16, y + 4, words, size=12, anchor="end", fill=SOFT))
            taken = y
    return parts


def _words(
    bar: Bar, ends: list[tuple[float, float]], top: float, language: str
) -> tuple[list[str], float]:
    """Name the steps to the right of the strip, pushed apart where they stand too close."""
    fits = [end - start >= _ROW for start, end in ends]
    found = stretches(fits, shortest_run=len(fits) + 1)
    for shortest_run in (4, 3, 2):
        if len(found) > _MOST_WORDS:
            found = stretches(fits, shortest_run=shortest_run)
    left_out = 0
    if len(found) > _MOST_WORDS:
        by_length = sorted(found, key=lambda s: (ends[s.first][0] - ends[s.last][1], s.first))
        kept = sorted(by_length[: _MOST_WORDS - 1], key=lambda s: s.first)
        left_out = len(fits) - sum(stretch.count for stretch in kept)
        found = kept
    middles = [(ends[s.first][0] + ends[s.last][1]) / 2 for s in found]
    rows = [_rows(bar, stretch, language) for stretch in found]
    halves = [_LINE * len(lines) / 2 + 1 for _, lines in rows]
    placed = spread(middles, [above + below for above, below in pairwise(halves)])
    lift = max(0.0, top - 6 + halves[0] - placed[0])
    parts = [
        _word(bar, stretch, (middle, y + lift), words, language)
        for stretch, middle, y, words in zip(found, middles, placed, rows, strict=True)
    ]
    below = placed[-1] + lift + halves[-1] + 4
    if left_out:
        parts.append(label(_WORDS, below + 14, more_steps(left_out, language), fill=SOFT))
        below += 24
    return parts, below


def _rows(bar: Bar, stretch: Stretch, language: str) -> tuple[int, tuple[str, ...]]:
    """Return how many visits the steps need and their name in one or two rows."""
    visits = sum(segment.visit for segment in bar.segments[stretch.first : stretch.last + 1])
    return visits, wrap(stretch_label(bar, stretch, language), WIDTH - _WORDS - _mark(visits), 14)


def _mark(visits: int) -> float:
    """Return the width that the red triangle and its count take before a name."""
    return 0 if not visits else 16 if visits == 1 else 22 + width(f"×{visits}", 12)


def _word(
    bar: Bar,
    stretch: Stretch,
    place: tuple[float, float],
    words: tuple[int, tuple[str, ...]],
    language: str,
) -> str:
    """Draw one name with its leader and, for steps that need a visit, the red triangle.

    ``place`` is the y of the step and the y of its name; ``words`` are its visits and its rows.
    """
    (middle, y), (visits, rows) = place, words
    edge, baseline = _STRIP + _WIDE, y + 5 - _LINE * (len(rows) - 1) / 2
    bend = [(edge, middle), (edge + 6, middle), (_WORDS - 10, y), (_WORDS - 4, y)]
    parts = [polyline(bend, stroke=EDGE, width=1)]
    if visits:
        parts.append(triangle(_WORDS + 6, baseline, fill=CINNABAR))
    if visits > 1:
        parts.append(label(_WORDS + 16, baseline, f"×{visits}", size=12))
    for nth, row in enumerate(rows):
        parts.append(label(_WORDS + _mark(visits), baseline + nth * _LINE, row))
    names = [s.label.in_language(language) for s in bar.segments[stretch.first : stretch.last + 1]]
    return group(parts, title=("、" if language == "zh" else ", ").join(names))
