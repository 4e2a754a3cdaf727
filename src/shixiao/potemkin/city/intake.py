"""Intake: the cases of one service in all channels, walked and written, with their ratings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shixiao.potemkin.city.chains import NUMBERS, Linked
from shixiao.potemkin.city.columns import (
    CASES,
    EVENTS,
    GROUPS,
    Dictionaries,
    case_columns,
    event_columns,
    group_columns,
    numbered,
)
from shixiao.potemkin.city.outcomes import OPEN
from shixiao.potemkin.city.planning import Plan
from shixiao.potemkin.city.planting import ratings_of
from shixiao.potemkin.city.population import Integers, People
from shixiao.potemkin.city.ratings import SCHEMA as RATINGS
from shixiao.potemkin.city.ratings import Rated, rating_columns
from shixiao.potemkin.city.streams import stream
from shixiao.potemkin.city.subjects import CHANNELS, Service
from shixiao.potemkin.city.walks import NEVER, Applications, Walks, apply, walk_all
from shixiao.potemkin.city.wording import join
from shixiao.potemkin.city.writing import Stream
from shixiao.potemkin.city.year import Year

SERVICE_TABLES = {"events": EVENTS, "cases": CASES, "groups": GROUPS, "ratings": RATINGS}


@dataclass(frozen=True, slots=True, eq=False)
class Town:
    """Everything that all services share."""

    plan: Plan
    people: People
    year: Year
    known: Dictionaries
    seed: int
    scale: float


def write_service(
    town: Town,
    place: int,
    linked: dict[tuple[int, str], list[Linked]],
    streams: dict[str, Stream],
) -> tuple[dict[str, int], dict[str, int]]:
    """Write one service; return kind → what its minimum is about, and channel → cases."""
    service = town.plan.services[place]
    rated, walked = [], {}
    first = 1
    for channel in CHANNELS:
        count = round(service.counts[channel] * town.scale)
        if not count:
            continue
        rng = stream(town.seed, "cases", service.id, channel)
        given = _applications(town, service, channel, count, linked.get((place, channel), []), rng)
        walks = walk_all(service, channel, given, town.people, town.year, rng)
        ids = numbered(f"{service.id}-", first, walks.size)
        first += walks.size
        streams["events"].add(event_columns(walks, ids, service, place, town.known, rng))
        streams["cases"].add(
            case_columns(
                walks, ids, _chains(walks.chain), channel, place, town.people, town.known, rng
            )
        )
        streams["groups"].add(group_columns(walks, ids, town.people, town.known, rng))
        rated.append(Rated.of(walks, ids))
        walked[channel] = walks
    rng = stream(town.seed, "ratings", service.id)
    ratings = rating_columns(
        service,
        place,
        town.known.services,
        Rated.joined(rated),
        ratings_of(service, town.scale),
        rng,
    )
    streams["ratings"].add(ratings)
    counts = _counts(service, walked, len(ratings["rating_id"]), town.people)
    return counts, {channel: walks.size for channel, walks in walked.items()}


def _applications(
    town: Town,
    service: Service,
    channel: str,
    count: int,
    chains: list[Linked],
    rng: np.random.Generator,
) -> Applications:
    """Return who applies: those in chains, and the others."""
    chained = sum(len(linked.persons) for linked in chains)
    alone = apply(service, channel, max(count - chained, 0), town.people, town.year, rng)
    return Applications(
        np.concatenate([*(c.persons for c in chains), alone.persons]),
        np.concatenate([*(c.opened for c in chains), alone.opened]),
        np.concatenate([*(c.chain for c in chains), alone.chain]),
    )


def _chains(chain: Integers) -> pa.Array:
    """Return the names of chains, null where a case stands alone."""
    matter, number = np.divmod(np.maximum(chain, 0), NUMBERS)
    parts = [
        pc.utf8_lpad(pa.array(part).cast(pa.string()), width, "0")
        for part, width in ((matter + 1, 3), (number + 1, 5))
    ]
    names = join(["M", parts[0], "-", parts[1]])
    return pc.if_else(pa.array(chain != NEVER), names, pa.scalar(None, pa.string()))


def _counts(
    service: Service, walked: dict[str, Walks], ratings: int, people: People
) -> dict[str, int]:
    sizes = {channel: walks.size for channel, walks in walked.items()}
    cases = sum(sizes.values())
    closed = sum(int((walks.closed != NEVER).sum()) for walks in walked.values())
    ended = np.concatenate([w.persons[w.outcome != OPEN] for w in walked.values()])
    groups = {"age": people.elderly, "rural": people.rural, "disability": people.disabled}
    variant = service.plant.variant if service.plant is not None else "age"
    inside = int(groups.get(variant, people.elderly)[ended].sum())
    return {
        "half_online": sizes.get("online", 0),
        "mechanical_copy": min(sizes.get("online", 0), sizes.get("counter", 0)),
        "rating": ratings,
        "deadline": closed if service.promised is not None else 0,
        "off_system": cases,
        "exclusion": min(inside, len(ended) - inside),
    }
