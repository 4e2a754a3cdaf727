"""How large is a city of each size?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shixiao.potemkin.city.material import material

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Size:
    """Counts of one size; ranges are drawn from evenly (cases: on the scale of logarithms).

    Attributes:
        cities: cities in it; more than one makes a province.
        departments: per city; services: per department; apps: in all.
        people: who may apply.
        large, largest: how many services of that many cases; the others are of the tail.
        fields: form fields with an element, per department.
        replied: replied messages of a department; few_replied: of one with few.
        reach_replies: share of departments with many messages.
        matters: 一件事; chains: cases of each.
        tested: services with field tests; items: tried of each; evaluators: in how many teams.
        decoys: subjects per kind of decoy; noisy: small services with extreme figures.
    """

    name: str
    cities: int
    departments: int
    services: int
    apps: int
    people: int
    large: tuple[int, Range]
    largest: tuple[int, Range]
    tail: Range
    fields: Range
    replied: Range
    few_replied: Range
    reach_replies: float
    matters: int
    chains: int
    tested: int
    items: int
    evaluators: int
    teams: int
    decoys: int
    noisy: int

    @classmethod
    def of(cls, name: str, entry: dict[str, Any]) -> Size:
        """Read one entry of sizes.yaml."""
        values: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()
        }
        for key in ("large", "largest"):
            values[key] = (entry[key]["count"], tuple(entry[key]["cases"]))
        return cls(name=name, **values)


SIZES = {name: Size.of(name, entry) for name, entry in material("sizes").items()}
