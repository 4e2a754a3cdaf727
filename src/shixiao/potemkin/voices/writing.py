"""Drawing voices: messages on matters with and without a service, campaigns, brigades, groups.

What is planted is drawn, not written: a matter is a need without a service in one city and has its
service in the next, so that nobody can learn the needs by heart. Beside it stand their lawful
twins: matters that have a service, somebody who writes of one matter again and again, a campaign
for what has a service, people who agree without copying, a small group that speaks up as it should.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from shixiao.datafiles import load_yaml
from shixiao.potemkin.city.material import material
from shixiao.potemkin.city.truth import check_place
from shixiao.terms import BadInput, Text

START = datetime(2025, 1, 6, 8)
DAYS = 360
PLANTED, SERVED = 12, 22  # matters of 40; of the rest one person writes again and again
NEED, ORDINARY, ALONE = (8, 40), (8, 60), (8, 20)  # people of a matter; messages of that person
CAMPAIGN = (25, 60)  # people who sign a template
EVERYDAY = 600  # messages on the services of the city
NAMED, MISNAMED = 0.4, 0.06
"""How often whoever writes, or the clerk, names the service it is about; and a wrong one."""
VOTERS, STATEMENTS, VIEWS = 400, 30, 2
BRIGADE = 0.05
AGES = {"18-44": 0.42, "45-59": 0.30, "60-69": 0.16, "70+": 0.12}
SPEAKS = {"18-44": 1.0, "45-59": 0.95, "60-69": 0.9, "70+": 0.25}
"""How readily people of an age write; the last are the unheard."""
Votes = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Voices:
    """A city's voices and the truth about them.

    Attributes:
        messages: rows of ``FIELDS``.
        services: (id, name, about).
        votes: (person, statement, vote).
        ages: age of every person who wrote; population: people by age.
        truth: needs (matter → ids of messages), campaigns, brigade, unheard, and the twins.
    """

    messages: list[dict[str, str]]
    services: list[tuple[str, str, str]]
    votes: list[tuple[str, str, int]]
    ages: dict[str, str]
    population: dict[str, int]
    truth: dict[str, Any]


FIELDS = ("message_id", "person", "ts", "place", "service_id", "title", "text")


@cache
def matters() -> tuple[dict[str, Any], ...]:
    """Return the matters; callers leave them as they are."""
    path = files("shixiao.potemkin") / "data" / "voices" / "matters.yaml"
    return tuple(load_yaml(path.read_text("utf-8")))


@dataclass(slots=True)
class _Writing:
    """What has been written so far."""

    rng: np.random.Generator
    services: list[str]
    ages: dict[str, str] = field(default_factory=dict)
    rows: list[dict[str, str]] = field(default_factory=list)

    def one(self, person: str, title: str, text: str, service: str = "") -> str:
        """Write a message and return its number in the order of writing.

        Where there is a ``service`` it is named now and then, and now and then a wrong one is.
        """
        moment = START + timedelta(minutes=int(self.rng.integers(0, DAYS * 24 * 60)))
        number = f"V{len(self.rows):05d}"
        place = _pick(self.rng, [zh for zh, _, _ in material("city")["regions"]])
        named = service if service and self.rng.random() < NAMED else ""
        if self.rng.random() < MISNAMED:
            named = _pick(self.rng, self.services)
        values = (number, person, moment.isoformat(sep=" "), place, named, title, text)
        self.rows.append(dict(zip(FIELDS, values, strict=True)))
        return number

    def somebody(self) -> str:
        """Return a person who has not written yet; the old do so more rarely."""
        names = list(AGES)
        chance = np.array([AGES[name] * SPEAKS[name] for name in names])
        person = f"P{len(self.ages):05d}"
        self.ages[person] = names[int(self.rng.choice(len(names), p=chance / chance.sum()))]
        return person


def draw_voices(seed: int) -> Voices:
    """Draw the voices of a city."""
    rng = np.random.default_rng(seed)
    order = [matters()[i] for i in rng.permutation(len(matters()))]
    planted, served = order[:PLANTED], order[PLANTED : PLANTED + SERVED]
    alone = order[PLANTED + SERVED :]
    services = _services(served)
    writing = _Writing(rng, [number for number, _, _ in services])
    needs = {m["id"]: _of_many(writing, m, NEED) for m in planted}
    twins = {m["id"]: _of_many(writing, m, ORDINARY, f"S-{m['id']}") for m in served}
    again = {m["id"]: _of_one(writing, m) for m in alone}
    campaign = _campaign(writing, served[0])
    _everyday(writing)
    votes, brigade = _votes(rng)
    truth = {
        "seed": seed,
        "needs": needs,
        "served": twins,
        "alone": again,
        "campaigns": [campaign],
        "brigade": brigade,
        "unheard": [age for age, ready in SPEAKS.items() if ready < 0.5],
    }
    rows = sorted(writing.rows, key=lambda row: (row["ts"], row["message_id"]))
    people = {age: round(share * 1_000_000) for age, share in AGES.items()}
    return Voices(rows, services, votes, writing.ages, people, truth)


def write_voices(folder: Path, *, truth: Path, seed: int) -> None:
    """Write the voices of a city into a folder, and the truth outside it.

    Raises:
        BadInput: the folder has something in it, or the truth would lie in it.
    """
    check_place(truth, folder)
    if folder.exists() and any(folder.iterdir()):
        raise BadInput(
            Text("文件夹不是空的；请换一个。", "the folder is not empty; choose another one"),
            file=str(folder),
        )
    voices = draw_voices(seed)
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "messages.csv", FIELDS, [tuple(row.values()) for row in voices.messages])
    _write(folder / "services.csv", ("service_id", "name", "about"), voices.services)
    _write(folder / "votes.csv", ("voter-id", "comment-id", "vote"), voices.votes)
    _write(folder / "ages.csv", ("person", "age"), list(voices.ages.items()))
    _write(folder / "population.csv", ("age", "people"), list(voices.population.items()))
    text = json.dumps(voices.truth, ensure_ascii=False, indent=1)
    truth.write_text(text, "utf-8")


def _write(path: Path, heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(heads)
        lines.writerows(rows)


def _pick(rng: np.random.Generator, choices: Sequence[Any]) -> Any:
    return choices[int(rng.integers(len(choices)))]


def _said(writing: _Writing, matter: dict[str, Any]) -> tuple[str, str]:
    """Return title and text on a matter: two or three things said of it, in everyday words."""
    rng, slots = writing.rng, material("messages")["slots"]
    says = [matter["says"][i] for i in rng.permutation(len(matter["says"]))]
    title = says[0] if rng.random() < 0.6 else ""
    parts = says[0 if not title else 1 : 3 if rng.random() < 0.6 else 2]
    frame = [_pick(rng, slots["time"])] if rng.random() < 0.7 else []
    close = [_pick(rng, slots[name]) for name in ("effect", "wish") if rng.random() < 0.6]
    return title, "，".join([*frame, *parts, *close]) + "。"


def _of_many(
    writing: _Writing, matter: dict[str, Any], people: tuple[int, int], service: str = ""
) -> list[str]:
    count = int(writing.rng.integers(*people))
    return [writing.one(writing.somebody(), *_said(writing, matter), service) for _ in range(count)]


def _of_one(writing: _Writing, matter: dict[str, Any]) -> list[str]:
    person, count = writing.somebody(), int(writing.rng.integers(*ALONE))
    return [writing.one(person, *_said(writing, matter)) for _ in range(count)]


def _campaign(writing: _Writing, matter: dict[str, Any]) -> list[str]:
    """Let people sign one text; a third of them adds a sentence."""
    rng, slots = writing.rng, material("messages")["slots"]
    title, text = _said(writing, matter)
    text += "，".join([*matter["says"][:3], _pick(rng, slots["wish"])]) + "。"
    numbers = []
    for _ in range(int(rng.integers(*CAMPAIGN))):
        added = _pick(rng, slots["effect"]) + "。" if rng.random() < 1 / 3 else ""
        service = f"S-{matter['id']}"
        numbers.append(writing.one(writing.somebody(), title, text + added, service))
    return numbers


def _everyday(writing: _Writing) -> None:
    """Let people write of the services of the city as its departments know it."""
    rng, words = writing.rng, material("messages")
    stems = [zh for entry in material("departments") for zh, *_ in entry["stems"]]
    known = rng.permutation(len(stems))[:30].tolist()
    for _ in range(EVERYDAY):
        number = _pick(rng, known)
        problem = _pick(rng, words["slots"]["problem"]).format(service=stems[number])
        parts = [_pick(rng, words["slots"][name]) for name in ("time", "effect", "wish")]
        text = "，".join([parts[0], problem, *parts[1:]]) + "。"
        writing.one(writing.somebody(), problem, text, f"D-{number:03d}")


def _services(served: Sequence[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """Return the list of services: those of the matters that have one, and all others."""
    own = [(f"S-{m['id']}", m["service"]["name"], m["service"]["about"]) for m in served]
    stems = [zh for entry in material("departments") for zh, *_ in entry["stems"]]
    return own + [(f"D-{number:03d}", zh, "") for number, zh in enumerate(stems)]


def _votes(rng: np.random.Generator) -> tuple[list[tuple[str, str, int]], list[str]]:
    """Draw votes of two views and of a brigade that copies one vector with a little noise."""
    lean = rng.choice([0.15, 0.85], (VIEWS, STATEMENTS))
    agree = rng.random((VOTERS, STATEMENTS)) < lean[rng.integers(0, VIEWS, VOTERS)]
    table = np.where(agree, 1, -1).astype(np.int8)
    count = round(BRIGADE * VOTERS)
    vector: Votes = rng.choice(np.array([1, -1], np.int8), STATEMENTS)
    copies = np.repeat(vector[None, :], count, axis=0)
    copies = np.where(rng.random(copies.shape) < 0.05, -copies, copies).astype(np.int8)
    seen = rng.random((VOTERS, STATEMENTS)) < 0.8
    rows = [
        (f"H{person:04d}", str(statement), int(table[person, statement]))
        for person, statement in zip(*np.nonzero(seen), strict=True)
    ]
    names = [f"B{number:03d}" for number in range(count)]
    for name, row in zip(names, copies.tolist(), strict=True):
        rows += [(name, str(statement), vote) for statement, vote in enumerate(row)]
    return rows, names
