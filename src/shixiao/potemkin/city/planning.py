"""The plan of a city: who is who, who is a decoy, and in whom something is planted.

Everything here hangs on the seed of the plan alone: two cities with one plan and different seeds
are two draws from the same truth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from shixiao.potemkin.city.decoys import with_decoys
from shixiao.potemkin.city.evaluators import found_evaluators
from shixiao.potemkin.city.founding import found_apps, found_departments, found_services
from shixiao.potemkin.city.planting import planted
from shixiao.potemkin.city.requests import PlantRequest
from shixiao.potemkin.city.sizes import Size
from shixiao.potemkin.city.subjects import App, Department, Evaluator, Service


@dataclass(frozen=True, slots=True)
class Plan:
    """A city before anything happens in it; ``eligible`` counts subjects per kind."""

    size: Size
    plan_seed: int
    departments: tuple[Department, ...]
    services: tuple[Service, ...]
    apps: tuple[App, ...]
    evaluators: tuple[Evaluator, ...]
    eligible: dict[str, int]


def draw_plan(size: Size, plan_seed: int, plants: Sequence[PlantRequest]) -> Plan:
    """Draw the plan of a city."""
    departments = found_departments(size, plan_seed)
    services = found_services(size, plan_seed, departments)
    apps = found_apps(size, plan_seed, departments)
    services, apps = _carried(services, apps)
    services, apps = with_decoys(size, plan_seed, services, apps)
    evaluators = found_evaluators(size, plan_seed, services)
    chosen, eligible = planted(plan_seed, plants, departments, services, apps, evaluators)
    return Plan(
        size,
        plan_seed,
        tuple(replace(d, **chosen[d.id]) for d in departments),
        tuple(replace(s, **chosen[s.id]) for s in services),
        tuple(replace(a, **chosen[a.id]) for a in apps),
        tuple(replace(e, **chosen[e.id]) for e in evaluators),
        eligible,
    )


def _carried(services: list[Service], apps: list[App]) -> tuple[list[Service], list[App]]:
    """Let each service be carried by the apps of its department in turn; -1 where there is none."""
    of_department: dict[int, list[int]] = {}
    for number, app in enumerate(apps):
        of_department.setdefault(app.department, []).append(number)
    carried: dict[int, list[str]] = {}
    placed = []
    for number, service in enumerate(services):
        mine = of_department.get(service.department, [])
        chosen = mine[number % len(mine)] if mine else -1
        carried.setdefault(chosen, []).append(service.id)
        placed.append(replace(service, app=chosen))
    return placed, [
        replace(app, services=tuple(carried.get(number, ()))) for number, app in enumerate(apps)
    ]
