"""Multiplicity: many questions asked at once, with the chance of a false answer kept."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv

from shixiao.statistics.level import Floats, checked_level


def benjamini_hochberg(p: npt.ArrayLike) -> Floats:
    """Adjust p values so that those at most q form a list with false discovery rate at most q.

    ``adjusted_(i) = min over j >= i of m p_(j) / j`` for ordered p values. Valid for independent
    and for positively dependent tests.

    Args:
        p: shape (tests,). Tests that were not made are left out, never given p = 1.

    Returns:
        Shape (tests,), in the order given, each at least its p and at most 1.

    Raises:
        ValueError: when some p is NaN or outside [0, 1].

    Source: Y. Benjamini and Y. Hochberg (1995), J. R. Stat. Soc. B 57, 289-300.
    """
    values, order = _ordered(p)
    m = len(values)
    scaled = values[order] * m / np.arange(1, m + 1)
    return _restore(np.minimum.accumulate(scaled[::-1])[::-1], values, order)


def holm(p: npt.ArrayLike) -> Floats:
    """Adjust p values so that the chance of any false rejection is kept, whatever the dependence.

    ``adjusted_(i) = max over j <= i of (m - j + 1) p_(j)`` for ordered p values.

    Args:
        p: shape (tests,), as in ``benjamini_hochberg``.

    Returns:
        Shape (tests,), in the order given, each at least its p and at most 1.

    Raises:
        ValueError: when some p is NaN or outside [0, 1].

    Source: S. Holm (1979), Scandinavian Journal of Statistics 6, 65-70.
    """
    values, order = _ordered(p)
    m = len(values)
    scaled = values[order] * np.arange(m, 0, -1)
    return _restore(np.maximum.accumulate(scaled), values, order)


def _ordered(p: npt.ArrayLike) -> tuple[Floats, npt.NDArray[np.intp]]:
    values = np.asarray(p, dtype=np.float64)
    if values.ndim != 1 or not ((values >= 0) & (values <= 1)).all():
        raise ValueError("p values must be one column of numbers in [0, 1]")
    return values, np.argsort(values, kind="stable")


def _restore(adjusted: Floats, values: Floats, order: npt.NDArray[np.intp]) -> Floats:
    result = np.empty_like(values)
    result[order] = adjusted
    # m * p / m can fall one bit below p.
    return np.clip(result, values, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class MaxT:
    """Simultaneous inference on a family.

    Attributes:
        critical: half-width of every simultaneous interval, in standard errors.
        low: shape (members,), lower ends; all members are covered together with the level.
        high: shape (members,), upper ends.
        p_adjusted: shape (members,), two-sided p against 0, adjusted for the whole family.
    """

    critical: float
    low: Floats
    high: Floats
    p_adjusted: Floats


def max_t(
    estimates: npt.ArrayLike,
    standard_errors: npt.ArrayLike,
    draws: npt.ArrayLike,
    *,
    level: float = 0.95,
) -> MaxT:
    """Make intervals and p values that hold for all members of a family together.

    ``T = max over members of |draw - mean of its draws| / standard error`` is computed per draw;
    its upper quantile replaces 1.96. Because whole columns are drawn jointly, the dependence
    between members is used and the price is lower than Bonferroni's. Draws under a null and
    bootstrap draws serve alike, for each row is centred on its own mean.

    Args:
        estimates: shape (members,), on a scale where 0 means no effect (differences, log ratios).
        standard_errors: shape (members,); 0 for a member known without sampling error.
        draws: shape (members, draws), columns drawn jointly.
        level: confidence level of the family.

    Returns:
        The critical value, intervals and single-step adjusted p values, (1 + draws with T at least
        |t|) / (1 + draws). A p value is at most 1 - level exactly when the interval leaves out 0
        (but for ties).

    Raises:
        ValueError: when shapes disagree, numbers are not finite, or draws are too few.

    Source: P. H. Westfall and S. S. Young (1993), Resampling-Based Multiple Testing, ch. 2.
    """
    value = np.asarray(estimates, dtype=np.float64)
    error = np.asarray(standard_errors, dtype=np.float64)
    drawn = np.asarray(draws, dtype=np.float64)
    if value.ndim != 1 or error.shape != value.shape or drawn.shape[:1] != value.shape:
        raise ValueError("max_t needs (members,), (members,) and (members, draws)")
    if not (np.isfinite(value).all() and np.isfinite(drawn).all() and (error >= 0).all()):
        raise ValueError("max_t needs finite numbers and standard errors from 0")
    inverse = np.divide(1.0, error, out=np.zeros_like(error), where=error > 0)
    centred = drawn - drawn.mean(axis=1, keepdims=True)
    largest = (np.abs(centred) * inverse[:, None]).max(axis=0, initial=0.0)
    critical = critical_maximum(largest, level=level)
    with np.errstate(invalid="ignore", divide="ignore"):
        t = np.where(error > 0, np.abs(value) / error, np.where(value == 0, 0.0, np.inf))
    half = critical * error
    return MaxT(critical, value - half, value + half, adjusted_p(t, largest))


def critical_maximum(largest: Floats, *, level: float) -> float:
    """Return the draw of rank ceil((D + 1) level) among D maxima: its tail is at most 1 - level.

    Raises:
        ValueError: when there are too few draws for the level.
    """
    draws = len(largest)
    rank = math.ceil((draws + 1) * checked_level(level) - 1e-9)
    if rank > draws:
        raise ValueError(f"{draws} draws are too few for a family at level {level}")
    return float(np.partition(largest, rank - 1)[rank - 1])


def adjusted_p(t: Floats, largest: Floats) -> Floats:
    """Return (1 + maxima at least t) / (1 + draws) for every t, any shape."""
    ordered = np.sort(largest)
    at_least = len(ordered) - np.searchsorted(ordered, t, side="left")
    return (1 + at_least) / (1 + len(ordered))


def adjusted_p_limit(t: Floats, largest: Floats, *, confidence: float = 0.99) -> Floats:
    """Return the upper confidence limit of what ``adjusted_p`` estimates, for every t, any shape.

    A p value from draws has an error of its own. Whoever accuses on p ≤ 0.05 from 1,000 draws does
    so wrongly in five of a hundred fair cases, give or take that error; on the limit, the error is
    on the side of who is accused. The limit is exact (Clopper and Pearson) in the number of maxima.

    Args:
        t: statistics.
        largest: shape (draws,), the largest statistic of each draw.
        confidence: of the limit.

    Source: C. J. Clopper and E. S. Pearson (1934), Biometrika 26, 404-413; on p values from draws,
    A. Gandy (2009), Journal of the American Statistical Association 104, 1504-1511.
    """
    ordered = np.sort(largest)
    at_least = len(ordered) - np.searchsorted(ordered, t, side="left")
    limits: Floats = betaincinv(
        at_least + 1.0, np.maximum(len(ordered) - at_least, 1e-9), confidence
    )
    return np.where(at_least == len(ordered), 1.0, limits)
