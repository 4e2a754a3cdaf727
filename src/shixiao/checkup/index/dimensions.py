"""Dimensions: parts with weights become a score, and every number opens into its computation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from shixiao.checkup.index.catalogue import (
    DIMENSION_NAMES,
    DIMENSIONS,
    OVERALL,
    WEIGHTS,
    Goalposts,
    goalposts_of,
    indicators,
    weights_of,
)
from shixiao.checkup.index.knowledge import Known
from shixiao.checkup.index.scoring import (
    Floats,
    arithmetic,
    ends,
    geometric,
    in_proportion,
    normalised,
)
from shixiao.rules import RulePack
from shixiao.terms import Estimate, SubjectKind, Text
from shixiao.terms.estimate import significant


@dataclass(frozen=True, slots=True)
class Part:
    """One line of a computation.

    Attributes:
        id: indicator, dimension, or ``services``.
        name: what to call it.
        value: the value that is scored (shrunk), in the unit of the part.
        raw: as the evidence shows it; None where the part is itself a score.
        goalposts: the values that score 0 and 100; None where the part is itself a score.
        score: 0 to 100, expected over all that the evidence leaves open; None where unusable.
        weight: its share of the whole after parts that are missing gave up theirs.
        contribution: weight times score; in a geometric mean the exponent's factor score^weight.
        rule: id of the rule that holds the weight.
        details: such as a response rate.
    """

    id: str
    name: Text
    value: Estimate
    raw: Estimate | None
    goalposts: Goalposts | None
    score: float | None
    weight: float
    contribution: float | None
    rule: str
    details: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the part as it stands in result.json."""
        posts = self.goalposts
        return {
            "indicator": self.id,
            "name": self.name.to_json(),
            "value": self.value.to_json(),
            "raw": None if self.raw is None else self.raw.to_json(),
            "goalposts": None
            if posts is None
            else {"floor": posts.floor, "target": posts.target, "rule": posts.rule},
            "score": significant(self.score),
            "weight": significant(self.weight),
            "contribution": significant(self.contribution),
            "rule": self.rule,
            "details": {
                key: significant(v) if isinstance(v, float) else v
                for key, v in self.details.items()
            },
        }


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A part before the weights of its whole are known."""

    id: str
    name: Text
    value: Estimate
    raw: Estimate | None
    goalposts: Goalposts | None
    score: float | None
    draws: Floats
    weight: float
    rule: str
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """A score with its draws, or the reason why there is none."""

    value: float | None
    draws: Floats
    parts: tuple[Part, ...]
    reason: Text | None = None


def entries_of(
    known: Mapping[str, Known], kind: SubjectKind, rules: RulePack
) -> dict[str, list[Entry]]:
    """Return the indicators of one subject as entries, by dimension."""
    found: dict[str, list[Entry]] = {dimension: [] for dimension in DIMENSIONS}
    for item in indicators():
        one = known.get(item.id)
        if one is None or kind not in item.kinds:
            continue
        posts = goalposts_of(item, rules)
        scores = normalised(one.draws, posts)
        # The expected score, not the score of the expected value: cut at the target, what is hardly
        # known would otherwise come out too high.
        score = float(scores.mean()) if one.usable else None
        rule = WEIGHTS.get(kind, item.weight)
        found[item.dimension].append(
            Entry(
                item.id,
                item.name,
                one.shrunk,
                one.raw,
                posts,
                score,
                scores,
                rules.number(rule, item.id),
                rule,
                one.details,
            )
        )
    return found


def dimension(
    entries: Sequence[Entry],
    declared: Mapping[str, float],
    missing: Mapping[str, Text],
    rules: RulePack,
) -> Scored:
    """Join entries arithmetically; weights of what is missing go to the rest.

    Args:
        entries: what is known.
        declared: part → weight, of every part that the dimension has.
        missing: part → why it is not there, for those the evidence does not hold.
        rules: gives the share of weight that must be known (I-09).
    """
    used = [e for e in entries if e.score is not None and e.weight > 0]
    # What is only known of its peers enters the score, but is no ground for having one.
    own = [e for e in used if e.raw is None or e.raw.ok]
    total = sum(declared.values())
    share = sum(e.weight for e in own) / total if total > 0 else 0.0
    needed = rules.number("I-09")
    if not used or share < needed:
        parts = tuple(_part(e, 0.0) for e in entries)
        return Scored(None, np.empty(0), parts, _too_little(share, needed, missing))
    weights = in_proportion([e.weight for e in used])
    given = {e.id: float(w) for e, w in zip(used, weights, strict=True)}
    value = float(arithmetic([e.score or 0.0 for e in used], weights))
    draws = arithmetic(np.stack([e.draws for e in used]), weights)
    return Scored(value, draws, tuple(_part(e, given.get(e.id, 0.0)) for e in entries))


def overall(dimensions: Mapping[str, Scored], rules: RulePack, n: int, level: float) -> Scored:
    """Join the three dimensions geometrically; all three are needed."""
    absent = [name for name in DIMENSIONS if dimensions[name].value is None]
    if absent:
        names = [DIMENSION_NAMES[name] for name in absent]
        why = [dimensions[name].reason for name in absent]
        reason = Text(
            "；".join(f"{t.zh}无法评估：{r.zh}" for t, r in zip(names, why, strict=True) if r),
            "; ".join(
                f"{t.en} is not assessable: {r.en}" for t, r in zip(names, why, strict=True) if r
            ),
        )
        return Scored(None, np.empty(0), (), reason)
    weights = in_proportion(list(weights_of("I-01", DIMENSIONS, rules).values()))
    values = np.array([dimensions[name].value for name in DIMENSIONS], dtype=np.float64)
    draws = geometric(np.stack([dimensions[name].draws for name in DIMENSIONS]), weights)
    parts = tuple(
        Part(
            name,
            DIMENSION_NAMES[name],
            interval(dimensions[name], n, level),
            None,
            None,
            float(score),
            float(weight),
            float(score**weight),
            "I-01",
        )
        for name, score, weight in zip(DIMENSIONS, values, weights, strict=True)
    )
    return Scored(float(geometric(values, weights)), draws, parts)


def interval(scored: Scored, n: int, level: float) -> Estimate:
    """Return a score with the interval of its draws, or the reason why there is none."""
    if scored.value is None:
        return Estimate.not_assessable(scored.reason or DIMENSION_NAMES[OVERALL], n)
    low, high = ends(np.sort(scored.draws), level)
    value = scored.value
    return Estimate(value, min(low, value), max(high, value), n, level)


def _part(entry: Entry, weight: float) -> Part:
    contribution = None if entry.score is None else weight * entry.score
    return Part(
        entry.id,
        entry.name,
        entry.value,
        entry.raw,
        entry.goalposts,
        entry.score,
        weight,
        contribution,
        entry.rule,
        entry.details,
    )


def _too_little(share: float, needed: float, missing: Mapping[str, Text]) -> Text:
    """Say how much weight is known, how much is needed, and what would give more."""
    zh = f"有数据的指标只占权重的 {share:.0%}，至少需要 {needed:.0%}"
    en = f"the indicators that are known hold {share:.0%} of the weight; {needed:.0%} is needed"
    named = {item.id: item.name for item in indicators()}
    if missing:
        zh += f"（{'；'.join(f'{named[i].zh}：{reason.zh}' for i, reason in missing.items())}）"
        en += f" ({'; '.join(f'{named[i].en}: {reason.en}' for i, reason in missing.items())})"
    return Text(zh, en)
