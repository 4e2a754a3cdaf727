"""Founding: departments, services and apps of a city, drawn from the seed of its plan."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np

from shixiao.potemkin.city.material import material
from shixiao.potemkin.city.sizes import Size
from shixiao.potemkin.city.streams import stream
from shixiao.potemkin.city.strengths import innocent_values
from shixiao.potemkin.city.subjects import App, Asks, Department, Service, Shape
from shixiao.terms import Text

PROMISED = (7, 8, 9, 10, 12)
ONLINE = (0.645, 0.70)
TAIL_ONLINE = (0.30, 0.70)
PHONE, WITH_PHONE = 0.03, 0.3
RATED = (0.46, 0.60)
PRAISE = (0.68, 0.78)
SCHOOLS = "教育"


def found_departments(size: Size, plan_seed: int) -> list[Department]:
    """Return the departments of every city of the size."""
    names = material("departments")[: size.departments]
    cities = material("city")["cities"]
    found: list[Department] = []
    many = round(size.reach_replies * size.cities * size.departments)
    for city in range(size.cities):
        for entry in names:
            number = len(found)
            id_ = f"D{number + 1:03d}"
            rng = stream(plan_seed, "department", id_)
            zh, en = cities[city]
            values = innocent_values(plan_seed, "department", id_)
            found.append(
                Department(
                    id=id_,
                    name=Text(f"{zh}{entry['name']['zh']}", f"{en} {entry['name']['en']}"),
                    domain=entry["domain"],
                    city=city,
                    objects=tuple(Text(*pair) for pair in entry["objects"]),
                    fields=int(rng.integers(size.fields[0], size.fields[1] + 1)),
                    replied=_between(rng, size.replied if number < many else size.few_replied),
                    innocent=values,
                    values=values,
                )
            )
    return found


def _between(rng: np.random.Generator, limits: tuple[int, int]) -> int:
    return int(rng.integers(limits[0], limits[1] + 1))


def found_services(size: Size, plan_seed: int, departments: list[Department]) -> list[Service]:
    """Return the services of all departments, large and small ones mixed."""
    total = len(departments) * size.services
    cases = _sizes(size, plan_seed, total, [d.domain for d in departments])
    found = []
    for number in range(total):
        department = number // size.services
        stems = material("departments")[department % size.departments]["stems"]
        place = number % size.services
        zh, en, kind, audience = stems[place % len(stems)]
        qualifier = material("services")["qualifiers"][kind][place // len(stems)]
        found.append(
            _service(
                plan_seed,
                number,
                Text(f"{zh}（{qualifier[0]}）", f"{en} ({qualifier[1]})"),
                department,
                departments,
                audience,
                cases[number],
                size,
            )
        )
    return found


def _sizes(size: Size, plan_seed: int, total: int, domains: list[str]) -> list[int]:
    """Deal out case counts: large, largest, and the long tail; schools get a large one for sure."""
    rng = stream(plan_seed, "sizes")
    order = rng.permutation(total)
    school = next(d for d, domain in enumerate(domains) if domain == SCHOOLS) * size.services
    order = np.concatenate(([school], order[order != school]))
    cases = np.empty(total, dtype=np.int64)
    begin = 0
    for count, (low, high) in (size.large, size.largest):
        share = rng.random(count)
        cases[order[begin : begin + count]] = low * (high / low) ** share
        begin += count
    low, high = size.tail
    cases[order[begin:]] = low * (high / low) ** rng.random(total - begin)
    found: list[int] = cases.tolist()
    return found


def _service(
    plan_seed: int,
    number: int,
    name: Text,
    department: int,
    departments: list[Department],
    audience: str,
    cases: int,
    size: Size,
) -> Service:
    id_ = f"S{number + 1:04d}"
    rng = stream(plan_seed, "service", id_)
    large = cases >= size.large[1][0]
    online = rng.uniform(*(ONLINE if large else TAIL_ONLINE))
    phone = PHONE if rng.random() < WITH_PHONE else 0.0
    by_channel = {"online": math.ceil(cases * online), "phone": int(cases * phone)}
    by_channel["counter"] = cases - by_channel["online"] - by_channel["phone"]
    promised = int(rng.choice(PROMISED))
    shape = Shape(*(bool(flag) for flag in rng.random(7) < (0.3, 0.15, 0.3, 0.05, 0.15, 0.25, 0.2)))
    others = [d for d in range(len(departments)) if d != department]
    values = innocent_values(plan_seed, "service", id_)
    return Service(
        id=id_,
        name=name,
        department=department,
        partner=int(rng.choice(others)),
        domain=departments[department].domain,
        audience=audience,
        large=large,
        statutory=promised * 2 if promised > 8 else 20,
        promised=None if not large and rng.random() < 0.05 else promised,
        since=date(2019, 1, 1) + timedelta(days=int(rng.integers(0, 2200))),
        counts=by_channel,
        rated=rng.uniform(*RATED),
        praise=rng.uniform(*PRAISE),
        shape=shape,
        asks=_asks(shape, rng),
        app=-1,
        innocent=values,
        values=values,
    )


def _asks(shape: Shape, rng: np.random.Generator) -> Asks:
    """Draw what the counter asks for, so that half of all that could go is a whole number of items.

    What could go: documents, signatures, and the steps number, show, type, verify, receive and
    review. Innocents keep half of it: some items, and half of verification and review.
    """
    steps = 4 + shape.number + shape.review
    behind = 1 + shape.review  # verification and review: half of each stays
    items = int(rng.integers(9, 11))
    if (steps + items + behind) % 2:
        items += 1
    signatures = 3
    kept = (steps + items - behind) // 2
    held = items - kept - 1
    return Asks(items - signatures, held, signatures, kept)


def found_apps(size: Size, plan_seed: int, departments: list[Department]) -> list[App]:
    """Return the apps, at least one for each of the first departments."""
    words = material("apps")
    cities = material("city")["cities"]
    found = []
    for number in range(size.apps):
        department = number % len(departments)
        owner = departments[department]
        before, after, english = words["names"][number // len(departments)]
        rng = stream(plan_seed, "app", f"A{number + 1:03d}")
        staff = rng.random() < 0.25
        functions = words["staff_functions" if staff else "public_functions"]
        chosen = rng.permutation(len(functions))[: int(rng.integers(3, 6))]
        where = cities[owner.city]
        place = Text(where[0][:-1], where[1].removesuffix(" City")) if size.cities > 1 else None
        zh = f"{before}{owner.domain}{after}"
        en = english.format(words["domains"][owner.domain])
        values = innocent_values(plan_seed, "app", f"A{number + 1:03d}")
        found.append(
            App(
                id=f"A{number + 1:03d}",
                name=Text(f"{place.zh}{zh}", f"{place.en} {en}") if place else Text(zh, en),
                department=department,
                audience="staff" if staff else "public",
                launched=date(2020, 1, 1) + timedelta(days=int(rng.integers(0, 1300))),
                functions=tuple(functions[place] for place in sorted(chosen)),
                kpi=tuple(words["harmless_kpi"][: int(rng.integers(0, 3))]),
                volume=14 * 8 ** rng.random(),
                accounts=int(rng.integers(700, 1500)),
                innocent=values,
                values=values,
            )
        )
    return found
