"""The catalogue of measures: what each one means, as data with both languages."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from shixiao.datafiles import load_yaml
from shixiao.terms import Text


class Statistic(StrEnum):
    """What is taken of a metric over the cases of a subject."""

    MEAN = "mean"
    SHARE = "share"
    MEDIAN = "median"
    P90 = "p90"
    FACT = "fact"

    @property
    def quantile(self) -> float | None:
        """The quantile that the statistic is, or None."""
        return {"median": 0.5, "p90": 0.9}.get(self.value)


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure; see data/measures.yaml for what the fields mean."""

    id: str
    name: Text
    about: Text
    unit: Text
    metric: str
    statistic: Statistic
    better: str
    scale: int = 1
    burden: int | None = None

    @classmethod
    def of(cls, entry: dict[str, Any]) -> Measure:
        """Read one entry of the YAML file."""
        texts = {key: Text.of(entry[key]) for key in ("name", "about", "unit")}
        return cls(**{**entry, **texts, "statistic": Statistic(entry["statistic"])})


@cache
def measures() -> tuple[Measure, ...]:
    """Return all measures in the order in which reports show them."""
    text = files("shixiao.effect").joinpath("data/measures.yaml").read_text("utf-8")
    return tuple(Measure.of(entry) for entry in load_yaml(text))


def measure(identifier: str) -> Measure:
    """Return one measure by its id; a KeyError names an id that does not exist."""
    return {item.id: item for item in measures()}[identifier]
