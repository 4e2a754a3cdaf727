"""Acts of liability in the registers of sharing: planted in some departments, twins in all others.

Who is planted gets one act of arts. 39 to 41 of Decree 809; every other department gets the lawful
twin of one: done on the last day, extended with consent, refused on a law, stopped for a reason,
agreed by the provider. The plan of the city does not change, and rows are only added.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from shixiao.potemkin.city.governance import LAW
from shixiao.potemkin.city.planning import Plan
from shixiao.potemkin.city.requests import PlantRequest
from shixiao.potemkin.city.sharing import (
    HOUSE_RULE,
    OTHER_PURPOSE,
    PURPOSE,
    Added,
    Placed,
    SharingRegisters,
    Twin,
    after,
    some_noon,
)
from shixiao.potemkin.city.streams import stream
from shixiao.potemkin.city.subjects import named
from shixiao.potemkin.city.writing import Row
from shixiao.potemkin.city.year import clock
from shixiao.potemkin.steps import WHOLE_DAY

KIND, TWIN = "liability", "lawful_twin"
WHY = "an act of liability"
#: act → word of the duty and the rule with its time; without one the register sets a day
DUTIES: Mapping[str, tuple[str, str | None]] = {
    "39-1": ("更新目录", "GDS-17u"),
    "39-3": ("完善数据", None),
    "39-5": ("数据回流", None),
    "39-6": ("校核数据", "GDS-26"),
    "39-8": ("纳入平台", None),
    "40-4": ("处置数据", None),
    "40-5": ("保存记录", "GDS-29"),
    "40-6": ("安全管理", None),
    "41-1": ("明确数源", None),
    "41-2": ("协调争议", None),
}
ACTS = (*DUTIES, "39-2", "39-4", "39-7", "40-1", "40-2", "40-3")
#: kinds that an act is, too
FOLLOWS = {"40-1": "duplicate_collection", "40-2": "beyond_purpose"}
STOPS = ("misuse", "agreed", "law")
GRANTED_FOR = 30  # days that a register gives for a duty
EXTENDED = 5  # working days, the most that art. 17 allows


def plant_acts(
    registers: SharingRegisters, wanted: list[PlantRequest], seed: int, added: Added
) -> None:
    """Draw acts for a share of the departments, and a lawful twin for each of the others.

    What services ask for decides what is asked again.
    """
    del seed
    plan = registers.plan
    rng = stream(plan.plan_seed, KIND)
    order = rng.permutation(len(plan.departments)).tolist()
    added.eligible[KIND] = len(order)
    planted = max(1, round(wanted[0].share * len(order)))
    first = int(rng.integers(len(ACTS)))
    for turn, place in enumerate(order):
        act, lawful = ACTS[(first + turn) % len(ACTS)], turn >= planted
        asked = _asked_elsewhere(plan, place, registers.tables)
        if act == "40-1" and asked is None:
            act = "40-2"  # it asks for nothing that others hold
        _Writer(registers, place, turn, lawful, rng).write(act, asked)
        department = plan.departments[place]
        if lawful:
            added.twins.append(Twin(TWIN, named(department), (KIND,)))
            continue
        added.plants.append(Placed(KIND, named(department), act))
        if act == "40-1" and asked is not None:
            for service in asked[1]:
                added.implied.append((FOLLOWS[act], "service", service, WHY))
            added.implied.append((FOLLOWS[act], "department", department.id, WHY))
        elif act in FOLLOWS:
            added.implied.append((FOLLOWS[act], "department", department.id, WHY))


def _asked_elsewhere(
    plan: Plan, place: int, tables: Mapping[str, list[Row]]
) -> tuple[str, list[str]] | None:
    """Return an element led elsewhere that services of a department ask for, and which do."""
    mine = {s.id for s in plan.services if s.department == place}
    leads = {row["element_id"]: row["department_id"] for row in tables["elements"]}
    own = plan.departments[place].id
    found: dict[str, list[str]] = {}
    for row in tables["requirements"]:
        element, service = row["element_id"], str(row["service_id"])
        if row.get("original_basis"):
            continue  # the law demands it, whoever holds the data
        if element and service in mine and leads.get(element, own) != own:
            found.setdefault(str(element), []).append(service)
    if not found:
        return None
    element = min(found)
    return element, sorted(set(found[element]))


@dataclass(frozen=True, slots=True)
class _Writer:
    """One act or its twin in the making."""

    registers: SharingRegisters
    place: int
    turn: int
    lawful: bool
    rng: np.random.Generator

    def write(self, act: str, asked: tuple[str, list[str]] | None) -> None:
        if act in DUTIES:
            self._duty(act)
        elif act in ("39-2", "39-4"):
            self._request(act)
        elif act == "39-7":
            self._stopped()
        else:
            self._used(act, asked[0] if act == "40-1" and asked is not None else None)

    @property
    def _me(self) -> str:
        return self.registers.plan.departments[self.place].id

    @property
    def _other(self) -> str:
        departments = self.registers.plan.departments
        return departments[(self.place + 1) % len(departments)].id

    def _add(self, table: str, **row: Any) -> None:
        self.registers.add(table, **row)

    def _duty(self, act: str) -> None:
        word, rule = DUTIES[act]
        opened, late = some_noon(self.rng), int(self.rng.integers(1, 15)) * WHOLE_DAY
        more: dict[str, Any] = {}
        if act == "40-5":  # three years ago; destroyed in time or half a year early
            opened -= 1250 * WHOLE_DAY
            due, done = opened, opened + (1100 if self.lawful else 900) * WHOLE_DAY
        else:
            due = after(rule, opened) if rule else opened + GRANTED_FOR * WHOLE_DAY
            done = due if self.lawful else due + late
            if act == "39-1" and self.lawful:
                done = after("GDS-17u", opened, EXTENDED)
                more = {"extension": EXTENDED, "consented": clock(due)}
        self._add(
            "duties",
            duty_id=f"DTL{self.turn:03d}",
            act=word,
            holder=self._me,
            opened=clock(opened),
            due=clock(due),
            done=clock(done),
            **more,
        )

    def _data(self, owner: str, sharing: str, elements: str = "") -> str:
        name = f"DSL{self.turn:03d}"
        self._add(
            "datasets",
            dataset_id=name,
            name="专题信息",
            name_en="special data",
            department_id=owner,
            sharing=sharing,
            elements=elements,
        )
        return name

    def _request(self, act: str) -> None:
        """Refused without a law or outright, or answered too late; the twin as the decree allows.

        The twin cites a law, named what was missing before it refused, or had consent.
        """
        refusal = act == "39-2"
        incomplete = refusal and self.turn % 2 == 1
        free = refusal and not incomplete
        data = self._data(self._me, "unconditional" if free else "conditional")
        opened = some_noon(self.rng)
        due = after("GDS-21u" if free else "GDS-21c", opened)
        answered, more = due, dict[str, Any]()
        if incomplete:
            more = {"notified": int(self.lawful)}
        if not refusal:
            answered = after("GDS-21c", opened, EXTENDED)
            if self.lawful:
                more = {"extension": EXTENDED, "consented": clock(due)}
        self._add(
            "requests",
            request_id=f"RQL{self.turn:03d}",
            dataset_id=data,
            from_department=self._other,
            opened=clock(opened),
            answered=clock(answered),
            decision="不同意" if refusal else "同意",
            reason="暂不具备条件" if refusal else "履职所需",
            basis=LAW if self.lawful else HOUSE_RULE,
            delivered=None if refusal else clock(answered + WHOLE_DAY),
            purpose=PURPOSE,
            **more,
        )

    def _grant(self, data: str, to: str, **more: Any) -> str:
        name = f"GRL{self.turn:03d}"
        self._add(
            "grants",
            grant_id=name,
            dataset_id=data,
            to_department=to,
            purpose=PURPOSE,
            starts=clock(0),
            **more,
        )
        return name

    def _stopped(self) -> None:
        reason = STOPS[self.turn % len(STOPS)] if self.lawful else None
        data = self._data(self._me, "conditional")
        self._grant(data, self._other, stopped=clock(some_noon(self.rng)), stop_reason=reason)

    def _used(self, act: str, element: str | None) -> None:
        """Data fetched under a grant: asked again of people, used otherwise, or passed on."""
        data = self._data(self._other, "conditional", element or "")
        moment = some_noon(self.rng)
        more: dict[str, Any] = {}
        if element is not None:
            more["fields"] = element
            if self.lawful:  # what may no longer be fetched may be asked
                more["ends"] = clock(moment + 10 * WHOLE_DAY)
        name = self._grant(data, self._me, **more)
        self._add(
            "exchanges",
            exchange_id=f"EXL{self.turn:04d}",
            ts=clock(moment),
            dataset_id=data,
            to_department=self._me,
            grant_id=name,
            purpose=OTHER_PURPOSE if act == "40-2" else PURPOSE,
            records=1,
            ok=1,
            passed_to="某科技公司" if act == "40-3" else None,
            consented=int(self.lawful and act != "40-1"),
        )
