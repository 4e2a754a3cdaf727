"""Planning a stepped wedge: how many periods does it take to see that findings were halved?

The past tells how many findings each department has per period and how much more they scatter than
chance alone would have it; the schedule tells how much of a change it can show. Power is that of a
normal log ratio with the error √(dispersion / information).

Source: M. A. Hussey and J. P. Hughes (2007), Contemporary Clinical Trials 28, 182-191; K. Hemming,
T. P. Haines, P. J. Chilton, A. J. Girling and R. J. Lilford (2015), BMJ 350, h391.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from shixiao.statistics.level import Floats, Integers, critical_value
from shixiao.statistics.reasons import NO_PAST, never_enough
from shixiao.statistics.wedge_fit import Wedge, fit, information
from shixiao.terms import Text

_LOTS = 40
"""Lots over which information is averaged: it hangs little on who starts when."""


@dataclass(frozen=True, slots=True)
class WedgePlan:
    """What a schedule can show.

    Attributes:
        periods: fewest periods in all, those before the first start included, after which the
            change is seen with the power asked for; None where not even the most are enough.
        power: (periods, power) for each number of periods that was tried.
        findings: how many findings are then to be expected, had the course no effect.
        dispersion: variance of the past over that of Poisson, as the schedule meets it; at least 1.
        reason: why there is no number.
    """

    periods: int | None
    power: tuple[tuple[int, float], ...]
    findings: float | None
    dispersion: float | None
    reason: Text | None = None


def wedge_plan(
    counts: npt.ArrayLike,
    exposure: npt.ArrayLike,
    *,
    steps: int,
    first: int,
    every: int,
    most: int,
    rng: np.random.Generator,
    ratio: float = 0.5,
    power: float = 0.8,
    level: float = 0.95,
) -> WedgePlan:
    """Say how many periods a schedule needs to show a ratio.

    Args:
        counts: shape (units, periods), findings of the past, before any course.
        exposure: same shape, what was judged.
        steps: groups that start one after the other, equally many units in each.
        first: period in which the first group starts.
        every: periods from one start to the next.
        most: periods that anybody would wait for.
        rng: source of the lots over which information is averaged.
        ratio: what the course is to bring about, below or above 1.
        power: chance of seeing it.
        level: of the test.

    Returns:
        The plan; without a number of periods where the past has fewer than two periods or no
        finding, or where ``most`` is not enough.

    Raises:
        ValueError: a ratio of 1 or below 0, or numbers that ``Wedge.of`` refuses.
    """
    if ratio <= 0.0 or ratio == 1.0:
        raise ValueError("A plan needs a ratio above 0 that is not 1")
    units = np.asarray(counts).shape[0]
    past = Wedge.of(counts, exposure, np.full(units, np.asarray(counts).shape[-1]))
    judged = past.exposure.sum(axis=0) > 0
    if judged.sum() < 2 or past.counts.sum() == 0:
        return WedgePlan(None, (), None, None, NO_PAST)
    dispersion = _dispersion(past, rng)
    usual = past.counts.sum(axis=1) / np.maximum((past.exposure > 0).sum(axis=1), 1)
    tried: list[tuple[int, float]] = []
    lots = rng.permuted(np.tile(np.arange(units) * steps // units, (_LOTS, 1)), axis=1)
    for periods in range(first + 1, most + 1):
        known = _information(usual, lots, first, every, periods, math.log(ratio))
        reached = 0.0
        if known > 0:
            far = abs(math.log(ratio)) * math.sqrt(known / dispersion)
            reached = float(ndtr(far - critical_value(level)))
        tried.append((periods, reached))
        if reached >= power:
            return WedgePlan(periods, tuple(tried), float(usual.sum()) * periods, dispersion)
    best = tried[-1][1] if tried else 0.0
    return WedgePlan(None, tuple(tried), None, dispersion, never_enough(most, power=best))


def _information(
    usual: Floats, lots: Integers, first: int, every: int, periods: int, change: float
) -> float:
    """Return the mean information of lots after some periods."""
    found = []
    for groups in lots:
        after = np.arange(periods)[None, :] >= (first + groups * every)[:, None]
        found.append(information(usual[:, None] * np.exp(change * after), after))
    return float(np.mean(found))


def _dispersion(past: Wedge, rng: np.random.Generator) -> float:
    """Return how much more scores scatter over lots put on the past than Poisson would have it.

    Departments whose counts hang together over time are in it, because the starts are laid over
    whole rows.
    """
    units, periods = past.counts.shape
    fitted = fit(past, 0.0)
    residuals = past.counts - fitted
    scores, known = [], []
    for _ in range(_LOTS * 5):
        starts = rng.permutation(np.arange(units) % (periods - 1)) + 1
        after = np.arange(periods)[None, :] >= starts[:, None]
        scores.append(float((residuals * after).sum()))
        known.append(information(fitted, after))
    expected = float(np.mean(known))
    return max(1.0, float(np.var(scores)) / expected) if expected > 0 else 1.0
