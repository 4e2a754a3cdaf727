"""Drawing a funnel plot: limits as curves, points by shape, names that do not collide."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from shixiao.pictures.geometry import Box, free, text_box
from shixiao.pictures.palette import BLUE, EDGE, INK, LINE, PAPER, SOFT
from shixiao.pictures.scale import Axis, digits_for, linear_ticks, log_ticks, shown
from shixiao.pictures.svg import Anchor, circle, diamond, group, label, line, polyline
from shixiao.pictures.text import shorten, width
from shixiao.terms import Text

Limits = Callable[[float, float], tuple[float, float]]
INNER, OUTER = 0.95, 0.998
_CASES = Text("办件数 n（对数刻度）", "Cases n (log scale)")
_KEYS = (
    ("inside", Text("在 95% 界限内", "Within 95% limits")),
    ("beyond_95", Text("超出 95%", "Beyond 95%")),
    ("beyond_998", Text("超出 99.8%", "Beyond 99.8%")),
    ("centre", Text("总体均值", "Overall mean")),
    ("limit_95", Text("95% 界限", "95% limits")),
    ("limit_998", Text("99.8% 界限", "99.8% limits")),
)
_UNNAMED = Text(
    "另有 {n} 项超出界限，图中未标名。", "{n} more beyond the limits are not named here."
)
_DASH = {INNER: "2 3", OUTER: "6 3"}
_MOST_NAMES = 12
_STEPS = 60


@dataclass(frozen=True, slots=True)
class Drawn:
    """A point ready to draw; ``extremity`` ranks which names are set first."""

    name: str
    value: float
    at_n: float
    n: int
    standing: Literal["inside", "beyond_95", "beyond_998"]
    extremity: float


def drawn_funnel(
    points: Sequence[Drawn],
    limits: Limits,
    *,
    centre: float,
    unit: str,
    language: str,
    wide: float,
) -> tuple[list[str], float]:
    """Draw the plot; return its elements and its height."""
    parts, top = _legend(language, wide)
    high = 220.0 if wide < 480 else 300.0
    first, last = min(p.at_n for p in points), max(p.at_n for p in points)
    cases = log_ticks(first, last, at_most=4 if wide < 480 else 6)
    first, last = max(first / 1.3, cases[0]), min(last * 1.3, cases[-1])
    cases = tuple(case for case in cases if first <= case <= last)
    numbers = [p.value for p in points] + [centre, *limits(first, OUTER)]
    values = linear_ticks(min(numbers), max(numbers), at_most=7)
    digits = digits_for(values)
    left = 10 + max(width(shown(v, language, digits), 13) for v in values)
    across = Axis(first, last, left, wide - 12, log=True)
    top += 24
    upward = Axis(values[0], values[-1], top + high, top)
    parts.append(
        group([label(0, top - 10, shorten(unit, wide, 13), size=13, fill=SOFT)], title=unit)
    )
    parts += _axes(across, upward, cases, values, language)
    curves = _curves(across, upward, limits)
    y = upward.at(centre)
    parts.append(line((across.start, y), (across.end, y), stroke=INK, width=1.5))
    parts += [polyline(curve, stroke=SOFT, dash=_DASH[level]) for level, curve in curves]
    spots = [(across.at(p.at_n), upward.at(p.value)) for p in points]
    parts += [_point(p, spot, language) for p, spot in zip(points, spots, strict=True)]
    lines = [Box(x - 2, y - 2, x + 2, y + 2) for _, curve in curves for x, y in curve]
    room = Box(left, top - 4, wide, top + high - 2)
    names, unnamed = _names(points, spots, room, lines)
    y = top + high + 42
    parts += [
        *names,
        label(left, y, shorten(_CASES.in_language(language), wide - left, 13), size=13, fill=SOFT),
    ]
    if unnamed:
        words = _UNNAMED.format(n=unnamed).in_language(language)
        y += 20
        parts.append(label(left, y, shorten(words, wide - left, 13), size=13, fill=SOFT))
    return parts, y + 8


def _legend(language: str, wide: float) -> tuple[list[str], float]:
    parts, x, y = [], 0.0, 16.0
    for key, text in _KEYS:
        words = text.in_language(language)
        room = 28 + width(words, 13)
        if x + room > wide and x:
            x, y = 0.0, y + 22
        parts += [_key(key, (x + 11, y - 5)), label(x + 28, y, words, size=13)]
        x += room + 16
    return parts, y + 8


def _key(key: str, at: tuple[float, float]) -> str:
    x, y = at
    if key.startswith("limit"):
        level = INNER if key == "limit_95" else OUTER
        return line((x - 11, y), (x + 11, y), stroke=SOFT, width=1.5, dash=_DASH[level])
    if key == "centre":
        return line((x - 11, y), (x + 11, y), stroke=INK, width=1.5)
    return _shape(key, at)


def _shape(standing: str, at: tuple[float, float]) -> str:
    """Draw a point: open dot inside, open diamond beyond 95 %, full diamond beyond 99.8 %."""
    if standing == "inside":
        return circle(at, 4, fill=PAPER, stroke=SOFT)
    return diamond(at, 6.5, fill=BLUE if standing == "beyond_998" else PAPER, stroke=BLUE)


def _axes(
    across: Axis,
    upward: Axis,
    cases: Sequence[float],
    values: Sequence[float],
    language: str,
) -> list[str]:
    parts = []
    digits = digits_for(values)
    for value in values:
        y = upward.at(value)
        parts.append(line((across.start, y), (across.end, y), stroke=LINE))
        words = shown(value, language, digits)
        parts.append(label(across.start - 6, y + 5, words, size=13, anchor="end", fill=SOFT))
    bottom = upward.start
    parts.append(line((across.start, bottom), (across.end, bottom), stroke=EDGE))
    digits, taken = digits_for(cases), 0.0
    for case in cases:
        x, words = across.at(case), shown(case, language, digits)
        half = width(words, 13) / 2
        parts.append(line((x, bottom), (x, bottom + 5), stroke=EDGE))
        x = min(x, across.end + 12 - half)
        if x - half > taken:
            parts.append(label(x, bottom + 20, words, size=13, anchor="middle", fill=SOFT))
            taken = x + half + 6
    return parts


def _curves(
    across: Axis, upward: Axis, limits: Limits
) -> list[tuple[float, list[tuple[float, float]]]]:
    """Return the limits as (level, points).

    What lies beyond the plot, or is cut at 0 or 100 %, is left out, not bent along the edge.
    """
    found = []
    ratio = across.high / across.low
    for level in (INNER, OUTER):
        for side in (0, 1):
            points = []
            for step in range(_STEPS + 1):
                n = across.low * ratio ** (step / _STEPS)
                value = limits(n, level)[side]
                if upward.low < value < upward.high:
                    points.append((across.at(n), upward.at(value)))
            if len(points) > 1:
                found.append((level, points))
    return found


def _point(point: Drawn, spot: tuple[float, float], language: str) -> str:
    words = f"{point.name}, n = {shown(point.n, language, 0)}"
    return group([_shape(point.standing, spot)], title=words)


def _names(
    points: Sequence[Drawn],
    spots: Sequence[tuple[float, float]],
    room: Box,
    lines: Sequence[Box],
) -> tuple[list[str], int]:
    """Name the points outside, the most extreme first, where a place beside them is free.

    Returns:
        The labels, and how many points outside got none.
    """
    taken = [Box(x - 6, y - 6, x + 6, y + 6) for x, y in spots]
    outside = sorted(
        (nth for nth, point in enumerate(points) if point.standing != "inside"),
        key=lambda nth: (-points[nth].extremity, nth),
    )
    parts = []
    for nth in outside[:_MOST_NAMES]:
        own = taken[nth]
        name = shorten(points[nth].name, min(180.0, (room.right - room.left) * 0.55), 13)
        others = [one for one in taken if one is not own]
        boxes = [
            (text_box(x, y, name, 13, anchor=anchor), label(x, y, name, size=13, anchor=anchor))
            for x, y, anchor in _candidates(spots[nth])
        ]
        possible = [one for one in boxes if one[0].inside(room) and free(one[0], others)]
        # A place that crosses no limit is best; crossing a dashed line is better than no name.
        best = [one for one in possible if free(one[0], lines)] or possible
        if best:
            taken.append(best[0][0])
            parts.append(group([best[0][1]], title=points[nth].name))
    return parts, len(outside) - len(parts)


def _candidates(spot: tuple[float, float]) -> list[tuple[float, float, Anchor]]:
    x, y = spot
    right: list[tuple[float, float, Anchor]] = [(x + 10, y + dy, "start") for dy in (5, -5, 15)]
    left: list[tuple[float, float, Anchor]] = [(x - 10, y + dy, "end") for dy in (5, -5, 15)]
    over: list[tuple[float, float, Anchor]] = [(x, y - 11, "middle"), (x, y + 21, "middle")]
    return [*right, *left, *over]
