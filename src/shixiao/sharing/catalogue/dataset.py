"""A dataset as the catalogue lists it: what it is, who answers for it, on what terms it is had.

Source: Decree 809 art. 13 (what an entry states), art. 15 (conditions, reason and basis), art. 19
(lead source department), art. 11 (the sharing office that is named).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from shixiao.seals import sha256_of
from shixiao.sharing.catalogue.words import words
from shixiao.terms import Text


@dataclass(frozen=True, slots=True)
class Item:
    """A data item (信息项) of a dataset.

    Attributes:
        name: what it is called.
        element: code of the data element it follows; "" for none.
        datatype: as declared.
        grade: its own grade; "" where nobody has graded it.
    """

    name: str
    element: str = ""
    datatype: str = ""
    grade: str = ""


@dataclass(frozen=True, slots=True)
class Dataset:
    """An entry of the catalogue.

    Attributes:
        id: stable identifier in the platform it comes from; by it a second harvest finds it again.
        code: catalogue code; "" where none is given.
        name: what it is called.
        provider: code of the department that provides it.
        items: its data items.
        format: one of the formats.
        cycle: how often it is updated.
        sharing: its sharing attribute.
        mode: how it is shared.
        scope: conditional: who may have it.
        purpose: conditional: for what.
        reason: not shared: why.
        basis: the law cited for it.
        domain: field of work.
        tier: level of government that holds it.
        grade: its grade; at least that of its highest item.
        lead: code of the lead source department (数源部门), where several hold the data.
        office: the sharing office of the provider.
        person: who answers for it there.
        updated: day of the latest data.
        secrecy_checked: day of the secrecy check before listing.
        personal_checked: day of the personal-information assessment before listing.
        summary: what it holds, in a sentence or two.
    """

    id: str
    name: Text
    provider: str
    code: str = ""
    items: tuple[Item, ...] = ()
    format: str = ""
    cycle: str = ""
    sharing: str = ""
    mode: str = ""
    scope: str = ""
    purpose: str = ""
    reason: str = ""
    basis: str = ""
    domain: str = ""
    tier: str = ""
    grade: str = ""
    lead: str = ""
    office: str = ""
    person: str = ""
    updated: date | None = None
    secrecy_checked: date | None = None
    personal_checked: date | None = None
    summary: str = ""

    @property
    def fresh_until(self) -> date | None:
        """Last day on which the data are as fresh as promised; None where nothing was promised."""
        days = words("cycles").numbers.get(self.cycle, 0)
        if not days or self.updated is None:
            return None
        return self.updated + timedelta(days=days)

    @property
    def highest_item(self) -> str:
        """The highest grade among its items; "" where none is graded."""
        rank = words("grades").numbers
        graded = [item.grade for item in self.items if item.grade in rank]
        return max(graded, key=rank.__getitem__, default="")

    @property
    def sha256(self) -> str:
        """Hash of everything that is listed: the same hash means nothing to change."""
        return sha256_of(self.to_json())

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Dataset:
        """Return the entry that ``to_json`` gave; what is absent is empty."""
        days = {name: date.fromisoformat(data[name]) for name in DAYS if data.get(name)}
        texts = {name: data[name] for name in TEXTS if name in data}
        items = tuple(Item(*each) for each in data.get("items", ()))
        values: dict[str, Any] = {**texts, **days, "items": items}
        return cls(id=data["id"], name=Text.of(data["name"]), **values)

    def to_json(self) -> dict[str, Any]:
        """Return the entry as plain values."""
        days = {name: day.isoformat() if (day := getattr(self, name)) else None for name in DAYS}
        texts = {name: getattr(self, name) for name in TEXTS}
        items = [[i.name, i.element, i.datatype, i.grade] for i in self.items]
        return {"id": self.id, "name": self.name.to_json(), **texts, "items": items, **days}


DAYS = ("updated", "secrecy_checked", "personal_checked")
# Fields whose values are of a list → the list.
LISTS = {
    "format": "formats",
    "cycle": "cycles",
    "sharing": "sharing",
    "mode": "modes",
    "tier": "tiers",
    "grade": "grades",
}
TEXTS = (
    "provider",
    "code",
    "format",
    "cycle",
    "sharing",
    "mode",
    "scope",
    "purpose",
    "reason",
    "basis",
    "domain",
    "tier",
    "grade",
    "lead",
    "office",
    "person",
    "summary",
)
