"""Fields of an entry of the register of algorithms, as data: one form for three standards.

Source: UK Algorithmic Transparency Recording Standard; publicatiestandaard 1.0 of the Dutch
Algoritmeregister; 互联网信息服务算法推荐管理规定 art. 24 (rule ALG-F). ``data/fields.yaml``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from shixiao.datafiles import load_yaml
from shixiao.terms import Text

Entry = Mapping[str, Any]
"""Values by the id of the field: texts, lists of lines, numbers, days as ISO 8601."""
STANDARDS = ("atrs", "nl", "filing")


class Kind(StrEnum):
    """What a field holds."""

    LINE = "line"
    LONG = "long"
    LIST = "list"
    DAY = "day"
    URL = "url"
    CHOICE = "choice"
    NUMBER = "number"
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class Field:
    """One field.

    Attributes:
        id: its key in an entry.
        section: where it stands on the page.
        kind: what it holds; a share is in per cent.
        name, about: in words.
        required: without it nothing is published.
        derived: the site knows it; nobody fills it in.
        twin: in both languages.
        places: standard → where it stands there.
    """

    id: str
    section: str
    kind: Kind
    name: Text
    about: Text
    required: bool
    derived: bool
    twin: bool
    places: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Standard:
    """A standard that an entry is exported to."""

    id: str
    name: Text
    code: str
    version: str


@dataclass(frozen=True, slots=True)
class Form:
    """All fields in their order, with the words for sections and choices."""

    fields: Mapping[str, Field]
    sections: Mapping[str, Text]
    choices: Mapping[str, Mapping[str, Text]]
    standards: Mapping[str, Standard]

    @property
    def own(self) -> tuple[Field, ...]:
        """The fields that people fill in."""
        return tuple(field for field in self.fields.values() if not field.derived)


@cache
def form() -> Form:
    """Return the form."""
    text = files("shixiao.fairness.algorithms").joinpath("data/fields.yaml").read_text("utf-8")
    data: Mapping[str, Any] = load_yaml(text)
    fields = [_field(entry) for entry in data["fields"]]
    return Form(
        {field.id: field for field in fields},
        {name: Text.of(words) for name, words in data["sections"].items()},
        {
            name: {key: Text.of(words) for key, words in known.items()}
            for name, known in data["choices"].items()
        },
        {
            name: Standard(name, Text.of(entry["name"]), entry["code"], str(entry["version"]))
            for name, entry in data["standards"].items()
        },
    )


def _field(entry: Mapping[str, Any]) -> Field:
    return Field(
        entry["id"],
        entry["section"],
        Kind(entry["kind"]),
        Text.of(entry["name"]),
        Text.of(entry["about"]),
        entry.get("required", False),
        entry.get("derived", False),
        entry.get("twin", False),
        {name: entry[name] for name in STANDARDS if name in entry},
    )
