"""The plan of a city: everything that is decided before chance comes in, read from YAML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from shixiao.datafiles import load_yaml
from shixiao.potemkin.steps import Activity, Path, read_path, seconds
from shixiao.terms import Period, Text

FOLDER = "data/example_city"
CHANNELS = {"o": "online", "c": "counter"}


@dataclass(frozen=True, slots=True)
class Department:
    """A department; ``short`` names its posts, and ``staff`` persons hold each of them."""

    id: str
    name: Text
    short: str
    staff: int


@dataclass(frozen=True, slots=True)
class Element:
    """A data element and the department that leads it."""

    id: str
    name: Text
    department: str


@dataclass(frozen=True, slots=True)
class Band:
    """An age band: its share of the people, and how it leans to each channel (1 is average)."""

    name: str
    share: float
    leaning: Mapping[str, float]
    disabled: float


@dataclass(frozen=True, slots=True)
class Asks:
    """One thing that a guide asks for, in the channels named."""

    channels: tuple[str, ...]
    kind: str
    name: Text
    element: str | None


@dataclass(frozen=True, slots=True)
class MatterPlan:
    """A one-matter chain: ``chains`` are begun, each service ``gap`` seconds after the last."""

    id: str
    name: Text
    lead: str
    services: tuple[str, ...]
    chains: int
    online: float
    gap: float
    onward: float


@dataclass(frozen=True, slots=True)
class ServicePlan:
    """A service, the verdict it is made to deserve, and how each of its channels works.

    ``why`` says what keeps it from a verdict: ``few`` cases, or a ``mixed`` picture.
    """

    id: str
    name: Text
    department: str
    domain: str
    audience: str
    statutory: int
    promised: int
    since: date
    verdict: str
    why: str | None
    alone: Mapping[str, int]
    ages: tuple[float, ...] | None
    disabled: bool
    paths: Mapping[str, Path]
    asks: tuple[Asks, ...]


@dataclass(frozen=True, slots=True)
class CityPlan:
    """A whole city before anybody applies for anything."""

    id: str
    name: Text
    calendar: str
    zone: str
    period: Period
    regions: tuple[tuple[Text, float], ...]
    people: int
    bands: tuple[Band, ...]
    departments: tuple[Department, ...]
    elements: tuple[Element, ...]
    activities: Mapping[str, Activity]
    matters: tuple[MatterPlan, ...]
    services: tuple[ServicePlan, ...]


@cache
def load_plan() -> CityPlan:
    """Read the plan of the example city."""
    city = _data("city")
    activities = {name: Activity.of(name, entry) for name, entry in _data("activities").items()}
    paths, asks = _data("paths"), _data("requirements")
    return CityPlan(
        id=city["id"],
        name=Text.of(city["name"]),
        calendar=city["calendar"],
        zone=city["zone"],
        period=Period(city["from"], city["to"]),
        regions=tuple((Text.of(r), float(r["share"])) for r in city["regions"]),
        people=int(city["people"]["count"]),
        bands=tuple(_band(entry) for entry in city["people"]["ages"]),
        departments=tuple(
            Department(d["id"], Text.of(d["name"]), d["short"], d["staff"])
            for d in city["departments"]
        ),
        elements=tuple(
            Element(e["id"], Text.of(e["name"]), e["department"]) for e in city["elements"]
        ),
        activities=activities,
        matters=tuple(_matter(entry) for entry in city["matters"]),
        services=tuple(
            _service(entry, paths[entry["id"]], asks[entry["id"]], activities)
            for entry in _data("services")
        ),
    )


def _data(name: str) -> Any:
    text = files("shixiao.potemkin").joinpath(f"{FOLDER}/{name}.yaml").read_text("utf-8")
    return load_yaml(text)


def _band(entry: Mapping[str, Any]) -> Band:
    leaning = {channel: float(entry[channel]) for channel in CHANNELS.values()}
    return Band(entry["band"], entry["share"], leaning, entry["disabled"])


def _matter(entry: Mapping[str, Any]) -> MatterPlan:
    return MatterPlan(
        id=entry["id"],
        name=Text.of(entry["name"]),
        lead=entry["lead"],
        services=tuple(entry["services"]),
        chains=entry["chains"],
        online=entry["online"],
        gap=seconds(entry["gap"]),
        onward=entry["continue"],
    )


def _service(
    entry: Mapping[str, Any],
    paths: Mapping[str, Any],
    asks: list[list[str]],
    activities: Mapping[str, Activity],
) -> ServicePlan:
    return ServicePlan(
        id=entry["id"],
        name=Text.of(entry["name"]),
        department=entry["department"],
        domain=entry["domain"],
        audience=entry["audience"],
        statutory=entry["statutory"],
        promised=entry["promised"],
        since=entry["since"],
        verdict=entry["verdict"],
        why=entry.get("why"),
        alone=entry["alone"],
        ages=tuple(entry["ages"]) if "ages" in entry else None,
        disabled=bool(entry.get("disabled", False)),
        paths={channel: read_path(path, activities) for channel, path in paths.items()},
        asks=tuple(_asks(row) for row in asks),
    )


def _asks(row: list[str]) -> Asks:
    letters, kind, zh, en, *element = row
    channels = tuple(CHANNELS[letter] for letter in letters)
    return Asks(channels, kind, Text(zh, en), element[0] if element else None)
