"""The benchmark: how often do predictions name the right element, first or among five?

hit@1 and hit@5 have Wilson intervals; the mean reciprocal rank (MRR, over the first five) has a
percentile interval from resampling items. Data and how they were made: data/benchmark/DATASHEET.md.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np

from shixiao.sharing.matching.items import Element, Item
from shixiao.sharing.matching.matching import OFFERED, Match
from shixiao.statistics import wilson
from shixiao.terms import BadInput, Estimate, Text

PARTS = ("train", "heldout")
_DRAWS, LEVEL = 2000, 0.95


@dataclass(frozen=True, slots=True)
class Question:
    """An item of the benchmark, its family, and the ids of every element that answers it."""

    item: Item
    family: str
    answers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Prediction:
    """Ids in the order in which they are offered, and whether none of them is meant."""

    elements: tuple[str, ...]
    none: bool


@dataclass(frozen=True, slots=True)
class Score:
    """What predictions are worth.

    Attributes:
        hit1, hit5: share of items with an answer whose answer is first, or among five.
        mrr: mean of one over the rank of the first answer; 0 where it is not among five.
        none_right: share of items without an answer of which that is said.
        none_wrong: share of items with an answer of which it is said that none fits.
    """

    hit1: Estimate
    hit5: Estimate
    mrr: Estimate
    none_right: Estimate
    none_wrong: Estimate


@cache
def questions(part: str) -> tuple[Question, ...]:
    """Return the items of a part, train or heldout."""
    return tuple(
        Question(
            Item(row["item_id"], row["item_name"], row["kind"]),
            row["family"],
            frozenset(filter(None, row["answers"].split(";"))),
        )
        for row in _table(part)
    )


@cache
def elements() -> tuple[Element, ...]:
    """Return the elements among which answers are looked for."""
    return tuple(
        Element(row.pop("element_id"), **row)  # the columns are the fields
        for row in _table("elements")
    )


def predictions(matches: Sequence[Match]) -> dict[str, Prediction]:
    """Return matches in the form that is scored."""
    return {
        found.item.id: Prediction(tuple(c.element.id for c in found.candidates), found.none)
        for found in matches
    }


def read_predictions(path: Path) -> dict[str, Prediction]:
    """Read what ``shixiao sharing match --json`` prints, or any file of that form.

    Raises:
        BadInput: it is no such file.
    """
    try:
        content = json.loads(path.read_text("utf-8"))
        return {str(entry["item_id"]): _prediction(entry) for entry in content["matches"]}
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError):
        raise BadInput(
            Text(
                "这不是匹配结果；须有 matches，每项有 item_id 和 candidates（各有 element_id）。",
                "this is no result of matching; it has matches, each with item_id and candidates, "
                "each of which has element_id",
            ),
            file=path.name,
        ) from None


def grade(given: Mapping[str, Prediction], asked: Sequence[Question], *, seed: int = 1) -> Score:
    """Grade predictions; an item of which nothing was predicted is wrong.

    Args:
        given: item id → prediction.
        asked: the questions.
        seed: of the resampling for the interval of the mean reciprocal rank.
    """
    nothing = Prediction((), none=True)
    answered = [question for question in asked if question.answers]
    unanswered = [question for question in asked if not question.answers]
    said = [given.get(question.item.id, nothing) for question in answered]
    ranks = np.array(
        [_rank(each, question.answers) for each, question in zip(said, answered, strict=True)]
    )
    silent = sum(given.get(question.item.id, nothing).none for question in unanswered)
    return Score(
        wilson(int((ranks == 1).sum()), len(ranks)),
        wilson(int((ranks > 0).sum()), len(ranks)),
        _mean(np.where(ranks > 0, 1 / np.maximum(ranks, 1), 0.0), seed),
        wilson(silent, len(unanswered)),
        wilson(sum(each.none for each in said), len(said)),
    )


def _prediction(entry: Mapping[str, Any]) -> Prediction:
    ids = tuple(str(candidate["element_id"]) for candidate in entry["candidates"])
    return Prediction(ids, bool(entry.get("none_of_them", not ids)))


def _rank(given: Prediction, answers: frozenset[str]) -> int:
    """Return the place of the first answer, from 1; 0 where it is not among the first five."""
    places = (place for place, key in enumerate(given.elements[:OFFERED], 1) if key in answers)
    return next(places, 0)


def _mean(values: Any, seed: int) -> Estimate:
    draws = np.random.default_rng(seed).integers(0, len(values), (_DRAWS, len(values)))
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(values[draws].mean(axis=1), [tail, 1 - tail])
    return Estimate(float(values.mean()), float(low), float(high), len(values))


def _table(name: str) -> list[dict[str, str]]:
    folder = files("shixiao.sharing.matching").joinpath("data", "benchmark")
    text = folder.joinpath(f"{name}.csv").read_text("utf-8")
    return list(csv.DictReader(StringIO(text)))
