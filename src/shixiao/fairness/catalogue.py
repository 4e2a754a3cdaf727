"""The catalogue of metrics: three layers, as data with both languages and their source."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from shixiao.datafiles import load_yaml
from shixiao.terms import Text


class Layer(StrEnum):
    """Where unfairness comes in."""

    DATA = "data"
    MODEL = "model"
    APPLICATION = "application"


LAYERS = {
    Layer.DATA: Text("样本选取", "Data"),
    Layer.MODEL: Text("模型设计", "Model"),
    Layer.APPLICATION: Text("具体应用", "Application"),
}


class Basis(StrEnum):
    """Which decisions a rate is taken of; see ``guard``."""

    ALL = "all"
    SELECTED = "selected"
    ERRORS = "errors"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric; see data/metrics.yaml for what the fields mean."""

    id: str
    layer: Layer
    by: str
    name: Text
    about: Text
    formula: str
    interval: Text
    source: str
    needs: Text
    count: tuple[str, ...] = ()
    of: tuple[str, ...] = ()
    basis: Basis | None = None
    panel: Text | None = None

    @classmethod
    def of_entry(cls, entry: dict[str, Any]) -> Metric:
        """Read one entry of the YAML file."""
        names = ("name", "about", "interval", "needs", "panel")
        texts = {key: Text.of(entry[key]) for key in names if key in entry}
        basis = Basis(entry["basis"]) if "basis" in entry else None
        counts = {key: tuple(entry.get(key, ())) for key in ("count", "of")}
        return cls(**{**entry, **texts, **counts, "layer": Layer(entry["layer"]), "basis": basis})


@cache
def metrics() -> tuple[Metric, ...]:
    """Return all metrics, layer by layer, in the order in which reports show them."""
    text = files("shixiao.fairness").joinpath("data/metrics.yaml").read_text("utf-8")
    return tuple(Metric.of_entry(entry) for entry in load_yaml(text))


@cache
def metric(identifier: str) -> Metric:
    """Return one metric by its id; a KeyError names an id that does not exist."""
    return {item.id: item for item in metrics()}[identifier]


@cache
def rates_of_counts() -> tuple[Metric, ...]:
    """Return the metrics that are a rate of two counts of the cube."""
    return tuple(item for item in metrics() if item.by == "rates.rate")
