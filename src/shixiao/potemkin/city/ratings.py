"""Ratings of a service: when, from which device, in whose words, and how good."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from shixiao.potemkin.city.columns import CODED, TIME, numbered, same
from shixiao.potemkin.city.material import material
from shixiao.potemkin.city.outcomes import COMPLETED, REJECTED
from shixiao.potemkin.city.planting import SOLICITED, TEXTS
from shixiao.potemkin.city.population import Flags, Integers
from shixiao.potemkin.city.subjects import Service
from shixiao.potemkin.city.walks import NEVER, Walks
from shixiao.potemkin.city.wording import drawn, join, numbers
from shixiao.potemkin.city.year import END, stamps
from shixiao.potemkin.steps import WHOLE_DAY

UNKNOWN_CASE, STRANGE_CASE, NO_DEVICE = 0.015, 0.005, 0.01
QUICK = (1, 10)  # seconds, the last excluded
SLOW, SLOW_SPREAD, SLOWEST = 6 * 3600, 1.5, 20 * WHOLE_DAY
BUSY = (5, 12)  # ratings of a device that has many
REFUSED = 0.1  # share of ratings that come from people who were refused
BELOW_TOP = (0.62, 0.2, 0.1, 0.08)  # levels 4, 3, 2, 1
FOLLOWED_UP = 0.7
LEFT = 4 * WHOLE_DAY  # of the year, after a case that is still rated in it
SCHEMA = pa.schema(
    [
        ("rating_id", pa.string()),
        ("service_id", CODED),
        ("case_id", pa.string()),
        ("level", pa.int8()),
        ("ts", TIME),
        ("closed_ts", TIME),
        ("text", pa.string()),
        ("device_id", pa.string()),
        ("solicited", pa.int8()),
    ]
)


@dataclass(frozen=True, slots=True, eq=False)
class Rated:
    """The cases of a service that may be rated: closing times, outcomes and ids."""

    closed: Integers
    refused: Flags
    ids: pa.Array

    @classmethod
    def of(cls, walks: Walks, ids: pa.Array) -> Rated:
        """Take what ratings need from walks."""
        able = np.flatnonzero(
            (walks.closed != NEVER)
            & (walks.closed < END - LEFT)
            & ((walks.outcome == COMPLETED) | (walks.outcome == REJECTED))
        )
        refused = walks.outcome[able] == REJECTED
        return cls(walks.closed[able], refused, ids.take(pa.array(able)))

    @classmethod
    def joined(cls, parts: list[Rated]) -> Rated:
        """Put the channels of a service together."""
        return cls(
            np.concatenate([part.closed for part in parts]),
            np.concatenate([part.refused for part in parts]),
            pa.concat_arrays([part.ids for part in parts]),
        )


def rating_columns(
    service: Service,
    place: int,
    services: pa.Array,
    rated: Rated,
    count: int,
    rng: np.random.Generator,
) -> dict[str, pa.Array]:
    """Return about ``count`` ratings of a service."""
    chosen = _chosen(rated, count, rng)
    count = len(chosen)
    known = rng.random(count) >= UNKNOWN_CASE
    strange = known & (rng.random(count) < STRANGE_CASE)
    level, solicited = _levels(service, count, rng)
    times = rated.closed[chosen] + _delays(service, known & ~strange, rng)
    case = np.where(
        strange, "S9999-999999", rated.ids.take(pa.array(chosen)).to_numpy(zero_copy_only=False)
    )
    followed = (level <= 2) & (rng.random(count) < FOLLOWED_UP)
    answered = times + rng.integers(WHOLE_DAY, 9 * WHOLE_DAY, size=count)
    return {
        "rating_id": numbered(f"R{service.id[1:]}-", 1, count),
        "service_id": same(count, place, services),
        "case_id": pa.array(case, pa.string(), mask=~known),
        "level": pa.array(level.astype(np.int8)),
        "ts": pa.array(stamps(times)).cast(TIME),
        "closed_ts": pa.array(stamps(answered), mask=~followed).cast(TIME),
        "text": _texts(service, level >= 4, rng),
        "device_id": _devices(service, count, rng),
        "solicited": pa.array(solicited.astype(np.int8)),
    }


def _chosen(rated: Rated, count: int, rng: np.random.Generator) -> Integers:
    """Choose the rated cases: most of them completed."""
    done = rng.permutation(np.flatnonzero(~rated.refused))
    refused = rng.permutation(np.flatnonzero(rated.refused))
    few = min(len(refused), int(count * REFUSED))
    chosen: Integers = np.concatenate((done[: count - few], refused[:few]))
    return rng.permutation(chosen)


def _levels(service: Service, count: int, rng: np.random.Generator) -> tuple[Integers, Flags]:
    solicited = rng.random(count) < SOLICITED
    odds = (
        service.praise / (1 - service.praise) * np.where(solicited, service.values["solicited"], 1)
    )
    top = rng.random(count) < odds / (1 + odds)
    below = rng.choice(np.array([4, 3, 2, 1]), size=count, p=BELOW_TOP)
    return np.where(top, 5, below), solicited


def _delays(service: Service, known: Flags, rng: np.random.Generator) -> Integers:
    count = len(known)
    usual = SLOW * np.exp(SLOW_SPREAD * rng.standard_normal(count))
    delays = np.clip(usual, 40, SLOWEST).astype(np.int64)
    quick = known & (rng.random(count) < service.values["quick"])
    return np.where(quick, rng.integers(*QUICK, size=count), delays)


def _devices(service: Service, count: int, rng: np.random.Generator) -> pa.Array:
    """Give most ratings a device of their own; some devices have many."""
    device = np.arange(count) + 1_000_000
    wanted = int(rng.binomial(count, service.values["device"]))
    order = rng.permutation(count)
    begin, number = 0, 0
    while wanted - begin >= BUSY[0]:
        size = int(rng.integers(BUSY[0], BUSY[1] + 1))
        if wanted - begin - size < BUSY[0]:
            size = wanted - begin
        device[order[begin : begin + size]] = number
        begin, number = begin + size, number + 1
    names = join([f"V{service.id[1:]}", pa.array(device).cast(pa.string())])
    return pa.array(names.to_numpy(zero_copy_only=False), mask=rng.random(count) < NO_DEVICE)


def _texts(service: Service, praise: Flags, rng: np.random.Generator) -> pa.Array:
    """Give ratings their words: most people's own, some alike but for figures and points."""
    count = len(praise)
    silent = rng.random(count) >= TEXTS
    spoken = np.flatnonzero(~silent)
    wanted = int(rng.binomial(len(spoken), service.values["text"]))
    alike = rng.permutation(spoken)[: wanted if wanted > 1 else 0]
    own = _own_words(praise, rng).to_pylist()
    for phrase, case in zip(_common(praise[alike], rng), alike.tolist(), strict=True):
        own[case] = phrase
    return pa.array([None if quiet else text for quiet, text in zip(silent, own, strict=True)])


