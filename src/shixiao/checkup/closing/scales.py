"""Scales: shares are compared as log odds, ratios as logs, and both are shown as themselves."""

from __future__ import annotations

import math
from enum import StrEnum

from shixiao.checkup.closing.readings import Reading
from shixiao.checkup.detectors.registry import described
from shixiao.statistics import Observed, wilson
from shixiao.statistics.level import critical_value
from shixiao.terms import Estimate


class Scale(StrEnum):
    """On what scale a measure is compared."""

    LOG_ODDS = "log_odds"
    LOG = "log"

    @classmethod
    def of(cls, kind: str, measure: str) -> Scale:
        """Return the scale of a detector's measure."""
        share = described(kind).measures[measure].unit == "share"
        return cls.LOG_ODDS if share else cls.LOG

    def shown(self, value: float) -> float:
        """Return a value of the scale in the unit of the measure."""
        if self is Scale.LOG:
            return math.exp(value)
        return 1.0 / (1.0 + math.exp(-value))

    def improved(self, value: float, *, by: float) -> float:
        """Return where a value lies once the measure is lower by a share of itself."""
        if self is Scale.LOG:
            return value + math.log1p(-by)
        better = self.shown(value) * (1.0 - by)
        return math.log(better / (1.0 - better))

    def rows_needed(self, reading: Reading, observed: Observed, *, error: float, at: float) -> int:
        """Return how many rows make the standard error as small as asked.

        Args:
            reading: of the earlier period, which tells how much one row tells.
            observed: its value and error.
            error: that the later value may have.
            at: the later value to expect, on the scale: a lower share or count is less sure.
        """
        if self is Scale.LOG_ODDS:
            share = self.shown(at)
            one = 1.0 / (share * (1.0 - share))
        else:
            # Errors of counts grow as the counts fall; those of durations do not: the larger.
            one = observed.error**2 * reading.n * max(1.0, math.exp(observed.value - at))
        return math.ceil(one / error**2)

    def estimate(self, reading: Reading, *, level: float) -> Estimate | None:
        """Return what was observed in the unit of the measure; None where nothing was."""
        observed = reading.observed
        if observed is None:
            return None
        if self is Scale.LOG_ODDS and reading.value is not None:
            return wilson(round(reading.value * reading.n), reading.n, level=level)
        half = critical_value(level) * observed.error
        low, value, high = (self.shown(observed.value + side * half) for side in (-1.0, 0.0, 1.0))
        return Estimate(value, low, high, reading.n, level=level)
