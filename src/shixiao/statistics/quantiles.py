"""Quantiles: exact intervals from order statistics, and a bootstrap of one draw per resample."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.special import bdtr, bdtrik

from shixiao.statistics.intervals import ratio_from_draws
from shixiao.statistics.level import Floats, Integers, tail
from shixiao.statistics.reasons import too_few, too_few_per_arm
from shixiao.terms import Estimate, Status


def quantile_rank(n: int, q: float) -> int:
    """Return the rank of the sample quantile, ceil(n q): the inverse of the empirical distribution.

    This is ``quantile_disc`` of SQL engines: always a value that some case has.

    Raises:
        ValueError: when n is below 1 or q not strictly between 0 and 1.
    """
    if n < 1 or not 0.0 < q < 1.0:
        raise ValueError("A sample quantile needs n >= 1 and 0 < q < 1")
    # 0.07 * 100 is a little more than 7 in binary: an exact product keeps its rank.
    return min(n, max(1, math.ceil(n * q - 1e-9)))


def order_statistic_ranks(
    n: int, q: float, *, level: float = 0.95
) -> tuple[int | None, int | None]:
    """Return the ranks whose order statistics enclose the q quantile, whatever the distribution.

    With B ~ Binomial(n, q) cases below the quantile, ``lo`` is the largest rank with
    P(B < lo) ≤ a and ``hi`` the smallest with P(B ≥ hi) ≤ a, a = (1 - level) / 2. An engine
    needs to fetch these two ranks only.

    Returns:
        (lo, hi), counted from 1; None on a side where n is too small for any bound.

    Source: H. A. David and H. N. Nagaraja (2003), Order Statistics, 3rd ed., sec. 7.1.
    """
    quantile_rank(n, q)
    hi = _binomial_quantile(1.0 - tail(level), n, q) + 1
    # The lower rank is the upper one seen from the other end, where 1 - q of the cases lie.
    lo = n - _binomial_quantile(1.0 - tail(level), n, 1.0 - q)
    return (lo if lo >= 1 else None), (hi if hi <= n else None)


def _binomial_quantile(probability: float, n: int, q: float) -> int:
    """Return the smallest k with P(B <= k) >= probability."""
    if bdtr(0, n, q) >= probability:
        return 0
    k = int(np.ceil(bdtrik(probability, n, q)))
    return k - 1 if bdtr(k - 1, n, q) >= probability else k


def cases_for_quantile(q: float, *, level: float = 0.95) -> int:
    """Return the fewest cases for which both ranks of ``order_statistic_ranks`` exist.

    All n cases lie on one side with probability max(q, 1 - q)^n, which must not exceed
    (1 - level) / 2: 6 cases for a median at level 0.95.
    """
    quantile_rank(1, q)
    needed = math.log(tail(level)) / math.log(max(q, 1.0 - q))
    # Rounding up must not be triggered by the last bits of an exact power.
    return max(1, math.ceil(needed - 1e-9))


def quantile_interval(sorted_values: npt.ArrayLike, q: float, *, level: float = 0.95) -> Estimate:
    """Estimate a quantile with the distribution-free interval from order statistics.

    Args:
        sorted_values: one value per case, ascending.
        q: which quantile, 0.5 for the median.
        level: confidence level; the true coverage is at least this.

    Returns:
        The sample quantile with its interval; ``insufficient`` (value shown) when a bound does
        not exist.

    Raises:
        ValueError: when the values are not ascending.
    """
    values = _ascending(sorted_values)
    n = len(values)
    lo, hi = order_statistic_ranks(n, q, level=level) if n else (None, None)
    value = float(values[quantile_rank(n, q) - 1]) if n else None
    if lo is None or hi is None:
        reason = too_few(n, needed=cases_for_quantile(q, level=level))
        return Estimate(value, None, None, n, level, Status.INSUFFICIENT, reason)
    return Estimate(value, float(values[lo - 1]), float(values[hi - 1]), n, level)


def median_interval(sorted_values: npt.ArrayLike, *, level: float = 0.95) -> Estimate:
    """Estimate the median with the distribution-free interval (``quantile_interval`` at 0.5)."""
    return quantile_interval(sorted_values, 0.5, level=level)


def quantile_rank_draws(n: int, q: float, *, draws: int, rng: np.random.Generator) -> Integers:
    """Draw the ranks at which bootstrap quantiles fall, without resampling anything.

    The k-th smallest of n resampled cases is the case of rank ceil(n U), where U is the k-th
    smallest of n uniform numbers, U ~ Beta(k, n - k + 1): one draw per resample, whatever n.

    Returns:
        Shape (draws,), ranks from 1 to n in the sorted sample.

    Source: David and Nagaraja (2003), sec. 2.1, on uniform order statistics; B. Efron
    (1979), Annals of Statistics 7, sec. 3, on the bootstrap of the median.
    """
    k = quantile_rank(n, q)
    uniform = rng.beta(k, n - k + 1, size=draws)
    return np.clip(np.ceil(n * uniform).astype(np.int64), 1, n)


def quantile_draws(
    sorted_values: npt.ArrayLike, q: float, *, draws: int, rng: np.random.Generator
) -> Floats:
    """Draw bootstrap quantiles of a sorted sample, shape (draws,)."""
    values = _ascending(sorted_values)
    drawn: Floats = values[quantile_rank_draws(len(values), q, draws=draws, rng=rng) - 1]
    return drawn


def ratio_of_quantiles(
    sorted_a: npt.ArrayLike,
    sorted_b: npt.ArrayLike,
    q: float,
    *,
    draws: int,
    rng: np.random.Generator,
    level: float = 0.95,
) -> Estimate:
    """Estimate the ratio of one quantile of two independent arms by the percentile bootstrap.

    Args:
        sorted_a: values of the numerator arm, ascending.
        sorted_b: values of the denominator arm, ascending.
        q: which quantile, 0.5 for the median.
        draws: number of bootstrap samples.
        rng: the only source of chance.
        level: confidence level.

    Returns:
        The ratio; ``insufficient`` when an arm is too small for an interval of this quantile at
        all (``cases_for_quantile``) or the denominator cannot be told from 0.
    """
    a, b = _ascending(sorted_a), _ascending(sorted_b)
    needed = cases_for_quantile(q, level=level)
    n = len(a) + len(b)
    if len(a) < needed or len(b) < needed:
        reason = too_few_per_arm(len(a), len(b), needed=needed)
        return Estimate(None, None, None, n, level, Status.INSUFFICIENT, reason)
    return ratio_from_draws(
        float(a[quantile_rank(len(a), q) - 1]),
        quantile_draws(a, q, draws=draws, rng=rng),
        float(b[quantile_rank(len(b), q) - 1]),
        quantile_draws(b, q, draws=draws, rng=rng),
        n=n,
        level=level,
    )


def _ascending(values: npt.ArrayLike) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1 or not np.isfinite(array).all() or (array[1:] < array[:-1]).any():
        raise ValueError("Values must be one finite column in ascending order")
    return array
