"""Scoring: from values to 0–100 by fixed goalposts, and from parts to a whole.

Arithmetic within a dimension (its indicators may make up for each other), geometric across the
three (a service that is useful and fast but harms people does not come out middling).

Source: OECD and JRC (2008), Handbook on Constructing Composite Indicators, steps 5 and 6.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from shixiao.checkup.index.catalogue import Goalposts

Floats = npt.NDArray[np.float64]
FULL = 100.0


def normalised(values: npt.ArrayLike, goalposts: Goalposts) -> Floats:
    """Return 0 at the floor, 100 at the target, in proportion between, and no further beyond."""
    x = np.asarray(values, dtype=np.float64)
    span = goalposts.target - goalposts.floor
    return np.asarray(FULL * np.clip((x - goalposts.floor) / span, 0.0, 1.0))


def arithmetic(scores: npt.ArrayLike, weights: npt.ArrayLike) -> Floats:
    """Return the weighted mean over the first axis; weights add up to 1."""
    return np.asarray(np.tensordot(np.asarray(weights), np.asarray(scores), axes=1))


def geometric(scores: npt.ArrayLike, weights: npt.ArrayLike) -> Floats:
    """Return the weighted geometric mean over the first axis; 0 where any part of weight is 0."""
    x = np.asarray(scores, dtype=np.float64)
    with np.errstate(divide="ignore"):
        logs = np.log(x)
    used = np.flatnonzero(np.asarray(weights) > 0)
    return np.asarray(np.exp(np.tensordot(np.asarray(weights)[used], logs[used], axes=1)))


def in_proportion(weights: npt.ArrayLike) -> Floats:
    """Return weights that add up to 1."""
    w = np.asarray(weights, dtype=np.float64)
    return np.asarray(w / w.sum())


def ends(ordered: Floats, level: float) -> tuple[float, float]:
    """Return the central interval of ordered draws: ranks (D + 1) a and (D + 1)(1 - a)."""
    draws = len(ordered)
    edge = (1.0 - level) / 2.0
    low = max(int((draws + 1) * edge + 1e-9), 1)
    return float(ordered[low - 1]), float(ordered[draws - low])
