"""Do evaluators who tried the same thing say the same, and about which questions do they differ?

One unit is one question of one item of a commission in one mode for one audience, its values are
the scores of its answers, and the scale is interval, for scores are differences on a line.
Krippendorff's α is in ``statistics.agreement``. A sheet that another of the same evaluator replaces
does not count, and of several sheets of one evaluator on one item the last one does.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from shixiao.effect.fieldtests.answers import values_of
from shixiao.effect.fieldtests.kinds import Dimension
from shixiao.effect.fieldtests.protocol import Protocol, Question
from shixiao.effect.fieldtests.scoring import OVERALL, scored
from shixiao.effect.fieldtests.sheet import answers_of, check_protocol, sheet_sha256
from shixiao.statistics import krippendorff_alpha
from shixiao.terms import Estimate

Sheet = Mapping[str, Any]
Place = tuple[str, str, str, str]
Unit = tuple[str, str, str, str, str]
_PLACE = ("commission", "item", "mode", "audience")


@dataclass(frozen=True, slots=True)
class Disputed:
    """A question that evaluators answered differently.

    Attributes:
        question: the question.
        difference: mean difference of the scores of two evaluators on one item, 0 to 1.
        items: items on which at least two evaluators answered it.
    """

    question: Question
    difference: float
    items: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far evaluators agree.

    Attributes:
        overall: α over all scored questions; n counts units that two or more evaluators answered.
        dimensions: α of the questions of each dimension.
        disputed: the questions about which they differ, most first.
        items: items that two or more evaluators tried.
    """

    overall: Estimate
    dimensions: Mapping[str, Estimate]
    disputed: tuple[Disputed, ...]
    items: int


def agreement(
    protocol: Protocol, sheets: Iterable[Sheet], *, draws: int, seed: int, level: float = 0.95
) -> Agreement:
    """Return how far the sheets of one protocol agree.

    Args:
        protocol: the protocol of all of them.
        sheets: score sheets, in any order.
        draws: bootstrap draws (rule E-18).
        seed: seed of the draws.
        level: level of the intervals.

    Raises:
        BadInput: a sheet is none, or of another protocol or version.
    """
    said: dict[Unit, list[float]] = defaultdict(list)
    tried: dict[Place, int] = defaultdict(int)
    for sheet in in_force(sheets):
        check_protocol(sheet, protocol)
        commission, item, mode, audience = (str(sheet[name]) for name in _PLACE)
        place = (commission, item, mode, audience)
        tried[place] += 1
        for key, (_, score) in scored(protocol, values_of(answers_of(sheet))).items():
            said[(*place, key)].append(score)
    units = {unit: said[unit] for unit in sorted(said)}

    def alpha(name: str, wanted: Sequence[Unit]) -> Estimate:
        pairs = [(number, score) for number, unit in enumerate(wanted) for score in units[unit]]
        return krippendorff_alpha(
            [number for number, _ in pairs],
            [score for _, score in pairs],
            scale="interval",
            draws=draws,
            rng=np.random.default_rng([seed, zlib.crc32(name.encode())]),
            level=level,
        )

    questions = protocol.all_questions
    return Agreement(
        overall=alpha(OVERALL, list(units)),
        dimensions={
            str(dimension): alpha(
                str(dimension),
                [unit for unit in units if questions[unit[-1]].dimension is dimension],
            )
            for dimension in Dimension
        },
        disputed=_disputed(protocol, units),
        items=sum(number >= 2 for number in tried.values()),
    )


def in_force(sheets: Iterable[Sheet]) -> list[Sheet]:
    """Return the sheets that count: not replaced, and the last of each evaluator on an item.

    Nobody replaces the sheet of another: that a sheet names it as replaced then means nothing.
    """
    every = {sheet_sha256(sheet): sheet for sheet in sheets}
    replaced = {(_author(sheet), sheet.get("previous")) for sheet in every.values()}
    last: dict[tuple[str, ...], tuple[str, str]] = {}
    for key, sheet in every.items():
        if (_author(sheet), key) not in replaced:
            place = (*(str(sheet[name]) for name in _PLACE), str(sheet["evaluator"]))
            last[place] = max(last.get(place, ("", "")), (str(sheet["finished"]), key))
    return [every[key] for _, (_, key) in sorted(last.items())]


def _author(sheet: Sheet) -> tuple[str, str, str]:
    return str(sheet["commission"]), str(sheet["item"]), str(sheet["evaluator"])


def _disputed(protocol: Protocol, units: Mapping[Unit, Sequence[float]]) -> tuple[Disputed, ...]:
    apart: dict[str, list[float]] = defaultdict(list)
    for unit, values in units.items():
        differences = [abs(a - b) for a, b in combinations(values, 2)]
        if differences:
            apart[unit[-1]].append(sum(differences) / len(differences))
    found = [
        Disputed(question, sum(apart[key]) / len(apart[key]), len(apart[key]))
        for key, question in protocol.all_questions.items()
        if any(apart.get(key, ()))
    ]
    return tuple(sorted(found, key=lambda one: -one.difference))
