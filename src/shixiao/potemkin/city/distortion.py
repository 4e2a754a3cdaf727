"""What the record says that did not happen so: entries made in batches, in a rush, out of order.

Every service has some of each; where it is planted there is more. How many cases are touched is
drawn as independent cases would give it, so that nothing but chance is added.
"""

from __future__ import annotations

import numpy as np

from shixiao.potemkin.city.paths import ACTIVITIES, GAP, SLOTS, Slot
from shixiao.potemkin.city.population import Flags, Integers
from shixiao.potemkin.city.routes import Route
from shixiao.potemkin.city.subjects import Service
from shixiao.potemkin.city.year import END, Year
from shixiao.potemkin.hours import Seconds
from shixiao.potemkin.steps import OFFICE_DAY, WHOLE_DAY

SMALLEST_BATCH, LARGEST_BATCH = 6, 20
BETWEEN = 75  # seconds between two activities of a batch
NEIGHBOURS = 3  # working days on each side of the limit that stay as they are
LATE_ENTRIES = 0.8  # share of entries out of order that come after the end
LONGEST_LATE = 9
ARCHIVED_AT = 137  # seconds after the office opens
JUMPS = 0.004
TOGETHER = 12  # seconds between steps that are entered in a rush


def some(count: int, share: float, able: Flags, rng: np.random.Generator) -> Integers:
    """Choose among the able as many cases as ``share`` of all ``count`` would be by chance."""
    candidates = np.flatnonzero(able)
    wanted = min(int(rng.binomial(count, share)), len(candidates))
    return rng.permutation(candidates)[:wanted]


def batch_sizes(wanted: int, rng: np.random.Generator) -> list[int]:
    """Split a number of cases into batches; too few for one become none or one."""
    if wanted < SMALLEST_BATCH:
        return [SMALLEST_BATCH] if wanted * 2 > SMALLEST_BATCH else []
    sizes = []
    while wanted:
        size = int(rng.integers(SMALLEST_BATCH, LARGEST_BATCH + 1))
        if wanted - size < SMALLEST_BATCH:
            size = wanted
        sizes.append(size)
        wanted -= size
    return sizes


def enter_in_batches(
    route: Route, position: Integers, share: float, rng: np.random.Generator
) -> Flags:
    """Stamp examination, review and decision of neighbouring cases in the same seconds.

    Returns which cases were touched.
    """
    touched = np.zeros(route.size, dtype=np.bool_)
    granted = route.activity[Slot.DECIDE] == ACTIVITIES.code["granted"]
    able = np.flatnonzero(route.on[Slot.DECIDE] & granted)
    wanted = min(int(rng.binomial(route.size, share)), len(able))
    sizes = np.array(batch_sizes(wanted, rng), dtype=np.int64)
    if not len(sizes) or sizes.sum() > len(able):
        return touched
    able = able[np.argsort(position[Slot.EXAMINE, able], kind="stable")]
    free = np.sort(rng.integers(0, len(able) - sizes.sum() + 1, size=len(sizes)))
    starts = free + np.cumsum(sizes) - sizes
    within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    cases = able[np.repeat(starts, sizes) + within]
    stamp = np.repeat(position[Slot.EXAMINE, able[starts + sizes - 1]], sizes)
    shift = np.maximum(stamp + 2 * BETWEEN - position[Slot.DECIDE, cases], 0)
    position[Slot.DECIDE + 1 :, cases] += shift
    position[Slot.EXAMINE, cases] = stamp
    position[Slot.REVIEW, cases] = stamp + BETWEEN
    position[Slot.DECIDE, cases] = stamp + 2 * BETWEEN
    touched[cases] = True
    return touched


def archive_on_mondays(
    route: Route, position: Integers, year: Year, rng: np.random.Generator
) -> None:
    """Stamp the archive posting of a week's cases in one second of the next Monday."""
    before = year.hours.moment(position[Slot.ARCHIVE])
    day = before // WHOLE_DAY
    monday = day + 7 - (day + year.weekday[0]) % 7
    opens = year.hours.position(monday * WHOLE_DAY)
    archived = opens + ARCHIVED_AT
    closing = archived + GAP + np.rint(7200 * rng.standard_exponential(route.size)).astype(np.int64)
    posted = route.on[Slot.ARCHIVE]
    position[Slot.CLOSE] = np.where(posted, closing, position[Slot.CLOSE])
    position[Slot.ARCHIVE] = np.where(posted, archived, position[Slot.ARCHIVE])


