"""A second world of designs, made from words that the first does not have.

Items are those of the public benchmark of matching, reworded by rules of thumb (原件, 扫描件, 电子,
a sign less); some name their element, and the catalogue is that of the benchmark. Innocents lose at
random at least two items and a fifth of all. Nothing of it follows how designs are judged.
"""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from shixiao.potemkin.city.truth import SCHEMA
from shixiao.sharing.matching import elements, questions

SERVICES, COPIES = 80, 0.2
COLUMNS = (
    *("service_id", "channel", "item_id", "item_name"),
    *("kind", "element_id", "original_basis"),
)
VISITS = ("现场办理", "窗口取件", "到政务大厅核验", "上门勘验", "线下递交", "领取证照")
SIGNATURES = ("签字", "盖章", "手印", "签名", "公章", "法人章")
WAYS: Sequence[Callable[[str], str]] = (
    lambda name: f"{name}（原件）",
    lambda name: f"本人{name}",
    lambda name: f"申请人{name}",
    lambda name: f"{name}扫描件",
    lambda name: f"上传{name}",
    lambda name: f"电子{name}",
    lambda name: f"{name}（必填）",
    lambda name: name.replace("证明", "材料"),
    lambda name: name[: max(2, len(name) - 1)],
)
LAW = "《某条例》第十条"
Item = tuple[str, str, str, str]  # name, kind, element, basis


def write_world(folder: Path, *, truth: Path, seed: int) -> None:
    """Write a package and its truth."""
    r = random.Random(seed)
    folder.mkdir(parents=True)
    rows: list[Sequence[object]] = []
    plants: list[str] = []
    decoys: dict[str, str] = {}
    for number in range(SERVICES):
        service = f"X{number:03d}"
        counter = _counter(r)
        if r.random() < COPIES:
            plants.append(service)
            online = _reworded(r, counter, 0.6, forget=0.3)
        else:
            name = r.choice(tuple(INNOCENT))
            decoys[service] = name
            counter, online = INNOCENT[name](r, counter)
        rows += _rows(r, service, counter, online)
    _write(folder / "requirements.csv", COLUMNS, rows)
    held = [(e.id, e.name, e.definition, e.department_id) for e in elements()]
    _write(folder / "elements.csv", ("element_id", "name", "definition", "department_id"), held)
    truth.write_text(json.dumps(_truth(seed, plants, decoys), ensure_ascii=False), "utf-8")


def _counter(r: random.Random) -> list[Item]:
    known = [q for part in ("train", "heldout") for q in questions(part) if q.answers]
    found = [
        (q.item.name, q.item.kind, min(q.answers) if r.random() < 0.6 else "", "")
        for q in r.sample(known, r.randint(4, 10))
    ]
    found += [(name, "visit", "", "") for name in r.sample(VISITS, r.randint(1, 2))]
    return found + [(name, "signature", "", "") for name in r.sample(SIGNATURES, r.randint(0, 2))]


def _reworded(r: random.Random, asked: list[Item], share: float, forget: float = 0) -> list[Item]:
    """Reword a share, and forget some elements."""
    return [
        (
            r.choice(WAYS)(name) if r.random() < share else name,
            kind,
            "" if r.random() < forget else element,
            basis,
        )
        for name, kind, element, basis in asked
    ]


def _reduced(r: random.Random, asked: list[Item]) -> tuple[list[Item], list[Item]]:
    gone = max(2, int(len(asked) * r.uniform(0.2, 0.7)))
    return asked, _reworded(r, r.sample(asked, len(asked) - gone), 0.5)


def _without_acts(r: random.Random, asked: list[Item]) -> tuple[list[Item], list[Item]]:
    return asked, _reworded(r, [i for i in asked if i[1] not in ("visit", "signature")], 0.5)


def _lawful(r: random.Random, asked: list[Item]) -> tuple[list[Item], list[Item]]:
    """Let a law keep seven items in ten, and take the others away."""
    kept = round(0.7 * len(asked))
    whole = [(n, k, e, LAW if place < kept else "") for place, (n, k, e, _) in enumerate(asked)]
    return whole, _reworded(r, whole[:kept], 0.3)


def _small(r: random.Random, asked: list[Item]) -> tuple[list[Item], list[Item]]:
    few = asked[: r.randint(1, 3)]
    return few, list(few)


def _at_counter_alone(_: random.Random, asked: list[Item]) -> tuple[list[Item], list[Item]]:
    return asked, []


INNOCENT: Mapping[str, Callable[[random.Random, list[Item]], tuple[list[Item], list[Item]]]] = {
    "reduced_at_random": _reduced,
    "without_acts": _without_acts,
    "kept_by_law": _lawful,
    "small": _small,
    "counter_only": _at_counter_alone,
}


def _rows(
    r: random.Random, service: str, counter: list[Item], online: list[Item]
) -> list[Sequence[object]]:
    """Write both lists, each in an order of its own, and sometimes a third that says nothing."""
    lists = {"counter": counter, "online": r.sample(online, len(online))}
    if r.random() < 0.3:
        lists[r.choice(("phone", "other"))] = counter
    mark = r.random() < 0.5
    return [
        (service, channel, f"{channel}{place}" if mark else place, *item)
        for channel, asked in lists.items()
        for place, item in enumerate(asked)
    ]


def _write(path: Path, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)


def _truth(seed: int, plants: Sequence[str], decoys: Mapping[str, str]) -> dict[str, Any]:
    def subject(service: str) -> dict[str, Any]:
        return {"kind": "service", "id": service, "name": {"zh": service, "en": service}}

    kind = "mechanical_copy"
    return {
        "schema": SCHEMA,
        "seed": seed,
        "plants": [{"kind": kind, "strength": 2, "subject": subject(s)} for s in plants],
        "implied": [],
        "decoys": [
            {"name": name, "subject": subject(service), "kinds": [kind]}
            for service, name in decoys.items()
        ],
    }
