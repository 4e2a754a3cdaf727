"""Ratios of two estimates: the interval of a quotient from the intervals of its parts."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from shixiao.statistics.level import Floats
from shixiao.statistics.proportions import wilson_bounds
from shixiao.statistics.reasons import (
    BOTH_ZERO,
    DENOMINATOR_NEAR_ZERO,
    DENOMINATOR_ZERO,
    NO_CASES,
    PART_UNDEFINED,
)
from shixiao.terms import Estimate, Status


def mover_r(
    theta1: npt.ArrayLike,
    l1: npt.ArrayLike,
    u1: npt.ArrayLike,
    theta2: npt.ArrayLike,
    l2: npt.ArrayLike,
    u2: npt.ArrayLike,
) -> tuple[Floats, Floats]:
    """Return bounds of theta1 / theta2 from the bounds of two independent estimates (MOVER-R).

    The lower bound is the R at which the lower limit of ``theta1 - R theta2`` reaches 0, the upper
    bound the R at which its upper limit does. For positive parts these are
    ``(t1 t2 - sqrt((t1 t2)² - l1 u2 (2 t1 - l1)(2 t2 - u2))) / (u2 (2 t2 - u2))`` and
    ``(t1 t2 + sqrt((t1 t2)² - u1 l2 (2 t1 - u1)(2 t2 - l2))) / (l2 (2 t2 - l2))``.
    The numerator may be negative; the denominator may be negative throughout.

    Args:
        theta1: numerators; all six arrays broadcast together.
        l1: lower bounds of the numerators.
        u1: upper bounds of the numerators.
        theta2: denominators.
        l2: lower bounds of the denominators.
        u2: upper bounds of the denominators.

    Returns:
        Lower and upper bounds; NaN where the denominator's interval contains 0 (the ratio is then
        unbounded) or where a part is NaN.

    Raises:
        ValueError: when an interval does not contain its estimate.

    Source: A. Donner and G. Y. Zou (2012), Statistical Methods in Medical Research 21, 347-359.
    """
    parts = np.broadcast_arrays(
        *(np.asarray(part, dtype=np.float64) for part in (theta1, l1, u1, theta2, l2, u2))
    )
    t1, low1, high1, t2, low2, high2 = parts
    if (low1 > t1).any() or (t1 > high1).any() or (low2 > t2).any() or (t2 > high2).any():
        raise ValueError("Every interval must contain its estimate")
    # A ratio is unchanged when both parts change sign: turn negative denominators round.
    turned = high2 < 0
    t1, low1, high1 = (
        np.where(turned, -t1, t1),
        np.where(turned, -high1, low1),
        np.where(turned, -low1, high1),
    )
    t2, low2, high2 = (
        np.where(turned, -t2, t2),
        np.where(turned, -high2, low2),
        np.where(turned, -low2, high2),
    )
    lower = _lower_bound(t1, low1, t2, low2, high2)
    upper = -_lower_bound(-t1, -high1, t2, low2, high2)
    defined = low2 > 0
    # Adding 0 turns the -0.0 of a negated bound into 0.0.
    return np.where(defined, lower, np.nan) + 0.0, np.where(defined, upper, np.nan) + 0.0


def _lower_bound(t1: Floats, l1: Floats, t2: Floats, l2: Floats, u2: Floats) -> Floats:
    """Return the lower root; the bound of t2 that matters is the one that lowers t1 - R t2."""
    product = t1 * t2
    constant = l1 * (2 * t1 - l1)
    above = u2 * (2 * t2 - u2)
    below = l2 * (2 * t2 - l2)
    bound = np.where(np.isnan(constant * above * below), np.nan, 0.0)
    # R >= 0. This form of the root has no singularity where u2 = 2 t2.
    bottom = product + np.sqrt(np.maximum(product**2 - above * constant, 0.0))
    np.divide(constant, bottom, out=bound, where=(l1 >= 0) & (bottom > 0))
    # R < 0: the denominator enters with a plus sign, so its own lower bound counts.
    top = product - np.sqrt(np.maximum(product**2 - below * constant, 0.0))
    np.divide(top, below, out=bound, where=(l1 < 0) & (below > 0))
    return bound


def estimate_ratio(numerator: Estimate, denominator: Estimate) -> Estimate:
    """Estimate the ratio of two independent estimates by MOVER-R.

    Returns:
        The ratio with n of both parts; ``insufficient`` when a part is not ok or the
        denominator's interval contains 0.

    Raises:
        ValueError: when the parts have different levels.
    """
    if numerator.level != denominator.level:
        raise ValueError("Both parts of a ratio need the same level")
    n, level = numerator.n + denominator.n, numerator.level
    t1, l1, u1 = numerator.value, numerator.low, numerator.high
    t2, l2, u2 = denominator.value, denominator.low, denominator.high
    whole = numerator.ok and denominator.ok
    if (
        not whole
        or t1 is None
        or l1 is None
        or u1 is None
        or t2 is None
        or l2 is None
        or u2 is None
    ):
        return Estimate(None, None, None, n, level, Status.INSUFFICIENT, PART_UNDEFINED)
    if t2 == 0:
        return Estimate(None, None, None, n, level, Status.INSUFFICIENT, DENOMINATOR_ZERO)
    value = t1 / t2
    low, high = (float(bound) for bound in mover_r(t1, l1, u1, t2, l2, u2))
    if math.isnan(low):
        reason = DENOMINATOR_NEAR_ZERO
        return Estimate(value, None, None, n, level, Status.INSUFFICIENT, reason)
    return Estimate(value, min(low, value), max(high, value), n, level)


def proportion_ratio(x1: int, n1: int, x2: int, n2: int, *, level: float = 0.95) -> Estimate:
    """Estimate p1 / p2 of two independent groups: MOVER-R on Wilson intervals.

    No success in group 1 gives 0 with a real upper bound. No success in group 2 leaves the ratio
    undefined: the estimate is ``insufficient``, without value and upper bound, but with the lower
    bound that the data do support when group 1 has successes.

    Raises:
        ValueError: as ``wilson_bounds``.

    Source: Donner and Zou (2012) with Wilson (1927) limits.
    """
    n = n1 + n2
    l1, u1 = wilson_bounds(x1, n1, level=level)
    l2, u2 = wilson_bounds(x2, n2, level=level)
    if n1 == 0 or n2 == 0:
        return Estimate(None, None, None, n, level, Status.INSUFFICIENT, NO_CASES)
    p1, p2 = x1 / n1, x2 / n2
    if x2 == 0:
        if x1 == 0:
            return Estimate(None, None, None, n, level, Status.INSUFFICIENT, BOTH_ZERO)
        low = float(_lower_bound(*(np.asarray(part) for part in (p1, l1, p2, l2, u2))))
        return Estimate(None, low, None, n, level, Status.INSUFFICIENT, DENOMINATOR_ZERO)
    low, high = (float(bound) for bound in mover_r(p1, l1, u1, p2, l2, u2))
    value = p1 / p2
    return Estimate(value, min(low, value), max(high, value), n, level)


def proportion_ratio_bounds(
    x1: npt.ArrayLike,
    n1: npt.ArrayLike,
    x2: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    level: float = 0.95,
) -> tuple[Floats, Floats]:
    """Return the bounds of ``proportion_ratio`` for many pairs; NaN where undefined."""
    l1, u1 = wilson_bounds(x1, n1, level=level)
    l2, u2 = wilson_bounds(x2, n2, level=level)
    with np.errstate(invalid="ignore", divide="ignore"):
        p1 = np.asarray(x1, dtype=np.float64) / np.asarray(n1, dtype=np.float64)
        p2 = np.asarray(x2, dtype=np.float64) / np.asarray(n2, dtype=np.float64)
    return mover_r(p1, l1, u1, p2, l2, u2)
