"""Subjects that stand apart: so far beyond their peers that the peers' spread cannot explain them.

Shrinking such a subject towards its peers would expect it to become ordinary by itself, and then
becoming ordinary would be no improvement. It is therefore compared with its own past, carried over
as peers carry theirs, and the luck of having been picked is taken out by conditioning on the pick:
given that the earlier value lies beyond the threshold, and given the sufficient statistic for its
unknown true level, the earlier value follows a truncated law that no unknown is left in.

Source: W. Fithian, D. Sun and J. Taylor (2014), Optimal inference after model selection,
arXiv:1410.2597; S. Zöllner and J. K. Pritchard (2007), AJHG 80, 605-615 (the winner's curse).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from scipy.special import log_ndtr, ndtri, stdtrit

from shixiao.statistics.level import critical_value, tail

PERSISTENCE = 0.1
"""Standard deviation of the share of a true difference that lasts, around 1, before peers are seen.

Where peers hardly differ they cannot tell how far differences last; a practice lasts until somebody
changes it. Peers that differ decide by themselves.
"""
_STEPS = 80
_USUAL = 0.95


@dataclass(frozen=True, slots=True)
class Apart:
    """What is known of a subject that stands apart, all but its later value.

    Attributes:
        value: its earlier value, from the centre of its peers.
        error: the standard error of that.
        threshold: beyond which a value stands apart, from the centre.
        carried: share of a true difference that lasts.
        later: mean of later values at the centre.
        variance: of the later true level around what is carried over.
        freedom: degrees of freedom.
    """

    value: float
    error: float
    threshold: float
    carried: float
    later: float
    variance: float
    freedom: int

    @property
    def expected(self) -> float:
        """The later level of the subject left alone, its luck not yet taken out."""
        return self.later + self.carried * self.value

    def interval(self, later: float, error: float, *, level: float) -> tuple[float, float, float]:
        """Return change (median-unbiased), low and high of a later value with its error."""
        width = 20.0 * (self._spread(error) + self.carried * self.error)
        middle = later - self.expected
        ends = (middle - width, middle + width + self.carried * self.value)

        def at(chance: float) -> float:
            return _falling(lambda change: self.chance(later - change, error) - chance, *ends)

        return at(0.5), at(1.0 - tail(level)), at(tail(level))

    def chance(self, later: float, error: float) -> float:
        """Return the chance of an earlier value so high, given both values and the pick."""
        own = (later - self.later) / self.carried
        noise = self._spread(error) / self.carried
        weight = self.error**2 / (self.error**2 + noise**2)
        middle = self.value + (own - self.value) * weight
        spread = self.error**2 / math.hypot(self.error, noise)
        so_high = float(log_ndtr((middle - self.value) / spread))
        return math.exp(so_high - float(log_ndtr((middle - self.threshold) / spread)))

    def error_needed(self, change: float, *, power: float, level: float) -> float | None:
        """Return the error that the later value may have; None where none is small enough."""
        sure = float(ndtri(power))

        def room(error: float) -> float:
            # The later value that a change leads to, on the bad side of chance, must still pass.
            reached = self.expected + change + sure * self._spread(error)
            return tail(level) - self.chance(reached, error)

        if room(0.0) <= 0.0:
            return None
        most = 1.0
        return most if room(most) > 0.0 else _falling(room, 0.0, most)

    def _spread(self, error: float) -> float:
        # Few peers know the variance poorly: it is widened as Student's t widens an interval.
        student = float(stdtrit(self.freedom, 1.0 - tail(_USUAL))) / critical_value(_USUAL)
        return math.sqrt(student**2 * self.variance + error**2)


def persistence(slope: float, variance: float) -> tuple[float, float]:
    """Return the share of a difference that lasts, by peers and presumption; its variance."""
    taken = 1.0 / PERSISTENCE**2
    seen = 1.0 / variance if variance > 0 else 0.0
    # A slope above 1 makes up for a spread of peers that was taken too small; nothing lasts by more
    # than all of it, and expecting growth would close what was left alone.
    return min(1.0, (slope * seen + taken) / (seen + taken)), 1.0 / (seen + taken)


def _falling(function: Callable[[float], float], low: float, high: float) -> float:
    """Return where a falling function crosses zero, by halving."""
    for _ in range(_STEPS):
        middle = (low + high) / 2.0
        if function(middle) > 0.0:
            low = middle
        else:
            high = middle
    return (low + high) / 2.0
