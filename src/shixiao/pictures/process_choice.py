"""Which part of a process to draw: the fewest frequent paths that carry most of the flow."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shixiao.terms import Text

START, END = -1, -2


@dataclass(frozen=True, slots=True)
class Node:
    """An activity and how many events it has."""

    name: Text
    events: int


@dataclass(frozen=True, slots=True)
class Arc:
    """How often one activity directly follows another, and the median wait between the two.

    ``source`` and ``target`` are indexes of nodes; -1 is the start, -2 the end of a case.
    ``seconds`` is None where nothing is known (or nothing waits, as at the start).
    """

    source: int
    target: int
    count: int
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class ProcessMap:
    """A directly-follows graph over ``cases`` cases."""

    nodes: tuple[Node, ...]
    edges: tuple[Arc, ...]
    cases: int

    def __post_init__(self) -> None:
        known = range(len(self.nodes))
        seen = set()
        for arc in self.edges:
            if arc.source not in known and arc.source != START:
                raise ValueError(f"{arc} starts at no node")
            if arc.target not in known and arc.target != END:
                raise ValueError(f"{arc} ends at no node")
            if (arc.source, arc.target) in seen:
                raise ValueError(f"{arc} is given twice")
            seen.add((arc.source, arc.target))


@dataclass(frozen=True, slots=True)
class Choice:
    """The arcs to draw, most frequent first, and what they stand for.

    ``share`` is the part of all passages (arc counts) that the drawn arcs carry; ``left_out`` and
    ``nodes_left_out`` count the arcs and activities that are not drawn.
    """

    arcs: tuple[Arc, ...]
    nodes: tuple[int, ...]
    share: float
    left_out: int
    nodes_left_out: int


def choose(process: ProcessMap, *, share: float, max_nodes: int) -> Choice:
    """Choose the most frequent arcs until they carry ``share`` of the flow.

    Arcs are taken by count. Each brings the paths that join it to the start and to the end; these
    are *widest* paths (their rarest arc is as frequent as can be), so a joining path never uses an
    arc rarer than it must. An arc that would bring more than ``max_nodes`` activities is passed
    over. Connection comes first: when the only way from start to end is longer than ``max_nodes``,
    it is drawn whole.

    Args:
        process: the whole graph.
        share: part of the flow wanted, in (0, 1].
        max_nodes: the most activities wanted.

    Returns:
        The choice; empty when no path leads from start to end.

    Raises:
        ValueError: when the share is not in (0, 1].
    """
    if not 0 < share <= 1:
        raise ValueError(f"A share of the flow lies in (0, 1], not {share}")
    arcs = {(arc.source, arc.target): arc for arc in process.edges if arc.count > 0}
    total = sum(arc.count for arc in arcs.values())
    from_start = _widest_paths(arcs, START)
    to_end = _widest_paths({(b, a): arc for (a, b), arc in arcs.items()}, END)
    taken: set[tuple[int, int]] = set()
    ranked = sorted(arcs, key=lambda pair: (-arcs[pair].count, pair))
    for source, target in ranked:
        if sum(arcs[pair].count for pair in taken) >= share * total:
            break
        if source not in from_start or target not in to_end:
            continue
        # The path back from the end is stored turned round.
        joined = {(source, target), *_path(from_start, source)}
        joined |= {(b, a) for a, b in _path(to_end, target)}
        if not taken or len(_activities(taken | joined)) <= max_nodes:
            taken |= joined
    drawn = tuple(arcs[pair] for pair in ranked if pair in taken)
    nodes = tuple(sorted(_activities(taken)))
    carried = sum(arc.count for arc in drawn)
    return Choice(
        drawn,
        nodes,
        carried / total if total else 0.0,
        len(arcs) - len(drawn),
        len(process.nodes) - len(nodes),
    )


def _activities(pairs: Iterable[tuple[int, int]]) -> set[int]:
    return {node for pair in pairs for node in pair if node >= 0}


def _widest_paths(arcs: Mapping[tuple[int, int], Arc], root: int) -> dict[int, int | None]:
    """Return each reachable node's predecessor on its widest path from the root (fewest hops)."""
    following: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for (source, target), arc in arcs.items():
        following[source].append((target, arc.count))
    widest = max((arc.count for arc in arcs.values()), default=1)
    before: dict[int, int | None] = {}
    queue: list[tuple[int, int, int, int | None]] = [(-widest, 0, root, None)]
    while queue:
        width, hops, node, came_from = heapq.heappop(queue)
        if node in before:
            continue
        before[node] = came_from
        for target, count in following[node]:
            if target not in before:
                heapq.heappush(queue, (max(width, -count), hops + 1, target, node))
    return before


def _path(before: Mapping[int, int | None], node: int) -> list[tuple[int, int]]:
    pairs = []
    while (came_from := before[node]) is not None:
        pairs.append((came_from, node))
        node = came_from
    return pairs
