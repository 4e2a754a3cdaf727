"""The ribbon for wide screens and paper: time runs from left to right."""

from __future__ import annotations

from dataclasses import dataclass

from shixiao.pictures.palette import CINNABAR, EDGE, SOFT
from shixiao.pictures.ribbon_parts import (
    EMPTY_BAR,
    INK_ON,
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

WIDTH = 1100.0
_NAMES = 172.0
_LEFT = 190.0
_RIGHT = 950.0
_HIGH = 42.0
_PADDING = 6.0
_ROW = 20.0
_MOST_ROWS = 3


@dataclass(frozen=True, slots=True)
class _Note:
    """A label below the bar: hangs at ``x`` (mid of ``start``..``end``) in a row counted from 1."""

    text: str
    full: str
    start: float
    end: float
    row: int
    count: int

    @property
    def x(self) -> float:
        return (self.start + self.end) / 2


def across(ribbon: Ribbon, language: str) -> tuple[list[str], float]:
    """Lay the ribbon out 1100 px wide; return its elements and its height."""
    head, y = legend(WIDTH, language)
    parts = [*head]
    ticks = linear_ticks(0, ribbon.longest, at_most=9) if ribbon.longest else (0.0, 1.0)
    axis = Axis(0, ticks[-1], _LEFT, _RIGHT)
    y += 8
    for bar in ribbon.bars:
        drawn, y = _bar(bar, y, axis, ribbon, language)
        parts += drawn
    parts += _axis(axis, ticks, y, ribbon.unit.in_language(language), language)
    y += 34
    drawn, y = materials(ribbon, y, WIDTH, language)
    parts += drawn
    drawn, y = saved(ribbon, y, WIDTH, language)
    return parts + drawn, y + 4


def _axis(axis: Axis, ticks: tuple[float, ...], y: float, unit: str, language: str) -> list[str]:
    parts = [line((_LEFT, y), (_RIGHT, y), stroke=EDGE)]
    digits = digits_for(ticks)
    taken = 0.0
    for tick in ticks:
        x = axis.at(tick)
        words = shown(tick, language, digits)
        half = width(words, 13) / 2
        parts.append(line((x, y), (x, y + 6), stroke=EDGE))
        if x - half > taken:
            parts.append(label(x, y + 21, words, size=13, anchor="middle", fill=SOFT))
            taken = x + half + 6
    x = max(_RIGHT + 14, taken + 4)
    short = shorten(unit, WIDTH - x, 13)
    return [*parts, group([label(x, y + 21, short, size=13, fill=SOFT)], title=unit)]


def _bar(
    bar: Bar, top: float, axis: Axis, ribbon: Ribbon, language: str
) -> tuple[list[str], float]:
    """Draw one bar with its head, visits and labels; return the y where the next may begin."""
    name, note = bar.name.in_language(language), bar.note.in_language(language)
    y = top + 18
    parts, head_end = bar_head(name, note, 0, y, _NAMES)
    if not bar.segments:
        empty = EMPTY_BAR.in_language(language)
        parts.append(label(_LEFT, y + 26, empty, fill=SOFT))
        return parts, max(head_end, y + _HIGH) + 14
    ends = [
        (axis.at(start), axis.at(end))
        for start, end in running([segment.length for segment in bar.segments])
    ]
    for nth in steps_in_order(bar):
        segment, (start, end) = bar.segments[nth], ends[nth]
        title = step_title(segment, ribbon.unit, language)
        parts.append(segment_box(segment, start, y, end - start, _HIGH, title=title))
    parts += _visits(bar, ends, y - 4)
    drawn, rows = _labels(bar, ends, y, language)
    return parts + drawn, max(head_end, y + _HIGH + rows * _ROW) + 14


def _visits(bar: Bar, ends: list[tuple[float, float]], bottom: float) -> list[str]:
    """Draw a red triangle above each step that needs a visit; close ones share one with “×3”."""
    at = [(start + end) / 2 for s, (start, end) in zip(bar.segments, ends, strict=True) if s.visit]
    clusters: list[list[float]] = []
    for x in at:
        if clusters:
            begin = clusters[-1]
            reach = 16 + (width(f"×{len(begin)}", 12) + 8 if len(begin) > 1 else 0)
            if x - begin[0] < reach:
                begin.append(x)
                continue
        clusters.append([x])
    parts = []
    for cluster in clusters:
        parts.append(triangle(cluster[0], bottom, fill=CINNABAR))
        if len(cluster) > 1:
            parts.append(label(cluster[0] + 8, bottom, f"×{len(cluster)}", size=12))
    return parts


def _labels(
    bar: Bar, ends: list[tuple[float, float]], y: float, language: str
) -> tuple[list[str], int]:
    """Name the steps: inside when they fit, the last one beside, the rest below with leaders."""
    names = [segment.label.in_language(language) for segment in bar.segments]
    fits = [
        width(name, 14) + 2 * _PADDING <= end - start
        for name, (start, end) in zip(names, ends, strict=True)
    ]
    parts = []
    for segment, name, (start, end), fit in zip(bar.segments, names, ends, fits, strict=True):
        if fit:
            middle = (start + end) / 2
            ink = INK_ON[segment.who]
            parts.append(
                label(middle, y + 26, shorten(name, end - start, 14), anchor="middle", fill=ink)
            )
    beside, below = _placed(bar, ends, fits, language)
    if beside:
        parts.append(_beside(beside, ends[-1][1], y + 26))
    parts += [_below(one, y + _HIGH) for one in below]
    return parts, max((one.row for one in below), default=0)


def _placed(
    bar: Bar, ends: list[tuple[float, float]], fits: list[bool], language: str
) -> tuple[str, list[_Note]]:
    """Return the words beside the bar's end and the notes below, in three rows at most.

    Runs of tiny steps are joined more and more boldly; when nothing else helps, one count of all
    steps without a name stands beside the bar.
    """
    for shortest_run in (len(fits) + 1, 4, 3, 2):
        found = stretches(fits, shortest_run=shortest_run)
        outside = [s for s in found if not fits[s.first]]
        beside = ""
        if outside and outside[-1].last == len(fits) - 1:
            beside = stretch_label(bar, outside.pop(), language)
        below = _rows(bar, outside, ends, language)
        if all(one.row <= _MOST_ROWS for one in below):
            return beside, below
    return more_steps(fits.count(False), language), []


def _rows(
    bar: Bar, outside: list[Stretch], ends: list[tuple[float, float]], language: str
) -> list[_Note]:
    """Give each note the lowest row in which it crosses no leader of a note further right.

    Each text stands to the right of its leader. Going from right to left, a note sinks below every
    note whose leader its text would cross, so leaders and texts never meet.
    """
    notes: list[_Note] = []
    for stretch in reversed(outside):
        start, end = ends[stretch.first][0], ends[stretch.last][1]
        full = stretch_label(bar, stretch, language)
        x = (start + end) / 2
        text = shorten(full, min(WIDTH - x - 8, 260), 14)
        reach = x + 6 + width(text, 14) + 10
        row = 1 + max((note.row for note in notes if note.x < reach), default=0)
        steps = [
            s.label.in_language(language) for s in bar.segments[stretch.first : stretch.last + 1]
        ]
        title = ("、" if language == "zh" else ", ").join(steps)
        notes.append(_Note(text, title, start, end, row, stretch.count))
    return notes


def _below(note: _Note, bottom: float) -> str:
    """Draw a note: a bracket below joined steps, the leader down to its row, the words."""
    y = bottom + note.row * _ROW
    parts = []
    if note.count > 1:
        parts.append(line((note.start, bottom + 3), (note.end, bottom + 3), stroke=SOFT))
    parts.append(
        polyline([(note.x, bottom + 3), (note.x, y - 4), (note.x + 5, y - 4)], stroke=EDGE)
    )
    parts.append(label(note.x + 7, y, note.text))
    return group(parts, title=note.full)


def _beside(words: str, end: float, y: float) -> str:
    """Name the last step to the right of the bar, in two lines when one is too long."""
    rows = wrap(words, WIDTH - end - 10, 14)
    lift = 10 if len(rows) > 1 else 0
    parts = [label(end + 8, y - lift + 20 * nth, row) for nth, row in enumerate(rows)]
    return group(parts, title=words)
