"""Building designs: services with both lists, the catalogue of what is held, and the truth.

Copies are planted in a share of services; others are innocent, most of them hard to tell from a
copy: lists that law keeps equal, small ones, lean ones, ones that lose only the trip, and services
that one channel lacks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from shixiao.potemkin.city.streams import stream
from shixiao.potemkin.city.truth import SCHEMA, check_place, write_truth
from shixiao.potemkin.city.writing import Row, write_descriptor, write_rows
from shixiao.potemkin.designs.listing import (
    Thing,
    Things,
    Way,
    as_numbers,
    at_counter,
    declared,
    halved,
    in_another_order,
    in_other_words,
    lightened,
    material,
    nearly_all,
    reworded,
    things,
    to_the_letter,
    with_more,
    without_the_trip,
)
from shixiao.terms import BadInput, Text

KIND, OBSERVABLE, SIZE = "mechanical_copy", "kept", "designs"
WHOLE, NEARLY = 2.0, 1.8  # strengths: all of the counter's list stays, or nearly all
TITLE = Text("样板设计", "Potemkin designs")
COPIES: Mapping[str, Way] = {
    "to_the_letter": to_the_letter,
    "in_other_words": in_other_words,
    "another_order": in_another_order,
    "with_more": with_more,
    "nearly_all": nearly_all,
}
INNOCENT: Mapping[str, Way] = {
    "lightened": lightened,
    "halved": halved,
    "without_the_trip": without_the_trip,
    "declared": declared,
    "as_numbers": as_numbers,
}
# Ways whose counter list is special, or which lack a channel; see _special.
SPECIAL = ("kept_by_law", "small", "lean", "counter_only", "online_only", "queue_gone")
DECOYS = (*(name for name in INNOCENT if name != "lightened"), *SPECIAL)
USUAL = 0.4  # of innocents that are plainly lightened
NAMED = 0.7  # of items whose element the table names
SHARED_IDS = 0.5  # of services whose channels share the ids of items
LISTED = 0.5  # of elements that a dataset lists
BY_PHONE = 0.3  # of services whose phone channel asks for what the counter asks for


@dataclass(slots=True)
class _Tables:
    services: list[Row] = field(default_factory=list)
    requirements: list[Row] = field(default_factory=list)
    plants: list[dict[str, Any]] = field(default_factory=list)
    decoys: list[dict[str, Any]] = field(default_factory=list)
    implied: list[dict[str, Any]] = field(default_factory=list)


def write_designs(
    folder: Path, *, truth: Path, seed: int, services: int = 120, share: float = 0.15
) -> Path:
    """Write a package of designs and its truth, and return the folder.

    Args:
        folder: new or empty.
        truth: where the truth goes, outside the folder.
        seed: of everything.
        services: how many.
        share: of them in which a copy is planted.

    Raises:
        BadInput: the folder has something in it, or the truth would lie inside.
    """
    check_place(truth, folder)
    if folder.exists() and any(folder.iterdir()):
        raise BadInput(
            Text("文件夹不是空的；请换一个。", "the folder is not empty; choose another one"),
            file=str(folder),
        )
    folder.mkdir(parents=True, exist_ok=True)
    made = _Tables()
    rng = stream(seed, "designs")
    planted = set(rng.permutation(services)[: round(share * services)].tolist())
    for number in range(services):
        _service(made, number, planted=number in planted, rng=stream(seed, "design", str(number)))
    tables = {
        "departments": _departments(),
        "services": made.services,
        "requirements": made.requirements,
        **_catalogue(rng),
    }
    columns = {name: write_rows(folder, name, rows) for name, rows in tables.items()}
    write_descriptor(folder, TITLE, dict(columns), ())
    write_truth(truth, _truth(made, seed, services))
    return folder


def _service(made: _Tables, number: int, *, planted: bool, rng: np.random.Generator) -> None:
    words = material()
    owner = f"D{int(rng.integers(1, 11)):02d}"
    prefix, subject = (str(rng.choice(words[name])) for name in ("prefixes", "subjects"))
    id_, name = f"S{number + 1:04d}", f"{prefix}{subject}"
    counter = at_counter(rng, department=owner)
    if planted:
        way = str(rng.choice(list(COPIES)))
        online = COPIES[way](counter, rng)
    else:
        way = "lightened" if rng.random() < USUAL else str(rng.choice(DECOYS))
        if way in INNOCENT:
            online = INNOCENT[way](counter, rng)
        else:
            counter, online = _special(way, counter, rng)
    subject_of = {"kind": "service", "id": id_, "name": {"zh": name, "en": f"Service {id_}"}}
    made.services.append(
        {
            "service_id": id_,
            "name": name,
            "name_en": f"Service {id_}",
            "department_id": owner,
        }
    )
    made.requirements += _rows(id_, counter, online, rng)
    made.implied += [
        {"kind": kind, "subject": subject_of, "because": why}
        for kind, why in _true_besides(online, owner)
    ]
    if planted:
        share = round(min(len(online) / len(counter), 1.0), 6)
        strength = WHOLE if share == 1 else NEARLY
        plant = {"kind": KIND, "strength": strength, "variant": way, "subject": subject_of}
        shown = {OBSERVABLE: share}
        made.plants.append({**plant, "base": {}, "planted": shown, "n": len(counter)})
    elif way in DECOYS:
        made.decoys.append({"name": way, "subject": subject_of, "kinds": [KIND]})


def _true_besides(online: Things, owner: str) -> Iterator[tuple[str, str]]:
    """Say what else is true of an online list, copied or not."""
    free = [thing for thing in online if not thing.basis]
    if any(thing.kind == "visit" for thing in free):
        yield "remaining_visit", "the online list has visits"
    if any(thing.kind == "signature" for thing in free):
        yield "remaining_signature", "the online list has signatures"
    if any(thing.element and thing.holder != owner for thing in free):
        yield "held_data", "the online list asks for what another department leads"


def _special(way: str, counter: Things, rng: np.random.Generator) -> tuple[Things, Things]:
    """Return both lists of a decoy whose counter list is special."""
    if way == "kept_by_law":  # the law keeps most of it, and the rest was taken away
        basis = material()["basis"]
        asked = tuple(replace(t, basis=basis) if t.kind == "material" else t for t in counter)
        return asked, reworded(tuple(t for t in asked if t.basis), rng, share=0.3)
    if way == "small":
        few = tuple(counter[place] for place in rng.permutation(len(counter))[:3].tolist())
        return few, reworded(few, rng, share=0.3)
    if way == "lean":  # only what the applicant alone knows, and no trip in either channel
        own = tuple(t for t in counter if t.kind != "visit" and not t.element)
        return own, reworded(own, rng, share=0.3)
    if way == "counter_only":
        return counter, ()
    if way == "online_only":
        return (), counter
    return (*counter, *things("counter_only", "material")), lightened(counter, rng)


def _rows(service: str, counter: Things, online: Things, rng: np.random.Generator) -> list[Row]:
    """Write both lists, each in an order of its own, with ids that the channels may share."""
    shared = rng.random() < SHARED_IDS
    lists = {"counter": counter, "online": online}
    if rng.random() < BY_PHONE:
        lists["phone"] = counter
    rows: list[Row] = []
    for channel, asked in lists.items():
        numbers = {thing.names[0]: n for n, thing in enumerate(counter, start=1)}
        for place, number in enumerate(rng.permutation(len(asked)).tolist(), start=1):
            thing = asked[number]
            known = numbers.pop(thing.names[0], len(counter) + place)
            mark = f"{known:02d}" if shared else f"{channel[0].upper()}{place:02d}"
            rows.append(_row(service, channel, f"{service}-{mark}", thing, rng))
    return rows


def _row(service: str, channel: str, item: str, thing: Thing, rng: np.random.Generator) -> Row:
    named = bool(thing.element) and rng.random() < NAMED
    return {
        "service_id": service,
        "channel": channel,
        "item_id": item,
        "item_name": thing.names[thing.wording],
        "kind": thing.kind,
        "element_id": _element_id(thing.element) if named else None,
        "original_basis": thing.basis or None,
    }


def _departments() -> list[Row]:
    return [
        {"department_id": key, "name": name["zh"], "name_en": name["en"], "tier": "city"}
        for key, name in material()["departments"].items()
    ]


def _held() -> dict[str, str]:
    """Return every element with the department that leads it."""
    known = (*things("documents", "material"), *things("fields", "field"))
    return {thing.element: thing.holder for thing in known if thing.element}


def _element_id(name: str) -> str:
    return f"E{list(_held()).index(name) + 1:03d}"


def _catalogue(rng: np.random.Generator) -> dict[str, list[Row]]:
    held = _held()
    elements: list[Row] = [
        {"element_id": _element_id(name), "name": name, "department_id": holder}
        for name, holder in held.items()
    ]
    datasets: list[Row] = [
        {
            "dataset_id": f"DS{number:03d}",
            "name": f"{name}库",
            "department_id": holder,
            "sharing": "unconditional",
            "elements": _element_id(name),
        }
        for number, (name, holder) in enumerate(held.items(), start=1)
        if rng.random() < LISTED
    ]
    return {"elements": elements, "datasets": datasets}


def _truth(made: _Tables, seed: int, services: int) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "size": SIZE,
        "seed": seed,
        "plan_seed": seed,
        "strengths": {},
        "plants": made.plants,
        "implied": made.implied,
        "decoys": made.decoys,
        "eligible": {KIND: services},
    }
