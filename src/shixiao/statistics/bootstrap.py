"""The case bootstrap from cell counts: its cost depends on the cells, never on the cases."""

from __future__ import annotations

import math

import numpy as np

from shixiao.statistics.cells import CellSample
from shixiao.statistics.intervals import estimate_from_draws
from shixiao.statistics.level import Floats, Integers
from shixiao.statistics.reasons import too_few
from shixiao.terms import Estimate, Status

EXACT_CELLS = 20_000
"""Up to so many cells every cell is resampled by itself."""
EXTREME_CELLS = 512
"""Beyond that, so many of the farthest cells are; the others are pooled into one body."""
NORMAL_CASES, NORMAL_SKEWNESS = 500, 0.05
"""From so many cases on, with a skewness of the mean no larger, the mean is drawn as a normal."""
_BLOCK = 2_000_000
"""Multinomial counts held in memory at once (16 MB)."""


def mean_draws(
    cells: CellSample, *, draws: int, rng: np.random.Generator, exact_cells: int = EXACT_CELLS
) -> Floats:
    """Draw bootstrap means: resampling n cases with replacement is Multinomial(n, counts / n).

    Above ``exact_cells`` cells (continuous values) the 512 cells farthest from the mean stay
    cells of the multinomial and the rest becomes one pooled cell. The sum of the m cases drawn
    from the pool is replaced by a normal with the pool's own mean and covariance. Mean, variance
    and covariances of the draws stay exact; the error is the pool's share of the skewness, at most
    of the order (skewness of the pool) / (6 sqrt(m)), where the tails are outside the pool and
    m is more than 19,000.

    Args:
        cells: one metric or several; several are resampled jointly.
        draws: number of bootstrap samples.
        rng: the only source of chance.
        exact_cells: how many cells are resampled without pooling; never fewer than 512.

    Returns:
        Shape (draws,) for one metric, (metrics, draws) for several.

    Raises:
        ValueError: when the sample holds no case.

    Source: B. Efron (1979), Annals of Statistics 7, 1-26, remark on the multinomial form.
    """
    values = cells.values if cells.values.ndim == 2 else cells.values[:, None]
    if cells.n == 0:
        raise ValueError("A sample without cases has no bootstrap mean")
    if cells.values.ndim == 1 and _is_normal(cells):
        spread = math.sqrt(float(cells.counts @ (cells.values - cells.mean) ** 2)) / cells.n
        normal: Floats = float(cells.mean) + spread * rng.standard_normal(draws)
        return normal
    if len(values) <= max(exact_cells, EXTREME_CELLS):
        means = _multinomial_sums(values, cells.counts, draws, rng) / cells.n
    else:
        means = _pooled_sums(values, cells.counts, draws, rng) / cells.n
    return means[:, 0] if cells.values.ndim == 1 else np.ascontiguousarray(means.T)


def _is_normal(cells: CellSample) -> bool:
    """True when the mean of resamples is normal for all that draws can show.

    By Edgeworth's expansion the law of a mean of n differs from the normal by its skewness,
    skew / sqrt(n), over 6: below 0.01 of a probability here, less than a thousand draws resolve.
    """
    if cells.n < NORMAL_CASES:
        return False
    centred = cells.values - cells.mean
    variance = float(cells.counts @ centred**2) / cells.n
    if variance == 0:
        return False
    third = float(cells.counts @ centred**3) / cells.n
    return bool(abs(third) / variance**1.5 / math.sqrt(cells.n) <= NORMAL_SKEWNESS)


def _multinomial_sums(
    values: Floats, counts: Integers, draws: int, rng: np.random.Generator
) -> Floats:
    """Return the sums of ``draws`` resamples, shape (draws, metrics), block by block."""
    n = int(counts.sum())
    block = max(1, _BLOCK // len(counts))
    sums = np.empty((draws, values.shape[1]))
    for start in range(0, draws, block):
        size = min(block, draws - start)
        sums[start : start + size] = rng.multinomial(n, counts / n, size=size) @ values
    return sums


def _pooled_sums(values: Floats, counts: Integers, draws: int, rng: np.random.Generator) -> Floats:
    """Resample the extreme cells exactly and the body by its first two moments."""
    centred = values - counts @ values / counts.sum()
    scale = np.sqrt(counts @ centred**2 / counts.sum())
    distance = np.max(np.abs(centred) / np.where(scale > 0, scale, 1.0), axis=1)
    order = np.argsort(distance, kind="stable")
    body, extreme = order[:-EXTREME_CELLS], order[-EXTREME_CELLS:]
    in_body = int(counts[body].sum())
    body_mean = counts[body] @ values[body] / in_body
    spread = values[body] - body_mean
    covariance = (spread * counts[body, None]).T @ spread / in_body
    # Two rows more than the metrics: the body's mean stands for each of its cases, and an
    # indicator column counts how many cases of a resample came from the body.
    table = np.vstack([values[extreme], body_mean])
    indicator = np.zeros((len(table), 1))
    indicator[-1] = 1.0
    sums = _multinomial_sums(
        np.hstack([table, indicator]), np.append(counts[extreme], in_body), draws, rng
    )
    noise = rng.standard_normal((draws, values.shape[1])) @ _square_root(covariance)
    return sums[:, :-1] + np.sqrt(sums[:, -1:]) * noise


def _square_root(covariance: Floats) -> Floats:
    """Return the symmetric square root; rounding may leave eigenvalues just below 0."""
    eigenvalues, vectors = np.linalg.eigh(covariance)
    root: Floats = (vectors * np.sqrt(np.maximum(eigenvalues, 0.0))) @ vectors.T
    return root


def mean_estimate(
    cells: CellSample,
    *,
    draws: int,
    rng: np.random.Generator,
    level: float = 0.95,
    minimum: int = 2,
) -> Estimate:
    """Estimate the mean of one metric with the percentile bootstrap.

    Returns:
        The mean per case; ``insufficient`` below ``minimum`` cases.

    Raises:
        ValueError: when the cells hold several metrics, or the draws are too few for the level.
    """
    if cells.values.ndim != 1:
        raise ValueError("A single estimate takes cells of one metric")
    n = cells.n
    if n < minimum:
        reason = too_few(n, needed=minimum)
        value = float(cells.mean) if n else None
        return Estimate(value, None, None, n, level, Status.INSUFFICIENT, reason)
    draw = mean_draws(cells, draws=draws, rng=rng)
    return estimate_from_draws(float(cells.mean), draw, n=n, level=level)
