"""How far the errors of one service's indicators move together, because the same cases make them.

A case that fails is at once not completed and often late. Each indicator's error is the mean of its
influence values (value minus mean; for the decile: whether the case lies beyond it); their products
within services, pooled over services, give the correlations of a Gaussian copula.
"""

from __future__ import annotations

from itertools import combinations_with_replacement

import ibis
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from shixiao.checkup.index.components import Peers
from shixiao.checkup.index.groundwork import Groundwork
from shixiao.effect.worktime import DAY

TOGETHER = (
    "completion",
    "first_time_right",
    "repeat_contact",
    "visits",
    "promise_kept",
    "p90_limit",
)
"""Indicators that the same cases make."""
_TAIL = 0.1

Floats = npt.NDArray[np.float64]


def correlations(
    ground: Groundwork, found: dict[str, list[Peers]]
) -> tuple[tuple[str, ...], Floats]:
    """Return the indicators of ``TOGETHER`` that are known and the correlations of their errors."""
    names = tuple(name for name in TOGETHER if any(p.seen for p in found.get(name, [])))
    table = ground.table
    if table is None or len(names) < 2:
        return names, np.eye(len(names))
    means = ground.scene.engine.small(_means(ground, found, names))
    joined = table.inner_join(means, table.service_id == means.mean_service)
    influences = {}
    for name in names:
        if name == "p90_limit":
            beyond = (joined.working > joined.mean_p90_limit).cast("float64")
            influence = ibis.ifelse(joined.working.notnull(), beyond - _TAIL, ibis.null("float64"))
        else:
            influence = joined[name].cast("float64") - joined[f"mean_{name}"]
        influences[f"influence_{name}"] = influence.fill_null(ibis.literal(0).cast("float64"))
    filled = joined.mutate(**influences)
    pairs = list(combinations_with_replacement(names, 2))
    sums = {
        f"{a}.{b}": (filled[f"influence_{a}"] * filled[f"influence_{b}"]).sum() for a, b in pairs
    }
    rows = ground.scene.engine.rows(filled.agg(**sums))
    matrix = np.eye(len(names))
    for a, b in pairs:
        i, j = names.index(a), names.index(b)
        scale = (rows[f"{a}.{a}"][0] or 0.0) * (rows[f"{b}.{b}"][0] or 0.0)
        if i != j and scale > 0:
            matrix[i, j] = matrix[j, i] = rows[f"{a}.{b}"][0] / np.sqrt(scale)
    return names, matrix


def _means(ground: Groundwork, found: dict[str, list[Peers]], names: tuple[str, ...]) -> pa.Table:
    """Return each service's mean of each metric, and its ninth decile of working time in µs."""
    columns: dict[str, pa.Array] = {"mean_service": pa.array(ground.services, pa.string())}
    for name in names:
        if name == "p90_limit":
            known = {s: seen for peers in found[name] for s, seen in peers.seen.items()}
            deciles = [
                known[s].raw.value * ground.limits[s] * DAY  # type: ignore[operator]
                if s in known and known[s].raw.ok
                else None
                for s in ground.services
            ]
            columns["mean_p90_limit"] = pa.array(deciles, pa.float64())
        else:
            sums = ground.metrics[name]
            n, total = sums.n.sum(axis=1), sums.total.sum(axis=1)
            columns[f"mean_{name}"] = pa.array(total / np.maximum(n, 1.0), pa.float64())
    return pa.table(columns)
