"""Permutation: what a distance between two arms amounts to when the arms do not differ."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from shixiao.statistics.level import Floats, Integers


def permutation_null(
    counts_a: npt.ArrayLike,
    counts_b: npt.ArrayLike,
    statistic: Callable[[Integers, Integers], float],
    *,
    draws: int,
    rng: np.random.Generator,
) -> Floats:
    """Draw a statistic of two arms whose cases have been dealt to the arms anew.

    Dealing the pooled cases to arms of the old sizes gives arm a cell counts that follow the
    multivariate hypergeometric law; arm b has the rest. A distance measured between small arms is
    biased upwards: its null mean is what to correct it by.

    Args:
        counts_a: shape (cells,), cases of arm a in each cell (a variant, an edge, a value).
        counts_b: shape (cells,), cases of arm b in the same cells.
        statistic: takes the counts of both arms, returns one number.
        draws: number of permutations.
        rng: the only source of chance.

    Returns:
        Shape (draws,).

    Raises:
        ValueError: when the counts have different shapes or are not whole numbers from 0, or an
            arm is empty.

    Source: P. Good (2005), Permutation, Parametric and Bootstrap Tests of Hypotheses, ch. 3.
    """
    a, b = _whole(counts_a), _whole(counts_b)
    if a.shape != b.shape or a.sum() == 0 or b.sum() == 0:
        raise ValueError("Both arms need cases, counted over the same cells")
    pooled = a + b
    dealt = rng.multivariate_hypergeometric(pooled, int(a.sum()), size=draws, method="marginals")
    return np.array([statistic(row, pooled - row) for row in dealt], dtype=np.float64)


def permutation_p(observed: float, null: npt.ArrayLike) -> float:
    """Return P(null ≥ observed) as (1 + draws at least as large) / (1 + draws).

    The observed deal is itself one of the permutations, so p is never 0 and the test keeps its
    level. Draws that equal the observed value but for the last bits count as equal.

    Source: B. Phipson and G. K. Smyth (2010), Stat. Appl. Genet. Mol. Biol. 9(1), 39.
    """
    draws = np.asarray(null, dtype=np.float64)
    slack = 1e-12 * max(1.0, abs(observed))
    return float((1 + (draws >= observed - slack).sum()) / (1 + len(draws)))


def _whole(counts: npt.ArrayLike) -> Integers:
    array = np.asarray(counts)
    whole = array.astype(np.int64)
    if array.ndim != 1 or (whole != array).any() or (whole < 0).any():
        raise ValueError("Counts must be one column of whole numbers from 0")
    return whole
