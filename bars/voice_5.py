"""Bar 5 of voice: planted needs are found, and campaigns, brigades and the unheard are told."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from bars.outcome import Outcome
from shixiao.potemkin.voices import Voices, draw_voices, grade
from shixiao.rules import load_pack
from shixiao.voice import Message, duplicates, topics
from shixiao.voice.ballots import UNSEEN, Ballots
from shixiao.voice.brigades import brigades
from shixiao.voice.needs import Service, needs
from shixiao.voice.reporting import participation

SEEDS, FEW = range(201, 241), range(201, 203)
MOST = 0.8  # of a campaign's or a brigade's members


@dataclass(slots=True)
class Sum:
    """What was planted and found in all cities."""

    planted: int = 0
    found: int = 0
    reported: int = 0
    false: int = 0
    campaigns: int = 0
    brigades: int = 0
    innocent: int = 0
    unheard: int = 0
    cities: int = 0


def measure(*, full: bool) -> list[Outcome]:
    total = Sum()
    for seed in SEEDS if full else FEW:
        _city(draw_voices(seed), total)
    n = total.cities
    said = f"{total.planted} needs without a service in {n} cities"
    wrong = total.false / max(total.reported, 1)
    return [
        Outcome.at_least(f"{said}: recall", total.found / total.planted, 0.9),
        Outcome.at_most(f"{said}: false discovery rate", wrong, 0.1),
        Outcome.at_least("campaigns told", total.campaigns / n, 0.9),
        Outcome.at_least("brigades told", total.brigades / n, 0.9),
        Outcome.at_most("honest voters in brigades, per city", total.innocent / n, 1),
        Outcome.at_least("unheard groups told, and no other", total.unheard / n, 0.9),
    ]


def _city(voices: Voices, total: Sum) -> None:
    rules, truth = load_pack(), voices.truth
    rows = [
        Message(
            row["message_id"],
            row["text"],
            row["title"],
            time=datetime.fromisoformat(row["ts"]),
            place=row["place"],
            person=row["person"],
            service=row["service_id"],
        )
        for row in voices.messages
    ]
    found = topics(rows, rules=rules)
    of_terms = {topic.terms: [rows[i].id for i in topic.members] for topic in found}
    services = [Service(*entry) for entry in voices.services]
    called = [need for need in needs(rows, found, services, rules=rules)
              if need.kind == "no_service"]  # fmt: skip
    graded = grade(truth["needs"], [of_terms[need.terms] for need in called])
    total.planted += graded.planted
    total.found += graded.found
    total.reported += graded.reported
    total.false += graded.false
    campaigns = [{rows[i].id for i in group.members}
                 for group in duplicates(rows, rules=rules) if group.campaign]  # fmt: skip
    planted = set(truth["campaigns"][0])
    total.campaigns += any(len(planted & own) >= MOST * len(planted) for own in campaigns)
    _votes(voices, total)
    spoken = Counter(voices.ages.values())
    told = participation(spoken, voices.population, rules=rules)
    total.unheard += [row.group for row in told if row.unheard and _far(row.ratio.high)] == truth[
        "unheard"
    ]
    total.cities += 1


def _far(high: float | None) -> bool:
    return high is not None and high < 0.8  # a little less heard is not unheard


def _votes(voices: Voices, total: Sum) -> None:
    persons = sorted({person for person, _, _ in voices.votes})
    statements = sorted({statement for _, statement, _ in voices.votes}, key=int)
    table = np.full((len(persons), len(statements)), UNSEEN, np.int8)
    rows = {person: place for place, person in enumerate(persons)}
    for person, statement, vote in voices.votes:
        table[rows[person], int(statement)] = vote
    times = np.full(len(persons), np.nan)
    found, _ = brigades(Ballots(tuple(persons), tuple(statements), table, times), rules=load_pack())
    members = {persons[i] for brigade in found for i in brigade.persons}
    planted = set(voices.truth["brigade"])
    total.brigades += len(planted & members) >= MOST * len(planted)
    total.innocent += len(members - planted)
