"""Intervals from draws: percentile and BCa ends, for one number and for a ratio of two."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import ndtr, ndtri

from shixiao.statistics.level import Floats, tail
from shixiao.statistics.reasons import BOTH_ZERO, DENOMINATOR_NEAR_ZERO, DENOMINATOR_ZERO
from shixiao.terms import Estimate, Status


def estimate_from_draws(
    value: float, draws: Floats, *, n: int, level: float = 0.95, acceleration: float | None = None
) -> Estimate:
    """Turn bootstrap or posterior draws of one number into an estimate.

    The ends are the order statistics of rank floor((D + 1) a) and ceil((D + 1) (1 - a)) of the
    D draws, a = (1 - level) / 2, widened when needed so that they contain the value.

    Args:
        value: the number computed from the sample itself.
        draws: shape (draws,); may hold no NaN.
        n: independent cases behind the number.
        level: confidence level.
        acceleration: None for the percentile interval; a number for Efron's bias-corrected and
            accelerated interval (BCa).

    Raises:
        ValueError: when the draws are too few for the level.

    Source: B. Efron (1987), JASA 82, 171-185.
    """
    low, high = _ends(value, np.sort(draws), np.sort(draws), level, acceleration)
    return Estimate(value, min(low, value), max(high, value), n, level)


def ratio_from_draws(
    numerator: float,
    numerator_draws: Floats,
    denominator: float,
    denominator_draws: Floats,
    *,
    n: int,
    level: float = 0.95,
    acceleration: float | None = None,
) -> Estimate:
    """Turn paired draws of a numerator and a denominator into an estimate of their ratio.

    A draw whose denominator is 0 or has changed sign has no ratio. Such draws are never dropped:
    they stand beyond both ends, so a few of them widen the interval and more than
    (1 - level) / 2 of them leave it unbounded, which is ``insufficient``.

    Args:
        numerator: numerator of the sample itself.
        numerator_draws: shape (draws,).
        denominator: denominator of the sample itself.
        denominator_draws: shape (draws,), draw by draw beside the numerator's.
        n: independent cases behind both.
        level: confidence level.
        acceleration: as in ``estimate_from_draws``.
    """
    if denominator == 0:
        reason = BOTH_ZERO if numerator == 0 else DENOMINATOR_ZERO
        return Estimate(None, None, None, n, level, Status.INSUFFICIENT, reason)
    value = numerator / denominator
    defined = denominator_draws * math.copysign(1.0, denominator) > 0
    ratios = np.divide(
        numerator_draws, denominator_draws, out=np.zeros(len(defined)), where=defined
    )
    smallest = np.sort(np.where(defined, ratios, -np.inf))
    largest = np.sort(np.where(defined, ratios, np.inf))
    low, high = _ends(value, smallest, largest, level, acceleration)
    if not (math.isfinite(value) and math.isfinite(low) and math.isfinite(high)):
        shown = value if math.isfinite(value) else None
        reason = DENOMINATOR_NEAR_ZERO
        return Estimate(shown, None, None, n, level, Status.INSUFFICIENT, reason)
    return Estimate(value, min(low, value), max(high, value), n, level)


def _ends(
    value: float, smallest: Floats, largest: Floats, level: float, acceleration: float | None
) -> tuple[float, float]:
    """Return both ends; undefined draws are -inf in ``smallest`` and +inf in ``largest``."""
    draws = len(smallest)
    lower, upper = tail(level), 1.0 - tail(level)
    if (draws + 1) * lower < 1.0:
        raise ValueError(f"{draws} draws are too few for an interval of level {level}")
    if acceleration is not None:
        lower, upper = _bca_tails(value, smallest, largest, lower, acceleration)
    # The tiny shift keeps exact products such as 0.025 * 1000 on their own side of rounding.
    low = max(1, math.floor((draws + 1) * lower + 1e-9))
    high = min(draws, math.ceil((draws + 1) * upper - 1e-9))
    return float(smallest[low - 1]), float(largest[high - 1])


def _bca_tails(
    value: float, smallest: Floats, largest: Floats, lower: float, acceleration: float
) -> tuple[float, float]:
    """Move the two tail probabilities by bias z0 and acceleration a (Efron 1987, eq. 2.3)."""
    below = np.searchsorted(smallest, value, side="left") - np.isneginf(smallest).sum()
    above = (
        len(largest) - np.searchsorted(largest, value, side="right") - np.isposinf(largest).sum()
    )
    ties = np.isfinite(largest).sum() - below - above
    share = (below + ties / 2 + 0.5) / (np.isfinite(largest).sum() + 1)
    bias = float(ndtri(share))
    moved = []
    for probability in (lower, 1.0 - lower):
        z = bias + float(ndtri(probability))
        # Beyond the pole of 1 - a z the shift means the outermost draw on that side.
        scale = 1.0 - acceleration * z
        moved.append(float(ndtr(bias + z / scale)) if scale > 0 else float(z > 0))
    return moved[0], moved[1]
