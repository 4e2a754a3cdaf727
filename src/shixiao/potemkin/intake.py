"""Intake: who applies for what, when and how, alone or in a chain; each batch walks its path."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shixiao.potemkin.hours import WAKES, Hours, Seconds, when_awake
from shixiao.potemkin.people import People
from shixiao.potemkin.plan import CHANNELS, CityPlan, MatterPlan, ServicePlan
from shixiao.potemkin.steps import WHOLE_DAY
from shixiao.potemkin.walking import COMPLETED, Trace, Walk
from shixiao.rules import load_calendar

Integers = npt.NDArray[np.int64]

EVENING = 15 * 3600  # people apply online from 7:00 until 15 hours later
GAP_SPREAD = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Cases of one service and channel that have walked their path.

    ``chains`` names the chain of each case, or None when they stand alone.
    """

    service: ServicePlan
    channel: str
    persons: Integers
    opened: Seconds
    ended: Seconds
    outcome: npt.NDArray[np.object_]
    traces: tuple[Trace, ...]
    chains: tuple[str, ...] | None = None


class Intake:
    """Everything that happens in a city in its period, drawn from one seed."""

    def __init__(self, plan: CityPlan, *, seed: int) -> None:
        self.plan = plan
        self.seed = seed
        self.hours = Hours(load_calendar(plan.calendar), plan.period.start)
        self.length = ((plan.period.end - plan.period.start).days + 1) * WHOLE_DAY
        self.people = People.drawn(plan, self._rng("people"))
        self.services = {service.id: service for service in plan.services}

    def _rng(self, *names: str) -> np.random.Generator:
        """Give each part of the city its own stream: a changed service leaves the others alone."""
        return np.random.default_rng([self.seed, *"\x1f".join(names).encode()])

    def batches(self) -> Iterator[Batch]:
        """Yield all cases, service by service, then chain by chain."""
        for service in self.plan.services:
            for channel, count in service.alone.items():
                rng = self._rng(service.id, channel)
                opened = self._moments(service, channel, count, rng)
                persons = self.people.applicants(service, channel, count, rng)
                yield self._walked(service, channel, persons, opened, rng)
        for matter in self.plan.matters:
            for channel in CHANNELS.values():
                yield from self._chained(matter, channel)

    def _moments(
        self, service: ServicePlan, channel: str, count: int, rng: np.random.Generator
    ) -> Seconds:
        """Draw when people apply: online on any day that it works, else in office hours."""
        if channel == "online":
            first = max((service.since - self.plan.period.start).days, 0)
            day = rng.integers(first, self.length // WHOLE_DAY, size=count)
            return np.sort(day * WHOLE_DAY + WAKES + rng.integers(0, EVENING, size=count))
        last = int(self.hours.position(np.array([self.length]))[0])
        return np.sort(self.hours.moment(rng.integers(0, last, size=count)))

    def _walked(
        self,
        service: ServicePlan,
        channel: str,
        persons: Integers,
        opened: Seconds,
        rng: np.random.Generator,
        chains: tuple[str, ...] | None = None,
    ) -> Batch:
        walk = Walk(self.hours, rng, opened)
        walk.along(service.paths[channel])
        return Batch(
            service, channel, persons, opened, walk.now, walk.outcome, tuple(walk.traces), chains
        )

    def _chained(self, matter: MatterPlan, channel: str) -> Iterator[Batch]:
        """Yield one batch per service of a matter: people go on only from what was completed."""
        rng = self._rng(matter.id, channel)
        share = matter.online if channel == "online" else 1 - matter.online
        count = round(matter.chains * share)
        lead = self.services[matter.lead]
        opened = self._moments(lead, channel, count, rng)
        persons = self.people.applicants(lead, channel, count, rng)
        names = np.array([f"{matter.id}-{channel[0].upper()}{n + 1:04d}" for n in range(count)])
        for identifier in matter.services:
            batch = self._walked(
                self.services[identifier], channel, persons, opened, rng, tuple(names.tolist())
            )
            yield batch
            goes_on = (batch.outcome == COMPLETED) & (rng.random(len(names)) < matter.onward)
            gap = matter.gap * np.exp(GAP_SPREAD * rng.standard_normal(len(names)))
            wished = batch.ended + np.rint(gap).astype(np.int64)
            if channel == "online":
                opened = when_awake(wished, rng)
            else:
                opened = self.hours.at_counter(wished, rng)
            goes_on &= opened < self.length
            opened, persons, names = opened[goes_on], persons[goes_on], names[goes_on]
