"""Proportions: Wilson's interval, Newcombe's interval for a difference, and the n they need."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from shixiao.statistics.level import Floats, critical_value
from shixiao.statistics.reasons import NO_CASES
from shixiao.terms import Estimate, Status


def wilson(successes: int, n: int, *, level: float = 0.95) -> Estimate:
    """Estimate a proportion with Wilson's score interval.

    Args:
        successes: cases that show the outcome, 0 ≤ successes ≤ n.
        n: cases looked at.
        level: confidence level.

    Returns:
        successes / n with its interval; ``insufficient`` without cases.

    Source: E. B. Wilson (1927), JASA 22, 209-212.
    """
    low, high = wilson_bounds(successes, n, level=level)
    if n == 0:
        return Estimate(None, None, None, 0, level, Status.INSUFFICIENT, NO_CASES)
    return Estimate(successes / n, float(low), float(high), n, level)


def wilson_bounds(
    successes: npt.ArrayLike, n: npt.ArrayLike, *, level: float = 0.95
) -> tuple[Floats, Floats]:
    """Return Wilson's bounds for many proportions at once.

    The bounds solve ``|p̂ - p| = z sqrt(p (1 - p) / n)`` for p:
    ``(p̂ + z²/2n ± z sqrt(p̂(1 - p̂)/n + z²/4n²)) / (1 + z²/n)``.

    Args:
        successes: array, any shape; need not be whole (weighted counts are allowed).
        n: array that broadcasts with it; an effective n is allowed.
        level: confidence level.

    Returns:
        Lower and upper bounds in [0, 1]; NaN where n is 0, for there nothing is known.

    Raises:
        ValueError: when some count is negative, not finite, or above its n.
    """
    x, m = np.broadcast_arrays(
        np.asarray(successes, dtype=np.float64), np.asarray(n, dtype=np.float64)
    )
    if not (np.isfinite(x).all() and np.isfinite(m).all()) or (x < 0).any() or (x > m).any():
        raise ValueError("A proportion needs 0 <= successes <= n, all finite")
    z = critical_value(level)
    with np.errstate(invalid="ignore", divide="ignore"):
        p = x / m
        centre = (x + z * z / 2) / (m + z * z)
        half = z * np.sqrt(m * p * (1 - p) + z * z / 4) / (m + z * z)
    # At the ends the formula is exactly 0 or 1; rounding must not move the bound past p.
    low = np.where(x == 0, 0.0, np.clip(centre - half, 0.0, p))
    high = np.where(x == m, 1.0, np.clip(centre + half, p, 1.0))
    empty = m == 0
    return np.where(empty, np.nan, low), np.where(empty, np.nan, high)


def newcombe_difference(x1: int, n1: int, x2: int, n2: int, *, level: float = 0.95) -> Estimate:
    """Estimate p1 - p2 of two independent groups with Newcombe's hybrid score interval.

    Returns:
        The difference with its interval and n = n1 + n2; ``insufficient`` when a group is empty.

    Source: R. G. Newcombe (1998), Statistics in Medicine 17, 873-890, method 10.
    """
    low, high = newcombe_bounds(x1, n1, x2, n2, level=level)
    if n1 == 0 or n2 == 0:
        return Estimate(None, None, None, n1 + n2, level, Status.INSUFFICIENT, NO_CASES)
    return Estimate(x1 / n1 - x2 / n2, float(low), float(high), n1 + n2, level)


def newcombe_bounds(
    x1: npt.ArrayLike,
    n1: npt.ArrayLike,
    x2: npt.ArrayLike,
    n2: npt.ArrayLike,
    *,
    level: float = 0.95,
) -> tuple[Floats, Floats]:
    """Return Newcombe's bounds for many differences p1 - p2 at once.

    With Wilson's (l, u) of each group: ``d - sqrt((p1 - l1)² + (u2 - p2)²)`` and
    ``d + sqrt((u1 - p1)² + (p2 - l2)²)``. NaN where a group is empty.

    Raises:
        ValueError: as ``wilson_bounds``.
    """
    l1, u1 = wilson_bounds(x1, n1, level=level)
    l2, u2 = wilson_bounds(x2, n2, level=level)
    with np.errstate(invalid="ignore", divide="ignore"):
        p1 = np.asarray(x1, dtype=np.float64) / np.asarray(n1, dtype=np.float64)
        p2 = np.asarray(x2, dtype=np.float64) / np.asarray(n2, dtype=np.float64)
    return p1 - p2 - np.hypot(p1 - l1, u2 - p2), p1 - p2 + np.hypot(u1 - p1, p2 - l2)


def minimum_n(half_width: float, *, proportion: float = 0.5, level: float = 0.95) -> int:
    """Return the fewest cases whose Wilson interval is at most ± ``half_width`` wide.

    The half-width ``z sqrt(n p q + z²/4) / (n + z²)`` falls with n, so the answer is the larger
    root of a quadratic in n, rounded up. The default proportion 0.5 is the worst case.

    Raises:
        ValueError: when the half-width is not in (0, 0.5] or the proportion not in [0, 1].
    """
    if not 0.0 < half_width <= 0.5 or not 0.0 <= proportion <= 1.0:
        raise ValueError("A half-width lies in (0, 0.5] and a proportion in [0, 1]")
    z2 = critical_value(level) ** 2
    square = half_width**2
    linear = z2 * (2 * square - proportion * (1 - proportion))
    constant = z2 * z2 * (square - 0.25)
    root = (-linear + math.sqrt(linear**2 - 4 * square * constant)) / (2 * square)
    # Rounding up must not be triggered by the last bits of an exact root.
    return max(1, math.ceil(root - 1e-9))
