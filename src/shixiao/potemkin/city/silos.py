"""Silos: departments that ask for far more of what others hold, and lawful twins of them.

Every department gets fields to ask for, so that as many of all its items as its value says (a draw
by chance) are held by another and could be had. The rest are its own; those of a twin are held by
others too, but not shared on a law, or a law demands the original: of what could be had, a twin
asks for as much as the middle department.
"""

from __future__ import annotations

from itertools import cycle

import numpy as np

from shixiao.potemkin.city.forms import element_id
from shixiao.potemkin.city.governance import LAW
from shixiao.potemkin.city.material import material
from shixiao.potemkin.city.parts import parts_of
from shixiao.potemkin.city.requests import PlantRequest
from shixiao.potemkin.city.sharing import Added, Placed, SharingRegisters, Twin
from shixiao.potemkin.city.streams import stream
from shixiao.potemkin.city.subjects import Service, named

KIND, OBSERVABLE, TWIN = "silo", "held", "lawful_silo"
EACH, FEWEST = 34, 120  # fields for each service; items of a department at least
OWN_FIRST = 20  # of a department's elements, the first that no service asks for


def plant_silos(
    registers: SharingRegisters, wanted: list[PlantRequest], seed: int, added: Added
) -> None:
    """Give every department its items; plant silos in some and twins in as many others."""
    plan = registers.plan
    added.eligible[KIND] = len(plan.departments)
    for place, part in enumerate(parts_of(plan, wanted, KIND, OBSERVABLE)):
        department = plan.departments[place]
        rng = stream(seed, KIND, department.id)
        n = _fill(registers, place, part.value, lawful=part.twin, rng=rng)
        if part.twin:
            added.twins.append(Twin(TWIN, named(department), (KIND,)))
        if part.strength is not None:
            base, planted = ({OBSERVABLE: round(x, 6)} for x in (part.usual, part.value))
            plant = Placed(KIND, named(department), OBSERVABLE, part.strength, base, planted, n)
            added.plants.append(plant)


def _fill(
    registers: SharingRegisters,
    place: int,
    value: float,
    *,
    lawful: bool,
    rng: np.random.Generator,
) -> int:
    """Add the items of a department; return how many it has then."""
    department = registers.plan.departments[place].id
    services = [s for s in registers.plan.services if s.department == place]
    items = {
        (row["service_id"], row["item_id"]): row["element_id"]
        for row in registers.tables["requirements"]
        if row["element_id"] and registers.services[str(row["service_id"])].department == place
    }
    open_elements = {element for element, _ in registers.held(department)}
    before = sum(element in open_elements for element in items.values())
    extra = max(EACH * len(services), FEWEST - len(items))
    total = len(items) + extra
    share = min(max(int(rng.binomial(total, value)) - before, 0), extra)
    taken = [element for element, _ in registers.take(department, share, rng)]
    asked: list[tuple[str, str | None]] = [(element, None) for element in taken]
    asked += _others(registers, place, extra - len(taken), lawful=lawful, rng=rng)
    turns = cycle(services)
    for number in rng.permutation(len(asked)).tolist():
        service: Service = next(turns)
        registers.ask(service, *asked[number])
    return total


def _others(
    registers: SharingRegisters, place: int, count: int, *, lawful: bool, rng: np.random.Generator
) -> list[tuple[str, str | None]]:
    """Return what is no silo: own elements, or what others hold and lawfully do not give."""
    led = len(registers.plan.departments[place].objects) * len(material("attributes"))
    own = [(element_id(place, OWN_FIRST + n % (led - OWN_FIRST)), None) for n in range(count)]
    if not lawful:
        return list(own)
    department = registers.plan.departments[place].id
    closed = registers.take(department, count // 2, rng, lawfully_closed=True)
    demanded = registers.take(department, count - len(closed), rng)
    found: list[tuple[str, str | None]] = [(element, None) for element, _ in closed]
    found += [(element, LAW) for element, _ in demanded]
    return found + list(own[: count - len(found)])
