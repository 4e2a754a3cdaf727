"""Refusals: departments that refuse without a law more often, or give no reason; lawful twins.

Every department is asked for a dataset of its own, many times in the year. The twin of who refuses
often refuses as often, but no more often than the middle department without a law; the twin of who
gives no reason gives one, cites the law, and answers on the last day.
"""

from __future__ import annotations

import numpy as np

from shixiao.potemkin.city.governance import LAW
from shixiao.potemkin.city.parts import parts_of
from shixiao.potemkin.city.requests import PlantRequest
from shixiao.potemkin.city.sharing import (
    HOUSE_RULE,
    NOON,
    PURPOSE,
    Added,
    Placed,
    SharingRegisters,
    Twin,
    after,
    some_noon,
)
from shixiao.potemkin.city.streams import stream
from shixiao.potemkin.city.subjects import Department, named
from shixiao.potemkin.city.year import clock
from shixiao.potemkin.steps import WHOLE_DAY

KIND, OBSERVABLE, TWIN = "refusal", "refused", "lawful_refuser"
UNREASONED, REASONED = "unreasoned", "lawful_refusal"
ANSWERS = 900  # a department and year
ON_A_LAW, OFTEN_ON_A_LAW = 0.1, 0.6  # of the answers that no plant speaks of
REASON = "用途说明不充分"


def plant_refusals(
    registers: SharingRegisters, wanted: list[PlantRequest], seed: int, added: Added
) -> None:
    """Let every department answer requests; some refuse too often, as many others on a law."""
    plan = registers.plan
    added.eligible[KIND] = len(plan.departments)
    for place, part in enumerate(parts_of(plan, wanted, KIND, OBSERVABLE)):
        department = plan.departments[place]
        lawful = OFTEN_ON_A_LAW if part.twin else ON_A_LAW
        _answer(registers, place, part.value, lawful, stream(seed, KIND, department.id))
        if part.twin:
            added.twins.append(Twin(TWIN, named(department), (KIND,)))
        if part.strength is not None:
            base, planted = ({OBSERVABLE: round(x, 6)} for x in (part.usual, part.value))
            plant = Placed(KIND, named(department), "often", part.strength, base, planted, ANSWERS)
            added.plants.append(plant)


def plant_unreasoned(
    registers: SharingRegisters, wanted: list[PlantRequest], seed: int, added: Added
) -> None:
    """Let some departments refuse once without a reason, and all others once as the law wants."""
    del seed
    plan = registers.plan
    rng = stream(plan.plan_seed, UNREASONED)
    order = rng.permutation(len(plan.departments)).tolist()
    added.eligible[KIND] = len(order)
    planted = set(order[: max(1, round(wanted[0].share * len(order)))])
    for place in order:
        department = plan.departments[place]
        data = registers.dataset(f"DSU{place + 1:03d}", department.id, "conditional")
        opened = some_noon(rng)
        _refuse(registers, place, data, opened, reason=None if place in planted else REASON)
        if place in planted:
            added.plants.append(Placed(KIND, named(department), UNREASONED))
        else:
            added.twins.append(Twin(REASONED, named(department), (KIND,)))


def _refuse(
    registers: SharingRegisters, place: int, data: str, opened: int, *, reason: str | None
) -> None:
    registers.add(
        "requests",
        request_id=f"RQU{place + 1:03d}",
        dataset_id=data,
        from_department=_asker(registers, place, 1).id,
        opened=clock(opened),
        answered=clock(after("GDS-21c", opened)),
        decision="不同意",
        reason=reason,
        basis=LAW,
        delivered=None,
        purpose=PURPOSE,
    )


def _answer(
    registers: SharingRegisters, place: int, value: float, lawful: float, rng: np.random.Generator
) -> None:
    """Add a year of answers, all of them in time."""
    department = registers.plan.departments[place]
    data = registers.dataset(f"DSR{place + 1:03d}", department.id, "conditional")
    baseless = int(rng.binomial(ANSWERS, value))
    on_a_law = int(rng.binomial(ANSWERS - baseless, lawful))
    opened = np.sort(rng.integers(0, 320, size=ANSWERS)) * WHOLE_DAY + NOON
    turns = rng.permutation(ANSWERS)
    waits = rng.integers(1, 6, size=ANSWERS)
    for number in range(ANSWERS):
        refused = turns[number] < baseless + on_a_law
        basis = HOUSE_RULE if turns[number] < baseless else LAW
        answered = int(opened[number] + waits[number] * WHOLE_DAY)
        registers.add(
            "requests",
            request_id=f"RQR{place + 1:03d}{number + 1:03d}",
            dataset_id=data,
            from_department=_asker(registers, place, number).id,
            opened=clock(int(opened[number])),
            answered=clock(answered),
            decision="不同意" if refused else "同意",
            reason=REASON if refused else "履职所需",
            basis=basis if refused else None,
            delivered=None if refused else clock(answered + 5 * WHOLE_DAY),
            purpose=PURPOSE,
        )


def _asker(registers: SharingRegisters, place: int, number: int) -> Department:
    """Return another department of the same city, in turn."""
    own = registers.plan.departments[place]
    others = [d for d in registers.plan.departments if d.city == own.city and d.id != own.id]
    return others[number % len(others)]
