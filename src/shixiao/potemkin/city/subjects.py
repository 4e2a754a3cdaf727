"""Who is in the city: departments, services and apps, with what makes each of them itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from shixiao.seals import person_code
from shixiao.terms import Text

CHANNELS = ("online", "counter", "phone")


@dataclass(frozen=True, slots=True)
class Planted:
    """What was planted in a subject; facts have no strength."""

    kind: str
    strength: float | None
    variant: str


@dataclass(frozen=True, slots=True)
class Department:
    """A department: ``objects`` are what its registers hold, ``fields`` how many its forms ask."""

    id: str
    name: Text
    domain: str
    city: int
    objects: tuple[Text, ...]
    fields: int
    replied: int
    innocent: Mapping[str, float]
    values: Mapping[str, float]
    plant: Planted | None = None
    decoy: str | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """Which optional steps the path of a service has."""

    number: bool
    check: bool
    review: bool
    certify: bool
    archive: bool
    delivery: bool
    pays: bool


@dataclass(frozen=True, slots=True)
class Asks:
    """What the counter asks for, and how many of these online still asks for when all is well.

    Of ``materials`` documents, ``held`` are already held by another department.
    """

    materials: int
    held: int
    signatures: int
    kept_online: int

    @property
    def items(self) -> int:
        """Documents and signatures together."""
        return self.materials + self.signatures


@dataclass(frozen=True, slots=True)
class Service:
    """A service and all that decides how its cases go, chance apart."""

    id: str
    name: Text
    department: int
    partner: int
    domain: str
    audience: str
    large: bool
    statutory: int
    promised: int | None
    since: date
    counts: Mapping[str, int]
    rated: float
    praise: float
    shape: Shape
    asks: Asks
    app: int
    innocent: Mapping[str, float]
    values: Mapping[str, float]
    plant: Planted | None = None
    decoy: str | None = None

    @property
    def cases(self) -> int:
        """Cases in all channels."""
        return sum(self.counts.values())

    @property
    def copied(self) -> float:
        """How much of what going online should have ended is still there: 0 none, 1 all of it.

        Innocents keep half of the counter's steps; strength s keeps min(1, s / 2) of them.
        """
        return min(1.0, max(0.0, self.values["kept"] * 2 - 1))

    @property
    def extra(self) -> float:
        """Re-keying and uploads per online case on top of the counter's."""
        return min(0.5, max(0.0, self.values["kept"] * 2 - 2))


@dataclass(frozen=True, slots=True)
class App:
    """An app: ``volume`` is completions on a usual working day, ``accounts`` new ones in a year."""

    id: str
    name: Text
    department: int
    audience: str
    launched: date
    functions: tuple[str, ...]
    kpi: tuple[str, ...]
    volume: float
    accounts: int
    innocent: Mapping[str, float]
    values: Mapping[str, float]
    filed: bool = True
    forced: bool = False
    plant: Planted | None = None
    decoy: str | None = None
    services: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Evaluator:
    """Who tries services: in a team that covers an area of departments.

    Attributes:
        number: from 0 on.
        body: number of the body that sends them.
        team: number of the team, which is also that of its area.
        focus: number of the department that a tie of theirs is to.
        declared: whether that tie is stated in the register.
        tests: how many tests they make.
        tests_at_focus: how many of these at the department of ``focus``.
        innocent: what they would show if nothing were planted.
        values: what they show.
    """

    number: int
    body: int
    team: int
    focus: int
    declared: bool
    tests: int
    tests_at_focus: int
    innocent: Mapping[str, float]
    values: Mapping[str, float]
    plant: Planted | None = None
    decoy: str | None = None

    @property
    def register_id(self) -> str:
        """What the tables call them."""
        return f"EV{self.number + 1:02d}"

    @property
    def id(self) -> str:
        """What results call them: a code, for an evaluator is a person."""
        return person_code(self.register_id)

    @property
    def name(self) -> Text:
        """The code in words."""
        return Text(f"体验员 {self.id}", f"evaluator {self.id}")


Subject = Department | Service | App | Evaluator


def kind_of(subject: Subject) -> str:
    """Return what a subject is called in results."""
    if isinstance(subject, Service):
        return "service"
    if isinstance(subject, Evaluator):
        return "evaluator"
    return "app" if isinstance(subject, App) else "department"


def named(subject: Subject) -> dict[str, Any]:
    """Return a subject in the form of results."""
    return {"kind": kind_of(subject), "id": subject.id, "name": subject.name.to_json()}
