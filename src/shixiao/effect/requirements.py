"""What a service guide asks for: materials, those that government already holds, signatures."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from shixiao.evidence.engines import Engine
from shixiao.evidence.store import Store
from shixiao.terms import Text

FACTS = ("materials", "materials_held", "signatures")


@dataclass(frozen=True, slots=True)
class Material:
    """One document of the guide and the department that already holds its data, if any does."""

    name: Text
    held_by: Text | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What one service asks for in one channel."""

    materials: tuple[Material, ...]
    signatures: int
    holders_known: bool

    def fact(self, measure: str) -> int | None:
        """Return the count that a measure of statistic ``fact`` speaks of; None if unknown."""
        if measure == "materials":
            return len(self.materials)
        if measure == "materials_held":
            held = sum(material.held_by is not None for material in self.materials)
            return held if self.holders_known else None
        return self.signatures


def asked_by_service(store: Store, engine: Engine) -> dict[tuple[str, str], Asked]:
    """Return what each (service, channel) asks for; empty without a table of requirements."""
    if not store.has("requirements"):
        return {}
    holders = _holders(store, engine)
    owner = _owners(store, engine)
    table = store.table(engine, "requirements")
    english = "item_name_en" if "item_name_en" in table.columns else "item_name"
    element = "element_id" in table.columns
    columns = ["service_id", "channel", "item_id", "item_name", "kind", english]
    rows = engine.rows(
        table.select(*dict.fromkeys(columns + (["element_id"] if element else []))).order_by(
            ["service_id", "channel", "item_id"]
        )
    )
    materials: dict[tuple[str, str], list[Material]] = defaultdict(list)
    signatures: dict[tuple[str, str], int] = defaultdict(int)
    for i, (service, channel) in enumerate(zip(rows["service_id"], rows["channel"], strict=True)):
        key = (service, channel)
        materials[key]  # a service that asks only for signatures is known to ask no material
        if rows["kind"][i] == "material":
            holder = holders.get(rows["element_id"][i]) if element else None
            others = holder is not None and holder[0] != owner.get(service)
            name = Text(rows["item_name"][i], rows[english][i] or rows["item_name"][i])
            materials[key].append(Material(name, holder[1] if holder and others else None))
        elif rows["kind"][i] == "signature":
            signatures[key] += 1
    known = bool(element and holders)
    return {key: Asked(tuple(found), signatures[key], known) for key, found in materials.items()}


def _holders(store: Store, engine: Engine) -> dict[str, tuple[str, Text]]:
    """Return element → (department, its name), from the register of data elements."""
    if not store.has("elements", "department_id"):
        return {}
    rows = engine.rows(store.table(engine, "elements").select("element_id", "department_id"))
    named: dict[str, Text] = {}
    if store.has("departments", "name"):
        table = store.table(engine, "departments")
        english = "name_en" if "name_en" in table.columns else "name"
        departments = engine.rows(table.select(*dict.fromkeys(["department_id", "name", english])))
        for key, zh, en in zip(
            departments["department_id"], departments["name"], departments[english], strict=True
        ):
            named[key] = Text(zh, en or zh)
    return {
        element: (department, named.get(department, Text.of(department)))
        for element, department in zip(rows["element_id"], rows["department_id"], strict=True)
    }


def _owners(store: Store, engine: Engine) -> dict[str, str]:
    if not store.has("services", "department_id"):
        return {}
    rows = engine.rows(store.table(engine, "services").select("service_id", "department_id"))
    return dict(zip(rows["service_id"], rows["department_id"], strict=True))
