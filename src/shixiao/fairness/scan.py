"""The scan: is any group of up to three attributes treated otherwise, all of them asked at once?

A system may be fair to each region and to each sex and yet not to the women of one region. With
thousands of groups something always stands out, so all groups and all measures are one family:
under "no difference" the counts of every finest cell are drawn anew, the largest standardised
difference of each draw is kept, and a group counts only against that (max-T). Cost hangs on the
cells, never on the decisions.

Source: P. H. Westfall and S. S. Young (1993), Resampling-Based Multiple Testing, ch. 2;
M. Kearns et al. (2018), ICML, "Preventing fairness gerrymandering".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt
from scipy import sparse

from shixiao.fairness.catalogue import Metric
from shixiao.fairness.cube import Cube, Integers
from shixiao.fairness.rates import parts
from shixiao.statistics import (
    newcombe_bounds,
    newcombe_difference,
    proportion_ratio,
    proportion_ratio_bounds,
)
from shixiao.statistics.multiplicity import adjusted_p_limit
from shixiao.statistics.reasons import too_few_per_arm
from shixiao.terms import BadInput, Estimate, Status, Text

DEEPEST = 3  # attributes of one group
MOST_SUBGROUPS = 50_000
DRAWS = 1_000
_BLOCK = 4_000_000  # standardised differences held in memory at once (32 MB)

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Group = tuple[tuple[str, str], ...]
"""A group: pairs of attribute and value, in the order of the attributes. Empty for everybody."""


@dataclass(frozen=True, slots=True)
class Disparity:
    """One comparison.

    Attributes:
        measure: id of the metric.
        part: which decisions it is confined to (a score bin); None for all.
        group: whom it speaks of.
        reference: whom it is compared with: a group of the same attribute, or everybody else
            (None).
        ratio: of the two rates.
        difference: of the two rates.
        p_adjusted: chance that some group of some measure would stand out as much where no
            difference is, at its upper confidence limit: the error of the draws is never held
            against a system. None where the comparison could not be made.
    """

    measure: str
    part: str | None
    group: Group
    reference: Group | None
    ratio: Estimate
    difference: Estimate
    p_adjusted: float | None


@dataclass(frozen=True, slots=True)
class Question:
    """One measure to compare groups by.

    Attributes:
        measure: a rate of counts.
        cube: the decisions it is taken of.
        part: which of all they are; None for all.
    """

    measure: Metric
    cube: Cube
    part: str | None = None


@dataclass(frozen=True, slots=True)
class Scan:
    """All comparisons of an audit.

    Attributes:
        disparities: measure by measure, groups of one attribute first.
        comparisons: how many could be made and form the family.
        draws: draws under "no difference".
    """

    disparities: tuple[Disparity, ...]
    comparisons: int
    draws: int


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Groups and which of the finest cells each holds.

    Attributes:
        names: each group once, those of one attribute first.
        holds: 0 or 1, (groups, cells).
    """

    names: tuple[Group, ...]
    holds: sparse.csr_matrix


def groups_of(cube: Cube, *, deepest: int = DEEPEST) -> Groups:
    """Return every group of up to ``deepest`` attributes.

    People of whom an attribute is not known are in no group of it. A group of the very same people
    as one with fewer attributes is left out.

    Raises:
        BadInput: there are more groups than can be asked at once.
    """
    values = {name: _coded(cube, name) for name in cube.groups}
    # Equal sums of random numbers stand for equal sets of cells: 2^-64 that two differ unseen.
    marks = np.random.default_rng(0).integers(0, 1 << 63, len(cube.keys), dtype=np.uint64)
    names: list[Group] = []
    held: list[Integers] = []
    seen: set[int] = set()
    for size in range(1, min(deepest, len(cube.groups)) + 1):
        for chosen in combinations(cube.groups, size):
            for group, cells in _conjunctions(chosen, values):
                people = int(marks[cells].sum())
                if size == 1 or people not in seen:
                    seen.add(people)
                    names.append(group)
                    held.append(cells)
            if len(names) > MOST_SUBGROUPS:
                raise BadInput(
                    Text(
                        f"分组组合超过 {MOST_SUBGROUPS} 个；请减少分组列，或把取值归并成段。",
                        f"there are more than {MOST_SUBGROUPS} groups; take fewer group columns, or"
                        " put their values into bands",
                    )
                )
    return Groups(tuple(names), _matrix(held, len(cube.keys)))


def _coded(cube: Cube, name: str) -> tuple[list[str], Integers]:
    """Return the known values of an attribute and the place of each cell's; -1 where unknown."""
    known = [value for value in cube.values(name) if value is not None]
    place = {value: number for number, value in enumerate(known)}
    at = cube.dimensions.index(name)
    codes = (-1 if (value := key[at]) is None else place[value] for key in cube.keys)
    return known, np.fromiter(codes, np.int64, len(cube.keys))


