"""Rates of cells: two counts and their interval; insufficient below a minimum, never 0 of 0."""

from __future__ import annotations

from shixiao.fairness.catalogue import Metric
from shixiao.fairness.cube import PLACE, Integers
from shixiao.statistics import wilson
from shixiao.statistics.reasons import too_few
from shixiao.terms import Estimate, Status


def rate(count: int, of: int, *, least: int) -> Estimate:
    """Estimate a rate x / n with Wilson's interval.

    A rate of nobody is undefined (value None), never 0; below ``least`` it is ``insufficient`` and
    still shows what was seen.

    Source: E. B. Wilson (1927), JASA 22, 209-212.
    """
    found = wilson(count, of)
    if of == 0 or of >= least:
        return found
    reason = too_few(of, needed=least)
    return Estimate(
        found.value, found.low, found.high, of, found.level, Status.INSUFFICIENT, reason
    )


def parts(counts: Integers, metric: Metric) -> tuple[Integers, Integers]:
    """Return numerators and denominators of a metric.

    Args:
        counts: shape (…, len(COUNTS)), as in a cube.
        metric: one that is a rate of counts.
    """
    above, below = (
        counts[..., [PLACE[name] for name in names]].sum(axis=-1)
        for names in (metric.count, metric.of)
    )
    return above, below
