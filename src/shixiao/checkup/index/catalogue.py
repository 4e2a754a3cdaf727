"""The catalogue of indicators: what each one means, needs, weighs and is scored by, as data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from shixiao.datafiles import load_yaml
from shixiao.rules import RulePack
from shixiao.terms import BadInput, SubjectKind, Text

DIMENSIONS = ("usefulness", "convenience", "benefit")
OVERALL = "overall"
DIMENSION_NAMES = {
    "usefulness": Text("实用性", "usefulness"),
    "convenience": Text("便捷性", "convenience"),
    "benefit": Text("利民性", "benefit"),
    OVERALL: Text("总分", "overall"),
}
# Of carriers one rule holds the weights of all parts: their services and their own indicators.
WEIGHTS = {SubjectKind.DEPARTMENT: "I-06", SubjectKind.APP: "I-05", SubjectKind.SYSTEM: "I-49"}


class Combine(StrEnum):
    """How an indicator comes from its components, draw by draw."""

    ITSELF = "itself"
    WORST = "worst"
    DIFFERENCE = "difference"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator; see data/indicators.yaml for what the fields mean."""

    id: str
    dimension: str
    kinds: tuple[SubjectKind, ...]
    name: Text
    about: Text
    unit: Text
    computed: Text
    needs: tuple[str, ...]
    better: str
    goalposts: str
    weight: str
    combine: Combine = Combine.ITSELF
    of: tuple[str, ...] = ()

    @classmethod
    def read(cls, entry: dict[str, Any]) -> Indicator:
        """Read one entry of the YAML file."""
        texts = {key: Text.of(entry[key]) for key in ("name", "about", "unit", "computed")}
        return cls(
            **{
                **entry,
                **texts,
                "kinds": tuple(SubjectKind(kind) for kind in entry["kinds"]),
                "needs": tuple(entry["needs"]),
                "combine": Combine(entry.get("combine", "itself")),
                "of": tuple(entry.get("of", ())),
            }
        )


@dataclass(frozen=True, slots=True)
class Goalposts:
    """The values that score 0 and 100, fixed for a round by a rule."""

    floor: float
    target: float
    rule: str


@cache
def indicators() -> tuple[Indicator, ...]:
    """Return all indicators in the order in which reports show them."""
    text = files("shixiao.checkup.index").joinpath("data/indicators.yaml").read_text("utf-8")
    return tuple(Indicator.read(entry) for entry in load_yaml(text))


def indicator(identifier: str) -> Indicator:
    """Return one indicator by its id; a KeyError names an id that does not exist."""
    return {item.id: item for item in indicators()}[identifier]


def goalposts_of(item: Indicator, rules: RulePack) -> Goalposts:
    """Return an indicator's goalposts.

    Raises:
        BadInput: both ends are the same, or they lie the wrong way round.
    """
    floor = float(rules.number(item.goalposts, "floor"))
    target = float(rules.number(item.goalposts, "target"))
    if (target > floor) != (item.better == "higher") or target == floor:
        zh, en = ("大于", "above") if item.better == "higher" else ("小于", "below")
        raise BadInput(
            Text(
                f"规则 {item.goalposts}：“{item.name.zh}”的 target 须{zh} floor",
                f"rule {item.goalposts}: target must be {en} floor for “{item.name.en}”",
            )
        )
    return Goalposts(floor, target, item.goalposts)


def weights_of(rule: str, parts: Iterable[str], rules: RulePack) -> dict[str, float]:
    """Return the weights that a rule gives to the parts of a whole.

    Raises:
        BadInput: a weight is negative, or none is above zero.
    """
    found = {part: float(rules.number(rule, part)) for part in parts}
    if any(weight < 0 for weight in found.values()) or not any(found.values()):
        raise BadInput(
            Text(
                f"规则 {rule}：权重不能为负，且至少有一项大于零",
                f"rule {rule}: weights may not be negative and at least one must be above zero",
            )
        )
    return found