def _conjunctions(
    chosen: Sequence[str], values: Mapping[str, tuple[list[str], Integers]]
) -> Iterator[tuple[Group, Integers]]:
    """Give each conjunction of values of some attributes that occurs, with its cells."""
    codes = np.vstack([values[name][1] for name in chosen])
    cells = np.flatnonzero((codes >= 0).all(axis=0))
    if not len(cells):
        return
    sizes = tuple(len(values[name][0]) for name in chosen)
    joined = np.ravel_multi_index(tuple(codes[:, cells]), sizes)
    order = np.argsort(joined, kind="stable")
    distinct, starts = np.unique(joined[order], return_index=True)
    edges = [*starts.tolist(), len(cells)]
    for place, (low, high) in enumerate(pairwise(edges)):
        at = np.unravel_index(distinct[place], sizes)
        texts = (values[name][0][int(code)] for name, code in zip(chosen, at, strict=True))
        yield tuple(zip(chosen, texts, strict=True)), cells[order[low:high]]


def scan(
    questions: Sequence[Question],
    *,
    least: int,
    rng: np.random.Generator,
    references: Mapping[str, str] | None = None,
    deepest: int = DEEPEST,
    draws: int = DRAWS,
) -> Scan:
    """Compare groups by all questions at once.

    A group of one attribute is compared with the reference of the attribute (the largest group
    unless named), a group of several attributes with everybody else.

    Args:
        questions: measures and the decisions each is taken of.
        least: fewest decisions in the denominator on either side.
        rng: the only source of chance.
        references: attribute → value that the others are compared with.
        deepest: attributes of one group, at most.
        draws: draws under "no difference".

    Raises:
        BadInput: a reference that is no value of its attribute, or too many groups.
    """
    families: list[_Family] = []
    for question in questions:
        cube = question.cube.by(*question.cube.groups)
        groups = groups_of(cube, deepest=deepest)
        families.append(_Family.of(cube, question, groups, references or {}, least))
    largest = np.zeros(draws)
    drawn: dict[tuple[bytes, bytes], Floats] = {}
    for family in families:
        # A rate and its complement (tpr, fnr) stand out alike: drawn once.
        key = family.signature()
        if key not in drawn:
            drawn[key] = family.largest(draws, rng)
        largest = np.maximum(largest, drawn[key])
    listed = tuple(row for family in families for row in family.disparities(largest))
    made = sum(int(family.made.sum()) for family in families)
    return Scan(listed, made, draws)


