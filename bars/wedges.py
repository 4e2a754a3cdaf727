"""Stepped wedges for bar evaluators_4: courses at forty departments, with and without an effect.

Rates are those that cities of this repository yield. Two cities with the usual plants (size city,
seeds 31 and 32, `Question.window` a quarter at a time) have 31 to 43 findings a quarter in forty
departments, all eleven kinds together (0.96 a department on average), and 7 to 35 a year of one
kind. Between departments the variance is mean + 0.32 to 0.51 mean²: gamma factors of shape 2.
Quarters of one city hang together more than new findings would; what varies from quarter to quarter
besides is assumed: a gamma factor of shape 4 for each cell, 20 % for each quarter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shixiao.statistics import schedule

Floats = npt.NDArray[np.float64]
USUAL = 0.96  # findings of a department in a quarter
SUBJECTS = 20  # that a department has judged in a quarter


@dataclass(frozen=True, slots=True)
class Shape:
    """What a stepped wedge looks like.

    Attributes:
        ratio: findings after the start over before.
        rate: findings of a department in a period, on average.
        departments, periods, steps, first, every: of the schedule.
        between: shape of the gamma factor of departments; small ones differ widely.
        within: shape of the gamma factor of each cell.
        trend: growth of the log rate in a period.
        drift: standard deviation of a department's own slow drift (correlation 0.7 a period).
        missing: share of cells in which nothing was judged.
    """

    ratio: float = 1.0
    rate: float = USUAL
    departments: int = 40
    periods: int = 12
    steps: int = 6
    first: int = 2
    every: int = 2
    between: float = 2.0
    within: float = 4.0
    trend: float = 0.0
    drift: float = 0.0
    missing: float = 0.05


def draw(
    shape: Shape, rng: np.random.Generator
) -> tuple[npt.NDArray[np.int64], Floats, npt.NDArray[np.int64]]:
    """Return counts, exposure and drawn starts of one wedge."""
    units, periods = shape.departments, shape.periods
    own = rng.gamma(shape.between, 1 / shape.between, units)
    subjects = 1.0 + np.round(rng.gamma(3.0, (SUBJECTS - 1) / 3.0, units))
    judged = rng.random((units, periods)) >= shape.missing
    exposure = subjects[:, None] * judged
    season = np.exp(shape.trend * np.arange(periods) + 0.2 * rng.standard_normal(periods))
    cell = rng.gamma(shape.within, 1 / shape.within, (units, periods))
    if shape.drift:
        cell = cell * np.exp(shape.drift * _drift(units, periods, rng) - shape.drift**2 / 2)
    ranks = dict(enumerate(rng.permutation(units).tolist()))
    dealt = schedule(range(units), shape.steps, ranks, first=shape.first, every=shape.every)
    starts = np.array([dealt[unit] for unit in range(units)])
    after = np.arange(periods)[None, :] >= starts[:, None]
    mean = shape.rate / SUBJECTS * exposure * own[:, None] * season * cell
    counts = rng.poisson(mean * np.where(after, shape.ratio, 1.0))
    return counts, exposure, starts


def _drift(units: int, periods: int, rng: np.random.Generator) -> Floats:
    steps = rng.standard_normal((units, periods))
    for period in range(1, periods):
        steps[:, period] = 0.7 * steps[:, period - 1] + np.sqrt(0.51) * steps[:, period]
    return steps
