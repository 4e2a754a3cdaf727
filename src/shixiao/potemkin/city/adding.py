"""Adding to the registers: every kind that is asked for, one after the other, on one city."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from shixiao.potemkin.city.liability import plant_acts
from shixiao.potemkin.city.planning import Plan
from shixiao.potemkin.city.refusals import plant_refusals, plant_unreasoned
from shixiao.potemkin.city.requests import PlantRequest
from shixiao.potemkin.city.sharing import Added, SharingRegisters
from shixiao.potemkin.city.sharing_facts import (
    plant_again,
    plant_beyond,
    plant_no_basis,
    plant_unused,
)
from shixiao.potemkin.city.silos import plant_silos
from shixiao.potemkin.city.unfair import (
    plant_unfair_application,
    plant_unfair_data,
    plant_unfair_model,
)
from shixiao.potemkin.city.writing import Row

Planter = Callable[[SharingRegisters, list[PlantRequest], int, Added], None]
#: in this order, so that what comes later sees what people are asked for by then
PLANTERS: Mapping[str, Planter] = {
    "silo": plant_silos,
    "duplicate_collection": plant_again,
    "refusal": plant_refusals,
    "unreasoned": plant_unreasoned,
    "no_basis": plant_no_basis,
    "unused_grant": plant_unused,
    "beyond_purpose": plant_beyond,
    "liability": plant_acts,
    "unfair_data": plant_unfair_data,
    "unfair_model": plant_unfair_model,
    "unfair_application": plant_unfair_application,
}


def add_to_registers(
    plan: Plan, tables: Mapping[str, list[Row]], wanted: Sequence[PlantRequest], seed: int
) -> tuple[dict[str, list[Row]], Added]:
    """Add what is asked for and the lawful twins of it; the tables given stay as they are."""
    registers, added = SharingRegisters(plan, tables), Added()
    for name, plant in PLANTERS.items():
        mine = [request for request in wanted if request.kind == name]
        if mine:
            plant(registers, mine, seed, added)
    return registers.tables, added