def _own_words(praise: Flags, rng: np.random.Generator) -> pa.Array:
    words, count = material("ratings"), len(praise)
    common = [drawn(words[name], count, rng) for name in ("when", "who", "how", "what")]
    texts = {}
    for name in ("praise", "blame"):
        first, second = (drawn(part, count, rng) for part in words[name])
        hours = numbers(count, rng)
        texts[name] = join([*common, "，", first, "，", second, "，用时", hours, "分钟。"])
    which = pa.array(np.where(praise, 0, count) + np.arange(count))
    return pa.concat_arrays([texts["praise"], texts["blame"]]).take(which)


def _common(praise: Flags, rng: np.random.Generator) -> list[str]:
    """Return phrases of which each occurs twice or more, written a little differently."""
    words = material("ratings")
    phrases: list[str] = [""] * len(praise)
    for name, mine in (
        ("common_praise", np.flatnonzero(praise)),
        ("common_blame", np.flatnonzero(~praise)),
    ):
        if not len(mine):
            continue
        # Groups of three or more; a lonely last one joins the group before.
        group = np.minimum(np.arange(len(mine)) // 3, max(len(mine) // 3 - 1, 0))
        for case, place in zip(mine.tolist(), group.tolist(), strict=True):
            ending = ("", "！", "。", "!!", " 100", "~")[int(rng.integers(6))]
            phrases[case] = words[name][place % len(words[name])] + ending
    return phrases
