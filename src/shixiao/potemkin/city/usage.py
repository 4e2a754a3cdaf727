"""Daily figures of an app and its accounts: what is real use, and what is for show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from shixiao.potemkin.city.columns import CODED, TIME, coded, numbered, same
from shixiao.potemkin.city.decoys import CAMPAIGN, ENROLMENT
from shixiao.potemkin.city.subjects import App
from shixiao.potemkin.city.year import CAMPAIGN as DRIVE
from shixiao.potemkin.city.year import DAYS, END, Floats, Integers, Year, stamps
from shixiao.potemkin.city.year import ENROLMENT as SEASON
from shixiao.potemkin.steps import WHOLE_DAY

NOISE = 0.2  # day-to-day noise of registrations per completion, on the scale of logarithms
MONTH_END, STRETCH = 3, 30  # days
STRETCHES = ((30, 110), (190, 300))  # where each of two stretches may begin
DAY_OFF = 0.35
OUTAGE = 0.15  # of the usual registrations, on days without any completion
LAPSED = 90  # days
OLDER = 0.3  # accounts from before the year, per account of the year
BEFORE = 700  # days
NEVER_ACTIVE = 0.15  # share of accounts used on their first day only of which no use is known
OPEN_HOURS, AWAKE = (9 * 3600, 17 * 3600), (7 * 3600, 23 * 3600)
STAFF_LATER = 0.02
UNUSED = np.iinfo(np.int64).min
USAGE = pa.schema(
    [
        ("subject_id", CODED),
        ("day", pa.date32()),
        *(
            (name, pa.int32())
            for name in (
                "registrations",
                "active_users",
                "clicks",
                "comments",
                "likes",
                "installs",
                "completions",
            )
        ),
    ]
)
ACCOUNTS = pa.schema(
    [
        ("account_id", pa.string()),
        ("subject_id", CODED),
        ("created", TIME),
        ("last_active", TIME),
        ("staff", pa.int8()),
        ("device_id", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True, eq=False)
class Daily:
    """Registrations and completions of each day of the year."""

    registrations: Integers
    completions: Integers


def draw_daily(app: App, year: Year, rng: np.random.Generator) -> Daily:
    """Draw registrations and completions: a level ratio but for noise and what is planted."""
    usual = year.season * np.where(year.working, 1.0, DAY_OFF)
    for decoy, span in ((ENROLMENT, SEASON), (CAMPAIGN, DRIVE)):
        if app.decoy == decoy:
            usual = usual * year.surge(span)
    expected = app.volume * usual
    silent = year.working & (rng.random(DAYS) < app.values["silent_days"])
    completions = np.where(silent, 0, np.maximum(rng.poisson(expected), 1 * year.working))
    level = app.accounts / expected.sum()
    noise = np.exp(NOISE * rng.standard_normal(DAYS) - NOISE**2 / 2)
    mean = level * expected * noise * _surges(app, year, rng) * np.where(silent, OUTAGE, 1.0)
    return Daily(rng.poisson(mean), completions)


def _surges(app: App, year: Year, rng: np.random.Generator) -> Floats:
    factor = np.ones(DAYS)
    factor[year.months_ends(MONTH_END)] *= app.values["month_end"]
    for low, high in STRETCHES:
        begin = int(rng.integers(low, high))
        factor[begin : begin + STRETCH] *= app.values["stretch"]
    return factor


def usage_columns(
    app: App, place: int, apps: pa.Array, daily: Daily, year: Year, rng: np.random.Generator
) -> dict[str, pa.Array]:
    """Return one row per day."""
    users = daily.completions * 2 + rng.poisson(
        5 + app.volume * np.where(year.working, 1.0, DAY_OFF)
    )
    figures = {
        "registrations": daily.registrations,
        "active_users": users,
        "clicks": rng.poisson(users * 6.0),
        "comments": rng.poisson(users * 0.05),
        "likes": rng.poisson(users * 0.2),
        "installs": rng.poisson(daily.registrations * 1.1),
        "completions": daily.completions,
    }
    first = (date(2025, 10, 1) - date(1970, 1, 1)).days
    return {
        "subject_id": same(DAYS, place, apps),
        "day": pa.array(np.arange(first, first + DAYS, dtype=np.int32)).cast(pa.date32()),
        **{name: pa.array(column.astype(np.int32)) for name, column in figures.items()},
    }


def account_columns(
    app: App, place: int, apps: pa.Array, daily: Daily, year: Year, rng: np.random.Generator
) -> dict[str, pa.Array]:
    """Return the accounts: those registered in the year, and older ones."""
    day = np.repeat(np.arange(DAYS), daily.registrations)
    older = rng.integers(-BEFORE, 0, size=int(app.accounts * OLDER))
    day = np.concatenate((older, day))
    count = len(day)
    weekday = (day + year.weekday[0]) % 7 < 5
    office = np.where(day < 0, weekday, year.working[np.maximum(day, 0)])
    staff = _exactly(count, app.values["staff"], np.flatnonzero(office), rng)
    hours = np.where(staff, rng.integers(*OPEN_HOURS, size=count), rng.integers(*AWAKE, size=count))
    later = (hours >= OPEN_HOURS[1]) & (rng.random(count) < STAFF_LATER)
    created = day * WHOLE_DAY + hours
    last = _last_used(app, day, rng)
    shown = last != UNUSED
    never = ~shown & (rng.random(count) < NEVER_ACTIVE)
    same_day = np.minimum(created + rng.integers(30, 3600, size=count), (day + 1) * WHOLE_DAY - 1)
    return {
        "account_id": numbered(f"U{app.id[1:]}-", 1, count),
        "subject_id": coded(np.full(count, place), apps),
        "created": pa.array(stamps(created)).cast(TIME),
        "last_active": pa.array(stamps(np.where(shown, last, same_day)), mask=never).cast(TIME),
        "staff": pa.array((staff | later).astype(np.int8)),
        "device_id": numbered(f"M{app.id[1:]}", 1_000_000, count, 7),
    }


def _exactly(
    count: int, share: float, able: Integers, rng: np.random.Generator
) -> npt.NDArray[np.bool_]:
    """Mark among the able as many as ``share`` of ``count`` would be by chance."""
    wanted = min(int(rng.binomial(count, share)), len(able))
    marked = np.zeros(count, dtype=np.bool_)
    marked[rng.permutation(able)[:wanted]] = True
    return marked


def _last_used(app: App, day: Integers, rng: np.random.Generator) -> Integers:
    """Return when accounts were last used; UNUSED where never after their first day."""
    count, last_day = len(day), DAYS - 1
    late = np.flatnonzero(day >= last_day)
    zombie = _exactly(count, app.values["zombie"], np.arange(count), rng)
    zombie[late] = True
    used = np.flatnonzero(~zombie)
    early = used[day[used] < DAYS - LAPSED - 3]
    wanted = min(int(rng.binomial(len(used), app.values["lapsed"])), len(early))
    lapsed = np.zeros(count, dtype=np.bool_)
    lapsed[rng.permutation(early)[:wanted]] = True
    low = np.where(lapsed, day + 1, np.maximum(day + 1, DAYS - LAPSED + 1))
    high = np.where(lapsed, DAYS - LAPSED - 1, DAYS)
    drawn = low + (rng.random(count) * np.maximum(high - low, 1)).astype(np.int64)
    times = np.minimum(drawn * WHOLE_DAY + rng.integers(*AWAKE, size=count), END - 1)
    return np.where(zombie, UNUSED, times)
