"""The registers of sharing as they grow: who holds, asks for, may use and did use which data.

What is planted in them and the lawful twins of it only add rows. Data elements are handed out so
that no two additions touch: none is asked by the department already, and none is granted to it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from shixiao.potemkin.city.governance import DECREE, LAW, statutory
from shixiao.potemkin.city.planning import Plan
from shixiao.potemkin.city.registers import asked_by
from shixiao.potemkin.city.subjects import CHANNELS, Service
from shixiao.potemkin.city.writing import Row
from shixiao.potemkin.city.year import CALENDAR, FIRST, clock, offset
from shixiao.potemkin.steps import WHOLE_DAY
from shixiao.rules import load_calendar
from shixiao.terms import Text

NOON = WHOLE_DAY // 2
PURPOSE, OTHER_PURPOSE = "业务办理核验", "商业推广"
HOUSE_RULE = "内部工作制度"  # what is cited where no law allows it
STATE_COUNCIL = "《国务院关于数据安全审查的决定》第三条"
LAWFUL = (LAW, DECREE, STATE_COUNCIL)
OPEN = ("unconditional", "conditional")


@dataclass(frozen=True, slots=True)
class Placed:
    """One plant in the registers; ``base`` and ``planted`` are empty for facts."""

    kind: str
    subject: Row
    variant: str
    strength: float | None = None
    base: Mapping[str, float] = field(default_factory=dict)
    planted: Mapping[str, float] = field(default_factory=dict)
    n: int = 1


@dataclass(frozen=True, slots=True)
class Twin:
    """What looks like a plant and is lawful, and kinds of finding that must not name it."""

    name: str
    subject: Row
    kinds: tuple[str, ...]


@dataclass(slots=True)
class Added:
    """What was added: what is true of the rows, and what follows from it.

    Attributes:
        plants: the plants.
        twins: the lawful twins.
        implied: (kind, kind of subject, id, why) of what a plant is besides.
        eligible: number of subjects that a kind may be planted in.
    """

    plants: list[Placed] = field(default_factory=list)
    twins: list[Twin] = field(default_factory=list)
    implied: list[tuple[str, str, str, str]] = field(default_factory=list)
    eligible: dict[str, int] = field(default_factory=dict)


class SharingRegisters:
    """The tables of a city, to which rows of sharing are added."""

    def __init__(self, plan: Plan, tables: Mapping[str, list[Row]]) -> None:
        self.plan = plan
        self.tables = {name: list(rows) for name, rows in tables.items()}
        self.services = {service.id: service for service in plan.services}
        self.busy = asked_by(plan, self.tables["requirements"], self.tables.get("forms", ()))
        for row in self.tables["grants"]:
            fields = str(row.get("fields") or "").split(";")
            self.busy.setdefault(str(row["to_department"]), set()).update(fields)
        self._names = {row["element_id"]: row for row in self.tables["elements"]}
        self._city = {d.id: d.city for d in plan.departments}
        self._items: dict[str, int] = {}
        # What is added is closed or open for itself, so the catalogue is read once.
        self._catalogue = list(self.tables["datasets"])

    def add(self, table: str, **row: Any) -> None:
        """Add a row."""
        self.tables[table].append(row)

    def held(self, department: str, *, lawfully_closed: bool = False) -> list[tuple[str, str]]:
        """Return (element, dataset) that other departments of the city hold, in order.

        Open ones may be had, whether on condition or not; the others are not shared on a law.
        """
        found = []
        for row in self._catalogue:
            owner = str(row["department_id"])
            closed = row["sharing"] not in OPEN
            if (
                owner != department
                and self._city[owner] == self._city[department]
                and closed == lawfully_closed
            ):
                found += [(e, str(row["dataset_id"])) for e in str(row["elements"]).split(";")]
        return found

    def take(
        self,
        department: str,
        count: int,
        rng: np.random.Generator,
        *,
        lawfully_closed: bool = False,
        apart: Collection[str] = (),
    ) -> list[tuple[str, str]]:
        """Hand out elements that others hold and that the department has nothing to do with yet.

        ``apart`` are datasets to leave alone. Fewer come where there are no more.
        """
        busy = self.busy.setdefault(department, set())
        free = [
            (element, dataset)
            for element, dataset in self.held(department, lawfully_closed=lawfully_closed)
            if element not in busy and dataset not in apart
        ]
        chosen = [free[n] for n in rng.permutation(len(free))[:count].tolist()]
        busy.update(element for element, _ in chosen)
        return chosen

    def granted(self, department: str) -> set[str]:
        """Return the datasets of which a department may use anything, now or at any time."""
        mine = [row for row in self.tables["grants"] if row["to_department"] == department]
        return {str(row["dataset_id"]) for row in mine}

    def ask(self, service: Service, element: str, original_basis: str | None = None) -> None:
        """Let a service ask for an element, through every channel that it has."""
        number = self._items[service.id] = self._items.get(service.id, 0) + 1
        name = self.words(element)
        for channel in CHANNELS:
            if service.counts[channel]:
                self.add(
                    "requirements",
                    service_id=service.id,
                    channel=channel,
                    item_id=f"{service.id}-F{number:03d}",
                    item_name=name.zh,
                    item_name_en=name.en,
                    kind="field",
                    element_id=element,
                    original_basis=original_basis,
                )

    def words(self, element: str) -> Text:
        """Return the name of an element."""
        row = self._names[element]
        return Text(str(row["name"]), str(row["name_en"]))

    def grant(self, name: str, dataset: str, to: str, fields: str, **more: Any) -> str:
        """Let a department use some fields of a dataset from the first day on."""
        row = {"starts": clock(0), "purpose": PURPOSE, **more}
        self.add(
            "grants", grant_id=name, dataset_id=dataset, to_department=to, fields=fields, **row
        )
        return name

    def exchange(self, name: str, dataset: str, to: str, moment: int, **more: Any) -> None:
        """Let a department fetch one record."""
        row = {"purpose": PURPOSE, "ok": 1, **more}
        self.add(
            "exchanges",
            exchange_id=name,
            ts=clock(moment),
            dataset_id=dataset,
            to_department=to,
            records=1,
            **row,
        )

    def dataset(self, name: str, owner: str, sharing: str, basis: str | None = None) -> str:
        """List a dataset without elements."""
        self.add(
            "datasets",
            dataset_id=name,
            name="专题信息",
            name_en="special data",
            department_id=owner,
            sharing=sharing,
            basis=basis,
            elements="",
        )
        return name


def after(rule: str, opened: int, extension: int = 0) -> int:
    """Return noon of the last day of a statutory time."""
    day = FIRST.fromordinal(FIRST.toordinal() + opened // WHOLE_DAY)
    due = statutory(rule).deadline(day, load_calendar(CALENDAR), extension=extension).due
    return offset(due) * WHOLE_DAY + NOON


def some_noon(rng: np.random.Generator) -> int:
    """Draw noon of a day that leaves time before and after it."""
    return int(rng.integers(20, 240)) * WHOLE_DAY + NOON
