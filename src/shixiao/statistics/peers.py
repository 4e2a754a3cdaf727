"""Peers: does one subject stand out from others of its kind by more than they differ anyway?

Subjects that are all in order still differ from each other. How much is learnt from the peers
themselves, from those at or below the median only: whoever inflates a figure stands above it, so
the spread below stays that of the innocent (an empirical null, with the half that cannot be
contaminated). A subject's p is the chance that an innocent one would show as much.

Source: B. Efron (2004), JASA 99, 96-104 (empirical null); D. J. Spiegelhalter (2005), Statistics
in Medicine 24, 1185-1202 (over-dispersed funnel limits); F. E. Satterthwaite (1946), Biometrics
Bulletin 2, 110-114, for the degrees of freedom.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, expit, stdtr

from shixiao.statistics.level import Floats

# Nodes for integrals over Student's t: sinh spacing is dense at the centre and reaches far out.
_STEPS = np.linspace(-4.6, 4.6, 141)
_NODES = np.sinh(_STEPS)
_WIDTHS = np.cosh(_STEPS)
_ROUNDS = 50
CAUTION = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Peers:
    """What the peers say of each of their number.

    Attributes:
        p: shape (subjects,), chance that an innocent subject would lie as high or higher.
        excess: shape (subjects,), distance from the centre on the scale of comparison (log odds or
            the scale of the values).
        centre: where the middle subject lies on that scale.
        spread: standard deviation of innocent subjects around it, sampling error taken out.
    """

    p: Floats
    excess: Floats
    centre: float
    spread: float


def proportions_above_peers(successes: npt.ArrayLike, n: npt.ArrayLike) -> Peers:
    """Test each proportion against those of all others, one-sided, on the log-odds scale.

    Under the null x_i ~ Binomial(n_i, expit(θ_i)) with θ_i = m + s T, T of Student's law with the
    degrees of freedom that the estimate of s has; p is the tail of that mixture, summed exactly,
    so that proportions of 0 and 1 need no special case.

    Args:
        successes: shape (subjects,), whole numbers.
        n: shape (subjects,), positive.

    Raises:
        ValueError: fewer than three subjects, or counts that are no counts.
    """
    x, m = np.asarray(successes, dtype=np.float64), np.asarray(n, dtype=np.float64)
    if x.shape != m.shape or x.ndim != 1 or (x < 0).any() or (x > m).any() or (m <= 0).any():
        raise ValueError("Peers need 0 <= successes <= n, n > 0, one of each per subject")
    y = np.log((x + 0.5) / (m - x + 0.5))
    middle = _median(y)
    chance = float(expit(middle))
    error = 1.0 / np.maximum(m * chance * (1.0 - chance), 1e-9)
    null = _null(y, error)
    nodes = null.centre + math.sqrt(null.variance + null.centre_variance) * _NODES
    freedom = null.freedom[:, None]
    # Student's density up to a factor, which the next line takes out.
    weights = (1.0 + _NODES[None, :] ** 2 / freedom) ** (-(freedom + 1.0) / 2.0) * _WIDTHS[None, :]
    weights /= weights.sum(axis=1, keepdims=True)
    # P(X >= x) of a binomial is the regularised incomplete beta function.
    tails = np.where(
        x[:, None] == 0,
        1.0,
        betainc(np.maximum(x, 1e-9)[:, None], (m - x + 1.0)[:, None], expit(nodes)[None, :]),
    )
    p = np.clip((weights * tails).sum(axis=1), 0.0, 1.0)
    return Peers(p, y - null.centre, null.centre, math.sqrt(null.variance))


def values_above_peers(values: npt.ArrayLike, standard_errors: npt.ArrayLike) -> Peers:
    """Test each value (a log ratio, a log odds ratio) against those of all others, one-sided.

    Args:
        values: shape (subjects,), on a scale where errors are close to normal.
        standard_errors: shape (subjects,), positive.

    Raises:
        ValueError: fewer than three subjects, or a standard error that is not positive.
    """
    y, s = np.asarray(values, dtype=np.float64), np.asarray(standard_errors, dtype=np.float64)
    if y.shape != s.shape or y.ndim != 1 or not np.isfinite(y).all() or not (s > 0).all():
        raise ValueError("Peers need finite values with positive standard errors")
    null = _null(y, s**2)
    total = np.sqrt(null.variance + null.centre_variance + s**2)
    p = stdtr(null.freedom, -(y - null.centre) / total)
    return Peers(np.asarray(p), y - null.centre, null.centre, math.sqrt(null.variance))


@dataclass(frozen=True, slots=True, eq=False)
class _Null:
    centre: float
    centre_variance: float
    variance: float
    freedom: Floats


def _median(y: Floats) -> float:
    if len(y) < 3:
        raise ValueError("Peers need at least three subjects")
    return float(np.median(y))


def _null(y: Floats, error: Floats) -> _Null:
    """Estimate the innocent spread from the lower half: E (y - m)² = variance + error there."""
    centre = _median(y)
    lower = y <= centre
    halves = int(lower.sum())
    # Deviations from a median of few are too short on average: by 0.55 / k of a square in k.
    squares = (y[lower] - centre) ** 2 * halves / ((len(y) - 0.55) / 2)
    errors = error[lower]
    variance = max(0.0, float(np.mean(squares - errors)))
    for _ in range(_ROUNDS):
        weights = 1.0 / (variance + errors) ** 2
        better = max(0.0, float((weights * (squares - errors)).sum() / weights.sum()))
        settled = abs(better - variance) <= 1e-10 * (1.0 + variance)
        variance = better
        if settled:
            break
    # A variance that chance took to 0 would make everybody stand out: it is raised by a part of its
    # own error, which vanishes with many peers (in simulation the false flags then keep to 5 %).
    total = variance + error
    variance += CAUTION * math.sqrt(2.5 / float((1.0 / total[lower] ** 2).sum()))
    total = variance + error
    # A square about the sample median has the relative variance 2.5 (simulated; 2 about a known
    # centre). The variance is a mean of squares weighted by 1 / total², so that its own variance
    # is 2.5 / Σ 1 / total²; Satterthwaite's 2 total² over it are the degrees of freedom.
    freedom = np.maximum(1.0, total**2 * 0.8 * float((1.0 / total[lower] ** 2).sum()))
    # The median of k normal values has the variance (π / 2) / k of one of them.
    return _Null(centre, math.pi / 2 * float(np.mean(total)) / len(y), variance, freedom)
