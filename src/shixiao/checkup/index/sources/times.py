"""From working times: the ninth decile against the limit, and time online against the counter.

Quantiles come from the engine; their errors from order statistics in counts of durations rounded
to three digits.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
from scipy.special import ndtri

from shixiao.checkup.index.components import Peers, means
from shixiao.checkup.index.groundwork import COUNTER, ONLINE, Cells, Groundwork
from shixiao.checkup.index.sources import source
from shixiao.effect.worktime import DAY
from shixiao.statistics import order_statistic_ranks

_LEAST_RATIO, _MOST_RATIO = 0.05, 20.0
"""Ratios beyond these count as these: a twentieth of the limit is as good as at once."""
Quantiles = dict[tuple[str, ...], tuple[float, int]]
_LEAST_ERROR = 0.005
"""Error of a log that rounding to three digits leaves in any case."""


def clustering(ground: Groundwork, quantiles: Quantiles, keys: list[str], q: float) -> float:
    """Return by how much the variance of quantiles exceeds that of independent cases.

    Cases that end in one week wait for the same desk, the same holiday, the same batch. Their
    counts beyond the quantile, week by week, give the design effect, pooled over services.
    Source: J. N. K. Rao and A. J. Scott (1992), Biometrics 48, 577-585.
    """
    if ground.table is None or not quantiles:
        return 1.0
    names = sorted(quantiles)
    columns: dict[str, list[Any]] = {
        f"of_{key}": [name[i] for name in names] for i, key in enumerate(keys)
    }
    columns["bound"] = [quantiles[name][0] for name in names]
    limits = ground.scene.engine.small(pa.table(columns))
    timed = ground.table.filter(ground.table.working.notnull())
    joined = timed.inner_join(limits, [timed[key] == limits[f"of_{key}"] for key in keys])
    beyond = (joined.working > joined.bound).cast("int64")
    weeks = joined.mutate(beyond=beyond).group_by([*keys, "week"])
    rows = ground.scene.engine.rows(weeks.agg(n=ibis._.count(), x=ibis._.beyond.sum()))
    n, x = (np.array(rows[part], dtype=np.float64) for part in ("n", "x"))
    return max(1.0, float(((x - (1 - q) * n) ** 2).sum() / (n.sum() * q * (1 - q))))


@source("p90_limit")
def p90_limit(ground: Groundwork) -> Iterator[Peers]:
    """Ninth decile of working time divided by the limit."""
    table = ground.table
    if table is None:
        return
    chosen = table.filter(table.working.notnull())
    quantiles = _quantiles(ground, chosen, ["service_id"], 0.9)
    least = ground.number("I-19", "quantile")
    inflation = math.sqrt(clustering(ground, quantiles, ["service_id"], 0.9))
    cells: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for (service, _), found_cells in ground.times.items():
        cells[service] += found_cells
    found = []
    for (service,), (value, n) in sorted(quantiles.items()):
        limit = ground.limits.get(service)
        error = _error(sorted(cells[service]), n, 0.9, ground.level)
        if limit is not None:
            known = error is not None and n >= least
            own = error * inflation if error is not None and known else None
            found.append((service, _log(value / (limit * DAY)), own, n))
    yield from _log_ratios("p90_limit", found, least, ground.level)


@source("time_saved")
def time_saved(ground: Groundwork) -> Iterator[Peers]:
    """Median working time online divided by that at the counter."""
    table = ground.table
    if table is None:
        return
    chosen = table.filter(table.working.notnull() & table.channel.isin([ONLINE, COUNTER]))
    keys = ["service_id", "channel"]
    medians, cells = _quantiles(ground, chosen, keys, 0.5), ground.times
    inflation = math.sqrt(clustering(ground, medians, keys, 0.5))
    least, found = ground.number("I-19", "arm"), []
    for service in sorted({key[0] for key in medians}):
        arms = [(service, ONLINE), (service, COUNTER)]
        if any(a not in medians for a in arms) or medians[service, COUNTER][0] <= 0:
            continue
        errors = [_error(cells[a], medians[a][1], 0.5, ground.level) for a in arms]
        few = any(medians[a][1] < least for a in arms) or None in errors
        error = None if few else inflation * math.hypot(*(e or 0.0 for e in errors))
        online, counter = (medians[a][0] for a in arms)
        n = sum(medians[a][1] for a in arms)
        found.append((service, _log(online / counter), error, n))
    yield from _log_ratios("time_saved", found, 2 * least, ground.level)


def _log_ratios(
    name: str, found: list[tuple[str, float, float | None, int]], least: float, level: float
) -> Iterator[Peers]:
    return means(
        name,
        [service for service, _, _, _ in found],
        [value for _, value, _, _ in found],
        [np.inf if error is None else error for _, _, error, _ in found],
        [n for _, _, _, n in found],
        level=level,
        shown=np.exp,
        least=least,
    )


def _log(ratio: float) -> float:
    return float(np.log(min(max(ratio, _LEAST_RATIO), _MOST_RATIO)))


def _quantiles(ground: Groundwork, chosen: ibis.Table, keys: list[str], q: float) -> Quantiles:
    value = chosen.working.cast("float64").quantile(q)
    rows = ground.scene.engine.rows(chosen.group_by(keys).agg(value=value, n=ibis._.count()))
    names = zip(*(rows[key] for key in keys), strict=True)
    return {
        key: (float(v), int(n)) for key, v, n in zip(names, rows["value"], rows["n"], strict=True)
    }


def _error(cells: Cells, n: int, q: float, level: float) -> float | None:
    """Return the standard error of the log quantile; None where n is too small for bounds."""
    low, high = order_statistic_ranks(n, q, level=level)
    if low is None or high is None:
        return None
    values, counts = np.array(cells, dtype=np.float64).T
    ends = np.searchsorted(np.cumsum(counts), (low, high), side="left")
    bounds = np.maximum(values[ends], 1.0)
    spread = float(np.log(bounds[1] / bounds[0])) / (2 * float(ndtri(0.5 + level / 2)))
    return max(spread, _LEAST_ERROR)
