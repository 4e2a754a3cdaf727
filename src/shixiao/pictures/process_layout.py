"""Coordinates of a process map: where every activity and every passing arc stands."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from shixiao.pictures.geometry import spread
from shixiao.pictures.process_layers import Layers, Place, Route

GAP = 12.0
BETWEEN = 24.0
_SWEEPS = 80
_PORT = 16.0


@dataclass(frozen=True, slots=True)
class Extent:
    """How far a place reaches to the left and right of its line, and how high it is."""

    left: float
    right: float
    height: float


@dataclass(frozen=True, slots=True)
class Layout:
    """Final coordinates in px.

    Attributes:
        x: the line of every place (the middle of an activity's box).
        top: the upper edge of every row.
        bottom: the lower edge of every row.
        ports: x where each route leaves its first and enters its last place.
        width: of the drawing, never below the width asked for.
    """

    x: dict[Place, float]
    top: tuple[float, ...]
    bottom: tuple[float, ...]
    ports: tuple[tuple[float, float], ...]
    width: float


def laid_out(
    layers: Layers, extent: Callable[[Place], Extent], *, width: float, port_room: float
) -> Layout:
    """Place everything so that nothing touches.

    Each sweep moves a row towards the mean of its neighbours, busy arcs counting most, and then
    pushes its places apart as little as possible; rows keep their order, so boxes and labels
    cannot overlap.

    Args:
        layers: rows in order.
        extent: room that each place needs.
        width: width wanted; the drawing grows when a row needs more.
        port_room: width of an activity's edge over which arcs may spread.
    """
    size = {place: extent(place) for row in layers.rows for place in row}
    apart = [_distances(row, size) for row in layers.rows]
    needed = max(
        size[row[0]].left + sum(gaps) + size[row[-1]].right
        for row, gaps in zip(layers.rows, apart, strict=True)
    )
    full = max(width, needed + 2)
    x = _smoothed(layers, size, apart, full)
    _straighten(layers, size, x, full)
    top, bottom, y = [], [], 1.0
    for row in layers.rows:
        top.append(y)
        bottom.append(y + max(size[place].height for place in row))
        y = bottom[-1] + BETWEEN
    ports = _ports(layers.routes, x, port_room)
    return Layout(x, tuple(top), tuple(bottom), ports, full)


def _distances(row: Sequence[Place], size: dict[Place, Extent]) -> list[float]:
    return [size[a].right + GAP + size[b].left for a, b in pairwise(row)]


def _smoothed(
    layers: Layers, size: dict[Place, Extent], apart: Sequence[Sequence[float]], full: float
) -> dict[Place, float]:
    near: dict[Place, list[tuple[Place, float]]] = defaultdict(list)
    most = max((route.arc.count for route in layers.routes), default=1)
    for route in layers.routes:
        for upper, lower in pairwise(route.places):
            pull = _pull(upper, lower) * (0.1 + route.arc.count / most)
            near[upper].append((lower, pull))
            near[lower].append((upper, pull))
    x: dict[Place, float] = {}
    for row, gaps in zip(layers.rows, apart, strict=True):
        x |= _clipped(row, spread([full / 2] * len(row), gaps), gaps, size, full)
    for sweep in range(_SWEEPS):
        order = range(len(layers.rows))
        for nth in order if sweep % 2 == 0 else reversed(order):
            row, gaps = layers.rows[nth], apart[nth]
            weights = [sum(pull for _, pull in near[one]) for one in row]
            wanted = [
                sum(x[place] * pull for place, pull in near[one]) / weight
                for one, weight in zip(row, weights, strict=True)
            ]
            x |= _clipped(row, spread(wanted, gaps, weights), gaps, size, full)
    return x


def _straighten(
    layers: Layers, size: dict[Place, Extent], x: dict[Place, float], full: float
) -> None:
    """Put the passages of an arc below one another as far as their neighbours leave room."""
    beside: dict[Place, tuple[Place | None, Place | None]] = {}
    for row in layers.rows:
        for place, left, right in zip(row, (None, *row), (*row[1:], None), strict=False):
            beside[place] = (left, right)

    def slack(place: Place) -> tuple[float, float]:
        left, right = beside[place]
        low = 1.0 if left is None else x[left] + size[left].right + GAP
        high = full - 1 if right is None else x[right] - size[right].left - GAP
        return low + size[place].left, high - size[place].right

    for route in sorted(layers.routes, key=lambda one: one.arc.count):
        line: list[Place] = []
        low, high = -math.inf, math.inf
        for place in route.places[1:-1]:
            least, most = slack(place)
            if max(low, least) > min(high, most):
                _align(line, low, high, x)
                line, low, high = [], -math.inf, math.inf
            line.append(place)
            low, high = max(low, least), min(high, most)
        _align(line, low, high, x)


def _align(line: Sequence[Place], low: float, high: float, x: dict[Place, float]) -> None:
    if line:
        mean = sum(x[place] for place in line) / len(line)
        x |= dict.fromkeys(line, min(max(mean, low), high))


def _pull(upper: Place, lower: Place) -> float:
    """Return how straight a piece of an arc wants to be: most of all between two passages."""
    passages = (upper.node is None) + (lower.node is None)
    return (1.0, 2.0, 8.0)[passages]


def _clipped(
    row: Sequence[Place],
    at: Sequence[float],
    gaps: Sequence[float],
    size: dict[Place, Extent],
    full: float,
) -> dict[Place, float]:
    """Keep a row inside the drawing; shifting each bound by the same gaps keeps the distances."""
    low, high = [1 + size[row[0]].left], [full - 1 - size[row[-1]].right]
    for gap in gaps:
        low.append(low[-1] + gap)
    for gap in reversed(gaps):
        high.append(high[-1] - gap)
    return {
        place: min(max(position, lower), upper)
        for place, position, lower, upper in zip(row, at, low, reversed(high), strict=True)
    }


def _ports(
    routes: Sequence[Route], x: dict[Place, float], room: float
) -> tuple[tuple[float, float], ...]:
    """Spread the arcs that leave or enter one edge of a box, in the order of where they go."""
    leaving: dict[Place, list[tuple[float, int]]] = defaultdict(list)
    entering: dict[Place, list[tuple[float, int]]] = defaultdict(list)
    for nth, route in enumerate(routes):
        leaving[route.places[0]].append((x[route.places[1]], nth))
        entering[route.places[-1]].append((x[route.places[-2]], nth))
    starts = _shares(leaving, x, room)
    ends = _shares(entering, x, room)
    return tuple((starts[nth], ends[nth]) for nth in range(len(routes)))


def _shares(
    ends: dict[Place, list[tuple[float, int]]], x: dict[Place, float], room: float
) -> dict[int, float]:
    found = {}
    for place, those in ends.items():
        step = min(_PORT, room / max(len(those) - 1, 1))
        for nth, (_, route) in enumerate(sorted(those)):
            found[route] = x[place] + (nth - (len(those) - 1) / 2) * step
    return found
