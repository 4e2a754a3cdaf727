"""What is planned: services, what each asks for in which channel, who holds what, which targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from shixiao.effect.targets import Registered
from shixiao.sharing.matching import Element
from shixiao.terms import Subject, Text


class Kind(StrEnum):
    """What an item asks of people, the lightest first."""

    FIELD = "field"
    MATERIAL = "material"
    SIGNATURE = "signature"
    VISIT = "visit"

    @property
    def weight(self) -> int:
        """How heavy it is beside the others; a document and a signature weigh the same."""
        return {"field": 0, "material": 1, "signature": 1, "visit": 2}[self.value]

    @property
    def data(self) -> bool:
        """Whether it asks for data, which government may hold, and not for an act."""
        return self in (Kind.FIELD, Kind.MATERIAL)


@dataclass(frozen=True, slots=True)
class Required:
    """One item that a channel of a service asks for.

    Attributes:
        item_id: unique in service and channel.
        name: as the applicant reads it.
        kind: what it asks of people.
        element_id: the data element that it asks for; "" where the table names none.
        basis: the provision that demands the original of the applicant; "" for none.
    """

    item_id: str
    name: Text
    kind: Kind
    element_id: str = ""
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """One service as it is planned.

    Attributes:
        subject: the service.
        department: whose it is; "" where the package does not say.
        since: the day from which it is online; None where the package does not say.
        channels: channel → what it asks for, in the order of the file.
    """

    subject: Subject
    department: str
    since: date | None
    channels: Mapping[str, tuple[Required, ...]]


@dataclass(frozen=True, slots=True)
class App:
    """An app that is planned, the services it carries, and the day of its launch."""

    subject: Subject
    services: tuple[str, ...]
    launched: date | None


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of a form that a department has the public fill in."""

    department: str
    item: Required


@dataclass(frozen=True, slots=True)
class Design:
    """Everything that a package says of what is planned.

    Attributes:
        services: in order of id.
        apps: in order of id.
        fields: of forms for the public.
        elements: the register of data elements.
        holders: element → departments that hold it by the register or by a dataset.
        departments: id → name.
        targets: what was registered before the launch.
        catalogued: whether the package says at all what government holds.
        registered: whether the package has a table of targets.
    """

    services: tuple[Planned, ...]
    apps: tuple[App, ...] = ()
    fields: tuple[FormField, ...] = ()
    elements: tuple[Element, ...] = ()
    holders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    departments: Mapping[str, Text] = field(default_factory=dict)
    targets: tuple[Registered, ...] = ()
    catalogued: bool = False
    registered: bool = False
