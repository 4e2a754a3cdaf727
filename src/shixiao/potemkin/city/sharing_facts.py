"""Facts of sharing: data collected again, withheld without a basis, granted in vain, used beyond.

Each is planted in a share of its subjects, and every other subject gets a lawful twin of it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from shixiao.potemkin.city.governance import LAW
from shixiao.potemkin.city.requests import PlantRequest
from shixiao.potemkin.city.sharing import (
    HOUSE_RULE,
    LAWFUL,
    OTHER_PURPOSE,
    PURPOSE,
    Added,
    Placed,
    SharingRegisters,
    Twin,
    some_noon,
)
from shixiao.potemkin.city.streams import stream
from shixiao.potemkin.city.subjects import Department, Service, named
from shixiao.potemkin.city.year import DAYS, clock
from shixiao.potemkin.steps import WHOLE_DAY
from shixiao.terms import Text

AGAIN, NO_BASIS = "duplicate_collection", "no_basis"
UNUSED, BEYOND, LIABILITY = "unused_grant", "beyond_purpose", "liability"
RECENT = 60  # days before the last one: too few for a grant to be idle
NOT_ENOUGH = ("《望澜省数据管理条例》第八条", "《政务数据管理办法》第三条", HOUSE_RULE, None)
FOLLOWS = "a breach of the decree is an act of liability too"


def plant_again(
    registers: SharingRegisters, wanted: list[PlantRequest], seed: int, added: Added
) -> None:
    """Let some services ask for what a grant gives; twins may not fetch it, or the law demands it.

    One planted department in two has a public form ask for it as well; the form of all others asks
    its own staff.
    """
    del seed
    plan = registers.plan
    rng = stream(plan.plan_seed, AGAIN)
    order = rng.permutation(len(plan.services)).tolist()
    added.eligible[AGAIN] = len(order)
    planted = order[: max(1, round(wanted[0].share * len(order)))]
    for turn, number in enumerate(order):
        service = plan.services[number]
        department = plan.departments[service.department]
        taken = registers.take(department.id, 2, rng)
        if len(taken) < 2:
            continue
        if number in planted:
            _collect(registers, service, department, taken[0], turn, rng)
            added.plants.append(Placed(AGAIN, named(service), "item"))
            added.implied.append((LIABILITY, "department", department.id, FOLLOWS))
        else:
            _collect_lawfully(registers, service, department, taken, turn, rng)
            added.twins.append(Twin("lawful_question", named(service), (AGAIN,)))
    asking = {plan.services[number].department for number in planted}
    _forms(registers, sorted(asking)[::2], added, rng)


def plant_no_basis(
    registers: SharingRegisters, wanted: list[PlantRequest], seed: int, added: Added
) -> None:
    """List a dataset of every department as not shared: some on too little, all others on a law."""
    del seed
    plan = registers.plan
    order = stream(plan.plan_seed, NO_BASIS).permutation(len(plan.departments)).tolist()
    added.eligible[NO_BASIS] = len(order)
    planted = max(1, round(wanted[0].share * len(order)))
    for turn, place in enumerate(order):
        basis = NOT_ENOUGH[turn % len(NOT_ENOUGH)] if turn < planted else LAWFUL[turn % 3]
        name = f"DSB{place + 1:03d}"
        registers.dataset(name, plan.departments[place].id, "not_shared", basis)
        words = Text("专题信息", "special data")
        subject: dict[str, object] = {"kind": "dataset", "id": name, "name": words.to_json()}
        if turn < planted:
            added.plants.append(Placed(NO_BASIS, subject, "too_little"))
        else:
            added.twins.append(Twin("lawfully_closed", subject, (NO_BASIS,)))


def plant_unused(
    registers: SharingRegisters, wanted: list[PlantRequest], seed: int, added: Added
) -> None:
    """Give every department a grant: some never use it; a twin does, has a new one, or it ended."""
    del seed
    plan = registers.plan
    rng = stream(plan.plan_seed, UNUSED)
    order = rng.permutation(len(plan.departments)).tolist()
    added.eligible[UNUSED] = len(order)
    planted = max(1, round(wanted[0].share * len(order)))
    for turn, place in enumerate(order):
        department = plan.departments[place]
        apart = registers.granted(department.id)
        (element, data), *_ = registers.take(department.id, 1, rng, apart=apart)
        grant = f"GRU{place + 1:03d}"
        if turn < planted:
            registers.grant(grant, data, department.id, element)
            added.plants.append(Placed(UNUSED, named(department), "never"))
            continue
        recent, ended = clock((DAYS - RECENT) * WHOLE_DAY), clock(200 * WHOLE_DAY)
        more: dict[str, str] = ({}, {"starts": recent}, {"ends": ended})[turn % 3]
        registers.grant(grant, data, department.id, element, **more)
        if not more:
            named_grant = {"grant_id": grant} if turn % 2 else {}
            registers.exchange(
                f"EXU{place + 1:03d}", data, department.id, some_noon(rng), **named_grant
            )
        added.twins.append(Twin("grant_in_use", named(department), (UNUSED,)))


def plant_beyond(
    registers: SharingRegisters, wanted: list[PlantRequest], seed: int, added: Added
) -> None:
    """Let every department fetch data: some go beyond their grant, all others stay within it."""
    del seed
    plan = registers.plan
    rng = stream(plan.plan_seed, BEYOND)
    order = rng.permutation(len(plan.departments)).tolist()
    added.eligible[BEYOND] = len(order)
    planted = max(1, round(wanted[0].share * len(order)))
    for turn, place in enumerate(order):
        department = plan.departments[place]
        apart = registers.granted(department.id)
        (element, data), *_ = registers.take(department.id, 1, rng, apart=apart)
        grant, moment = f"GRB{place + 1:03d}", some_noon(rng)
        registers.grant(grant, data, department.id, element, ends=clock(300 * WHOLE_DAY))
        registers.exchange(f"EXB{place + 1:03d}0", data, department.id, moment, grant_id=grant)
        ways = _BEYOND if turn < planted else _WITHIN
        variant = list(ways)[turn % len(ways)]
        more = dict(ways[variant])
        late = more.pop("late", moment)
        if variant == "without_grant":
            apart = registers.granted(department.id)
            (_, data), *_ = registers.take(department.id, 1, rng, apart=apart)
        elif variant != "unnamed":
            more["grant_id"] = grant
        registers.exchange(f"EXB{place + 1:03d}1", data, department.id, late, **more)
        if turn < planted:
            added.plants.append(Placed(BEYOND, named(department), variant))
            added.implied.append((LIABILITY, "department", department.id, FOLLOWS))
        else:
            added.twins.append(Twin("used_as_granted", named(department), (BEYOND,)))


#: how a second exchange goes beyond the grant, or does not although it looks so
_BEYOND: dict[str, dict[str, Any]] = {
    "other_purpose": {"purpose": OTHER_PURPOSE},
    "out_of_time": {"late": 301 * WHOLE_DAY},
    "without_grant": {},
}
_WITHIN: dict[str, dict[str, Any]] = {
    "consented": {"purpose": OTHER_PURPOSE, "consented": 1},
    "last_day": {"late": 300 * WHOLE_DAY},
    "no_purpose": {"purpose": None},
    "unnamed": {},
    "spaced": {"purpose": f" {PURPOSE} "},
}


def _collect(
    registers: SharingRegisters,
    service: Service,
    department: Department,
    taken: tuple[str, str],
    turn: int,
    rng: np.random.Generator,
) -> None:
    """Let a service ask for what its department may fetch and does fetch."""
    element, data = taken
    registers.ask(service, element)
    grant = registers.grant(f"GRC{turn + 1:04d}", data, department.id, element)
    registers.exchange(f"EXC{turn + 1:04d}", data, department.id, some_noon(rng), grant_id=grant)


def _collect_lawfully(
    registers: SharingRegisters,
    service: Service,
    department: Department,
    taken: list[tuple[str, str]],
    turn: int,
    rng: np.random.Generator,
) -> None:
    """Let a service ask because a law demands the original, the grant ended, or covers another."""
    (element, data), (other, elsewhere) = taken
    way = turn % 3
    registers.ask(service, element, LAW if way == 0 else None)
    moment = some_noon(rng)
    granted, fields, more = (
        (data, element, {}),
        (data, element, {"ends": clock(moment + 10 * WHOLE_DAY)}),
        (elsewhere, other, {}),
    )[way]
    grant = registers.grant(f"GRC{turn + 1:04d}", granted, department.id, fields, **more)
    registers.exchange(f"EXC{turn + 1:04d}", granted, department.id, moment, grant_id=grant)


def _forms(
    registers: SharingRegisters, asking: list[int], added: Added, rng: np.random.Generator
) -> None:
    """Let a form of every department ask for what it may fetch: the public, or its own staff."""
    for place, department in enumerate(registers.plan.departments):
        taken = registers.take(department.id, 1, rng)
        if not taken or "forms" not in registers.tables:
            continue
        element, data = taken[0]
        grant = registers.grant(f"GRF{place + 1:03d}", data, department.id, element)
        registers.exchange(
            f"EXF{place + 1:03d}", data, department.id, some_noon(rng), grant_id=grant
        )
        name = registers.words(element)
        registers.add(
            "forms",
            form_id=f"F{department.id[1:]}-F01",
            department_id=department.id,
            audience="public" if place in asking else "staff",
            field_name=name.zh,
            field_name_en=name.en,
            element_id=element,
            period="once",
            respondents=None,
            minutes=1.0,
        )
        if place in asking:
            added.plants.append(Placed(AGAIN, named(department), "form"))
        else:
            added.twins.append(Twin("lawful_question", named(department), (AGAIN,)))
