"""When does each step happen? In office time, from a length of the whole case that is smooth.

The length of a case is log-normal around a good half of the promised limit, so that innocent
services show no jump at the limit.
"""

from __future__ import annotations

import numpy as np

from shixiao.potemkin.city.outcomes import ABANDONED, WITHDRAWN, Codes
from shixiao.potemkin.city.paths import GAP, Slot, step_times
from shixiao.potemkin.city.routes import Route
from shixiao.potemkin.city.subjects import Service
from shixiao.potemkin.city.year import Floats, Integers, Year
from shixiao.potemkin.hours import Seconds
from shixiao.potemkin.steps import OFFICE_DAY, WHOLE_DAY

USUAL_LIMIT = 8  # working days, where a service promises none
MEDIAN, SPREAD = 0.62, 0.6
FASTER_ONLINE = 0.85
SHORTEST, LONGEST = 7200, 60 * OFFICE_DAY
CUT_SHORT = {WITHDRAWN: 0.45, ABANDONED: 0.5}
STOPPED = (3.0, 0.5)  # office days of a lawful suspension: median and spread
PROMPT = 15 * OFFICE_DAY
EVENING, LATE = 19 * 3600, 3 * 3600
AFTER_HOURS = 0.4  # share of what people do online that waits for the evening


def draw_lengths(
    service: Service, channel: str, outcome: Codes, rng: np.random.Generator
) -> Floats:
    """Draw how many office seconds each case takes."""
    limit = service.promised or USUAL_LIMIT
    median = limit * MEDIAN * OFFICE_DAY * (1.0 if channel == "counter" else FASTER_ONLINE)
    lengths = median * np.exp(SPREAD * rng.standard_normal(len(outcome)))
    for ending, share in CUT_SHORT.items():
        lengths[outcome == ending] *= share
    clipped: Floats = np.clip(lengths, SHORTEST, LONGEST)
    return clipped


def positions(
    route: Route, channel: str, begun: Integers, lengths: Floats, rng: np.random.Generator
) -> Integers:
    """Return the office position of every step; ``begun`` is that of the application.

    The first step of a case stands at ``begun``; places that a case does not take hold the
    position of the step before.
    """
    fixed, parts = step_times(channel)
    on = route.on.copy()
    first = np.where(on[Slot.NUMBER], int(Slot.NUMBER), int(Slot.APPLY))
    on[first, np.arange(route.size)] = False
    chance = rng.standard_exponential(on.shape, dtype=np.float32)
    least = np.cumsum(on * (GAP + fixed[:, None] * (0.5 + 0.5 * chance)), axis=0)
    share = np.cumsum(on * (parts[:, None] * (0.25 + chance)), axis=0)
    rest = np.maximum(lengths - least[-1], 0) / np.maximum(share[-1], 1e-9)
    found: Integers = begun + np.rint(least + share * rest).astype(np.int64)
    median, spread = STOPPED
    stopped = median * OFFICE_DAY * np.exp(spread * rng.standard_normal(route.size))
    found[Slot.RESUME :] += np.where(route.lawful, stopped, 0).astype(np.int64)
    return found


def moments(
    channel: str, opened: Seconds, applied: Seconds, position: Integers, year: Year
) -> Seconds:
    """Return the wall-clock time of every step from its office position."""
    times = year.hours.moment(position)
    if channel == "counter":
        return times
    times[Slot.NUMBER] = opened
    times[Slot.APPLY] = applied
    return times


def wait_for_the_evening(route: Route, times: Seconds, rng: np.random.Generator) -> None:
    """Let some people do at home in the evening what nobody else waits for."""
    for slot, name in ((Slot.MORE, Slot.ACCEPT), (Slot.PAY, Slot.CLOSE)):
        online = route.on[slot] & (rng.random(route.size) < AFTER_HOURS)
        later = times[slot] // WHOLE_DAY * WHOLE_DAY + EVENING
        later += rng.integers(0, LATE, size=route.size)
        after = times[name]
        if slot is Slot.PAY:
            after = np.where(route.on[Slot.RECEIVE], times[Slot.RECEIVE], after)
            after = np.where(route.on[Slot.ARCHIVE], np.minimum(after, times[Slot.ARCHIVE]), after)
        moved = online & (later > times[slot]) & (later < after - GAP)
        times[slot, moved] = later[moved]
