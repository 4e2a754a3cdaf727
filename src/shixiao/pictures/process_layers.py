"""Layers of a process map: who stands above whom, and in which order within a layer.

The steps are Sugiyama's (Sugiyama, Tagawa, Toda 1981, IEEE SMC 11, 109): break cycles, give
layers, put a place holder wherever an arc passes a layer, order each layer by barycentres.
Rows alternate: activities on even rows, labels of arcs on odd ones, so that a label has a place
of its own and can touch nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from shixiao.pictures.process_choice import END, START, Arc

_SWEEPS = 24


@dataclass(frozen=True, slots=True)
class Place:
    """A thing with a place in a row: an activity, or the passage of arc number ``arc``."""

    row: int
    node: int | None = None
    arc: int | None = None
    labelled: bool = False
    back: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """An arc and the places it passes, from top to bottom; a back arc is drawn bottom to top."""

    arc: Arc
    places: tuple[Place, ...]
    back: bool


@dataclass(frozen=True, slots=True)
class Layers:
    """Rows of places in order from left to right, the routes between them, and the self-loops."""

    rows: tuple[tuple[Place, ...], ...]
    routes: tuple[Route, ...]
    loops: dict[int, Arc]


def layered(arcs: Sequence[Arc], *, per_row: int) -> Layers:
    """Give every activity and every passing arc a place.

    Args:
        arcs: a graph in which every node lies on a way from START to END.
        per_row: the most activities in one row.

    Returns:
        The rows, START alone in the first and END alone in the last.
    """
    loops = {arc.source: arc for arc in arcs if arc.source == arc.target}
    plain = [arc for arc in arcs if arc.source != arc.target]
    back = _back_arcs(plain)
    downward = [
        (arc.target, arc.source) if nth in back else (arc.source, arc.target)
        for nth, arc in enumerate(plain)
    ]
    layer = _longest_path_layers(downward, per_row)
    places = {node: Place(2 * depth, node=node) for node, depth in layer.items()}
    routes = [
        _route(arc, nth, places[upper], places[lower], back=nth in back)
        for nth, (arc, (upper, lower)) in enumerate(zip(plain, downward, strict=True))
    ]
    return Layers(_ordered(routes, 2 * layer[END] + 1), tuple(routes), loops)


def _back_arcs(arcs: Sequence[Arc]) -> set[int]:
    """Return the arcs that close a cycle, found by walking from the start, frequent arcs first."""
    following: dict[int, list[tuple[int, int]]] = defaultdict(list)
    order = sorted(range(len(arcs)), key=lambda i: (-arcs[i].count, arcs[i].source, arcs[i].target))
    for nth in order:
        following[arcs[nth].source].append((nth, arcs[nth].target))
    back: set[int] = set()
    done: set[int] = set()
    open_: set[int] = {START}
    stack = [(START, iter(following[START]))]
    while stack:
        node, rest = stack[-1]
        for nth, target in rest:
            if target in open_:
                back.add(nth)
            elif target not in done:
                open_.add(target)
                stack.append((target, iter(following[target])))
                break
        else:
            stack.pop()
            open_.discard(node)
            done.add(node)
    return back


def _longest_path_layers(pairs: Sequence[tuple[int, int]], per_row: int) -> dict[int, int]:
    """Put each node one layer below its lowest predecessor, lower still where a layer is full."""
    before: dict[int, set[int]] = defaultdict(set)
    after: dict[int, set[int]] = defaultdict(set)
    for upper, lower in pairs:
        before[lower].add(upper)
        after[upper].add(lower)
    layer: dict[int, int] = {}
    held: dict[int, int] = defaultdict(int)
    ready = [START]
    while ready:
        # Shallow nodes first, so that a full layer pushes down those that could wait.
        ready.sort(key=lambda node: (_depth(node, before, layer), node))
        node = ready.pop(0)
        depth = _depth(node, before, layer)
        while held[depth] >= per_row:
            depth += 1
        layer[node] = depth
        held[depth] += 1
        ready += [
            lower for lower in sorted(after[node]) if lower != END and before[lower] <= layer.keys()
        ]
    layer[END] = max(layer.values()) + 1
    return layer


def _depth(node: int, before: dict[int, set[int]], layer: dict[int, int]) -> int:
    return max((layer[upper] for upper in before[node]), default=-1) + 1 if node != START else 0


def _route(arc: Arc, nth: int, upper: Place, lower: Place, *, back: bool) -> Route:
    """Pass every row between; the label stands in the first label row below the true source."""
    label_row = lower.row - 1 if back else upper.row + 1
    between = tuple(
        Place(row, arc=nth, labelled=row == label_row, back=back)
        for row in range(upper.row + 1, lower.row)
    )
    return Route(arc, (upper, *between, lower), back)


def _ordered(routes: Sequence[Route], rows: int) -> tuple[tuple[Place, ...], ...]:
    """Order every row by the mean position of its neighbours, sweeping down and up."""
    above: dict[Place, list[Place]] = defaultdict(list)
    below: dict[Place, list[Place]] = defaultdict(list)
    members: list[dict[Place, None]] = [{} for _ in range(rows)]
    for route in routes:
        for place in route.places:
            members[place.row].setdefault(place)
        for upper, lower in pairwise(route.places):
            above[lower].append(upper)
            below[upper].append(lower)
    order = [sorted(row, key=lambda place: place.back) for row in members]
    best, fewest = [list(row) for row in order], _crossings(order, below)
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        for row in range(rows) if down else range(rows - 1, -1, -1):
            if sweep < _SWEEPS // 2:
                _sort_row(order, row, above if down else below)
            else:
                _swap_neighbours(order, row, below, even_if_equal=sweep % 4 > 1)
        count = _crossings(order, below)
        if count < fewest:
            best, fewest = [list(row) for row in order], count
    return tuple(tuple(row) for row in best)


def _swap_neighbours(
    order: list[list[Place]], row: int, below: dict[Place, list[Place]], *, even_if_equal: bool
) -> None:
    """Swap neighbours where fewer lines cross then; an equal swap may open the way to better."""
    around = order[max(row - 1, 0) : row + 2]
    here = order[row]
    for nth in range(len(here) - 1):
        if here[nth].back != here[nth + 1].back:
            continue
        old = _crossings(around, below)
        here[nth], here[nth + 1] = here[nth + 1], here[nth]
        new = _crossings(around, below)
        if new > old or (new == old and not even_if_equal):
            here[nth], here[nth + 1] = here[nth + 1], here[nth]


def _sort_row(order: list[list[Place]], row: int, neighbours: dict[Place, list[Place]]) -> None:
    """Sort one row by barycentre; back arcs stay at the right side."""
    at: dict[Place, float] = {}
    for nearby in (row - 1, row + 1):
        if 0 <= nearby < len(order):
            size = max(len(order[nearby]) - 1, 1)
            at |= {place: nth / size for nth, place in enumerate(order[nearby])}

    def key(item: tuple[int, Place]) -> tuple[bool, float, int]:
        nth, place = item
        near = neighbours[place]
        own = nth / max(len(order[row]) - 1, 1)
        return place.back, sum(at[p] for p in near) / len(near) if near else own, nth

    order[row] = [place for _, place in sorted(enumerate(order[row]), key=key)]


def _crossings(order: list[list[Place]], below: dict[Place, list[Place]]) -> int:
    count = 0
    for upper, lower in pairwise(order):
        at = {place: nth for nth, place in enumerate(lower)}
        ends = [sorted(at[target] for target in below[place]) for place in upper]
        flat = [end for one in ends for end in one]
        count += sum(a > b for nth, a in enumerate(flat) for b in flat[nth + 1 :])
    return count