@dataclass(frozen=True, slots=True, eq=False)
class _Family:
    """The comparisons of one question.

    ``first`` and ``second`` say which of the finest cells each side adds up, as sparse matrices
    (comparisons, cells); where ``rest`` is true the second side is all that the first is not.
    ``x`` and ``n`` are the counts of the finest cells; ``made`` marks comparisons of enough.
    """

    question: Question
    rows: list[tuple[Group, Group | None]]
    first: sparse.csr_matrix
    second: sparse.csr_matrix
    rest: Flags
    x: Integers
    n: Integers
    made: Flags
    least: int

    @classmethod
    def of(
        cls,
        cube: Cube,
        question: Question,
        groups: Groups,
        references: Mapping[str, str],
        least: int,
    ) -> _Family:
        x, n = parts(cube.counts, question.measure)
        chosen = {name: _reference(cube, name, references.get(name)) for name in cube.groups}
        place = {group: number for number, group in enumerate(groups.names)}
        rows: list[tuple[Group, Group | None]] = []
        for group in groups.names:
            reference: Group | None = None
            if len(group) == 1:
                ((name, value),) = group
                against = chosen[name]
                if against is None or against == value:
                    continue
                reference = ((name, against),)
            rows.append((group, reference))
        first = groups.holds[[place[group] for group, _ in rows]]
        rest = np.array([reference is None for _, reference in rows], dtype=np.bool_)
        # Whoever is compared with the rest has no second side of its own.
        second = (
            sparse.diags((~rest).astype(np.int64), dtype=np.int64)
            @ groups.holds[[place[reference] if reference else 0 for _, reference in rows]]
        )
        family = cls(question, rows, first, second.tocsr(), rest, x, n, rest, least)
        made = np.minimum(*family.sides(n)) >= max(least, 1)
        return replace(family, made=made)

    def sides(self, counts: Integers) -> tuple[Integers, Integers]:
        """Return the counts of both sides: (comparisons,) or (comparisons, draws)."""
        mine = self.first @ counts
        rest = self.rest if counts.ndim == 1 else self.rest[:, None]
        return mine, np.where(rest, counts.sum(axis=0) - mine, self.second @ counts)

    def signature(self) -> tuple[bytes, bytes]:
        """Return what a measure and its complement (tpr, fnr) have in common."""
        return min(self.x.tobytes(), (self.n - self.x).tobytes()), self.n.tobytes()

    def statistics(self, x: Integers) -> Floats:
        """Return |p1 - p2| / sqrt(p (1 - p) (1/n1 + 1/n2)), 0 where it cannot be made.

        Args:
            x: successes of the finest cells, (cells,) or (cells, draws).
        """
        (x1, x2), (n1, n2), made = self.sides(x), self.sides(self.n), self.made
        x1, x2, n1, n2 = x1[made], x2[made], n1[made], n2[made]
        if x.ndim > 1:
            n1, n2 = n1[:, None], n2[:, None]
        p = (x1 + x2) / (n1 + n2)
        error = np.sqrt(p * (1 - p) * (1 / n1 + 1 / n2))
        apart = np.abs(x1 / n1 - x2 / n2)
        found: Floats = np.divide(apart, error, out=np.zeros_like(apart), where=error > 0)
        return found

    def largest(self, draws: int, rng: np.random.Generator) -> Floats:
        """Draw all finest cells at one common rate; return the largest statistic of each draw."""
        total = int(self.n.sum())
        largest = np.zeros(draws)
        if total == 0 or not self.made.any():
            return largest
        p = float(self.x.sum()) / total
        step = max(1, _BLOCK // max(len(self.n), len(self.rows)))
        for start in range(0, draws, step):
            width = min(step, draws - start)
            x = rng.binomial(self.n[:, None], p, size=(len(self.n), width))
            largest[start : start + width] = self.statistics(x).max(axis=0, initial=0.0)
        return largest

    def disparities(self, largest: Floats) -> Iterator[Disparity]:
        """Give every comparison with its intervals and its adjusted p."""
        p = np.full(len(self.rows), np.nan)
        if self.made.any():
            p[self.made] = adjusted_p_limit(self.statistics(self.x), largest)
        counts = np.column_stack([*self.sides(self.x), *self.sides(self.n)])
        estimates = zip(*_estimates(*counts.T), strict=True)
        for place, (ratio, difference) in enumerate(estimates):
            group, reference = self.rows[place]
            n1, n2 = counts[place, 2:].tolist()
            made = bool(self.made[place])
            yield Disparity(
                self.question.measure.id,
                self.question.part,
                group,
                reference,
                ratio if made else self._too_few(ratio, n1, n2),
                difference if made else self._too_few(difference, n1, n2),
                float(p[place]) if made else None,
            )

    def _too_few(self, found: Estimate, n1: int, n2: int) -> Estimate:
        """Mark a comparison of too few as insufficient; what was seen stays."""
        reason = too_few_per_arm(n1, n2, needed=self.least)
        status = Status.INSUFFICIENT
        return replace(found, status=status, reason=reason) if found.ok else found


def _estimates(
    x1: Integers, x2: Integers, n1: Integers, n2: Integers
) -> tuple[list[Estimate], list[Estimate]]:
    """Return ratios and differences of many pairs, all bounds computed at once."""
    lows, highs = newcombe_bounds(x1, n1, x2, n2)
    rlows, rhighs = proportion_ratio_bounds(x1, n1, x2, n2)
    ratios, differences = [], []
    for a, b, n, m, low, high, rlow, rhigh in zip(
        *(each.tolist() for each in (x1, x2, n1, n2, lows, highs, rlows, rhighs)), strict=True
    ):
        if n == 0 or m == 0 or b == 0:  # the single functions say what is undefined and why
            ratios.append(proportion_ratio(a, n, b, m))
            differences.append(newcombe_difference(a, n, b, m))
            continue
        ratio = a / n / (b / m)
        ratios.append(Estimate(ratio, min(rlow, ratio), max(rhigh, ratio), n + m))
        differences.append(Estimate(a / n - b / m, low, high, n + m))
    return ratios, differences


def _reference(cube: Cube, name: str, wanted: str | None) -> str | None:
    """Return the value that the others of an attribute are compared with: the largest, or named."""
    rolled = cube.by(name)
    n = {key[0]: int(row) for key, row in zip(rolled.keys, rolled.column("n"), strict=True)}
    known = {value: count for value, count in n.items() if value is not None}
    if wanted is not None and wanted not in known:
        there = "、".join(sorted(known)[:20])
        raise BadInput(
            Text(
                f"“{name}”中没有“{wanted}”，不能作参照组；现有：{there}。",
                f"“{wanted}” is no value of “{name}” to compare with; there are: {there}",
            )
        )
    if wanted is not None or not known:
        return wanted
    return max(sorted(known), key=lambda value: known[value])


def _matrix(held: Sequence[Integers], width: int) -> sparse.csr_matrix:
    """Return a matrix of 0 and 1 whose rows have ones at the places given."""
    edges = np.concatenate([[0], np.cumsum([len(cells) for cells in held])]).astype(np.int64)
    places = np.concatenate([np.empty(0, dtype=np.int64), *held])
    ones = np.ones(len(places), dtype=np.int64)
    return sparse.csr_matrix((ones, places, edges), shape=(len(held), width))
