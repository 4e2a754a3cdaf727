"""Seen: what a log of decisions says of an algorithm, as counts: versions, people, inputs.

It comes from the count cube (one with the group ``human`` tells who had a part in a decision) and
from a list of factors that a department enters, or from the cells that its decisions are counted in
when they are sent; no person is in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from shixiao.fairness.cube import Cube
from shixiao.fairness.decisions.cells import ALONE, WITH_PERSON
from shixiao.fairness.models import Input
from shixiao.terms import BadInput, Text

HUMAN = "human"
YES, NO = frozenset({"1", "yes", "true", "是", "有"}), frozenset({"0", "no", "false", "否", "无"})
MOST_INPUTS = 1_000
NOT_HUMAN = Text(
    "human 一列应为 1/0（有没有人参与），读到“{value}”。",
    "the column human is 1 or 0 (whether a person had a part), not “{value}”",
)
TURNED = Text("最后一天早于第一天。", "the last day is before the first")
EMPTY = Text("没有一件决定。", "there is not a single decision")
MORE = Text(
    "“{name}”写了 {n} 件，比决定总数 {decisions} 件还多。",
    "“{name}” is said of {n} decisions, and there are {decisions} in all",
)
TOO_MANY = Text("输入项最多 {most} 个。", "there are {most} inputs at most")


@dataclass(frozen=True, slots=True)
class Seen:
    """What a log says; every number is one of decisions.

    Attributes:
        first, last: days that it covers.
        decisions: all that are counted.
        versions: by version; those without one under "".
        with_person, alone: with and without a person; the rest is not known.
        advised, overrides: where advice and decision are known, and differ.
        heard: where it is known whether the person appealed.
        random: in the random arm, with their outcome found out.
        inputs: factor → decisions that name it; None where no factors were given.
        founded: factors as they were told, with source and article.
    """

    first: date
    last: date
    decisions: int
    versions: Mapping[str, int]
    with_person: int
    alone: int
    advised: int
    overrides: int
    heard: int
    random: int
    inputs: Mapping[str, int] | None
    founded: tuple[Input, ...] = ()

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> Seen:
        """Read what ``to_json`` wrote."""
        days = {name: date.fromisoformat(value[name]) for name in ("first", "last")}
        told = tuple(Input(*each) for each in value["founded"])
        return cls(**{**value, **days, "founded": told})

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        names = self.__slots__
        plain = {name: getattr(self, name) for name in names}
        return plain | {
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "versions": dict(self.versions),
            "inputs": None if self.inputs is None else dict(self.inputs),
            "founded": [[each.name, each.source, each.article] for each in self.founded],
        }

    @property
    def days(self) -> int:
        """How many days it covers."""
        return (self.last - self.first).days + 1


def seen_of(
    cube: Cube,
    factors: Sequence[tuple[Input, int]] | None,
    *,
    first: date,
    last: date,
    random: str = "random",
) -> Seen:
    """Return what a cube and a list of factors say.

    Args:
        cube: counts by version, arm and human, as far as there are any.
        factors: inputs with how many decisions name each; None where they are not known.
        first: first day that they cover.
        last: last day.
        random: value of the arm that was drawn at random.

    Raises:
        BadInput: there is no decision, the days are turned round, a value of human is neither, or
            a factor is said of more decisions than there are.
    """
    if last < first:
        raise BadInput(TURNED, column="last")
    if not cube.total("n"):
        raise BadInput(EMPTY)
    people = {True: 0, False: 0}
    for value, n in _by(cube, HUMAN).items():
        part = _human(value)
        if part is not None:
            people[part] += n
    drawn = cube.only("arm", random) if "arm" in cube.dimensions else None
    return Seen(
        first,
        last,
        cube.total("n"),
        {version or "": n for version, n in _by(cube, "version").items()},
        people[True],
        people[False],
        cube.total("advised"),
        cube.total("overrides"),
        cube.total("heard"),
        drawn.total("tp", "fp", "fn", "tn") if drawn is not None else 0,
        None if factors is None else _named(factors, cube.total("n")),
        () if factors is None else tuple(one for one, _ in factors),
    )


def seen_of_cells(
    cells: Iterable[tuple[str, str, Mapping[str, int]]],
    factors: Iterable[tuple[Input, int]],
    *,
    first: date,
    last: date,
) -> Seen | None:
    """Return what the cells of the decisions that were sent say; None where there are none.

    Of more than ``MOST_INPUTS`` facts those that most decisions rest on are kept.

    Args:
        cells: version, arm and counts of each (``fairness.decisions.counts_of``).
        factors: facts with how many decisions rest on each; none where decisions told none.
        first: first day that they cover.
        last: last day.
    """
    total: Counter[str] = Counter()
    versions: Counter[str] = Counter()
    for version, arm, counts in cells:
        total.update(counts)
        versions[version] += counts.get("n", 0)
        if arm == "random":
            total["random"] += sum(counts.get(name, 0) for name in ("tp", "fp", "fn", "tn"))
    if not total["n"]:
        return None
    told: Counter[Input] = Counter()
    for one, n in factors:
        told[one] += n
    most = sorted(told.items(), key=lambda each: (-each[1], each[0].name))[:MOST_INPUTS]
    return Seen(
        first,
        last,
        total["n"],
        {version: n for version, n in sorted(versions.items()) if n},
        total[WITH_PERSON],
        total[ALONE],
        total["advised"],
        total["overrides"],
        total["heard"],
        total["random"],
        _named(most, total["n"]) if most else None,
        tuple(one for one, _ in most),
    )


def called(seen: Seen, names: Mapping[str, str]) -> Seen:
    """Return a log whose inputs are called as the entry calls them, as far as names are told."""
    if seen.inputs is None:
        return seen
    inputs: dict[str, int] = {}
    for name, n in seen.inputs.items():
        named = names.get(name, name)
        inputs[named] = max(inputs.get(named, 0), n)
    founded = tuple(replace(one, name=names.get(one.name, one.name)) for one in seen.founded)
    return replace(seen, inputs=inputs, founded=founded)


def _by(cube: Cube, dimension: str) -> dict[str | None, int]:
    """Return decisions by the values of a dimension; all of unknown value where there is none."""
    if dimension not in cube.dimensions:
        return {None: cube.total("n")}
    rolled = cube.by(dimension)
    return dict(zip((key[0] for key in rolled.keys), map(int, rolled.column("n")), strict=True))


def _human(value: str | None) -> bool | None:
    if value is None:
        return None
    plain = value.strip().casefold()
    if plain in YES:
        return True
    if plain in NO:
        return False
    raise BadInput(NOT_HUMAN.format(value=value[:40]), column=HUMAN)


def _named(factors: Iterable[tuple[Input, int]], decisions: int) -> dict[str, int]:
    """Return how many decisions name each factor.

    A name that stands on several lines, with several sources, may be of the same decisions: the
    largest is what is sure.
    """
    found: dict[str, int] = {}
    for one, n in factors:
        if n > decisions:
            told = MORE.format(name=one.name[:40], n=n, decisions=decisions)
            raise BadInput(told, column="n")
        found[one.name] = max(found.get(one.name, 0), n)
    if len(found) > MOST_INPUTS:
        raise BadInput(TOO_MANY.format(most=MOST_INPUTS))
    return found
