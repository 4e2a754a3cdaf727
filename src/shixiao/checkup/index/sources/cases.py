"""From the cases: completion, first time right, visits, steps against the counter, promises."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from shixiao.checkup.index.components import Peers, means, shares, smoothed_variances
from shixiao.checkup.index.groundwork import COUNTER, ONLINE, Floats, Groundwork
from shixiao.checkup.index.sources import source


@source("completion")
def completion(ground: Groundwork) -> Iterator[Peers]:
    """Completed cases of cases with an outcome."""
    yield from _share(ground, "completion")


@source("first_time_right")
def first_time_right(ground: Groundwork) -> Iterator[Peers]:
    """Completed cases that were never sent back."""
    yield from _share(ground, "first_time_right")


@source("repeat_contact")
def repeat_contact(ground: Groundwork) -> Iterator[Peers]:
    """Ended cases that bring the same person back within the window."""
    yield from _share(ground, "repeat_contact")


@source("promise_kept")
def promise_kept(ground: Groundwork) -> Iterator[Peers]:
    """Ended cases within the limit."""
    yield from _share(ground, "promise_kept")


@source("visits")
def visits(ground: Groundwork) -> Iterator[Peers]:
    """Mean visits of a case over all channels."""
    sums = ground.metrics["visits"]
    n, total, squares = (part.sum(axis=1) for part in (sums.n, sums.total, sums.squares))
    kept = np.flatnonzero(n > 0)
    errors = np.sqrt(smoothed_variances(n, total, squares)[kept] / n[kept])
    yield from means(
        "visits",
        [ground.services[i] for i in kept],
        total[kept] / n[kept],
        errors,
        n[kept],
        level=ground.level,
        shown=_from_zero,
    )


@source("steps_ratio")
def steps_ratio(ground: Groundwork) -> Iterator[Peers]:
    """Mean steps online divided by mean steps at the counter, on the log scale (delta method)."""
    online, counter = ground.channel(ONLINE), ground.channel(COUNTER)
    if online is None or counter is None:
        return
    sums, least = ground.metrics["steps"], ground.number("I-19", "arm")
    arms = [
        (
            sums.n[:, c],
            sums.total[:, c],
            smoothed_variances(sums.n[:, c], sums.total[:, c], sums.squares[:, c]),
        )
        for c in (online, counter)
    ]
    usable = np.flatnonzero(np.all([(n > 0) & (t > 0) for n, t, _ in arms], axis=0))
    logs = [np.log(t[usable] / n[usable]) for n, t, _ in arms]
    variances = [v[usable] * n[usable] / t[usable] ** 2 for n, t, v in arms]
    enough = np.all([n[usable] >= least for n, _, _ in arms], axis=0)
    yield from means(
        "steps_ratio",
        [ground.services[i] for i in usable],
        logs[0] - logs[1],
        np.where(enough, np.sqrt(variances[0] + variances[1]), np.inf),
        sum(n[usable] for n, _, _ in arms),
        level=ground.level,
        shown=np.exp,
        least=2 * least,
    )


def _share(ground: Groundwork, metric: str) -> Iterator[Peers]:
    if metric not in ground.metrics:
        return
    sums, ended = ground.metrics[metric], ground.ended.sum(axis=1)
    kept = np.flatnonzero(ended > 0)
    total, n = sums.total.sum(axis=1)[kept], sums.n.sum(axis=1)[kept]
    yield from shares(metric, [ground.services[i] for i in kept], total, n, level=ground.level)


def _from_zero(value: Floats) -> Floats:
    return np.maximum(value, 0.0)
