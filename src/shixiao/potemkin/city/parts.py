"""Parts: which of many a plant with a strength falls to, and which are its lawful twins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shixiao.potemkin.city.planning import Plan
from shixiao.potemkin.city.requests import PlantRequest
from shixiao.potemkin.city.streams import stream
from shixiao.potemkin.city.strengths import OBSERVABLES, planted_value


@dataclass(frozen=True, slots=True)
class Part:
    """What one of them shows: ``usual`` if nothing were planted, ``value`` as it is.

    ``strength`` is that of the plant, None where there is none; a twin is the middle of innocents.
    """

    usual: float
    value: float
    strength: float | None
    twin: bool


def parts_of(
    plan: Plan,
    wanted: Sequence[PlantRequest],
    kind: str,
    observable: str,
    *,
    ids: Sequence[str] | None = None,
) -> list[Part]:
    """Return the part of every department, or of ``ids``: as many twins as plants, no one twice."""
    names = [department.id for department in plan.departments] if ids is None else ids
    order = stream(plan.plan_seed, kind).permutation(len(names)).tolist()
    strengths: dict[int, float] = {}
    for request in wanted:
        free = [place for place in order if place not in strengths]
        for place in free[: max(1, round(request.share * len(order)))]:
            strengths[place] = request.strength or 1.0
    rest = [place for place in order if place not in strengths]
    twins = set(rest[: len(strengths)])
    found = []
    for place, name in enumerate(names):
        deviate = float(stream(plan.plan_seed, "tau", observable, name).standard_normal())
        usual = OBSERVABLES[observable].value(deviate=0.0 if place in twins else deviate)
        strength = strengths.get(place)
        value = planted_value(observable, usual, strength or 1.0)
        found.append(Part(usual, value, strength, place in twins))
    return found
