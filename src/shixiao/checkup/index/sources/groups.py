"""From groups of people: the worst gap of a group, and older people online against the counter."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from shixiao.checkup.index.components import FacetMeans, Peers, facets, means
from shixiao.checkup.index.groundwork import COUNTER, ONLINE, Floats, Groundwork
from shixiao.checkup.index.sources import source


@source("equity_gap")
def equity_gap(ground: Groundwork) -> Iterator[Peers]:
    """Completion of all minus that of each group, one facet per group."""
    sums = ground.metrics["completion"]
    n, x = sums.n.sum(axis=1), sums.total.sum(axis=1)
    place = {service: i for i, service in enumerate(ground.services)}
    groups: dict[tuple[str, str], dict[str, tuple[int, int]]] = defaultdict(
        lambda: defaultdict(lambda: (0, 0))
    )
    for (service, _, attribute, value), (cases, completed) in ground.groups.items():
        seen = groups[attribute, value][service]
        groups[attribute, value][service] = (seen[0] + cases, seen[1] + completed)
    least, given = ground.number("I-17", "share") * float(n.sum()), []
    for (attribute, value), by_service in sorted(groups.items()):
        ids = sorted(s for s, (cases, _) in by_service.items() if 0 < cases < n[place[s]])
        if sum(by_service[s][0] for s in ids) < least:
            continue
        rows = np.array([place[s] for s in ids], dtype=np.intp)
        group = np.array([by_service[s] for s in ids], dtype=np.float64).T
        gap, error = _gaps(group[0], group[1], n[rows], x[rows])
        given.append(FacetMeans(f"{attribute}={value}", ids, gap, error, group[0]))
    yield from facets("equity_gap", given, level=ground.level)


@source("assisted_parity")
def assisted_parity(ground: Groundwork) -> Iterator[Peers]:
    """Completion of older people at the counter minus online."""
    arms: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for (service, channel, attribute, value), (cases, completed) in ground.groups.items():
        if channel in (ONLINE, COUNTER) and is_older(ground, attribute, value):
            arms[service][channel][0] += cases
            arms[service][channel][1] += completed
    least = ground.number("I-19", "older")
    ids = sorted(s for s, a in arms.items() if min(a[ONLINE][0], a[COUNTER][0]) > 0)
    if not ids:
        return
    online, counter = (
        np.array([arms[s][c] for s in ids], dtype=np.float64).T for c in (ONLINE, COUNTER)
    )
    variance = _variance(*online) + _variance(*counter)
    enough = np.minimum(online[0], counter[0]) >= least
    yield from means(
        "assisted_parity",
        ids,
        counter[1] / counter[0] - online[1] / online[0],
        np.where(enough, np.sqrt(variance), np.inf),
        online[0] + counter[0],
        level=ground.level,
        least=2 * least,
    )


def is_older(ground: Groundwork, attribute: str, value: str) -> bool:
    """True for an age band of older people: its first number is at least that of the rule."""
    names = ground.scene.rules.value("I-17", "older_attributes")
    first = re.match(r"\D*(\d+)", value)
    listed = isinstance(names, list) and attribute in names
    return bool(listed and first and int(first[1]) >= ground.number("I-17", "older_from"))


def _gaps(cases: Floats, completed: Floats, n: Floats, x: Floats) -> tuple[Floats, Floats]:
    """Return completion of all minus that of a group within them, with its error."""
    rest = n - cases
    variance = _variance(cases, completed) + _variance(rest, x - completed)
    return x / n - completed / cases, np.asarray(rest / n * np.sqrt(variance))


def _variance(n: Floats, x: Floats) -> Floats:
    """Return the variance of a share, with half a case added on either side: never 0."""
    p = (x + 0.5) / (n + 1.0)
    return np.asarray(p * (1.0 - p) / n)
