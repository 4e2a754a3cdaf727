"""Walks as Arrow columns of the tables events, cases and groups, with the usual dirt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from shixiao.potemkin.city.material import material
from shixiao.potemkin.city.outcomes import OUTCOMES
from shixiao.potemkin.city.paths import (
    ACTIVITIES,
    ACTORS,
    CLOCKS,
    PLACES,
    POSTS,
    SLOTS,
    Slot,
)
from shixiao.potemkin.city.planning import Plan
from shixiao.potemkin.city.population import Integers, People
from shixiao.potemkin.city.subjects import CHANNELS, Service
from shixiao.potemkin.city.walks import NEVER, Walks
from shixiao.potemkin.city.year import stamps

HANDS = 8  # officials that hold a post in a department
TWICE, NO_RESOURCE, NO_TIME = 0.003, 0.03, 0.0004
NO_REGION, NO_GROUP, STRANGE_DEPARTMENT = 0.02, 0.01, 0.001
CODED = pa.dictionary(pa.int16(), pa.string())
WIDE = pa.dictionary(pa.int32(), pa.string())
TIME = pa.timestamp("us")
EVENTS = pa.schema(
    [
        ("case_id", pa.string()),
        ("service_id", CODED),
        ("activity", CODED),
        ("ts", TIME),
        ("seq", pa.int32()),
        ("clock", CODED),
        ("legal_basis", CODED),
        ("actor", CODED),
        ("place", CODED),
        ("resource", WIDE),
        ("department_id", CODED),
    ]
)
CASES = pa.schema(
    [
        ("case_id", pa.string()),
        ("service_id", CODED),
        ("matter_case_id", pa.string()),
        ("channel", CODED),
        ("opened", TIME),
        ("closed", TIME),
        ("outcome", CODED),
        ("person_key", pa.string()),
        ("region", CODED),
    ]
)
GROUPS = pa.schema([("case_id", pa.string()), ("attribute", CODED), ("value", CODED)])
Codes = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Dictionaries:
    """The values that columns repeat, the same for the whole city."""

    services: pa.Array
    departments: pa.Array
    apps: pa.Array
    resources: pa.Array
    regions: pa.Array
    values: pa.Array

    @classmethod
    def of(cls, plan: Plan) -> Dictionaries:
        """Gather them."""
        resources = [
            f"{department.id}{post}{hand + 1:02d}"
            for department in plan.departments
            for post in POSTS
            for hand in range(HANDS)
        ]
        city = material("city")
        return cls(
            services=pa.array([s.id for s in plan.services]),
            departments=pa.array([*(d.id for d in plan.departments), "D999"]),
            apps=pa.array([a.id for a in plan.apps]),
            resources=pa.array([*resources, "申请人", "系统"]),
            regions=pa.array([zh for zh, _, _ in city["regions"]]),
            values=pa.array([*city["bands"], "yes", "no"]),
        )


def coded(
    codes: Codes, values: pa.Array, missing: Codes | None = None, *, wide: bool = False
) -> pa.Array:
    """Return a dictionary column; negative codes, and what is marked missing, are null."""
    empty = codes < 0
    if missing is not None:
        empty = empty | missing
    kind = np.int32 if wide else np.int16
    indices = pa.array(np.where(empty, 0, codes).astype(kind), mask=empty)
    return pa.DictionaryArray.from_arrays(indices, values)


def same(count: int, code: int, values: pa.Array, *, wide: bool = False) -> pa.Array:
    """Return a dictionary column of one value."""
    return coded(np.full(count, code), values, wide=wide)


def numbered(prefix: str, first: int, count: int, width: int = 6) -> pa.Array:
    """Return ``prefix`` with running numbers."""
    digits = pa.array(np.arange(first, first + count)).cast(pa.string())
    return pc.binary_join_element_wise(prefix, pc.utf8_lpad(digits, width, "0"), "")


def event_columns(
    walks: Walks,
    ids: pa.Array,
    service: Service,
    place: int,
    known: Dictionaries,
    rng: np.random.Generator,
) -> dict[str, pa.Array]:
    """Return the events of walks, case by case in order of their place, some of them twice."""
    flat = np.flatnonzero(walks.on.T)
    case, slot = np.divmod(flat, SLOTS)
    counts = walks.on.sum(axis=0)
    seq = np.arange(len(flat)) - np.repeat(np.cumsum(counts) - counts, counts) + 1
    again = np.repeat(np.arange(len(flat)), 1 + (rng.random(len(flat)) < TWICE))
    case, slot, seq = case[again], slot[again], seq[again]
    activity = walks.activity[slot, case]
    count = len(case)
    chance = rng.random((2, count), dtype=np.float32)
    actor = ACTIVITIES.actor[activity]
    delivered = activity == ACTIVITIES.code["delivered"]
    time = pa.array(stamps(walks.times[slot, case]), mask=delivered & (chance[0] < NO_TIME * 10))
    department = np.where(
        activity == ACTIVITIES.code["asked_other"], service.partner, service.department
    )
    strange = len(known.departments) - 1
    resource = _resources(walks.size, case, activity, actor, department, known, rng)
    basis = (slot == Slot.SUSPEND) & walks.lawful[case]
    names = {
        "activity": pa.array(ACTIVITIES.zh),
        "clock": pa.array(CLOCKS),
        "actor": pa.array(ACTORS),
        "place": pa.array(PLACES),
    }
    return {
        "case_id": ids.take(pa.array(case)),
        "service_id": same(count, place, known.services),
        "activity": coded(activity, names["activity"]),
        "ts": time.cast(TIME),
        "seq": pa.array(seq.astype(np.int32)),
        "clock": coded(ACTIVITIES.clock[activity], names["clock"]),
        "legal_basis": coded(np.where(basis, 0, -1), pa.array([material("services")["basis"]])),
        "actor": coded(actor, names["actor"]),
        "place": coded(ACTIVITIES.place[activity], names["place"]),
        "resource": coded(resource, known.resources, chance[1] < NO_RESOURCE, wide=True),
        "department_id": coded(
            np.where(chance[0] > 1 - STRANGE_DEPARTMENT, strange, department), known.departments
        ),
    }


def _resources(
    cases: int,
    case: Integers,
    activity: Codes,
    actor: Codes,
    department: Codes,
    known: Dictionaries,
    rng: np.random.Generator,
) -> Integers:
    """Return who did each step: the same person for all steps of a post in a case."""
    hands = rng.integers(0, HANDS, size=(len(POSTS), cases), dtype=np.int8)
    post = ACTIVITIES.post[activity]
    hand = hands[np.maximum(post, 0), case]
    official = (department * len(POSTS) + post) * HANDS + hand
    applicant, system = len(known.resources) - 2, len(known.resources) - 1
    others = np.where(actor == ACTORS.index("system"), system, applicant)
    found: Integers = np.where(actor == ACTORS.index("official"), official, others)
    return found


def case_columns(
    walks: Walks,
    ids: pa.Array,
    chains: pa.Array,
    channel: str,
    place: int,
    people: People,
    known: Dictionaries,
    rng: np.random.Generator,
) -> dict[str, pa.Array]:
    """Return the rows of the table of cases."""
    count = walks.size
    return {
        "case_id": ids,
        "service_id": same(count, place, known.services),
        "matter_case_id": chains,
        "channel": same(count, CHANNELS.index(channel), pa.array(CHANNELS)),
        "opened": pa.array(stamps(walks.opened)).cast(TIME),
        "closed": pa.array(stamps(walks.closed), mask=walks.closed == NEVER).cast(TIME),
        "outcome": coded(walks.outcome, pa.array(OUTCOMES)),
        "person_key": people.ids.take(pa.array(walks.persons)),
        "region": coded(people.region[walks.persons], known.regions, rng.random(count) < NO_REGION),
    }


def group_columns(
    walks: Walks, ids: pa.Array, people: People, known: Dictionaries, rng: np.random.Generator
) -> dict[str, pa.Array]:
    """Return age band and disability of every case, a few left out."""
    persons = walks.persons
    kept = np.flatnonzero(rng.random(2 * walks.size) >= NO_GROUP)
    attribute = np.repeat(np.arange(2), walks.size)
    bands = len(known.values) - 2
    value = np.concatenate((people.band[persons], bands + 1 - people.disabled[persons]))
    return {
        "case_id": pa.concat_arrays([ids, ids]).take(pa.array(kept)),
        "attribute": coded(attribute[kept], pa.array(["age_band", "disability"])),
        "value": coded(value[kept], known.values),
    }
