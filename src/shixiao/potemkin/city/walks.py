"""Walks: the cases of one service and channel from application to end, all at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from shixiao.potemkin.city.decoys import ENROLMENT, WEEKEND
from shixiao.potemkin.city.distortion import (
    archive_on_mondays,
    bunch_at_limit,
    enter_in_a_rush,
    enter_in_batches,
    enter_out_of_order,
    jump,
)
from shixiao.potemkin.city.outcomes import (
    ABANDONED,
    OPEN,
    REJECTED,
    WITHDRAWN,
    Codes,
    draw_outcomes,
)
from shixiao.potemkin.city.paths import Bytes, Slot
from shixiao.potemkin.city.population import Flags, Integers, People
from shixiao.potemkin.city.routes import Route, draw_route
from shixiao.potemkin.city.subjects import Service
from shixiao.potemkin.city.timing import (
    PROMPT,
    draw_lengths,
    moments,
    positions,
    wait_for_the_evening,
)
from shixiao.potemkin.city.year import END, Year
from shixiao.potemkin.city.year import ENROLMENT as SEASON
from shixiao.potemkin.hours import Seconds, when_awake
from shixiao.potemkin.steps import WHOLE_DAY

NEVER = -1
CLOSED_CASES = 0.95  # of all; what shares of closed cases refer to
NOT_CLOSED = 0.003  # cases whose end nobody entered
STALE = 30 * WHOLE_DAY  # after which an unfinished case counts as abandoned
AGAIN_WITHIN = int(2.9 * WHOLE_DAY)
FORM = (300, 2400)  # seconds from booking to application


@dataclass(frozen=True, slots=True, eq=False)
class Walks:
    """Cases of one service and channel.

    Attributes:
        persons, opened, closed (NEVER where not), outcome, lawful: one entry per case.
        chain: number of the case's chain, NEVER where it stands alone.
        on, activity, times: steps by place and case.
    """

    persons: Integers
    opened: Seconds
    closed: Seconds
    outcome: Codes
    lawful: Flags
    chain: Integers
    on: Flags
    activity: Bytes
    times: Seconds

    @property
    def size(self) -> int:
        """Number of cases."""
        return len(self.opened)

    @classmethod
    def joined(cls, parts: Sequence[Walks]) -> Walks:
        """Put cases side by side."""
        columns = {
            field.name: np.concatenate([getattr(part, field.name) for part in parts], axis=-1)
            for field in fields(cls)
        }
        return cls(**columns)


@dataclass(frozen=True, slots=True, eq=False)
class Applications:
    """Who applies when; ``chain`` is the number of the chain that a case belongs to."""

    persons: Integers
    opened: Seconds
    chain: Integers


def apply(
    service: Service,
    channel: str,
    count: int,
    people: People,
    year: Year,
    rng: np.random.Generator,
) -> Applications:
    """Draw applications that stand alone."""
    surge = year.surge(SEASON) if service.decoy == ENROLMENT else None
    draw = year.moments_online if channel == "online" else year.moments_counter
    opened = np.sort(draw(count, surge, rng))
    persons = people.applicants(channel, count, rng)
    return Applications(persons, opened, np.full(count, NEVER, dtype=np.int64))


def walk_all(
    service: Service,
    channel: str,
    given: Applications,
    people: People,
    year: Year,
    rng: np.random.Generator,
) -> Walks:
    """Walk the applications of a channel; the last of them are second ones of the same people.

    As many cases as is planted are refused or withdrawn and opened again within three days.
    """
    count = len(given.opened)
    again = int(rng.binomial(round(CLOSED_CASES * count), service.values["reopen"]))
    alone = np.flatnonzero(given.chain == NEVER)
    again = min(again, len(alone) // 2)
    first = np.ones(count, dtype=np.bool_)
    first[rng.permutation(alone)[:again]] = False
    once = Applications(given.persons[first], given.opened[first], given.chain[first])
    walked = _walk(service, channel, once, again, people, year, rng)
    if not again:
        return walked
    second = _again(walked, again, channel, year, rng)
    more = _walk(service, channel, second, 0, people, year, rng)
    return Walks.joined((walked, more))


def _again(
    walked: Walks, count: int, channel: str, year: Year, rng: np.random.Generator
) -> Applications:
    """Choose who applies again, and when."""
    ended = (walked.outcome == REJECTED) | (walked.outcome == WITHDRAWN)
    able = np.flatnonzero(ended & (walked.closed != NEVER))
    wished = walked.closed[able] + rng.integers(3600, AGAIN_WITHIN, size=len(able))
    if channel == "online":
        wished = when_awake(np.minimum(wished, walked.closed[able] + 2 * WHOLE_DAY), rng)
    else:
        wished = year.hours.moment(year.hours.position(wished))
    soon = (wished - walked.closed[able] <= AGAIN_WITHIN) & (wished < END)
    chosen = rng.permutation(np.flatnonzero(soon))[:count]
    return Applications(
        walked.persons[able[chosen]],
        wished[chosen],
        np.full(len(chosen), NEVER, dtype=np.int64),
    )


def _walk(
    service: Service,
    channel: str,
    given: Applications,
    reopened: int,
    people: People,
    year: Year,
    rng: np.random.Generator,
) -> Walks:
    outcome = draw_outcomes(service, people, given.persons, reopened, rng)
    lengths = draw_lengths(service, channel, outcome, rng)
    route = draw_route(service, channel, outcome, lengths < PROMPT, rng)
    opened = given.opened
    applied = opened
    if channel != "counter":
        booked = route.on[Slot.NUMBER]
        applied = opened + np.where(booked, rng.integers(*FORM, size=route.size), 0)
    begun = year.hours.position(applied)
    position = positions(route, channel, begun, lengths, rng)
    settled = enter_in_batches(route, position, service.values["batch"], rng)
    if service.decoy == WEEKEND:
        archive_on_mondays(route, position, year, rng)
    bunch_at_limit(service, route, position, opened, settled, year, rng)
    times = moments(channel, opened, applied, position, year)
    if channel != "counter":
        wait_for_the_evening(route, times, rng)
    settled |= enter_in_a_rush(route, times, service.values["speed"], settled, rng)
    enter_out_of_order(route, times, opened, service.values["order"], year, rng)
    jump(route, times, opened, settled, rng)
    return _recorded(route, times, given, outcome, rng)


def _recorded(
    route: Route, times: Seconds, given: Applications, outcome: Codes, rng: np.random.Generator
) -> Walks:
    """Keep what the record of the year holds: later steps are not there yet."""
    route.on[Slot.CLOSE] &= rng.random(route.size) >= NOT_CLOSED
    route.on &= times < END
    closed = np.where(route.on[Slot.CLOSE], times[Slot.CLOSE], NEVER)
    fresh = given.opened > END - STALE
    unfinished = (closed == NEVER) & ((outcome != ABANDONED) | fresh)
    return Walks(
        persons=given.persons,
        opened=given.opened,
        closed=closed,
        outcome=np.where(unfinished, OPEN, outcome).astype(np.int8),
        lawful=route.lawful,
        chain=given.chain,
        on=route.on,
        activity=route.activity,
        times=times,
    )
