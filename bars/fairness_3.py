"""Bar 3 of fairness: intervals cover, the family error is kept, and a gerrymander is found."""

from __future__ import annotations

from itertools import product

import numpy as np

from bars.outcome import Outcome
from shixiao.fairness import COUNTS, Cube, Question, metric, scan
from shixiao.statistics import newcombe_bounds, proportion_ratio_bounds, wilson_bounds

PLACES = ((30, 0.05), (100, 0.02), (500, 0.05))
OTHER = 1_000
SIMULATIONS, LEAST_SIMULATIONS = 20_000, 4_000
LATTICE = (6, 3, 4, 4, 2, 2, 3, 4)
"""Eight attributes, 13,824 finest cells."""
SHIFT = 0.03
WORLDS, FEW_WORLDS = 400, 3
EIGHTY, TEN_THOUSAND = 80, 10_000


def measure(*, full: bool) -> list[Outcome]:
    rng = np.random.default_rng(8)
    outcomes = []
    for n, p in PLACES:
        outcomes += _coverage(n, p, SIMULATIONS if full else LEAST_SIMULATIONS, rng)
    return [*outcomes, *_family(WORLDS if full else FEW_WORLDS, rng), *_gerrymander(rng)]


def _coverage(n: int, p: float, simulations: int, rng: np.random.Generator) -> list[Outcome]:
    """Cover the truth of one rate, of a difference and of a ratio, each at the same p."""
    x, y = rng.binomial(n, p, simulations), rng.binomial(OTHER, p, simulations)
    # The error of a coverage from fewer simulations must not fail a test.
    slack = 0.0 if simulations == SIMULATIONS else 0.008
    found = []
    for name, (low, high), true, least in (
        ("Wilson", wilson_bounds(x, n), p, 0.93),
        ("Newcombe", newcombe_bounds(x, n, y, OTHER), 0.0, 0.94),
        ("MOVER-R", proportion_ratio_bounds(x, n, y, OTHER), 1.0, 0.94),
    ):
        # Without a bound there is no interval to miss the truth, and none to cover it.
        stated = ~(np.isnan(low) | np.isnan(high))
        covered = float(((low <= true) & (true <= high))[stated].mean())
        met = least - slack <= covered <= 0.97 + slack
        what = f"coverage of {name} at n = {n}, p = {p} (simulations: {simulations:,})"
        found.append(Outcome(what, round(covered, 4), f"{least:.2f} to 0.97", met))
    return found


def _world(n: int, rates: np.ndarray, rng: np.random.Generator) -> Cube:  # type: ignore[type-arg]
    keys = [tuple(map(str, place)) for place in product(*map(range, LATTICE))]
    counts = np.zeros((len(keys), len(COUNTS)), dtype=np.int64)
    counts[:, 0] = rng.multinomial(n, np.full(len(keys), 1 / len(keys)))
    counts[:, 1] = rng.binomial(counts[:, 0], rates.reshape(-1))
    return Cube.of(tuple("abcdefgh"), keys, counts)


def _family(worlds: int, rng: np.random.Generator) -> list[Outcome]:
    """Count the worlds without any unfairness in which some group is flagged."""
    alarms, comparisons = 0, []
    for _ in range(worlds):
        cube = _world(100_000, np.full(LATTICE, 0.3), rng)
        found = scan([Question(metric("selection"), cube)], least=30, rng=rng)
        comparisons.append(found.comparisons)
        made = [d for d in found.disparities if d.p_adjusted is not None]
        alarms += min(d.p_adjusted or 1 for d in made) <= 0.05
    rate = alarms / worlds
    # The error of a rate from a few worlds must not fail a test; the bar itself is on the rate.
    slack = 0.0 if worlds == WORLDS else 1.645 * (0.05 * 0.95 / worlds) ** 0.5
    error = (rate * (1 - rate) / worlds) ** 0.5
    return [
        Outcome.at_least("groups compared in one family", min(comparisons), 2_500),
        Outcome.at_most(
            f"worlds without unfairness in which a group is flagged, of {worlds}",
            round(rate, 4),
            round(0.05 + slack, 4),
        ),
        Outcome.recorded("standard error of that", round(error, 4)),
        Outcome.recorded("fair logs in which the four-fifths rule gives alarm", _four_fifths(rng)),
    ]


def _four_fifths(rng: np.random.Generator) -> float:
    """Return how often least over largest rate of 80 equal groups of 10,000 is below 0.8."""
    n = rng.multinomial(TEN_THOUSAND, np.full(EIGHTY, 1 / EIGHTY), size=1_000)
    rates = rng.binomial(n, 0.3) / n
    return float((rates.min(axis=1) / rates.max(axis=1) < 0.8).mean())


def _gerrymander(rng: np.random.Generator) -> list[Outcome]:
    """Shift two attributes against each other so that every margin stays fair."""
    signs = np.array([1, -1, 1, -1])[:, None] * np.array([1, -1])[None, :]
    rates = np.full(LATTICE, 0.3)
    rates += SHIFT * signs.reshape(1, 1, 4, 1, 2, 1, 1, 1)
    found = scan(
        [Question(metric("selection"), _world(1_000_000, rates, rng))],
        least=30,
        rng=rng,
        draws=499,
    )
    flagged = {d.group for d in found.disparities if (d.p_adjusted or 1) <= 0.05}
    margins = [group for group in flagged if len(group) == 1]
    planted = {(("c", str(c)), ("e", str(e))) for c in range(4) for e in range(2)}
    return [
        Outcome("groups of one attribute flagged", len(margins), "0", not margins),
        Outcome.at_least("planted groups found, of 8", len(planted & flagged), len(planted)),
    ]
