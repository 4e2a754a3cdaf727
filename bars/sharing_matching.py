"""Matching on the held-out part of the public benchmark, and what a city costs.

600 services with 20 items each, every wording another, against 20,000 elements: the benchmark's
own, repeated under other areas. RapidFuzz scores the same names by edit distance alone, in a
process of its own in the same run, and its hits stand beside ours.
"""

from __future__ import annotations

from typing import Any

from bars.outcome import Outcome
from bars.workers import in_child
from shixiao.rules import load_pack
from shixiao.sharing.matching import elements, grade, match, predictions, questions

HIT_1, HIT_5 = 0.85, 0.95
SECONDS = 30.0  # CPU, for a city
CITY = ("12000", "20000")


def measure(*, full: bool) -> list[Outcome]:
    asked = questions("heldout")
    found = match(
        [question.item for question in asked],
        elements(),
        threshold=load_pack().number("MAT-01"),
    )
    score = grade(predictions(found), asked)
    hits = [
        Outcome.at_least(_with_interval("hit@1", score.hit1), score.hit1.value or 0.0, HIT_1),
        Outcome.at_least(_with_interval("hit@5", score.hit5), score.hit5.value or 0.0, HIT_5),
        Outcome.recorded("mean reciprocal rank, held-out", score.mrr.value or 0.0),
        Outcome.recorded("no answer, and said so", score.none_right.value or 0.0),
        Outcome.recorded("an answer, and said that none fits", score.none_wrong.value or 0.0),
    ]
    return hits + _cost() if full else hits


def _cost() -> list[Outcome]:
    peer = in_child("match_by_edits")
    ours, theirs = in_child("match_city", *CITY), in_child("match_city_by_edits", *CITY)
    what = f"{CITY[0]} items against {CITY[1]} elements"
    return [
        Outcome.recorded("RapidFuzz on the same items: hit@1", peer["hit1"]),
        Outcome.recorded("RapidFuzz on the same items: hit@5", peer["hit5"]),
        Outcome.at_most(what, ours["cpu_s"], SECONDS, "CPU s", cost=ours),
        Outcome.recorded(f"RapidFuzz, {what}", theirs["cpu_s"], "CPU s", cost=theirs),
    ]


def _with_interval(name: str, estimate: Any) -> str:
    return f"{name}, held-out, {estimate.n} items, [{estimate.low:.3f}, {estimate.high:.3f}]"
