"""Ratios of means: two arms compared by the case bootstrap, within strata or without."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from shixiao.statistics.bootstrap import mean_draws
from shixiao.statistics.cells import CellSample
from shixiao.statistics.intervals import ratio_from_draws
from shixiao.statistics.level import Floats
from shixiao.statistics.reasons import NO_OVERLAP, too_few_per_arm
from shixiao.terms import Estimate, Status

Method: TypeAlias = Literal["percentile", "bca"]


@dataclass(frozen=True, slots=True, eq=False)
class Stratum:
    """Two arms within one stratum of comparable cases.

    Attributes:
        a: the numerator arm.
        b: the denominator arm.
        weight: share of the stratum in the comparison, up to a common factor. None is the overlap
            weight n_a n_b / (n_a + n_b), which leaves out strata that only one arm has (F. Li,
            K. L. Morgan and A. M. Zaslavsky 2018, JASA 113, 390-400).
    """

    a: CellSample
    b: CellSample
    weight: float | None = None

    @property
    def share(self) -> float:
        """The weight, given or of overlap."""
        if self.weight is not None:
            return self.weight
        return self.a.n * self.b.n / (self.a.n + self.b.n) if self.a.n + self.b.n else 0.0


def ratio_of_means(
    a: CellSample,
    b: CellSample,
    *,
    draws: int,
    rng: np.random.Generator,
    level: float = 0.95,
    method: Method = "percentile",
    minimum: int = 2,
) -> Estimate:
    """Estimate mean(a) / mean(b) of two independent arms by the case bootstrap.

    Returns:
        The ratio, as ``ratio_of_stratified_means`` of a single stratum.
    """
    return ratio_of_stratified_means(
        [Stratum(a, b)], draws=draws, rng=rng, level=level, method=method, minimum=minimum
    )


def ratio_of_stratified_means(
    strata: Sequence[Stratum],
    *,
    draws: int,
    rng: np.random.Generator,
    level: float = 0.95,
    method: Method = "percentile",
    minimum: int = 2,
) -> Estimate:
    """Estimate sum(w mean_a) / sum(w mean_b) over strata, resampling cases within each arm.

    An arm whose cases are all alike shows the bootstrap no spread, yet n equal cases do not prove
    that no other exists: the chance p of a case unlike those seen is drawn from Beta(1, n) (its
    upper bound is the rule of three), and such a case is taken to look like the other arm.

    Args:
        strata: arms of one metric; strata of weight 0 are left out.
        draws: number of bootstrap samples.
        rng: the only source of chance.
        level: confidence level.
        method: percentile, or BCa with the acceleration from the influence of each case.
        minimum: fewest cases that each arm needs over the strata used.

    Returns:
        The ratio with n of both arms; ``insufficient`` when an arm has too few cases, the
        denominator is 0, or 0 in so many draws that the interval has no end.

    Raises:
        ValueError: when a weight is negative or a weighted stratum has an empty arm.

    Source: B. Efron and R. J. Tibshirani (1993), An Introduction to the Bootstrap, ch. 8, 13, 14.
    """
    used = [stratum for stratum in strata if stratum.share != 0]
    _check_strata(used)
    counted = used or strata
    n_a, n_b = sum(s.a.n for s in counted), sum(s.b.n for s in counted)
    if n_a < minimum or n_b < minimum or not used:
        few = n_a < minimum or n_b < minimum
        reason = too_few_per_arm(n_a, n_b, needed=minimum) if few else NO_OVERLAP
        return Estimate(None, None, None, n_a + n_b, level, Status.INSUFFICIENT, reason)
    total = sum(stratum.share for stratum in used)
    weights = [stratum.share / total for stratum in used]
    parts_a = [(w, stratum.a) for w, stratum in zip(weights, used, strict=True)]
    parts_b = [(w, stratum.b) for w, stratum in zip(weights, used, strict=True)]
    draws_a = _weighted_draws(parts_a, draws, rng)
    draws_b = _weighted_draws(parts_b, draws, rng)
    draws_a, draws_b = (
        _with_unseen(draws_a, draws_b, parts_a, rng),
        _with_unseen(draws_b, draws_a, parts_b, rng),
    )
    return ratio_from_draws(
        _weighted_mean(parts_a),
        draws_a,
        _weighted_mean(parts_b),
        draws_b,
        n=n_a + n_b,
        level=level,
        acceleration=_acceleration(parts_a, parts_b) if method == "bca" else None,
    )


_Parts: TypeAlias = list[tuple[float, CellSample]]


def _weighted_mean(parts: _Parts) -> float:
    return math.fsum(weight * float(cells.mean) for weight, cells in parts)


MANY_STRATA = 64
"""From so many strata on, the weighted mean of resamples is drawn from its own normal law."""


def _weighted_draws(parts: _Parts, draws: int, rng: np.random.Generator) -> Floats:
    """Return draws of the weighted mean of one arm, strata resampled one after the other.

    A sum over many independent strata is normal to high accuracy; its mean and variance are those
    of the resamples, so that only the third moment (of order 1 / sqrt(strata)) is lost.
    """
    if len(parts) >= MANY_STRATA:
        variance = math.fsum(w * w * _variance(cells) / cells.n for w, cells in parts)
        normal: Floats = _weighted_mean(parts) + math.sqrt(variance) * rng.standard_normal(draws)
        return normal
    result = np.zeros(draws)
    for weight, cells in parts:
        result += weight * mean_draws(cells, draws=draws, rng=rng)
    return result


def _variance(cells: CellSample) -> float:
    """Return the variance of one case of a sample, Σ n (x - mean)² / n."""
    return float(cells.counts @ (cells.values - cells.mean) ** 2) / cells.n


def _with_unseen(own: Floats, other: Floats, parts: _Parts, rng: np.random.Generator) -> Floats:
    """Mix in the other arm's draws where an arm without spread hides what it has not seen."""
    if not all(cells.constant for _, cells in parts):
        return own
    unseen = rng.beta(1.0, sum(cells.n for _, cells in parts), size=len(own))
    mixed: Floats = (1.0 - unseen) * own + unseen * other
    return mixed


def _acceleration(parts_a: _Parts, parts_b: _Parts) -> float:
    """Return the skewness of the influence of single cases on the ratio, over 6 (Efron 1987)."""
    mean_a, mean_b = _weighted_mean(parts_a), _weighted_mean(parts_b)
    if mean_b == 0:
        return 0.0
    # d(A / B) = (dA - (A / B) dB) / B; of the common factor 1 / B only the sign counts.
    sign = math.copysign(1.0, mean_b)
    squares = cubes = 0.0
    for factor, parts in ((sign, parts_a), (-sign * mean_a / mean_b, parts_b)):
        for weight, cells in parts:
            influence = factor * weight * (cells.values - cells.mean) / cells.n
            squares += float(cells.counts @ influence**2)
            cubes += float(cells.counts @ influence**3)
    return cubes / (6.0 * squares**1.5) if squares > 0 else 0.0


def _check_strata(strata: Sequence[Stratum]) -> None:
    for stratum in strata:
        if stratum.a.values.ndim != 1 or stratum.b.values.ndim != 1:
            raise ValueError("A ratio of means takes cells of one metric")
        if stratum.share < 0 or not math.isfinite(stratum.share):
            raise ValueError("The weight of a stratum is a finite number from 0")
        if stratum.a.n == 0 or stratum.b.n == 0:
            raise ValueError("A stratum with a weight needs cases in both arms")
