"""Counts: the rate of rare events with Garwood's interval, and whether a rate has grown.

What arrives one by one and independently, such as complaints, is counted by Poisson's law; the
exposure is the time, or the cases, in which it could have arrived.
"""

from __future__ import annotations

from scipy.special import betainc, gammaincinv

from shixiao.statistics.level import tail
from shixiao.statistics.reasons import NO_EXPOSURE
from shixiao.terms import Estimate, Status


def garwood(count: int, exposure: float, *, level: float = 0.95) -> Estimate:
    """Estimate a rate with Garwood's exact interval.

    The bounds are those rates under which a count this high, or this low, has the probability of a
    tail: quantiles of the gamma distribution with shape ``count`` and ``count + 1``.

    Args:
        count: events, at least 0.
        exposure: in which they could have come, such as days; not negative.
        level: confidence level; the interval covers no less.

    Returns:
        Events per unit of exposure, with n = count; ``insufficient`` without exposure.

    Raises:
        ValueError: when count or exposure is negative.

    Source: F. Garwood (1936), Biometrika 28, 437-442.
    """
    _check(count, exposure)
    side = tail(level)
    if exposure == 0:
        return Estimate(None, None, None, count, level, Status.INSUFFICIENT, NO_EXPOSURE)
    low = float(gammaincinv(count, side)) if count else 0.0
    high = float(gammaincinv(count + 1, 1 - side))
    return Estimate(count / exposure, low / exposure, high / exposure, count, level)


def growth_p(
    count: int, exposure: float, earlier: int, earlier_exposure: float, *, times: float = 1.0
) -> float:
    """Return how likely a count at least this high is, were the rate no more than before.

    Given the sum of both counts, the later one is binomial with the share that its exposure has:
    an exact test that counts the earlier rate as known no better than it is.

    Args:
        count: events of late.
        exposure: in which they came.
        earlier: events before.
        earlier_exposure: in which those came.
        times: rate that would still be no growth, as a multiple of the earlier one.

    Returns:
        One-sided p; 1 where nothing was counted of late.

    Raises:
        ValueError: when a count is negative, an exposure is not positive, or so is ``times``.

    Source: J. Przyborowski and H. Wilenski (1940), Biometrika 31, 313-323.
    """
    _check(count, exposure)
    _check(earlier, earlier_exposure)
    if exposure == 0 or earlier_exposure == 0 or times <= 0:
        raise ValueError("A comparison of rates needs exposure on both sides, and a multiple")
    if count == 0:
        return 1.0
    share = times * exposure / (times * exposure + earlier_exposure)
    return float(betainc(count, earlier + 1, share))


def _check(count: int, exposure: float) -> None:
    if count < 0 or exposure < 0:
        raise ValueError("Counts and exposures are not negative")
