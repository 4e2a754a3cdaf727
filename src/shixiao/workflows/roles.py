"""Roles and rights, read from ``data/roles.yaml``: the one permission table of the site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from shixiao.datafiles import load_yaml
from shixiao.terms import Text


class Scope(StrEnum):
    """How far a right reaches."""

    ANY = "any"
    OWN = "own"
    ASSIGNED = "assigned"


@dataclass(frozen=True, slots=True)
class Role:
    """A role in words."""

    id: str
    name: Text
    about: Text


@dataclass(frozen=True, slots=True)
class Verb:
    """Something that can be done, and how far each role may do it."""

    id: str
    name: Text
    rights: Mapping[str, Scope]


@dataclass(frozen=True, slots=True)
class Table:
    """All roles and verbs by id, in documented order."""

    roles: Mapping[str, Role]
    verbs: Mapping[str, Verb]


@cache
def table() -> Table:
    """Return the permission table."""
    data = load_yaml(files("shixiao.workflows").joinpath("data/roles.yaml").read_text("utf-8"))
    return Table(
        roles={
            name: Role(name, Text.of(entry["name"]), Text.of(entry["about"]))
            for name, entry in data["roles"].items()
        },
        verbs={
            name: Verb(
                name,
                Text.of(entry["name"]),
                {role: Scope(scope) for role, scope in entry["rights"].items()},
            )
            for name, entry in data["verbs"].items()
        },
    )
