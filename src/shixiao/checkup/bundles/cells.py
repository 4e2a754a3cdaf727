"""Cells: what the measures of an evaluation tell of how many people, and how that adds up.

Each measure of a subject and an arm tells of its n; a share also of those who have it and those who
do not; a mean of counts also of its sum, which is a count of people where nobody has more than one.
They add up over arms, over services to departments and to the whole, and over cases that a metric
does not speak to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow.parquet as pq

from shixiao.checkup.bundles.suppression import WHOLE, Cell, Cells, hidden
from shixiao.checkup.evaluation import Evaluation
from shixiao.effect import Arm, Measured, Statistic, measure, whole
from shixiao.terms import Subject, SubjectKind

Node = tuple[str, str]
Place = tuple[Node, Arm | None]
EVERYBODY: Node = ("", "")
# Columns of cases by whose values subjects are told apart: such an arm of the whole is a subject.
SUBJECTS = {
    "service_id": SubjectKind.SERVICE,
    "department_id": SubjectKind.DEPARTMENT,
    "source": SubjectKind.LOG,
}


OVER_GROUPS = 32
"""How many cells of groups a cell is worth that is of no group of applicants."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Which cells may be shown.

    Attributes:
        fewest: people in the smallest cell that may be shown.
        closed: cells that may not.
        aliases: n of a metric → the cell it is the same as.
        known: places with cells at all.
        total: node → its cases.
        secret: node → counts of its hidden cells; the empty node stands for all of them.
    """

    fewest: int
    closed: frozenset[Cell]
    aliases: Mapping[Cell, Cell]
    known: frozenset[Place]
    total: Mapping[Node, int]
    secret: Mapping[Node, frozenset[int]]

    def cases(self, node: Node, arm: Arm | None = None) -> bool:
        """True when the number of all cases of a place may be shown."""
        return ("all", (node, arm)) not in self.closed

    def metric(self, node: Node, arm: Arm | None, metric: str) -> bool:
        """True when everything that a metric of a place tells may be shown."""
        place = (node, arm)
        n = self.aliases.get(("n", place, metric), ("n", place, metric))
        cells = (n, ("x", place, metric), ("y", place, metric))
        return place in self.known and not any(cell in self.closed for cell in cells)

    def counts(self, *counts: float, of: Subject | None = None) -> bool:
        """True when counts that come from elsewhere may be shown.

        They are people enough, and none of them is the count of a hidden cell of the subject,
        which it could give away. A subject without cells of its own is held to those of all.
        """
        node = EVERYBODY if of is None or node_of(of) not in self.secret else node_of(of)
        return all(
            count == 0 or (count >= self.fewest and count not in self.secret[node])
            for count in counts
        )


def node_of(subject: Subject) -> Node:
    """Return what a subject is called among cells."""
    return (str(subject.kind), subject.id)


def shown(evaluation: Evaluation) -> Shown:
    """Decide for every cell of the measures whether it may be shown."""
    fewest = int(evaluation.rules.number("E-16"))
    by_place = _by_place(evaluation.measured)
    cells = Cells()
    aliases: dict[Cell, Cell] = {}
    for place, found in by_place.items():
        aliases |= _of_place(cells, place, found, _weight(place, evaluation.attributes))
    metrics = sorted({name for found in by_place.values() for name in found})
    for total, parts in _families(evaluation, by_place):
        _relate(cells, aliases, ("all", total), [("all", part) for part in parts])
        for name in metrics:
            for kind in ("n", "x", "y"):
                of_parts: list[Cell] = [(kind, part, name) for part in parts]
                _relate(cells, aliases, (kind, total, name), of_parts)
    closed = hidden(cells, fewest=fewest)
    totals = {node: cells.counts["all", (node, arm)] for node, arm in by_place if arm is None}
    secret = _secret(cells, closed, {node for node, _ in by_place})
    return Shown(fewest, closed, aliases, frozenset(by_place), totals, secret)


def _by_place(measured: Iterable[Measured]) -> dict[Place, dict[str, Measured]]:
    """Return the metrics of each place; of several measures of one the one with sums."""
    found: dict[Place, dict[str, Measured]] = defaultdict(dict)
    for item in measured:
        known = measure(item.measure)
        if known.statistic is Statistic.FACT:
            continue
        kept = found[node_of(item.subject), item.arm]
        if known.metric not in kept or item.sums is not None:
            kept[known.metric] = item
    return found


def _secret(
    cells: Cells, closed: Iterable[Cell], nodes: Iterable[Node]
) -> dict[Node, frozenset[int]]:
    found: dict[Node, set[int]] = {node: set() for node in (*nodes, EVERYBODY)}
    for cell in closed:
        match cell:
            case (_, ((str(kind), str(id_)), _), *_):  # what sums leave over is of nobody
                found[kind, id_].add(cells.counts[cell])
                found[EVERYBODY].add(cells.counts[cell])
    return {node: frozenset(counts) for node, counts in found.items()}


def _of_place(
    cells: Cells, place: Place, metrics: Mapping[str, Measured], weight: int
) -> dict[Cell, Cell]:
    """Take the cells of one place; return which n are the same as the number of all its cases."""
    most = max(item.estimate.n for item in metrics.values())
    cells.add(("all", place), most, weight=weight * WHOLE)
    aliases: dict[Cell, Cell] = {}
    for name, item in metrics.items():
        n = item.estimate.n
        own: Cell = ("n", place, name)
        if n == most:
            aliases[own] = own = ("all", place)
        else:
            cells.add(own, n, weight=weight)
            cells.relate(("all", place), [own])
        if item.sums is None:
            continue
        with_it = round(item.sums.total)
        cells.add(("x", place, name), with_it, weight=weight)
        if measure(item.measure).statistic is Statistic.SHARE:
            cells.add(("y", place, name), n - with_it, weight=weight)
            cells.relate(own, [("x", place, name), ("y", place, name)])
    return aliases


def _weight(place: Place, attributes: Collection[str]) -> int:
    """Return how much a cell matters: to readers, and to all that it is the sum of.

    Groups of applicants matter least: for one of them nobody is to miss how a service does at all.
    """
    (kind, _), arm = place
    above = {SubjectKind.SERVICE: 1, SubjectKind.DEPARTMENT: 4}.get(SubjectKind(kind), 16)
    if arm is None:
        return above * 4 * OVER_GROUPS
    return above if arm.column in attributes else above * OVER_GROUPS


def _relate(cells: Cells, aliases: Mapping[Cell, Cell], total: Cell, parts: Sequence[Cell]) -> None:
    cells.relate(aliases.get(total, total), [aliases.get(part, part) for part in parts])


def _families(evaluation: Evaluation, places: Iterable[Place]) -> list[tuple[Place, list[Place]]]:
    """Return which places add up to which: arms to subjects, subjects to those above them."""
    root = node_of(whole(evaluation.store))
    known = set(places)
    arms: dict[tuple[Node, str], list[Place]] = defaultdict(list)
    nodes: dict[tuple[str, Arm | None], list[Node]] = defaultdict(list)
    for node, arm in known:
        if arm is not None:
            arms[node, arm.column].append((node, arm))
        if node != root:
            nodes[node[0], arm].append(node)
    families: list[tuple[Place, list[Place]]] = [
        ((node, None), sorted(parts, key=repr)) for (node, _), parts in arms.items()
    ]
    departments = _departments(evaluation)
    for (kind, arm), members in nodes.items():
        families.append(((root, arm), [(node, arm) for node in sorted(members)]))
        if kind == SubjectKind.SERVICE:
            below: dict[Node, list[Place]] = defaultdict(list)
            for node in sorted(members):
                if node[1] in departments:
                    above = (str(SubjectKind.DEPARTMENT), departments[node[1]])
                    below[above].append((node, arm))
            families += [((above, arm), parts) for above, parts in below.items()]
    for node, arm in known:
        if node == root and arm is not None and arm.column in SUBJECTS:
            same = (str(SUBJECTS[arm.column]), arm.value)
            families.append(((node, arm), [(same, None)]))
    return sorted(families, key=repr)


def _departments(evaluation: Evaluation) -> dict[str, str]:
    """Return service → department, where services and not single cases say so."""
    store = evaluation.store
    of_cases = "department_id" in store.meta.case_columns
    if of_cases or not store.has("services", "service_id", "department_id"):
        return {}
    table = pq.read_table(
        store.folder / "services.parquet", columns=["service_id", "department_id"]
    )
    pairs = zip(*(table[name].to_pylist() for name in table.column_names), strict=True)
    return {str(s): str(d) for s, d in pairs if s is not None and d is not None}
