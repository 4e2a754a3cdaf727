"""Shrinkage: small units borrow strength from all units, by closed-form empirical Bayes.

The spread between units is estimated by moments and (but for means) taken as known, so the credible
intervals are short when units are few: at level 0.95 they cover about 0.94 of 60 units, 0.92 of 30
and 0.86 to 0.93 of 10 in simulation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv, gammaincinv

from shixiao.statistics.level import Floats, critical_value, tail
from shixiao.statistics.reasons import NO_CASES
from shixiao.terms import Estimate, Status

_FEWEST_UNITS = 3
"""Below this the spread between units cannot be told from chance."""


@dataclass(frozen=True, slots=True)
class Shrunken:
    """Units after shrinkage.

    Attributes:
        estimates: one per unit in the order given: posterior mean and credible interval.
        centre: mean of the distribution that the units are taken from.
        strength: what that distribution is worth beside a unit's own data, in cases
            (``beta_binomial``), units of exposure (``gamma_poisson``) or 1 / variance between
            units (``normal_normal``; None when the variance is 0 and units are fully pooled).
    """

    estimates: tuple[Estimate, ...]
    centre: float
    strength: float | None


def beta_binomial(successes: npt.ArrayLike, n: npt.ArrayLike, *, level: float = 0.95) -> Shrunken:
    """Shrink proportions: p_i ~ Beta(M m, M (1 - m)), x_i ~ Binomial(n_i, p_i).

    Posterior ``Beta(M m + x, M (1 - m) + n - x)``. With p̄ pooled and S = sum n_i (p_i - p̄)²,
    ``E S = p q ((k - 1) + r (N - sum n_i²/N - (k - 1)))`` gives the intra-class correlation r and
    M = (1 - r) / r. M is at most N: a prior learnt from N cases cannot be worth more than N. Fewer
    than 3 units with cases lend nothing: M = 1.

    Args:
        successes: shape (units,), whole numbers.
        n: shape (units,), cases of each unit.
        level: level of the credible intervals.

    Returns:
        One estimate per unit; ``insufficient`` for a unit without cases.

    Raises:
        ValueError: when counts are negative, not finite, not paired or successes exceed n.

    Source: J. C. Kleinman (1973), JASA 68, 46-54.
    """
    x, m = _paired(successes, n)
    if (x < 0).any() or (x > m).any():
        raise ValueError("Shrinking proportions needs 0 <= successes <= n")
    used, total = m > 0, float(m.sum())
    centre = (float(x.sum()) + 0.5) / (total + 1.0)
    strength = 1.0
    units = int(used.sum())
    if units >= _FEWEST_UNITS:
        spread = float((m[used] * (x[used] / m[used] - centre) ** 2).sum())
        excess = spread / (centre * (1.0 - centre)) - (units - 1)
        room = total - float((m**2).sum()) / total - (units - 1)
        correlation = excess / room if room > 0 else 0.0
        strength = (1 - correlation) / correlation if correlation > 0 else total
        strength = min(max(strength, 1.0), total)
    a = strength * centre + x
    b = strength * (1.0 - centre) + m - x
    low, high = (betaincinv(a, b, p) for p in (tail(level), 1.0 - tail(level)))
    estimates = _estimates(a / (a + b), low=low, high=high, n=m, used=used, level=level)
    return Shrunken(estimates, centre, strength)


def gamma_poisson(
    events: npt.ArrayLike, exposure: npt.ArrayLike, *, level: float = 0.95
) -> Shrunken:
    """Shrink rates: r_i ~ Gamma(B m, B), x_i ~ Poisson(r_i e_i).

    Posterior ``Gamma(B m + x, B + e)``. With r̄ pooled and S = sum e_i (x_i/e_i - r̄)²,
    ``E S = v (E - sum e_i²/E) + r (k - 1)`` gives the variance v between units and B = m / v,
    at most the total exposure E. Fewer than 3 units with exposure lend nothing but half an event.

    Args:
        events: shape (units,), whole numbers.
        exposure: shape (units,), days, users or cases at risk.
        level: level of the credible intervals.

    Returns:
        One estimate per unit, per unit of exposure, with n = events; ``insufficient`` for a unit
        without exposure.

    Raises:
        ValueError: when numbers are negative, not finite, not paired, or a unit has events without
            exposure.

    Source: D. G. Clayton and J. Kaldor (1987), Biometrics 43, 671-681.
    """
    x, e = _paired(events, exposure)
    if (x < 0).any() or (e < 0).any() or (x[e == 0] > 0).any():
        raise ValueError("Shrinking rates needs events >= 0 on exposure >= 0")
    used, total = e > 0, float(e.sum())
    if total == 0:
        raise ValueError("Shrinking rates needs exposure")
    centre = (float(x.sum()) + 0.5) / total
    strength = 0.5 / centre
    units = int(used.sum())
    if units >= _FEWEST_UNITS:
        spread = float((e[used] * (x[used] / e[used] - centre) ** 2).sum())
        variance = (spread - centre * (units - 1)) / (total - float((e**2).sum()) / total)
        strength = min(centre / variance, total) if variance > 0 else total
    shape, scale = strength * centre + x, strength + e
    low, high = (gammaincinv(shape, p) / scale for p in (tail(level), 1.0 - tail(level)))
    estimates = _estimates(shape / scale, low=low, high=high, n=x, used=used, level=level)
    return Shrunken(estimates, centre, strength)


def normal_normal(
    means: npt.ArrayLike, standard_errors: npt.ArrayLike, n: npt.ArrayLike, *, level: float = 0.95
) -> Shrunken:
    """Shrink means: mu_i ~ Normal(m, v), y_i ~ Normal(mu_i, s_i²).

    With w_i = 1 / s_i², v = max(0, (Q - (k - 1)) / (sum w - sum w²/sum w)) and B_i = s_i² /
    (s_i² + v), the posterior mean is ``y + B (m - y)`` and its variance
    ``(1 - B) s² + B² Var(m) + (2 / (k - 3)) B² (y - m)²``: the own part, the uncertainty of the
    centre, and (with more than 3 units) Morris's allowance for the estimated v. Fewer than 3 units
    lend nothing: B = 0.

    Args:
        means: shape (units,).
        standard_errors: shape (units,), positive.
        n: shape (units,), cases behind each mean.
        level: level of the credible intervals.

    Returns:
        One estimate per unit.

    Raises:
        ValueError: when numbers are not finite or not paired, or a standard error is not positive.

    Source: R. DerSimonian and N. Laird (1986), Controlled Clinical Trials 7, 177-188, for v;
    C. N. Morris (1983), JASA 78, 47-55, for the variance.
    """
    y, s = _paired(means, standard_errors)
    cases = np.asarray(n, dtype=np.float64)
    if (s <= 0).any() or cases.shape != y.shape:
        raise ValueError("Shrinking means needs positive standard errors and one n per mean")
    units = len(y)
    variance = _between_variance(y, s)
    weights = 1.0 / (s**2 + variance)
    centre = float((weights * y).sum() / weights.sum())
    back = s**2 * weights if units >= _FEWEST_UNITS else np.zeros(units)
    spread = (1.0 - back) * s**2 + back**2 / weights.sum()
    if units > _FEWEST_UNITS:
        spread = spread + 2.0 / (units - 3) * back**2 * (y - centre) ** 2
    value = y + back * (centre - y)
    half = critical_value(level) * np.sqrt(spread)
    used = np.ones(units, dtype=np.bool_)
    estimates = _estimates(
        value, low=value - half, high=value + half, n=cases, used=used, level=level
    )
    return Shrunken(estimates, centre, 1.0 / variance if variance > 0 else None)


def _between_variance(y: Floats, s: Floats) -> float:
    """Return DerSimonian and Laird's moment estimate; 0 for fewer than 2 units."""
    w = 1.0 / s**2
    room = w.sum() - (w**2).sum() / w.sum()
    if len(y) < 2:
        return 0.0
    q = (w * (y - (w * y).sum() / w.sum()) ** 2).sum()
    return max(0.0, float((q - (len(y) - 1)) / room))


def _paired(first: npt.ArrayLike, second: npt.ArrayLike) -> tuple[Floats, Floats]:
    x, y = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if x.ndim != 1 or x.shape != y.shape or len(x) == 0:
        raise ValueError("Shrinkage needs two columns of one number per unit")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("Shrinkage needs finite numbers")
    return x, y


def _estimates(
    value: Floats,
    *,
    low: Floats,
    high: Floats,
    n: Floats,
    used: npt.NDArray[np.bool_],
    level: float,
) -> tuple[Estimate, ...]:
    return tuple(
        # A very skew posterior can have its mean outside the central interval.
        Estimate(float(v), min(float(a), float(v)), max(float(b), float(v)), int(cases), level)
        if data
        else Estimate(None, None, None, 0, level, Status.INSUFFICIENT, NO_CASES)
        for v, a, b, cases, data in zip(value, low, high, n, used, strict=True)
    )
