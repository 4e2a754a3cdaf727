"""Counterfactuals: what would change the result of a decision table, exactly and completely.

Every test of a table cuts a field into finitely many parts (points and open intervals between the
numbers that stand in cells, single words, "any other word"), within which nothing changes. Trying
one value of each part therefore tries everything. Only factors that the person can change or have
put right are touched, as few at once as possible: all single changes, and where no single one is
enough all pairs. Each answer is a region in which *every* value changes the result.

Source: Wachter, Mittelstadt, Russell (2018), Harv. J. Law & Tech. 31, 841 (what a counterfactual
is for); enumeration is exact because the table is.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from shixiao.fairness.decisions.record import Scalar
from shixiao.fairness.decisions.tables import RuleTable

MOST_TRIED = 200_000
"""Combinations tried at once; a table in which there are more says that it was not searched."""
OTHER = "\u0000other"
"""Stands for every word that no cell names."""
MOST_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a field within which no rule changes: numbers of an interval, or one word.

    Attributes:
        value: one value of it.
        low, high: ends of an interval of numbers; infinite where there is none.
        closed: whether the ends belong to it.
        numeric: whether it is one of numbers.
    """

    value: Scalar
    low: float = 0.0
    high: float = 0.0
    closed: tuple[bool, bool] = (True, True)
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """A factor and where it would have to lie: ``parts`` are those that together are told."""

    field: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """Changes that together lead to another result."""

    changes: tuple[Change, ...]
    result: str


@dataclass(frozen=True, slots=True)
class Ways:
    """All ways with as few changes as possible; ``searched`` is False where they are too many."""

    ways: tuple[Way, ...]
    searched: bool = True


def ways_out(
    table: RuleTable,
    inputs: Mapping[str, Scalar],
    *,
    changeable: Collection[str],
    wanted: Collection[str],
) -> Ways:
    """Return what would lead to a wanted result.

    Args:
        table: as registered.
        inputs: of the case.
        changeable: fields that the person can change or have put right.
        wanted: the results that do not burden the person.
    """
    fields = [field for field in table.fields if field in changeable]
    parts = {field: _others(table, field, inputs.get(field)) for field in fields}
    for size in range(1, MOST_AT_ONCE + 1):
        chosen = list(combinations(fields, size))
        if sum(math.prod(len(parts[field]) for field in some) for some in chosen) > MOST_TRIED:
            return Ways((), searched=False)
        found = [way for some in chosen for way in _ways(table, inputs, some, parts, wanted)]
        if found:
            return Ways(tuple(found))
    return Ways(())


def parts_of(table: RuleTable, field: str) -> tuple[Part, ...]:
    """Return the parts of a field, numbers in order, then words, then truths."""
    place = table.fields.index(field)
    tests = [test for rule in table.rules for test in rule.tests[place]]
    numbers = sorted(
        {
            float(value)
            for test in tests
            for value in (test.value, test.high)
            if isinstance(value, int | float) and not isinstance(value, bool)
        }
    )
    words = sorted({test.value for test in tests if isinstance(test.value, str)})
    truths = any(isinstance(test.value, bool) for test in tests)
    found = [*_numbers(numbers)] if numbers else []
    found += [Part(word) for word in [*words, OTHER]] if words else []
    return (*found, *((Part(value=True), Part(value=False)) if truths else ()))


def _numbers(cuts: Sequence[float]) -> Iterator[Part]:
    """Give the points and the open intervals between them; values are as short as can be."""
    yield Part(cuts[0] - 1, -math.inf, cuts[0], (False, False), numeric=True)
    for at, following in zip(cuts, [*cuts[1:], math.inf], strict=True):
        yield Part(at, at, at, numeric=True)
        between = at + 1 if following == math.inf else (at + following) / 2
        yield Part(between, at, following, (False, False), numeric=True)


def _others(table: RuleTable, field: str, value: Scalar) -> list[Part]:
    """Return the parts of a field in which the value of the case does not lie."""
    return [part for part in parts_of(table, field) if not _within(part, value, table, field)]


def _within(part: Part, value: Scalar, table: RuleTable, field: str) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if part.numeric:
        return number and (part.low < value < part.high or value == part.low == part.high)  # type: ignore[operator]
    if part.value == OTHER:
        named = {each.value for each in parts_of(table, field)}
        return isinstance(value, str) and value not in named
    return type(value) is type(part.value) and value == part.value


def _ways(
    table: RuleTable,
    inputs: Mapping[str, Scalar],
    fields: Sequence[str],
    parts: Mapping[str, Sequence[Part]],
    wanted: Collection[str],
) -> Iterator[Way]:
    """Give the ways that change just these fields; neighbouring parts of the last are joined."""
    *first, last = fields
    for leading in product(*(parts[field] for field in first)):
        changed = {**inputs, **{f: p.value for f, p in zip(first, leading, strict=True)}}
        by_result: dict[str, list[Part]] = {}
        for part in parts[last]:
            rule = table.decide({**changed, last: part.value})
            if rule is not None and rule.result in wanted:
                by_result.setdefault(rule.result, []).append(part)
        for result, found in by_result.items():
            lead = (Change(f, (p,)) for f, p in zip(first, leading, strict=True))
            yield Way((*lead, Change(last, tuple(_joined(found)))), result)


def _joined(parts: Sequence[Part]) -> Iterator[Part]:
    """Join neighbouring parts of numbers into one interval each."""
    held: Part | None = None
    for part in parts:
        if held is not None and held.numeric and part.numeric and _touch(held, part):
            ends = (held.closed[0], part.closed[1])
            held = Part(held.value, held.low, part.high, ends, numeric=True)
            continue
        if held is not None:
            yield held
        held = part
    if held is not None:
        yield held


def _touch(before: Part, after: Part) -> bool:
    return before.high == after.low and (before.closed[1] or after.closed[0])
