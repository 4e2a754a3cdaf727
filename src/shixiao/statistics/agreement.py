"""Agreement: do people who looked at the same thing say the same, beyond what chance gives?

Krippendorff's α = 1 - observed / expected disagreement; 1 is perfect, 0 is chance, below 0 worse.
It allows any number of observers, missing values, and nominal, ordinal or interval scales.

Sources: K. Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, University of
Pennsylvania; A. Zapf et al. (2016), BMC Medical Research Methodology 16:93, for the bootstrap.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from shixiao.statistics.level import Floats, tail
from shixiao.statistics.reasons import NO_VARIETY, too_few_units
from shixiao.terms import Estimate, Status

Scale = Literal["nominal", "ordinal", "interval"]
_FEWEST_UNITS = 2
_ROUNDING = 1e-12  # of the sum of squares


def krippendorff_alpha(
    units: npt.ArrayLike,
    values: npt.ArrayLike,
    *,
    scale: Scale,
    draws: int,
    rng: np.random.Generator,
    level: float = 0.95,
) -> Estimate:
    """Estimate the agreement of observers; who said what need not be known, only on which unit.

    The interval takes the percentiles of a bootstrap over units; draws in which every value is the
    same have no α and are left out.

    Args:
        units: shape (values,), what each value is about; any labels.
        values: shape (values,), what an observer said; NaN where nothing was said.
        scale: what a difference between two values means.
        draws: bootstrap draws.
        rng: source of the draws.
        level: level of the interval.

    Returns:
        α with n = units that at least two observers valued; ``insufficient`` with fewer than 2 such
        units, or where all values are alike (then agreement cannot be told from chance).

    Raises:
        ValueError: when the columns are not paired.
    """
    if scale == "interval":
        parts = _moments(units, values)
        alphas = _alphas_of_moments
    else:
        parts, scores = _coincidences(units, values)
        alphas = partial(_alphas, scores=scores, scale=scale)
    pairable = len(parts)
    if pairable < _FEWEST_UNITS:
        reason = too_few_units(pairable, needed=_FEWEST_UNITS)
        return Estimate(None, None, None, pairable, level, Status.INSUFFICIENT, reason)
    (alpha,) = alphas(parts.sum(axis=0)[None])
    if not np.isfinite(alpha):
        return Estimate(None, None, None, pairable, level, Status.INSUFFICIENT, NO_VARIETY)
    taken = rng.multinomial(pairable, np.full(pairable, 1.0 / pairable), size=draws)
    flat = parts.reshape(pairable, -1)
    drawn = alphas((taken @ flat).reshape(draws, *parts.shape[1:]))
    drawn = drawn[np.isfinite(drawn)]
    edge = tail(level)
    low, high = np.quantile(drawn, (edge, 1.0 - edge)) if len(drawn) else (alpha, alpha)
    return Estimate(
        float(alpha), min(float(low), float(alpha)), max(float(high), float(alpha)), pairable, level
    )


def _moments(units: npt.ArrayLike, values: npt.ArrayLike) -> Floats:
    """Return of each pairable unit: values, their sum, their squares, and observed disagreement.

    On an interval scale α needs no more, for squares of differences come from sums: disagreement in
    a unit with m values is 2 (m Σx² - (Σx)²) / (m - 1). A matrix of coincidences for each unit
    would take memory by the square of the number of different values.
    """
    about, said = _paired(units, values)
    known = np.isfinite(said)
    _, unit = np.unique(about[known], return_inverse=True)
    # Differences do not change when all values are moved, and small sums keep their digits.
    moved = said[known] - (said[known].mean() if known.any() else 0.0)
    size = int(unit.max(initial=-1)) + 1
    m, total, squares = (
        np.bincount(unit, weights, size) for weights in (np.ones(len(moved)), moved, moved**2)
    )
    pairable = m >= 2
    m, total, squares = m[pairable], total[pairable], squares[pairable]
    observed = np.maximum(2.0 * (m * squares - total**2), 0.0) / (m - 1.0)
    return np.stack([m, total, squares, observed], axis=1)


def _alphas_of_moments(moments: Floats) -> Floats:
    """Return α of each row of summed moments; NaN where all values are alike."""
    m, total, squares, observed = moments.T
    whole = m * squares
    expected = 2.0 * (whole - total**2)
    # What rounding leaves of equal values is no variety.
    varied = expected > _ROUNDING * np.maximum(whole, np.finfo(np.float64).tiny)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(varied, 1.0 - (m - 1.0) * observed / expected, np.nan)


def _coincidences(units: npt.ArrayLike, values: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Return one matrix of coincidences per pairable unit, and the scores of rows and columns.

    A unit with m values gives each ordered pair of values of two observers 1 / (m - 1).
    """
    about, said = _paired(units, values)
    known = np.isfinite(said)
    scores, code = np.unique(said[known], return_inverse=True)
    _, unit = np.unique(about[known], return_inverse=True)
    kinds = len(scores)
    counts = np.zeros((int(unit.max(initial=-1)) + 1, kinds))
    np.add.at(counts, (unit, code), 1.0)
    counts = counts[counts.sum(axis=1) >= 2]
    pairs = counts[:, :, None] * (counts[:, None, :] - np.eye(kinds))
    return pairs / np.maximum(counts.sum(axis=1) - 1.0, 1.0)[:, None, None], scores


def _paired(units: npt.ArrayLike, values: npt.ArrayLike) -> tuple[npt.NDArray[Any], Floats]:
    about, said = np.asarray(units), np.asarray(values, dtype=np.float64)
    if about.ndim != 1 or about.shape != said.shape:
        raise ValueError("Agreement needs one unit per value")
    return about, said


def _alphas(coincidences: Floats, scores: Floats, scale: Scale) -> Floats:
    """Return α of each matrix of coincidences; NaN where all values are alike."""
    margin = coincidences.sum(axis=2)
    total = margin.sum(axis=1)
    distance = _distances(margin, scores, scale)
    observed = (coincidences * distance).sum(axis=(1, 2))
    expected = (margin[:, :, None] * margin[:, None, :] * distance).sum(axis=(1, 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(expected > 0, 1.0 - (total - 1.0) * observed / expected, np.nan)


def _distances(margin: Floats, scores: Floats, scale: Scale) -> Floats:
    """Return squared differences between values, shape (matrices or 1, values, values)."""
    if scale == "nominal":
        return (1.0 - np.eye(len(scores)))[None]
    # Ordinal: how many values lie from one to the other, each end counted half.
    middle = np.cumsum(margin, axis=1) - margin / 2
    return np.asarray((middle[:, :, None] - middle[:, None, :]) ** 2)
