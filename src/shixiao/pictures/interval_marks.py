"""One estimate as a mark and in words; shared by table cells and plots."""

from __future__ import annotations

import math

from shixiao.pictures.palette import INK, PAPER
from shixiao.pictures.scale import Axis, shown
from shixiao.pictures.svg import circle, diamond, line, polygon
from shixiao.terms import Estimate


def in_words(estimate: Estimate, language: str, digits: int) -> str:
    """Return “0.93（0.90 – 0.96）”; the value alone for a fact, "" without a value."""
    if estimate.value is None:
        return ""
    value = shown(estimate.value, language, digits)
    if estimate.low == estimate.high:
        return value
    chinese = language == "zh"
    low = "" if estimate.low is None else shown(estimate.low, language, digits)
    high = "" if estimate.high is None else shown(estimate.high, language, digits)
    if not high:
        interval = f"{low} 起，无上限" if chinese else f"{low} or more"
    elif not low:
        interval = f"至 {high}，无下限" if chinese else f"{high} or less"
    else:
        interval = f"{low} – {high}"
    return f"{value}（{interval}）" if chinese else f"{value} ({interval})"


def ends(estimate: Estimate) -> tuple[float, float]:
    """Return the interval; an end that does not exist is infinite, none at all is the value."""
    value = math.nan if estimate.value is None else estimate.value
    if estimate.low is None and estimate.high is None:
        return value, value
    low = -math.inf if estimate.low is None else estimate.low
    high = math.inf if estimate.high is None else estimate.high
    return low, high


def marks(estimate: Estimate, axis: Axis, y: float, *, reference: bool = False) -> list[str]:
    """Draw an ok estimate at height ``y``: its interval and, on top, its dot.

    What lies beyond the axis ends in an arrow; a dot beyond the axis is not drawn at its edge,
    for there it would be read as a value. A reference is an open diamond.
    """
    if estimate.value is None:
        return []
    low, high = ends(estimate)
    left, right = axis.at(low), axis.at(high)
    parts = [line((left, y), (right, y), stroke=INK, width=3)] if right > left else []
    # Upright ends keep an interval visible that is no wider than its dot.
    for end in (low, high):
        if high > low and axis.low <= end <= axis.high:
            x = axis.at(end)
            parts.append(line((x, y - 6), (x, y + 6), stroke=INK, width=1.5))
    for beyond, x, step in ((low < axis.low, axis.start, -1), (high > axis.high, axis.end, 1)):
        if beyond:
            parts.append(polygon([(x + 8 * step, y), (x, y - 6), (x, y + 6)], fill=INK))
    if axis.low <= estimate.value <= axis.high:
        centre = (axis.at(estimate.value), y)
        if reference:
            parts.append(diamond(centre, 7, fill=PAPER, stroke=INK))
        else:
            parts.append(circle(centre, 4.5, fill=INK))
    return parts
