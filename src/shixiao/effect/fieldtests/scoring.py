"""Scores of one test: what the answers are worth in each dimension, and over all.

Within a dimension the weighted mean of the questions that were answered; over all the geometric
mean of the dimensions, as in the index, so that none makes up for another. Undefined is never 0: a
dimension in which nothing was answered has no score, and then there is none over all.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from shixiao.effect.fieldtests.answers import Answer, values_of
from shixiao.effect.fieldtests.kinds import Dimension
from shixiao.effect.fieldtests.protocol import Protocol, Question, Value

OVERALL = "overall"


def scores(protocol: Protocol, answers: Iterable[Answer]) -> dict[str, float | None]:
    """Return dimension → score, 0 to 1, and the same over all under ``overall``.

    Args:
        protocol: the protocol by which the answers were given.
        answers: checked answers.
    """
    known = scored(protocol, values_of(answers)).values()
    found: dict[str, float | None] = {}
    for dimension in Dimension:
        parts = [(q.weight, score) for q, score in known if q.dimension is dimension]
        whole = sum(weight for weight, _ in parts)
        total = math.fsum(weight * score for weight, score in parts)
        found[str(dimension)] = min(total / whole, 1.0) if whole else None
    values = [value for value in found.values() if value is not None]
    complete = len(values) == len(Dimension)
    found[OVERALL] = math.prod(values) ** (1 / len(values)) if complete else None
    return found


def scored(protocol: Protocol, values: Mapping[str, Value]) -> dict[str, tuple[Question, float]]:
    """Return question → the question and its score, of what was answered and is scored."""
    found = {}
    for key, question in protocol.all_questions.items():
        score = question.score(values[key]) if key in values else None
        if score is not None:
            found[key] = (question, score)
    return found
