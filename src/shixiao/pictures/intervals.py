"""Intervals: an estimate is a dot with its interval, never a bar."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

from shixiao.pictures.interval_marks import ends, in_words, marks
from shixiao.pictures.interval_rows import IntervalRow, PlotForm, drawn_row, group_head
from shixiao.pictures.palette import EDGE, GREEN, SOFT
from shixiao.pictures.scale import (
    FINEST_STEP,
    Axis,
    digits_for,
    estimate_digits,
    linear_ticks,
    log_ticks,
    shown,
)
from shixiao.pictures.svg import document, label, line
from shixiao.pictures.text import shorten, width, wrap
from shixiao.terms import Estimate, Text

__all__ = ["IntervalRow", "interval_plot", "interval_svg"]

_CELL_WIDTH, _CELL_HIGH = 240.0, 36.0
_KEPT_CELLS = 512  # more than a page has, so that its other language finds them
_NARROW = 480
_NAMES = 190.0
# On a ratio axis an interval may reach this many times beyond the farthest value.
_FARTHEST = 20.0
_TITLE = Text("估计值与区间", "Estimates with intervals")
_NOTHING = Text("还没有可以画的估计值。", "There are no estimates to draw yet.")


def interval_svg(
    estimate: Estimate,
    *,
    low_end: float,
    high_end: float,
    target: float | None = None,
    language: str,
    id_prefix: str = "interval",
) -> str:
    """Draw one estimate for a table cell: a dot on a light axis with its interval.

    Args:
        estimate: in the unit of the axis.
        low_end: number at the left end of the axis, shared by all rows of a column.
        high_end: number at the right end, above ``low_end``. What lies beyond ends in an arrow.
        target: drawn as a green upright line.
        language: of the title.
        id_prefix: makes the ids unique on a page with several pictures.

    Returns:
        SVG text of 240 by 36 px; "" when the estimate is not ok (a sentence stands there instead).

    Raises:
        ValueError: when the ends of the axis are not in order.
    """
    if not low_end < high_end:
        raise ValueError(f"An axis needs low_end < high_end, not {low_end} and {high_end}")
    if not estimate.ok or estimate.value is None:
        return ""
    digits = estimate_digits([abs(low_end), abs(high_end)])
    title = in_words(estimate, language, digits)
    if target is not None:
        goal = shown(target, language, digits)
        title += f"，目标 {goal}" if language == "zh" else f", target {goal}"
    return document(
        _CELL_WIDTH,
        _CELL_HIGH,
        [_cell(estimate, low_end, high_end, target)],
        title=title,
        description=f"n = {shown(estimate.n, language, 0)}",
        language=language,
        id_prefix=id_prefix,
    )


@lru_cache(_KEPT_CELLS)
def _cell(estimate: Estimate, low_end: float, high_end: float, target: float | None) -> str:
    """Draw what a cell shows in either language."""
    axis = Axis(low_end, high_end, 10, _CELL_WIDTH - 10)
    parts = [line((axis.start, 18), (axis.end, 18), stroke=EDGE)]
    if target is not None:
        x = axis.at(target)
        parts.append(line((x, 5), (x, 31), stroke=GREEN, width=2))
    return "".join((*parts, *marks(estimate, axis, 18)))


def interval_plot(
    rows: Sequence[IntervalRow],
    *,
    unit: Text,
    language: str,
    title: Text = _TITLE,
    reference_line: float | None = None,
    log: bool = False,
    sides: tuple[Text, Text] | None = None,
    width: int = 640,
    digits: int | None = None,
    id_prefix: str = "intervals",
) -> str:
    """Draw estimates below one another on a shared axis, in the order given.

    Args:
        rows: names and estimates; one that is not ok prints its reason where its number would be.
        unit: what the numbers are (“次”, “ratio of days”).
        language: ``zh`` or ``en``.
        title: read aloud for the picture.
        reference_line: number with a dashed upright line, e.g. 1 for ratios.
        log: logarithmic axis; intervals that reach 0 end in an arrow.
        sides: words for less and more, at both sides of the reference line.
        width: 640 for desktops; below 480 (340 for phones) names stand above their lines.
        digits: decimals of the numbers; by default fit for the largest, two at most.
        id_prefix: makes the ids unique on a page with several pictures.

    Returns:
        SVG text.
    """
    form = _form(rows, reference_line, width, language, log=log, digits=digits)
    parts: list[str] = []
    y = 0.0
    group = None
    for row in rows:
        if row.group is not None and row.group != group:
            drawn, y = group_head(row.group.in_language(language), y, form)
            parts += drawn
        group = row.group
        drawn, y = drawn_row(row, y, form)
        parts += drawn
    if any(row.estimate.ok for row in rows):
        drawn, y = _foot(form, y, unit.in_language(language), sides)
        parts += drawn
    elif not rows:
        parts.append(label(0, 20, shorten(_NOTHING.in_language(language), width, 14), fill=SOFT))
        y = 30
    return document(
        width,
        y + 4,
        parts,
        title=title.in_language(language),
        description=_spoken(rows, form),
        language=language,
        id_prefix=id_prefix,
    )


def _form(
    rows: Sequence[IntervalRow],
    reference_line: float | None,
    wide: float,
    language: str,
    *,
    log: bool,
    digits: int | None,
) -> PlotForm:
    """Choose axis, ticks and column widths."""
    shown_rows = [row for row in rows if row.estimate.ok]
    narrow = wide < _NARROW
    low, high = _reach(shown_rows, reference_line, log=log)
    ticks = (log_ticks if log else linear_ticks)(low, high, at_most=5 if narrow else 6)
    if digits is None:
        values = [row.estimate.value for row in shown_rows if row.estimate.value is not None]
        digits = 2 if log and max(values, default=0) < 100 else estimate_digits(values)
    draft = PlotForm(wide, 0 if narrow else _NAMES, Axis(0, 1, 0, 1), ticks, None, digits, language)
    numbers = max((_width_of(draft.words(row)) for row in shown_rows), default=0.0)
    start = 10.0 if narrow else _NAMES + 14
    end = wide - 10.0 if narrow else max(wide - numbers - 22, start + 120)
    axis = Axis(ticks[0], ticks[-1], start, end, log=log)
    return PlotForm(wide, draft.names, axis, ticks, reference_line, digits, language)


def _width_of(words: str) -> float:
    return width(words, 13)


def _reach(
    rows: Sequence[IntervalRow], reference_line: float | None, *, log: bool
) -> tuple[float, float]:
    """Return the least and greatest number that the axis should show."""
    values = [row.estimate.value for row in rows if row.estimate.value is not None]
    bounds = [end for row in rows for end in ends(row.estimate) if math.isfinite(end)]
    if reference_line is not None:
        values.append(reference_line)
    numbers = values + bounds
    if not log:
        return (min(numbers), max(numbers)) if numbers else (0.0, 1.0)
    positive = [value for value in values if value > 0] or [1.0]
    low = max(min(positive) / _FARTHEST, FINEST_STEP)
    high = max(max(positive) * _FARTHEST, 2 * low)
    inside = [number for number in numbers if low <= number <= high] or [low, high]
    least = low if any(number < low for number in numbers) else min(inside)
    return least, max(inside)


def _foot(
    form: PlotForm, y: float, unit: str, sides: tuple[Text, Text] | None
) -> tuple[list[str], float]:
    """Draw the axis with its numbers, the words at both sides, and the unit."""
    axis = form.axis
    parts = [line((axis.start, y), (axis.end, y), stroke=EDGE)]
    digits = digits_for(form.ticks)
    taken = -math.inf
    for tick in form.ticks:
        # On a log axis 0.1, 1 and 10 each take the decimals they need.
        own = digits_for([tick]) if axis.log else digits
        x, words = axis.at(tick), shown(tick, form.language, own)
        half = _width_of(words) / 2
        parts.append(line((x, y), (x, y + 5), stroke=EDGE))
        x = min(max(x, half), form.width - half)
        if x - half >= taken:
            parts.append(label(x, y + 20, words, size=13, anchor="middle", fill=SOFT))
            taken = x + half + 8
    y += 24
    if sides is not None and form.reference_line is not None:
        parts += _sides(form, y + 16, sides)
        y += 22
    for row in wrap(unit, form.width - axis.start, 13):
        parts.append(label(axis.start, y + 16, row, size=13, fill=SOFT))
        y += 20
    return parts, y


def _sides(form: PlotForm, y: float, sides: tuple[Text, Text]) -> list[str]:
    """Set “← less” and “more →” at both sides of the reference line, moved where room is short."""
    at = form.axis.at(form.reference_line if form.reference_line is not None else 0.0)
    less = shorten("← " + sides[0].in_language(form.language), form.width / 2 - 8, 13)
    more = shorten(sides[1].in_language(form.language) + " →", form.width / 2 - 8, 13)
    long, other = _width_of(less), _width_of(more)
    left = min(max(at - 10 - long, 0.0), form.width - other - 12 - long)
    right = min(max(at + 10, left + long + 12), form.width - other)
    return [label(left, y, less, size=13), label(right, y, more, size=13)]


def _spoken(rows: Sequence[IntervalRow], form: PlotForm) -> str:
    """Return every row as words."""
    said = []
    for row in rows:
        reason = row.estimate.reason
        words = form.words(row) if row.estimate.ok else ""
        if not words and reason is not None:
            words = reason.in_language(form.language)
        said.append(f"{form.name(row)}{'：' if form.language == 'zh' else ': '}{words}")
    joined = ("；" if form.language == "zh" else "; ").join(said)
    return joined or _NOTHING.in_language(form.language)
