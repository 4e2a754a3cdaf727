"""Bar 4: a course that does nothing is called effective ≤ 5 %; one that halves is found ≥ 80 %.

Forty departments, six groups that start two quarters apart, three years; rates in ``wedges``.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.stats import binom

from bars.outcome import Outcome
from bars.wedges import Shape, draw
from shixiao.statistics import WedgeEffect, wedge_effect, wedge_plan

LEVEL, DRAWS = 0.05, 999
RUNS, REDUCED = 1000, 15
USUAL = Shape()
HALVED = replace(USUAL, ratio=0.5)
NULLS = {
    "usual": USUAL,
    "rising by a fifth a quarter": replace(USUAL, trend=0.18),
    "falling by a sixth a quarter": replace(USUAL, trend=-0.18),
    "cells and departments scatter widely": replace(USUAL, within=0.8, between=0.5),
    "departments drift on their own": replace(USUAL, drift=0.7),
    "few findings (0.25 a department)": replace(USUAL, rate=0.25),
    "a fifth of cells not judged": replace(USUAL, missing=0.2),
    "ten departments": replace(USUAL, departments=10, steps=5),
}
PLANS = 40  # pasts that are planned from


def measure(*, full: bool) -> list[Outcome]:
    runs = RUNS if full else REDUCED
    outcomes = []
    for place, (name, shape) in enumerate(NULLS.items()):
        found = _effects(shape, runs, 10 + place)
        effective = float(np.mean([_fell(effect) for effect in found]))
        what = f"a null course, {name}, {runs} runs"
        # Reduced counts show the promise with chance on top: the 99.9 % point of a true 5 %.
        bar = LEVEL if full else float(binom.ppf(0.999, runs, LEVEL)) / runs
        outcomes.append(Outcome.at_most(f"{what}: called effective", effective, bar))
        rejected = float(np.mean([e.p is not None and e.p <= LEVEL for e in found]))
        allowed = float(binom.ppf(0.999, runs, LEVEL)) / runs
        outcomes.append(Outcome.at_most(f"{what}: p ≤ 0.05 either way", rejected, allowed))
        outcomes.append(_coverage(f"{what}: interval covers 1", found, 1.0, full))
    outcomes += _halved(runs, full)
    outcomes += _planned(PLANS if full else 3)
    return outcomes


def _halved(runs: int, full: bool) -> list[Outcome]:
    found = _effects(HALVED, runs, 2)
    what = f"a course that halves findings, {runs} runs"
    power = float(np.mean([_fell(effect) for effect in found]))
    return [
        Outcome.at_least(f"{what}: called effective", power, 0.8 if full else 0.6),
        _coverage(f"{what}: interval covers 0.5", found, 0.5, full),
    ]


def _planned(pasts: int) -> list[Outcome]:
    """How long the plan says it takes, from a past of six quarters; for the record."""
    outcomes = []
    for name, rate in (("all kinds", USUAL.rate), ("one kind of 28 a year", 0.175)):
        periods = []
        for number in range(pasts):
            rng = np.random.default_rng([3, number])
            counts, exposure, _ = draw(replace(USUAL, rate=rate, first=6, periods=6), rng)
            plan = wedge_plan(
                counts,
                exposure,
                steps=USUAL.steps,
                first=USUAL.first,
                every=USUAL.every,
                most=24,
                rng=rng,
            )
            periods.append(plan.periods or np.inf)
        middle = float(np.median(periods))
        shown = f"{middle:.0f} quarters" if np.isfinite(middle) else "more than 24 quarters"
        what = f"plan for a halving with 80 %, {name}, middle of {pasts}"
        outcomes.append(Outcome.recorded(what, shown))
    return outcomes


def _effects(shape: Shape, runs: int, seed: int) -> list[WedgeEffect]:
    found = []
    for run in range(runs):
        counts, exposure, starts = draw(shape, np.random.default_rng([seed, run, 0]))
        deals = np.random.default_rng([seed, run, 1])
        found.append(wedge_effect(counts, exposure, starts, drawn=True, draws=DRAWS, rng=deals))
    return found


def _fell(effect: WedgeEffect) -> bool:
    return effect.ratio.ok and effect.ratio.high is not None and effect.ratio.high < 1.0


def _coverage(what: str, found: list[WedgeEffect], truth: float, full: bool) -> Outcome:
    """Hold the coverage of every interval that was given, the too wide ones included."""
    given = [e.ratio for e in found if e.p is not None]
    covered = sum((r.low or 0.0) <= truth and (r.high is None or truth <= r.high) for r in given)
    return Outcome.at_least(what, covered / len(given), 0.93 if full else 0.85)
