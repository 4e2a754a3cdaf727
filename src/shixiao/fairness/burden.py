"""Burden: who is looked at, who waits, and who is shut out, beyond rates of two counts."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from shixiao.fairness.cube import PLACE, Cube, Integers, Key
from shixiao.fairness.sketch import quantile_estimate
from shixiao.statistics import estimate_from_draws, newcombe_difference
from shixiao.statistics.reasons import too_few
from shixiao.terms import Estimate

REPLICATES = 1_000


def replicates(cube: Cube, *, draws: int, rng: np.random.Generator) -> Integers:
    """Return bootstrap counts of tp, fp, fn and tn of every cell, shape (draws, cells, 4).

    Resampling the n known decisions with replacement is Multinomial(n, counts / n) over all cells
    together, so a replicate costs the same however long the log is.

    Source: B. Efron (1979), Annals of Statistics 7, 1-26.
    """
    counts = cube.counts[:, [PLACE[name] for name in ("tp", "fp", "fn", "tn")]]
    n = int(counts.sum())
    if n == 0:
        return np.zeros((draws, *counts.shape), dtype=np.int64)
    drawn = rng.multinomial(n, counts.reshape(-1) / n, size=draws)
    return drawn.reshape(draws, *counts.shape)


def equal_burden(
    errors: Cube, *, least: int, rng: np.random.Generator, draws: int = REPLICATES
) -> dict[Key, Estimate]:
    """Compare each group's share of those selected with its share of those for whom it is true.

    ``(tp + fp)_g / (tp + fp) - (tp + fn)_g / (tp + fn)``: above 0 the group bears more of the
    checks than its share of what they look for.

    Args:
        errors: decisions on which error rates may stand (``guard``), by the groups.
        least: fewest selected, and fewest for whom it is true, in all.
        rng: the only source of chance.
        draws: replicates of the percentile bootstrap.

    Source: Efron (1979); equal-burden criterion of Amsterdam's Smart Check (2023).
    """
    drawn = replicates(errors, draws=draws, rng=rng)
    tp, fp, fn, _ = (errors.column(name) for name in ("tp", "fp", "fn", "tn"))
    n = int(min((tp + fp).sum(), (tp + fn).sum()))
    if n < least:
        return {key: Estimate.insufficient(n, too_few(n, needed=least)) for key in errors.keys}
    seen = (tp + fp) / (tp + fp).sum() - (tp + fn) / (tp + fn).sum()
    selected, true = drawn[..., 0] + drawn[..., 1], drawn[..., 0] + drawn[..., 2]
    # A replicate without a single true outcome has no shares; `least` keeps that from happening.
    below = np.maximum(true.sum(axis=1, keepdims=True), 1)
    apart = selected / np.maximum(selected.sum(axis=1, keepdims=True), 1) - true / below
    return {
        key: estimate_from_draws(float(seen[cell]), apart[:, cell], n=n)
        for cell, key in enumerate(errors.keys)
    }


def processing_days(
    cube: Cube, *, least: int, rng: np.random.Generator, draws: int = REPLICATES
) -> dict[Key, dict[str, Estimate]]:
    """Return the median and the 90th percentile of the processing days of each group.

    Quantiles are read from the sketch (within 1 % of themselves); the interval resamples its bins.
    They speak of decided cases: open cases wait longer and are not in the log yet.

    Source: Masson, Rim and Lee (2019), PVLDB 12, 2195-2205; Efron (1979).
    """
    found = {}
    for cell, key in enumerate(cube.keys):
        sketch = cube.days(cell)
        found[key] = {
            name: quantile_estimate(sketch, share, minimum=least, draws=draws, rng=rng)
            for name, share in (("median", 0.5), ("p90", 0.9))
        }
    return found


def channel_gap(
    online: Mapping[str, tuple[int, int]],
    counter: Mapping[str, tuple[int, int]],
    *,
    group: str,
    reference: str,
    least: int,
) -> Estimate:
    """Say how much more a group falls behind online than at the counter.

    ``(p_online,g - p_online,ref) - (p_counter,g - p_counter,ref)``; below 0 it is the channel that
    shuts the group out, and not the group's cases. Both differences have Newcombe's interval; the
    interval of their difference joins these by MOVER.

    Args:
        online: group → completed and all that were begun online.
        counter: group → the same at the counter.
        group: of whom it speaks.
        reference: with whom it is compared.
        least: fewest cases of each of the four.

    Source: R. G. Newcombe (1998), Statistics in Medicine 17, 873-890; G. Y. Zou and A. Donner
    (2008), Statistics in Medicine 27, 1693-1702.
    """
    pairs = [online.get(group), online.get(reference), counter.get(group), counter.get(reference)]
    counts = [pair or (0, 0) for pair in pairs]
    smallest = min(n for _, n in counts)
    total = sum(n for _, n in counts)
    if smallest < least:
        return Estimate.insufficient(smallest, too_few(smallest, needed=least))
    (a, an), (b, bn), (c, cn), (d, dn) = counts
    one, two = newcombe_difference(a, an, b, bn), newcombe_difference(c, cn, d, dn)
    d1, l1, u1 = (float(e) for e in (one.value or 0, one.low or 0, one.high or 0))
    d2, l2, u2 = (float(e) for e in (two.value or 0, two.low or 0, two.high or 0))
    value = d1 - d2
    return Estimate(
        value, value - math.hypot(d1 - l1, u2 - d2), value + math.hypot(u1 - d1, d2 - l2), total
    )
