"""Units: what they measure, and by how much two of one measure differ."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from shixiao.datafiles import load_yaml


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: what it measures, its factor to the first of its kind, and what it counts."""

    measure: str
    factor: float
    counts: str = ""


def unit_of(written: str) -> Unit | None:
    """Return a unit that is known; None for an empty or an unknown one."""
    return _known().get(_folded(written)) if written.strip() else None


def factor_between(one: str, other: str) -> float | None:
    """Return by what values of ``one`` are multiplied to be values of ``other``.

    None where that cannot be told: an unknown unit, or units of different measures.
    """
    first, second = unit_of(one), unit_of(other)
    if first is None or second is None or first.measure != second.measure:
        return None
    return None if first.counts != second.counts else first.factor / second.factor


def differ(one: str, other: str) -> bool:
    """Return whether two units that are both given differ, in whatever spelling."""
    if not (one.strip() and other.strip()) or _folded(one) == _folded(other):
        return False
    first, second = unit_of(one), unit_of(other)
    return first is None or second is None or first != second


@cache
def _known() -> dict[str, Unit]:
    text = files("shixiao.sharing.standards.conflicts").joinpath("data/units.yaml")
    measures: dict[str, Any] = load_yaml(text.read_text("utf-8"))
    apart = {_folded(unit): group[0] for group in measures.pop("apart") for unit in group}
    return {
        _folded(unit): Unit(measure, float(factor), apart.get(_folded(unit), ""))
        for measure, units in measures.items()
        for unit, factor in units.items()
    }


def _folded(text: str) -> str:
    return re.sub(r"\s|[()]", "", unicodedata.normalize("NFKC", text).casefold())
