"""Processing days as a sketch: counts in bins of equal relative width, which merge exactly.

Bin k holds the durations d with gamma^(k-1) < d <= gamma^k, gamma = 1.02; a duration up to a
minute is bin ``ZERO``. Any quantile is then known within 1 % of itself, whatever the number of
decisions, and two sketches merge by adding counts.

Source: C. Masson, J. E. Rim, H. K. Lee (2019), DDSketch, PVLDB 12, 2195-2205.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from shixiao.statistics import estimate_from_draws
from shixiao.statistics.reasons import too_few
from shixiao.terms import Estimate

GAMMA = 1.02
"""Growth of the bins: their middle is within (gamma - 1) / (gamma + 1) = 1 % of all in them."""
LOG_GAMMA = math.log(GAMMA)
SHORTEST = 1 / 1440  # days: one minute
ZERO = math.floor(math.log(SHORTEST) / LOG_GAMMA) - 1
NEGATIVE = ZERO - 1
"""Marks durations below 0, which no decision can have."""


def bin_of(days: float) -> int:
    """Return the bin of one duration in days (at least 0)."""
    return ZERO if days <= SHORTEST else math.ceil(math.log(days) / LOG_GAMMA)


def middle(bin_: int) -> float:
    """Return the duration in days that stands for a bin: within 1 % of each duration in it."""
    return 0.0 if bin_ == ZERO else 2 * GAMMA**bin_ / (GAMMA + 1)


def quantile(sketch: Mapping[int, int], share: float) -> float:
    """Return the duration below which a share of the decisions lies, within 1 % of itself.

    Raises:
        ValueError: the sketch is empty.
    """
    n = sum(sketch.values())
    if n == 0:
        raise ValueError("An empty sketch has no quantile")
    rank, seen = max(1, math.ceil(share * n)), 0
    for bin_ in sorted(sketch):
        seen += sketch[bin_]
        if seen >= rank:
            return middle(bin_)
    raise AssertionError("unreachable: ranks end at n")


def quantile_draws(
    sketch: Mapping[int, int], share: float, *, draws: int, rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Return bootstrap draws of a quantile: resampling n durations is Multinomial(n, bins / n).

    Source: B. Efron (1979), Annals of Statistics 7, 1-26.
    """
    order = sorted(sketch)
    counts = np.array([sketch[bin_] for bin_ in order], dtype=np.int64)
    n = int(counts.sum())
    rank = max(1, math.ceil(share * n))
    resampled = rng.multinomial(n, counts / n, size=draws).cumsum(axis=1)
    reached = (resampled >= rank).argmax(axis=1)
    drawn: npt.NDArray[np.float64] = np.array([middle(bin_) for bin_ in order])[reached]
    return drawn


def quantile_estimate(
    sketch: Mapping[int, int],
    share: float,
    *,
    minimum: int,
    draws: int,
    rng: np.random.Generator,
) -> Estimate:
    """Estimate a quantile of days by the percentile bootstrap; ``insufficient`` below a minimum."""
    n = sum(sketch.values())
    if n < minimum:
        value = quantile(sketch, share) if n else None
        return Estimate.insufficient(n, too_few(n, needed=minimum), value=value)
    drawn = quantile_draws(sketch, share, draws=draws, rng=rng)
    return estimate_from_draws(quantile(sketch, share), drawn, n=n)
