"""Closing by numbers: did a corrected subject improve more than it would have if left alone?

A subject is picked because it was bad, and part of being the worst is chance: next time it stands
nearer the others without anybody's doing (regression to the mean). So it is not compared with its
own past alone, but with what its past lets expect, learnt from peers that nobody touched: their
later values are regressed on their earlier ones, each shrunk by its own reliability (regression
calibration), so that trend, regression to the mean and the ordinary ups and downs of services are
all in the expectation and its error.

A subject so far beyond its peers that their spread cannot explain it stands apart: it is compared
with its own past, with the luck of the pick taken out (see ``apart``).

The empirical-Bayes posterior of a subject's earlier level is not biased by picking the worst
(B. Efron 2011, JASA 106, 1602-1614). Calibration: R. J. Carroll, D. Ruppert, L. A. Stefanski and
C. M. Crainiceanu (2006), Measurement Error in Nonlinear Models, ch. 4. Peers as controls: A. Abadie
(2005), Review of Economic Studies 72, 1-19.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri, stdtr, stdtrit

from shixiao.statistics.apart import Apart, persistence
from shixiao.statistics.level import Floats, critical_value, tail

FEWEST_PEERS = 10
"""With fewer, neither the slope nor the ups and downs can be told from chance."""
STANDS_APART = 0.01
"""Chance that any of the peers would by itself be taken to stand apart."""
_ROUNDS = 50


@dataclass(frozen=True, slots=True)
class Observed:
    """What was observed of a measure in one period, on a scale where errors are near normal.

    Attributes:
        value: log of a mean or a median, log odds of a share.
        error: its standard error from the cases of the period alone, positive.
    """

    value: float
    error: float

    @classmethod
    def of_share(cls, hits: int, n: int) -> Observed:
        """Return the log odds of a share, half a case added on both sides (Haldane)."""
        if not 0 <= hits <= n or n == 0:
            raise ValueError(f"A share is 0 <= hits <= n with cases, not {hits} of {n}")
        yes, no = hits + 0.5, n - hits + 0.5
        return cls(math.log(yes / no), math.sqrt(1.0 / yes + 1.0 / no))

    @classmethod
    def of_interval(cls, value: float, low: float, high: float, *, level: float = 0.95) -> Observed:
        """Return the log of a positive mean, median or ratio that has an interval."""
        if not 0.0 < low <= value <= high or low == high:
            raise ValueError(f"A level needs 0 < low <= value <= high, not {low}, {value}, {high}")
        return cls(math.log(value), math.log(high / low) / (2.0 * critical_value(level)))


@dataclass(frozen=True, slots=True, eq=False)
class Untouched:
    """What becomes of subjects that nobody corrects.

    Attributes:
        centre: mean of the earlier values.
        spread: variance of true earlier levels between subjects.
        later: mean of later values at the centre.
        slope: how far a true difference carries over into the later period.
        ups_and_downs: variance of true later levels around that line.
        peers: how many were used.
        covariance: shape (2, 2), of ``later`` and ``slope``.
    """

    centre: float
    spread: float
    later: float
    slope: float
    ups_and_downs: float
    peers: int
    covariance: Floats

    def expected(self, earlier: Observed) -> tuple[float, float]:
        """Return the later level to expect of a subject left alone, and its variance."""
        kept = self._reliability(earlier.error)
        pull = kept * (earlier.value - self.centre)
        at = np.array([1.0, pull])
        unsure = float(at @ self.covariance @ at)
        variance = self.slope**2 * kept * earlier.error**2 + self.ups_and_downs + unsure
        # One peer that rose much can tilt the line: nobody is expected to move further out alone.
        carried = min(self.slope * kept, 1.0) * (earlier.value - self.centre)
        return self.later + carried, variance

    def apart(self, earlier: Observed) -> Apart | None:
        """Return a subject that stands above its peers beyond their spread; None for the others."""
        beyond = -float(ndtri(STANDS_APART / (self.peers + 1)))
        threshold = beyond * math.sqrt(self.spread + earlier.error**2)
        value = earlier.value - self.centre
        if value <= threshold:
            return None
        carried, unsure = persistence(self.slope, float(self.covariance[1, 1]))
        variance = self.ups_and_downs + float(self.covariance[0, 0]) + unsure * value**2
        return Apart(value, earlier.error, threshold, carried, self.later, variance, self.peers - 2)

    def level(self, earlier: Observed) -> float:
        """Return the later level to expect of a subject left alone, apart or not."""
        apart = self.apart(earlier)
        return self.expected(earlier)[0] if apart is None else apart.expected

    def _reliability(self, error: float) -> float:
        return self.spread / (self.spread + error**2) if self.spread > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Closing:
    """The answer: how far the later value lies from what was to be expected.

    Attributes:
        change: later value minus expectation, on the scale of the values; below 0 is less.
        low: lower end of its interval.
        high: upper end.
        p: probability of so low a value had nothing been done.
    """

    change: float
    low: float
    high: float
    p: float


def untouched(earlier: npt.ArrayLike, later: npt.ArrayLike) -> Untouched | None:
    """Learn from peers what becomes of subjects that nobody corrects.

    Args:
        earlier: shape (peers, 2): value and standard error of each peer in the earlier period.
        later: the same peers in the later period.

    Returns:
        None with fewer than 10 peers.

    Raises:
        ValueError: shapes differ, a value is not finite or an error not positive.
    """
    x, y = _checked(earlier), _checked(later)
    if x.shape != y.shape:
        raise ValueError("Peers need value and error in both periods, shape (peers, 2)")
    if len(x) < FEWEST_PEERS:
        return None
    centre, spread = _centre(x[:, 0], x[:, 1] ** 2)
    kept = spread / (spread + x[:, 1] ** 2)
    design = np.column_stack([np.ones(len(x)), kept * (x[:, 0] - centre)])
    noise = y[:, 1] ** 2
    between = 0.0
    slope = 1.0
    for _ in range(_ROUNDS):
        variance = between + noise + slope**2 * kept * x[:, 1] ** 2
        line, covariance = _fitted(design, y[:, 0], variance)
        slope = float(line[1])
        rest = (y[:, 0] - design @ line) ** 2
        # Moments: residuals beyond what both periods' errors explain, weighted as in the fit.
        weight = 1.0 / variance**2
        excess = rest * len(x) / (len(x) - 2) - noise - slope**2 * kept * x[:, 1] ** 2
        found = max(0.0, float((weight * excess).sum() / weight.sum()))
        if abs(found - between) <= 1e-12 + 1e-9 * between:
            break
        between = found
    return Untouched(centre, spread, float(line[0]), slope, between, len(x), covariance)


def foreseen(earlier: npt.ArrayLike, *, ups_and_downs: float) -> Untouched | None:
    """Foresee what becomes of subjects that nobody corrects, before a later period exists.

    Levels are taken to stay where they are, with ups and downs that somebody has set: good enough
    to plan a day and a number of cases by, never to judge by.

    Args:
        earlier: shape (peers, 2): value and standard error of each peer.
        ups_and_downs: standard deviation of true later levels around the earlier ones.

    Returns:
        None with fewer than 10 peers.

    Raises:
        ValueError: the shape is wrong, a value is not finite or an error not positive.
    """
    x = _checked(earlier)
    if len(x) < FEWEST_PEERS:
        return None
    centre, spread = _centre(x[:, 0], x[:, 1] ** 2)
    return Untouched(centre, spread, centre, 1.0, ups_and_downs**2, len(x), np.zeros((2, 2)))


def _checked(part: npt.ArrayLike) -> Floats:
    x = np.asarray(part, dtype=np.float64)
    if x.ndim != 2 or x.shape[1] != 2:
        raise ValueError("Peers need value and error in both periods, shape (peers, 2)")
    if not np.isfinite(x).all() or (x[:, 1] <= 0).any():
        raise ValueError("Peers need finite values and positive errors")
    return x


def _centre(values: Floats, noise: Floats) -> tuple[float, float]:
    """Return mean and variance of true levels (R. DerSimonian and R. Kacker 2007, iterated)."""
    spread = max(0.0, float(values.var(ddof=1) - noise.mean()))
    centre = float(values.mean())
    for _ in range(_ROUNDS):
        weight = 1.0 / (spread + noise)
        centre = float((weight * values).sum() / weight.sum())
        leverage = 1.0 - weight / weight.sum()
        excess = (values - centre) ** 2 / np.maximum(leverage, 1e-9) - noise
        found = max(0.0, float((weight**2 * excess).sum() / (weight**2).sum()))
        if abs(found - spread) <= 1e-12 + 1e-9 * spread:
            break
        spread = found
    return centre, spread


def _fitted(design: Floats, values: Floats, variance: Floats) -> tuple[Floats, Floats]:
    weighted = design / variance[:, None]
    # A column of zeros (no spread between peers) has no slope: the pseudo-inverse gives it 0.
    covariance = np.asarray(np.linalg.pinv(design.T @ weighted), dtype=np.float64)
    line: Floats = covariance @ (weighted.T @ values)
    return line, covariance


def closing_test(
    earlier: Observed, later: Observed, peers: Untouched, *, level: float = 0.95
) -> Closing:
    """Compare a corrected subject's later value with what it would be had nothing been done.

    Args:
        earlier: the subject before the correction, in the period that the finding rests on.
        later: the subject after it, on cases opened after the correction.
        peers: what becomes of subjects that nobody corrects.
        level: of the interval.

    Returns:
        The change with its interval; a correction that lowers the measure passes when ``high`` is
        below 0, which a subject left alone does with half of 1 - level.
    """
    apart = peers.apart(earlier)
    if apart is not None:
        change, low, high = apart.interval(later.value, later.error, level=level)
        return Closing(change, low, high, apart.chance(later.value, later.error))
    expected, variance = peers.expected(earlier)
    error = math.sqrt(variance + later.error**2)
    freedom = peers.peers - 2
    half = float(stdtrit(freedom, 1.0 - tail(level))) * error
    change = later.value - expected
    p = float(stdtr(freedom, change / error))
    return Closing(change, change - half, change + half, p)


def error_needed(
    earlier: Observed,
    peers: Untouched,
    *,
    change: float,
    power: float = 0.9,
    level: float = 0.95,
) -> float | None:
    """Return the standard error that the later value may have for the test to see a change.

    The fewest cases follow from it, for errors shrink with their root. They are fixed when a case
    is opened, so that nobody waits until a lucky moment.

    Args:
        earlier: the subject before the correction.
        peers: what becomes of subjects that nobody corrects.
        change: the improvement to be seen, below 0 on the scale of the values.
        power: probability of seeing it.
        level: as in ``closing_test``.

    Returns:
        None where even a later value without any error would not do: ups and downs are too large,
        or the subject's past is known too poorly.
    """
    apart = peers.apart(earlier)
    if apart is not None:
        return apart.error_needed(change, power=power, level=level)
    _, variance = peers.expected(earlier)
    freedom = peers.peers - 2
    reach = float(stdtrit(freedom, 1.0 - tail(level))) + float(stdtrit(freedom, power))
    room = (change / reach) ** 2 - variance
    return math.sqrt(room) if room > 0 else None
