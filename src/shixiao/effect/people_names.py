"""Names of groups of applicants: what attributes and their values are called for people."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from shixiao.datafiles import load_yaml
from shixiao.terms import Text

BETWEEN = re.compile(r"(\d{1,3})\s*[-–—~]\s*(\d{1,3})")
FROM = re.compile(r"(\d{1,3})\s*\+")


@dataclass(frozen=True, slots=True)
class _Attribute:
    name: Text
    values: Mapping[str, Text]
    ages: bool


def attribute_name(attribute: str) -> Text | None:
    """Return what an attribute of applicants is called; None where it has no name of ours."""
    known = _attributes().get(attribute.casefold())
    return known.name if known else None


def value_name(attribute: str, value: str) -> Text | None:
    """Return what a value of an attribute is called; None where the evidence's own word stays."""
    known = _attributes().get(attribute.casefold())
    if known is None:
        return None
    if not known.ages:
        return known.values.get(value.strip().casefold())
    if found := BETWEEN.fullmatch(value.strip()):
        return _ages()["between"].format(low=found[1], high=found[2])
    if found := FROM.fullmatch(value.strip()):
        return _ages()["from"].format(low=found[1])
    return None


@cache
def _data() -> Mapping[str, object]:
    text = files("shixiao.effect").joinpath("data/people.yaml").read_text("utf-8")
    found: Mapping[str, object] = load_yaml(text)
    return found


@cache
def _ages() -> Mapping[str, Text]:
    ages = _data()["ages"]
    assert isinstance(ages, dict)  # noqa: S101 - our own file
    return {name: Text.of(entry) for name, entry in ages.items()}


@cache
def _attributes() -> Mapping[str, _Attribute]:
    entries = _data()["attributes"]
    assert isinstance(entries, list)  # noqa: S101 - our own file
    return {
        str(name).casefold(): _Attribute(
            Text.of(entry["name"]),
            {str(key): Text.of(text) for key, text in entry.get("values", {}).items()},
            bool(entry.get("ages")),
        )
        for entry in entries
        for name in entry["names"]
    }
