"""Ranges: products and sums of estimates and of numbers that are known within a range.

Intervals and ranges are taken as 95 % ranges that know nothing of each other, and joined by the
method of variance estimates recovery (G. Y. Zou and A. Donner 2008, Statistics in Medicine 27,
1693-1702).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from shixiao.terms import Estimate


def product(units: Estimate, low: float, usual: float, high: float) -> Estimate:
    """Multiply an estimate with a number known within a range."""
    value = units.value or 0.0
    down = math.hypot(usual * (value - _end(units.low, value)), value * (usual - low))
    up = math.hypot(usual * (_end(units.high, value) - value), value * (high - usual))
    hours = value * usual
    return Estimate(hours, max(hours - down, 0.0), hours + up, units.n)


def added(estimates: Sequence[Estimate]) -> Estimate:
    """Add independent estimates."""
    value = sum(e.value or 0.0 for e in estimates)
    down = math.hypot(*(_v(e) - _end(e.low, _v(e)) for e in estimates))
    up = math.hypot(*(_end(e.high, _v(e)) - _v(e) for e in estimates))
    return Estimate(value, max(value - down, 0.0), value + up, sum(e.n for e in estimates))


def _v(estimate: Estimate) -> float:
    return estimate.value or 0.0


def _end(end: float | None, value: float) -> float:
    return value if end is None else end
