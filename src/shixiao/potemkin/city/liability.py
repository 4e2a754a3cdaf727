"""Acts of liability in the registers of sharing: planted in some departments, twins in all others.

Who is planted gets one act of arts. 39 to 41 of Decree 809; every other department gets the lawful
twin of one: done on the last day, extended with consent, refused on a law, stopped for a reason,
agreed by the provider. The plan of the city does not change, and rows are only added.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from shixiao.potemkin.city.governance import LAW, statutory
from shixiao.potemkin.city.planning import Plan
from shixiao.potemkin.city.streams import stream
from shixiao.potemkin.city.subjects import Department
from shixiao.potemkin.city.writing import Row
from shixiao.potemkin.city.year import CALENDAR, FIRST, clock, offset
from shixiao.potemkin.steps import WHOLE_DAY
from shixiao.rules import load_calendar

KIND, TWIN = "liability", "lawful_twin"
NOON = WHOLE_DAY // 2
PURPOSE, OTHER_PURPOSE = "业务办理核验", "商业推广"
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


@dataclass(frozen=True, slots=True)
class Acts:
    """What was added: rows by table, and what is true of them."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    plants: list[tuple[Department, str]] = field(default_factory=list)
    twins: list[Department] = field(default_factory=list)
    implied: list[tuple[str, str, str]] = field(default_factory=list)


def draw_acts(plan: Plan, share: float, tables: Mapping[str, list[Row]]) -> Acts:
    """Draw acts for a share of the departments, and a lawful twin for each of the others.

    Args:
        plan: the city.
        share: of the departments, above 0.
        tables: the other tables of the city; what services ask for decides what is asked again.
    """
    rng = stream(plan.plan_seed, KIND)
    order = rng.permutation(len(plan.departments)).tolist()
    wanted = max(1, round(share * len(order)))
    first = int(rng.integers(len(ACTS)))
    acts = Acts()
    for turn, place in enumerate(order):
        act, lawful = ACTS[(first + turn) % len(ACTS)], turn >= wanted
        asked = _asked_elsewhere(plan, place, tables)
        if act == "40-1" and asked is None:
            act = "40-2"  # it asks for nothing that others hold
        writer = _Writer(plan, place, turn, lawful, rng, acts)
        writer.write(act, asked)
        department = plan.departments[place]
        if lawful:
            acts.twins.append(department)
            continue
        acts.plants.append((department, act))
        if act == "40-1" and asked is not None:
            acts.implied.extend((FOLLOWS[act], "service", s) for s in asked[1])
        elif act in FOLLOWS:
            acts.implied.append((FOLLOWS[act], "department", department.id))
    return acts


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
        if element and service in mine and leads.get(element, own) != own:
            found.setdefault(str(element), []).append(service)
    if not found:
        return None
    element = min(found)
    return element, sorted(set(found[element]))


@dataclass(frozen=True, slots=True)
class _Writer:
    """One act or its twin in the making."""

    plan: Plan
    place: int
    turn: int
    lawful: bool
    rng: np.random.Generator
    acts: Acts

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
        return self.plan.departments[self.place].id

    @property
    def _other(self) -> str:
        return self.plan.departments[(self.place + 1) % len(self.plan.departments)].id

    def _add(self, table: str, **row: Any) -> None:
        self.acts.rows.setdefault(table, []).append(row)

    def _begun(self) -> int:
        return int(self.rng.integers(20, 240)) * WHOLE_DAY + NOON

    def _after(self, rule: str, opened: int, extension: int = 0) -> int:
        """Return noon of the last day of a statutory time."""
        day = FIRST.fromordinal(FIRST.toordinal() + opened // WHOLE_DAY)
        due = statutory(rule).deadline(day, load_calendar(CALENDAR), extension=extension).due
        return offset(due) * WHOLE_DAY + NOON

    def _duty(self, act: str) -> None:
        word, rule = DUTIES[act]
        opened, late = self._begun(), int(self.rng.integers(1, 15)) * WHOLE_DAY
        more: dict[str, Any] = {}
        if act == "40-5":  # three years ago; destroyed in time or half a year early
            opened -= 1250 * WHOLE_DAY
            due, done = opened, opened + (1100 if self.lawful else 900) * WHOLE_DAY
        else:
            due = self._after(rule, opened) if rule else opened + GRANTED_FOR * WHOLE_DAY
            done = due if self.lawful else due + late
            if act == "39-1" and self.lawful:
                done = self._after("GDS-17u", opened, EXTENDED)
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
        """Refused without a law, or answered after the time; the twin on a law, or with consent."""
        refusal = act == "39-2"
        data = self._data(self._me, "unconditional" if refusal else "conditional")
        opened = self._begun()
        due = self._after("GDS-21u" if refusal else "GDS-21c", opened)
        answered, more = due, dict[str, Any]()
        if not refusal:
            answered = self._after("GDS-21c", opened, EXTENDED)
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
            basis=LAW if self.lawful else "内部工作制度",
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
        self._grant(data, self._other, stopped=clock(self._begun()), stop_reason=reason)

    def _used(self, act: str, element: str | None) -> None:
        """Data fetched under a grant: asked again of people, used otherwise, or passed on."""
        data = self._data(self._other, "conditional", element or "")
        moment = self._begun()
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
