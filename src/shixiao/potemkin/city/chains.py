"""一件事: people who go through several services of several departments, one after the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shixiao.potemkin.city.planning import Plan
from shixiao.potemkin.city.population import Integers, People
from shixiao.potemkin.city.streams import stream
from shixiao.potemkin.city.subjects import CHANNELS
from shixiao.potemkin.city.writing import Row
from shixiao.potemkin.city.year import DAYS, Year
from shixiao.potemkin.hours import Seconds, when_awake
from shixiao.potemkin.steps import WHOLE_DAY
from shixiao.terms import Text

ONLINE = 0.6
GAP, GAP_SPREAD = 14 * WHOLE_DAY, 0.5
LENGTHS = (3, 6)
LAST_BEGIN = DAYS - 100
LARGEST_SHARE = 0.2  # of a service's cases that belong to one chain
NUMBERS = 100_000  # chains of a matter that can be told apart
NAMES = (
    Text("新开一家门店", "Opening a shop"),
    Text("孩子上学", "A child goes to school"),
    Text("买房安家", "Buying a home"),
    Text("退休养老", "Retiring"),
    Text("外来人才落户", "Settling as a newcomer"),
    Text("退役返乡", "Coming home from service"),
    Text("大病就医", "Serious illness"),
    Text("灵活就业", "Working for oneself"),
    Text("残疾人服务", "Living with a disability"),
    Text("企业扩建厂房", "Enlarging a factory"),
    Text("农户办养殖", "Starting a livestock farm"),
    Text("企业注销退出", "Closing a company"),
)


@dataclass(frozen=True, slots=True)
class Matter:
    """A matter: its services in order, the first one leading."""

    id: str
    number: int
    name: Text
    services: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Linked:
    """Cases of one service and channel that belong to chains."""

    persons: Integers
    opened: Seconds
    chain: Integers


def draw_matters(plan: Plan) -> list[Matter]:
    """Choose the services of every matter: large ones of different departments of one city."""
    matters = []
    for number in range(plan.size.matters):
        rng = stream(plan.plan_seed, "matter", str(number))
        city = number % plan.size.cities
        able = [
            n
            for n, s in enumerate(plan.services)
            if s.large and plan.departments[s.department].city == city
        ]
        chosen: dict[int, int] = {}
        for service in rng.permutation(able).tolist():
            chosen.setdefault(plan.services[service].department, service)
        length = int(rng.integers(*LENGTHS))
        name = NAMES[number % len(NAMES)]
        services = tuple(list(chosen.values())[:length])
        matters.append(Matter(f"M{number + 1:03d}", number, name, services))
    return matters


def draw_chains(
    plan: Plan, matters: list[Matter], people: People, year: Year, seed: int, scale: float
) -> dict[tuple[int, str], list[Linked]]:
    """Draw who goes through which matter when: the cases by service and channel."""
    found: dict[tuple[int, str], list[Linked]] = {}
    for matter in matters:
        rng = stream(seed, "chains", matter.id)
        for channel in CHANNELS[:2]:
            share = ONLINE if channel == "online" else 1 - ONLINE
            least = min(plan.services[s].counts[channel] for s in matter.services)
            count = int(min(plan.size.chains * share, least * LARGEST_SHARE) * scale)
            persons = people.applicants(channel, count, rng)
            opened = rng.integers(0, LAST_BEGIN * WHOLE_DAY, size=count)
            first = matter.number * NUMBERS + (NUMBERS // 2 if channel == "counter" else 0)
            for service in matter.services:
                if channel == "online":
                    opened = when_awake(opened, rng)
                else:
                    opened = year.hours.moment(year.hours.position(opened))
                linked = Linked(persons, opened, first + np.arange(count))
                found.setdefault((service, channel), []).append(linked)
                gap = GAP * np.exp(GAP_SPREAD * rng.standard_normal(count))
                opened = np.minimum(opened + gap.astype(np.int64), (DAYS - 4) * WHOLE_DAY)
    return found


def matter_rows(plan: Plan, matters: list[Matter]) -> list[Row]:
    """Return the table of matters."""
    return [
        {
            "matter_id": matter.id,
            "name": matter.name.zh,
            "name_en": matter.name.en,
            "service_id": plan.services[service].id,
            "position": position,
            "lead": int(position == 1),
        }
        for matter in matters
        for position, service in enumerate(matter.services, start=1)
    ]