def bunch_at_limit(
    service: Service,
    route: Route,
    position: Integers,
    opened: Seconds,
    settled: Flags,
    year: Year,
    rng: np.random.Generator,
) -> None:
    """Move cases from far off onto the last permitted working day (or off it), as planted.

    The three days on each side keep what they have, so that they tell what to expect.
    """
    if service.promised is None:
        return
    closed = year.hours.moment(position[Slot.CLOSE])
    stopped = np.where(
        route.lawful,
        year.counted_days(
            year.hours.moment(position[Slot.SUSPEND]), year.hours.moment(position[Slot.RESUME])
        ),
        0,
    )
    taken = year.counted_days(opened, closed) - stopped
    ends = route.on[Slot.CLOSE]
    on_the_day = ends & (taken == service.promised)
    excess = (service.values["bunch"] - 1) * int(on_the_day.sum())
    count = int(np.floor(excess + rng.random()))
    if count == 0:
        return
    target = np.full(route.size, service.promised)
    if count < 0:
        able = on_the_day & ~settled
        target += NEIGHBOURS + 1 + rng.integers(0, 4, size=route.size)
    else:
        far = np.abs(taken - service.promised) > NEIGHBOURS
        able = ends & far & ~settled
    day = year.counted[opened // WHOLE_DAY] + target + stopped - 1
    ending = day * OFFICE_DAY + (OFFICE_DAY * rng.beta(2.5, 1.3, size=route.size)).astype(np.int64)
    start = np.where(route.on[Slot.RESUME], int(Slot.RESUME), int(Slot.ACCEPT))
    fixed = position[start, np.arange(route.size)]
    able &= ending - fixed > SLOTS * GAP
    order = rng.permutation(np.flatnonzero(able))
    order = order[np.argsort(taken[order] < service.promised, kind="stable")]
    _squeeze(position, order[: abs(count)], start, fixed, ending)


def _squeeze(
    position: Integers, cases: Integers, start: Integers, fixed: Integers, ending: Integers
) -> None:
    """Stretch or squeeze what follows the fixed step so that cases end where they shall."""
    inside = position[:, cases] - fixed[cases]
    ratio = (ending[cases] - fixed[cases]) / np.maximum(inside[Slot.CLOSE], 1)
    moved = fixed[cases] + np.rint(inside * ratio).astype(np.int64)
    later = np.arange(SLOTS)[:, None] > start[cases]
    position[:, cases] = np.where(later, moved, position[:, cases])


def enter_in_a_rush(
    route: Route, times: Seconds, share: float, settled: Flags, rng: np.random.Generator
) -> Flags:
    """Put the first three official steps of some cases within a minute.

    Returns which cases were touched.
    """
    official = route.on & ACTIVITIES.official[route.activity]
    counted = np.cumsum(official, axis=0)
    able = (counted[-1] >= 3) & ~route.on[Slot.MORE] & ~settled
    cases = some(route.size, share, able, rng)
    first = np.argmax(counted[:, cases] == 1, axis=0)
    third = np.argmax(counted[:, cases] == 3, axis=0)
    slots = np.arange(SLOTS)[:, None]
    inside = route.on[:, cases] & (slots >= first) & (slots <= third)
    rank = np.cumsum(inside, axis=0) - 1
    begun = times[first, cases]
    late = rng.integers(0, TOGETHER // 2, size=len(cases))
    rushed = begun + rank * TOGETHER + np.where(rank > 0, late, 0)
    times[:, cases] = np.where(inside, rushed, times[:, cases])
    touched = np.zeros(route.size, dtype=np.bool_)
    touched[cases] = True
    return touched


def enter_out_of_order(
    route: Route,
    times: Seconds,
    opened: Seconds,
    share: float,
    year: Year,
    rng: np.random.Generator,
) -> None:
    """Enter a step of some cases days after their end, of some before they were opened."""
    ends = times[Slot.CLOSE]
    able = route.on[Slot.CLOSE] & (ends < END - (LONGEST_LATE + 12) * WHOLE_DAY)
    cases = some(route.size, share, able, rng)
    at_counter = bool((route.activity[Slot.APPLY] == ACTIVITIES.code["apply_counter"]).all())
    early = (rng.random(len(cases)) >= LATE_ENTRIES) & at_counter
    begun = year.hours.position(opened[cases])
    early &= begun > 4 * OFFICE_DAY
    before, after = cases[early], cases[~early]
    ahead = rng.integers(3600, 3 * OFFICE_DAY, size=len(cases))[early]
    times[Slot.BEFORE, before] = year.hours.moment(begun[early] - ahead)
    route.on[Slot.BEFORE, before] = True
    days = rng.uniform(1.1, LONGEST_LATE, size=len(after))
    late = ends[after] + np.rint(days * WHOLE_DAY).astype(np.int64)
    worked = rng.integers(60, 7200, size=len(after))
    times[Slot.AFTER, after] = year.hours.work(late, worked)
    route.on[Slot.AFTER, after] = True
    route.on[Slot.ARCHIVE, after] = False


def jump(
    route: Route, times: Seconds, opened: Seconds, settled: Flags, rng: np.random.Generator
) -> None:
    """Let some clocks run hours behind."""
    cases = some(route.size, JUMPS, route.on[Slot.EXAMINE] & ~settled, rng)
    earlier = times[Slot.EXAMINE, cases] - rng.integers(4000, 18_000, size=len(cases))
    valid = earlier > opened[cases] + 600
    times[Slot.EXAMINE, cases[valid]] = earlier[valid]
