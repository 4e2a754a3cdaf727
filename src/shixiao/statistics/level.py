"""The confidence level: its tails, its normal quantile, and the array types of the room."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]


def checked_level(level: float) -> float:
    """Return the level itself.

    Raises:
        ValueError: when it is no probability strictly between 0 and 1.
    """
    if not 0.0 < level < 1.0:
        raise ValueError(f"A level lies strictly between 0 and 1, not {level}")
    return level


def tail(level: float) -> float:
    """Return the probability in each tail of a two-sided interval, (1 - level) / 2."""
    return (1.0 - checked_level(level)) / 2.0


def critical_value(level: float) -> float:
    """Return z with P(|Z| <= z) = level for a standard normal Z (1.96 at 0.95)."""
    return float(-ndtri(tail(level)))
