"""The truth of a city, written where no evaluation sees it: planted, implied, and innocent."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from shixiao.potemkin.city.decoys import MUST_NOT_BE
from shixiao.potemkin.city.planning import Plan
from shixiao.potemkin.city.sharing import Added
from shixiao.potemkin.city.strengths import KINDS, OBSERVABLES
from shixiao.potemkin.city.subjects import Evaluator, Subject, kind_of, named
from shixiao.rules import load_pack
from shixiao.terms import BadInput, Text

SCHEMA = "shixiao/truth/1"
#: kinds that follow from another: a copy keeps the counter's visits, so it is half-online, too
FOLLOWS = {"mechanical_copy": {"half_online": "a copy keeps the counter's visits"}}
PARTS = {
    "F-10": "cases",
    "F-11": "cases",
    "F-12": "accounts",
    "F-13": "ratings",
    "F-14": "fields",
    "F-15": "accounts",
    "F-16": "cases",
    "F-17": "cases",
    "F-18": "replies",
    "F-19": "group",
    "F-20": "failed",
    "F-21": "tests",
}


def check_place(truth: Path, folder: Path) -> None:
    """Refuse a truth file inside the package: evaluation must not see it.

    Raises:
        BadInput: the file would lie in the folder.
    """
    inside, outside = truth.resolve(), folder.resolve()
    if inside == outside or outside in inside.parents:
        raise BadInput(
            Text(
                "真相文件不能放在证据包里，否则评估会看到它；请放到别处。",
                "the truth file must not lie inside the package, where evaluation would see it;"
                " put it elsewhere",
            ),
            file=str(truth),
        )


def truth_of(
    plan: Plan, seed: int, scale: float, counts: Mapping[str, Mapping[str, int]]
) -> dict[str, Any]:
    """Return the truth as plain values.

    Args:
        plan: the city.
        seed: of its chance.
        scale: of its cases, ratings and messages.
        counts: subject id → kind → the number that its minimum is about.
    """
    everybody: tuple[Subject, ...] = (
        *plan.services,
        *plan.apps,
        *plan.departments,
        *plan.evaluators,
    )
    plants, implied = _planted(everybody, scale, counts)
    return {
        "schema": SCHEMA,
        "size": plan.size.name,
        "seed": seed,
        "plan_seed": plan.plan_seed,
        "scale": scale,
        "period": {"start": "2025-10-01", "end": "2026-09-30"},
        "strengths": {
            name: {"base": o.base, "tau": o.tau, "scale": o.scale}
            for name, o in OBSERVABLES.items()
        },
        "plants": plants,
        "implied": implied,
        "decoys": [
            {"name": s.decoy, "subject": named(s), "kinds": list(MUST_NOT_BE[s.decoy][kind_of(s)])}
            for s in everybody
            if s.decoy is not None
        ],
        "eligible": plan.eligible,
        "values": {s.id: {k: round(v, 6) for k, v in s.values.items()} for s in everybody},
    }


def with_added(truth: dict[str, Any], added: Added) -> dict[str, Any]:
    """Return the truth with what was added to the registers.

    A twin of whom a plant of the same kind is true besides is none.
    """
    plants: list[dict[str, Any]] = [
        {
            "kind": plant.kind,
            "strength": plant.strength,
            "variant": plant.variant,
            "subject": plant.subject,
            "base": dict(plant.base),
            "planted": dict(plant.planted),
            "n": plant.n,
        }
        for plant in added.plants
    ]
    implied: list[dict[str, Any]] = [
        {"kind": kind, "subject": {"kind": of, "id": id_}, "because": why}
        for kind, of, id_, why in added.implied
    ]
    true = {(p["kind"], p["subject"]["kind"], p["subject"]["id"]) for p in (*plants, *implied)}
    decoys = [
        {"name": twin.name, "subject": twin.subject, "kinds": list(twin.kinds)}
        for twin in added.twins
        if not any((kind, twin.subject["kind"], twin.subject["id"]) in true for kind in twin.kinds)
    ]
    return truth | {
        "plants": truth["plants"] + plants,
        "implied": truth["implied"] + implied,
        "decoys": truth["decoys"] + decoys,
        "eligible": truth["eligible"] | added.eligible,
    }


def _planted(
    everybody: Sequence[Subject], scale: float, counts: Mapping[str, Mapping[str, int]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return what is planted and what it implies; too few cases make a plant neither."""
    rules = load_pack()
    plants: list[dict[str, Any]] = []
    implied: list[dict[str, Any]] = []
    for subject in everybody:
        plant = subject.plant
        if plant is None:
            continue
        kind = KINDS[plant.kind]
        n = counts[subject.id].get(plant.kind, 0)
        least = rules.number(kind.rule, PARTS[kind.rule]) if kind.rule else 0
        # Field tests are as many whatever the scale.
        if n < (least if isinstance(subject, Evaluator) else least * min(scale, 1)):
            implied.append(_implied(plant.kind, subject, "fewer cases than planned"))
            continue
        moved = kind.variants[plant.variant]
        plants.append(
            {
                "kind": plant.kind,
                "strength": plant.strength,
                "variant": plant.variant,
                "subject": named(subject),
                "base": {name: round(subject.innocent[name], 6) for name in moved},
                "planted": {name: round(subject.values[name], 6) for name in moved},
                "n": n,
            }
        )
        follows = FOLLOWS.get(plant.kind, {})
        implied += [_implied(other, subject, why) for other, why in follows.items()]
    return plants, implied


def _implied(kind: str, subject: Subject, why: str) -> dict[str, Any]:
    return {"kind": kind, "subject": named(subject), "because": why}


def write_truth(path: Path, truth: Mapping[str, Any]) -> None:
    """Write the truth file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    beside.write_text(json.dumps(truth, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    beside.replace(path)
