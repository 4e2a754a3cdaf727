"""The mean of a metric from its sums alone, so that an engine needs to send three numbers."""

from __future__ import annotations

import math

from scipy.special import stdtrit

from shixiao.statistics.reasons import too_few
from shixiao.terms import Estimate, Status


def mean_from_sums(
    *,
    n: int,
    total: float,
    squares: float,
    level: float = 0.95,
    minimum: int = 2,
    floor: float | None = 0.0,
) -> Estimate:
    """Return the mean with its Student-t interval.

    mean ± t(n - 1) · s / √n, with s² = (Σx² - (Σx)²/n) / (n - 1). Where all cases are equal s is 0,
    yet n equal cases do not prove that no other exists: the interval then allows for the share of
    cases that could have stayed unseen, 1 - (1 - level)^(1/n) (the rule of three), to differ by 1.

    Args:
        n: number of cases.
        total: Σx over them.
        squares: Σx².
        level: confidence level.
        minimum: fewest cases for a status of ok; at least 2.
        floor: value that the metric cannot go below; None if there is none.

    Source: Student (1908), Biometrika 6, 1-25; Hanley & Lippman-Hand (1983), JAMA 249, 1743-1745.
    """
    needed = max(minimum, 2)
    if n < needed:
        value = total / n if n else None
        reason = too_few(n, needed=needed)
        return Estimate(value, None, None, n, level, Status.INSUFFICIENT, reason)
    mean = total / n
    variance = max(squares - total * total / n, 0.0) / (n - 1)
    if variance > 0:
        half = float(stdtrit(n - 1, 0.5 + level / 2)) * math.sqrt(variance / n)
    else:
        half = 1.0 - (1.0 - level) ** (1.0 / n)
    low = mean - half if floor is None else max(mean - half, min(floor, mean))
    return Estimate(mean, low, mean + half, n, level=level)
