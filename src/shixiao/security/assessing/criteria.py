"""Criteria: what has to be shown of a system before it goes live; a library that is data.

``data/criteria.yaml`` names the probes and the records that are asked for, of which systems, and
the clauses of the standards that each speaks to, so that one set of evidence feeds every report.
What is not known of a system asks for more, never for less.
Source: clauses of GB/T 22239-2019, GB/T 39786-2021 and OWASP ASVS 5.0.0; policy of the bureau.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from shixiao.datafiles import load_yaml
from shixiao.security.assessing.decision import Side
from shixiao.terms import Text

#: The criterion that a pledge of the register speaks to, not a paper.
BASELINE = "baseline"
STANDARDS = ("asvs", "mlps", "crypto")


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a system, as far as it decides what is asked.

    Attributes:
        kind: platform, app, algorithm or service.
        exposure: internet, government or internal.
        grade: of its gravest data; "" where they are not graded.
        signs_in: whether people sign in to it.
        interface: whether programs may call it.
        decides: whether it decides, or says what to decide, without a person.
    """

    kind: str
    exposure: str
    grade: str
    signs_in: bool
    interface: bool
    decides: bool


@dataclass(frozen=True, slots=True)
class Where:
    """One kind of system of which something is asked; empty parts leave it open."""

    kinds: frozenset[str] = frozenset()
    exposures: frozenset[str] = frozenset()
    grades: frozenset[str] = frozenset()
    signs_in: bool = False
    interface: bool = False
    decides: bool = False

    def covers(self, about: About) -> bool:
        """Say whether a system is of this kind; data without a grade are of every grade."""
        return (
            (not self.kinds or about.kind in self.kinds)
            and (not self.exposures or about.exposure in self.exposures)
            and (not self.grades or not about.grade or about.grade in self.grades)
            and (about.signs_in or not self.signs_in)
            and (about.interface or not self.interface)
            and (about.decides or not self.decides)
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """A probe that has to have told of a system.

    Attributes:
        id: of the probe.
        side: that it speaks to.
        where: the kinds of system; empty for all.
    """

    id: str
    side: Side
    where: tuple[Where, ...]


@dataclass(frozen=True, slots=True)
class Criterion(Asked):
    """A record that has to be there.

    Attributes:
        name, about: in words.
        kind: how long a record holds, a part of SEC-21.
        clauses: standard → clauses that it speaks to.
    """

    name: Text
    about: Text
    kind: str
    clauses: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Library:
    """All that may be asked."""

    probes: Mapping[str, Asked]
    criteria: Mapping[str, Criterion]


@cache
def library() -> Library:
    """Return the library."""
    text = files("shixiao.security.assessing").joinpath("data/criteria.yaml").read_text("utf-8")
    data: Mapping[str, Any] = load_yaml(text)
    return Library(
        {
            name: Asked(name, Side(entry["side"]), _where(entry["where"]))
            for name, entry in data["probes"].items()
        },
        {name: _criterion(name, entry) for name, entry in data["criteria"].items()},
    )


def asked_of(about: About) -> dict[Side, frozenset[str]]:
    """Return what has to be there of a system: names of probes and criteria, by side."""
    known = library()
    found: dict[Side, set[str]] = {side: set() for side in Side}
    for each in (*known.probes.values(), *known.criteria.values()):
        if asks(each, about):
            found[each.side].add(each.id)
    return {side: frozenset(names) for side, names in found.items()}


def asks(each: Asked, about: About) -> bool:
    """Say whether something is asked of a system."""
    return not each.where or any(where.covers(about) for where in each.where)


def _criterion(name: str, entry: Mapping[str, Any]) -> Criterion:
    return Criterion(
        name,
        Side(entry["side"]),
        _where(entry["where"]),
        Text.of(entry["name"]),
        Text.of(entry["about"]),
        str(entry["kind"]),
        {key: tuple(map(str, entry[key])) for key in STANDARDS if key in entry},
    )


def _where(entries: Iterable[Mapping[str, Any]]) -> tuple[Where, ...]:
    return tuple(
        Where(
            kinds=frozenset(entry.get("kinds", ())),
            exposures=frozenset(entry.get("exposures", ())),
            grades=frozenset(entry.get("grades", ())),
            signs_in=entry.get("signs_in", False),
            interface=entry.get("interface", False),
            decides=entry.get("decides", False),
        )
        for entry in entries
    )
