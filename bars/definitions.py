"""Registries of invented departments whose conflicts are planted, and decoys that are none.

A decoy is the same meaning in other words under one name, or nearly the same words for two things
(开工日期 and 竣工日期). The words are those of ``definitions.yaml``.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from shixiao.sharing.standards.registry import Element
from shixiao.terms import Text

FORMS = ("unit", "code_list", "granularity", "datatype")
SOURCES = {"unit": "units", "code_list": "codes_other", "granularity": "levels"}


@dataclass(frozen=True)
class Registries:
    """Elements of all departments, and the conflicts planted: (kind, ids of both)."""

    elements: list[Element]
    planted: set[tuple[str, frozenset[str]]]


def registries(seed: int) -> Registries:
    """Return registries with one pair of definitions for every concept, homonym and twin."""
    r = random.Random(seed)
    words = _words()
    made = Registries([], set())
    for concept in words["concepts"]:
        _concept(r, made, concept)
    for entry in words["homonyms"]:
        _pair(r, made, entry["name"], entry["one"], entry["name"], entry["other"], {}, {})
        made.planted.add(("homonym", _last(made)))
    for entry in words["reworded"]:
        _pair(r, made, entry["name"], entry["one"], entry["name"], entry["other"], {}, {})
    for one, one_means, other, other_means in words["twins"]:
        _pair(r, made, one, one_means, other, other_means, {}, {})
    r.shuffle(made.elements)
    return made


def _concept(r: random.Random, made: Registries, concept: dict[str, Any]) -> None:
    """Add a concept of two departments: alike, under another name, or of another form."""
    first = {
        "datatype": concept["type"],
        "format": concept.get("format", ""),
        "unit": concept.get("unit", ""),
        "code_list": concept.get("codes", ""),
        "granularity": r.choice(concept["levels"]) if "levels" in concept else "",
    }
    second = dict(first)
    can = [kind for kind in FORMS if SOURCES.get(kind, "format_other") in concept]
    change = r.choice([*can, ""])
    if change == "unit":
        second["unit"] = r.choice(concept["units"])
    elif change == "code_list":
        second["code_list"] = concept["codes_other"]
    elif change == "granularity":
        second["granularity"] = next(w for w in concept["levels"] if w != first["granularity"])
    elif change == "datatype":
        second["format"] = concept["format_other"]
    renamed = r.random() < 0.5
    name = concept["other"] if renamed else concept["name"]
    _pair(r, made, concept["name"], concept["def"], name, concept["again"], first, second)
    if renamed:
        made.planted.add(("synonym", _last(made)))
    if change:
        made.planted.add((change, _last(made)))


def _pair(
    r: random.Random,
    made: Registries,
    one: str,
    one_means: str,
    other: str,
    other_means: str,
    first: dict[str, str],
    second: dict[str, str],
) -> None:
    departments = r.sample(_words()["departments"], 2)
    for name, means, rest, department in zip(
        (one, other), (one_means, other_means), (first, second), departments, strict=True
    ):
        id_ = f"{len(made.elements):04d}"
        made.elements.append(Element(id_, Text.of(name), department, means, **rest))


def _last(made: Registries) -> frozenset[str]:
    return frozenset(element.id for element in made.elements[-2:])


@cache
def _words() -> dict[str, Any]:
    written: dict[str, Any] = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text("utf-8"))
    return written
