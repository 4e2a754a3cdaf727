"""Rejoining: scores of wholes from the published scores of their parts, as the index joins them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shixiao.checkup.index.catalogue import (
    DIMENSIONS,
    OVERALL,
    WEIGHTS,
    goalposts_of,
    indicator,
    indicators,
    weights_of,
)
from shixiao.checkup.index.scoring import arithmetic, geometric, in_proportion
from shixiao.rules import RulePack
from shixiao.terms import SubjectKind, significant

Entry = dict[str, Any]


def recomputed_scores(given: Mapping[str, Any], rules: RulePack) -> Iterator[Entry]:
    """Give the entries of ``index`` in result.json with the numbers that follow from the parts.

    Args:
        given: ``subject``; ``dimensions``, dimension → [part, score] in the order of the index;
            ``capped``, true where a red line cuts the overall score.
        rules: weights, goalposts and the cap.
    """
    kind = SubjectKind(given["subject"]["kind"])
    values: dict[str, float] = {}
    for name, parts in given["dimensions"].items():
        ids, scores = [part for part, _ in parts], [float(score) for _, score in parts]
        rule = WEIGHTS.get(kind) or _rule_of(name, kind)
        weights = in_proportion([rules.number(rule, part) for part in ids])
        values[name] = float(arithmetic(scores, weights))
        lines = [
            _line(part, float(weight), float(weight) * score, rules)
            for part, score, weight in zip(ids, scores, weights, strict=True)
        ]
        yield _entry(given, name, values[name], lines)
    if set(values) == set(DIMENSIONS):
        yield _overall(given, [values[name] for name in DIMENSIONS], rules)


def _overall(given: Mapping[str, Any], values: Sequence[float], rules: RulePack) -> Entry:
    weights = in_proportion(list(weights_of("I-01", DIMENSIONS, rules).values()))
    value = float(geometric(values, weights))
    lines = [
        {
            "indicator": name,
            "value": {"value": significant(score)},
            "score": significant(score),
            "weight": significant(float(weight)),
            "contribution": significant(float(score**weight)),
        }
        for name, score, weight in zip(DIMENSIONS, values, weights, strict=True)
    ]
    if not given["capped"]:
        return _entry(given, OVERALL, value, lines)
    cut = _entry(given, OVERALL, min(value, rules.number("I-11")), lines)
    return {**cut, "uncapped": significant(value)}


def _rule_of(name: str, kind: SubjectKind) -> str:
    return next(i.weight for i in indicators() if i.dimension == name and kind in i.kinds)


def _line(part: str, weight: float, contribution: float, rules: RulePack) -> Entry:
    line: Entry = {
        "indicator": part,
        "weight": significant(weight),
        "contribution": significant(contribution),
    }
    if part in {item.id for item in indicators()}:
        posts = goalposts_of(indicator(part), rules)
        line["goalposts"] = {"floor": posts.floor, "target": posts.target}
    return line


def _entry(given: Mapping[str, Any], name: str, value: float, lines: Sequence[Entry]) -> Entry:
    return {
        "subject": given["subject"],
        "dimension": name,
        "score": {"value": significant(value)},
        "parts": list(lines),
    }
