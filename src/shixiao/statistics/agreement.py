"""Agreement: do people who looked at the same thing say the same, beyond what chance gives?

Krippendorff's α = 1 - observed / expected disagreement; 1 is perfect, 0 is chance, below 0 worse.
It allows any number of observers, missing values, and nominal, ordinal or interval scales.

Sources: K. Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, University of
Pennsylvania; A. Zapf et al. (2016), BMC Medical Research Methodology 16:93, for the bootstrap.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from shixiao.statistics.level import Floats, tail
from shixiao.statistics.reasons import NO_VARIETY, too_few_units
from shixiao.terms import Estimate, Status

Scale = Literal["nominal", "ordinal", "interval"]
_FEWEST_UNITS = 2


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
    parts, scores = _coincidences(units, values)
    pairable = len(parts)
    if pairable < _FEWEST_UNITS:
        reason = too_few_units(pairable, needed=_FEWEST_UNITS)
        return Estimate(None, None, None, pairable, level, Status.INSUFFICIENT, reason)
    (alpha,) = _alphas(parts.sum(axis=0)[None], scores, scale)
    if not np.isfinite(alpha):
        return Estimate(None, None, None, pairable, level, Status.INSUFFICIENT, NO_VARIETY)
    taken = rng.multinomial(pairable, np.full(pairable, 1.0 / pairable), size=draws)
    flat = parts.reshape(pairable, -1)
    drawn = _alphas((taken @ flat).reshape(draws, *parts.shape[1:]), scores, scale)
    drawn = drawn[np.isfinite(drawn)]
    edge = tail(level)
    low, high = np.quantile(drawn, (edge, 1.0 - edge)) if len(drawn) else (alpha, alpha)
    return Estimate(
        float(alpha), min(float(low), float(alpha)), max(float(high), float(alpha)), pairable, level
    )


def _coincidences(units: npt.ArrayLike, values: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Return one matrix of coincidences per pairable unit, and the scores of rows and columns.

    A unit with m values gives each ordered pair of values of two observers 1 / (m - 1).
    """
    about, said = np.asarray(units), np.asarray(values, dtype=np.float64)
    if about.ndim != 1 or about.shape != said.shape:
        raise ValueError("Agreement needs one unit per value")
    known = np.isfinite(said)
    scores, code = np.unique(said[known], return_inverse=True)
    _, unit = np.unique(about[known], return_inverse=True)
    kinds = len(scores)
    counts = np.zeros((int(unit.max(initial=-1)) + 1, kinds))
    np.add.at(counts, (unit, code), 1.0)
    counts = counts[counts.sum(axis=1) >= 2]
    pairs = counts[:, :, None] * (counts[:, None, :] - np.eye(kinds))
    return pairs / np.maximum(counts.sum(axis=1) - 1.0, 1.0)[:, None, None], scores


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
    if scale == "interval":
        return np.asarray((scores[:, None] - scores[None, :]) ** 2)[None]
    # Ordinal: how many values lie from one to the other, each end counted half.
    middle = np.cumsum(margin, axis=1) - margin / 2
    return np.asarray((middle[:, :, None] - middle[:, None, :]) ** 2)
