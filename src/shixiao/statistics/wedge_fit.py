"""Counts of departments by period: their mean with departments and periods levelled.

``E y_it = exposure_it × a_i × b_t × ratio^after_it``. For a given ratio the Poisson estimates of a
and b make fitted rows and columns add up to the counted ones, which alternate scaling brings about.

Source: W. E. Deming and F. F. Stephan (1940), Annals of Mathematical Statistics 11, 427-444; J. N.
Darroch and D. Ratcliff (1972), Annals of Mathematical Statistics 43, 1470-1480, for convergence.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shixiao.statistics.level import Flags, Floats, Integers

_SCALINGS, _CLOSE = 400, 1e-9
_FARTHEST = math.log(1e6)
_HALVINGS = 60


@dataclass(frozen=True, slots=True, eq=False)
class Wedge:
    """Counts of units by period, and from when on each unit counts as after.

    Attributes:
        counts: shape (units, periods), findings; 0 where nothing was judged.
        exposure: same shape, from 0 on.
        starts: shape (units,), first period of after.
        after: shape (units, periods), True from the start on.
    """

    counts: Floats
    exposure: Floats
    starts: Integers
    after: Flags

    @classmethod
    def of(cls, counts: npt.ArrayLike, exposure: npt.ArrayLike, starts: npt.ArrayLike) -> Wedge:
        """Check and pair the parts.

        Raises:
            ValueError: shapes that do not fit, counts that are no counts, or negative exposure.
        """
        y, e = np.asarray(counts, dtype=np.float64), np.asarray(exposure, dtype=np.float64)
        begun = np.asarray(starts)
        if y.ndim != 2 or y.shape != e.shape or begun.shape != y.shape[:1] or y.size == 0:
            raise ValueError("A stepped wedge needs counts and exposure by unit and period")
        if not (np.isfinite(e).all() and (e >= 0).all()):
            raise ValueError("Exposure is a number from 0 on")
        y = np.where(e > 0, y, 0.0)
        if not np.isfinite(y).all() or (y < 0).any() or (y != np.floor(y)).any():
            raise ValueError("Findings are counted in whole numbers from 0 on")
        whole = begun.astype(np.int64)
        if (whole != begun).any():
            raise ValueError("A start is the number of a period")
        return cls(y, e, whole, np.arange(y.shape[1])[None, :] >= whole[:, None])

    @property
    def open_periods(self) -> int:
        """Periods in which some units that were judged have started and others have not."""
        judged = self.exposure > 0
        both = (judged & self.after).any(axis=0) & (judged & ~self.after).any(axis=0)
        return int(both.sum())

    def findings(self, *, after: bool) -> int:
        """Return how many findings lie after the start, or before it."""
        return int(self.counts[self.after if after else ~self.after].sum())


def fit(wedge: Wedge, log_ratio: float) -> Floats:
    """Return the fitted counts for a ratio that is given, shape (units, periods)."""
    fitted = wedge.exposure * np.exp(log_ratio * wedge.after)
    rows, columns = wedge.counts.sum(axis=1), wedge.counts.sum(axis=0)
    limit = _CLOSE * max(1.0, float(rows.sum()))
    for _ in range(_SCALINGS):
        fitted = fitted * _factor(rows, fitted.sum(axis=1))[:, None]
        seen = fitted.sum(axis=0)
        if np.abs(seen - columns).max() <= limit:
            break
        fitted = fitted * _factor(columns, seen)[None, :]
    return np.asarray(fitted)


def _factor(wanted: Floats, seen: Floats) -> Floats:
    return np.divide(wanted, seen, out=np.zeros_like(wanted), where=seen > 0)


def log_ratio(wedge: Wedge) -> float | None:
    """Solve the score for the log of the ratio; None where the counts set no bound to it.

    The score falls with the ratio, for the profile of the likelihood is concave.
    """
    low, high = -_FARTHEST, _FARTHEST
    if _score(wedge, high) >= 0 or _score(wedge, low) <= 0:
        return None
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _score(wedge, middle) > 0:
            low = middle
        else:
            high = middle
        if high - low < 1e-8:
            break
    return (low + high) / 2


def _score(wedge: Wedge, log_ratio: float) -> float:
    return float(((wedge.counts - fit(wedge, log_ratio)) * wedge.after).sum())


def information(fitted: Floats, after: Flags) -> float:
    """Return Fisher's information on the log ratio, departments and periods taken out.

    It is the weighted sum of squares of what departments and periods leave of ``after``, with the
    fitted counts as weights.
    """
    rows, columns = fitted.sum(axis=1), fitted.sum(axis=0)
    used_rows, used_columns = rows > 0, columns > 0
    w = fitted[used_rows][:, used_columns]
    z = after[used_rows][:, used_columns].astype(np.float64)
    if w.size == 0:
        return 0.0
    units = w.shape[0]
    normal = np.zeros((units + w.shape[1],) * 2)
    normal[:units, :units] = np.diag(w.sum(axis=1))
    normal[units:, units:] = np.diag(w.sum(axis=0))
    normal[:units, units:], normal[units:, :units] = w, w.T
    cross = np.concatenate(((w * z).sum(axis=1), (w * z).sum(axis=0)))
    solved = np.linalg.lstsq(normal, cross, rcond=None)[0]
    return max(0.0, float((w * z).sum() - cross @ solved))
