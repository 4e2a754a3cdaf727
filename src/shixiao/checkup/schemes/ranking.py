"""Who would stand where without the part that rewards show? An order before, rank intervals after.

Before: the order under the whole scheme as declared. After: vanity and banned indicators are left
out and the weights of the rest renormalised. How far a place is due to the choice of weights is
told in two ways, and the interval covers both: weights drawn from a Dirichlet distribution around
the declared ones (OECD/JRC Handbook on Constructing Composite Indicators, 2008, step 7), under the
one ranking rule of the house (:func:`shixiao.statistics.rank`), and every indicator left out once.
Where a panel set the weights, the interval covers the order that each member alone would give, too.
The scores themselves are taken as given; their sampling error is not in the file.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from shixiao.checkup.schemes.appraisal import Appraisal
from shixiao.checkup.schemes.scores import Scores
from shixiao.rules import RulePack
from shixiao.statistics import rank
from shixiao.terms import Subject, SubjectKind, Text

Floats = npt.NDArray[np.float64]
ALIKE = 1e-9  # scores closer than this are equal: sums of floats differ in their last bits
NO_EVIDENCE = Text(
    "没有部门得分，因此不重排名次；可附得分表（部门一列，每项指标一列，0 至 100 分）或证据包。",
    "Without scores of departments nothing is ranked anew; add a table of scores (one column of "
    "departments, one per indicator, 0 to 100) or an evidence package.",
)
NOTHING_LEFT = Text(
    "去掉做样子的指标之后，没有任何有权重的指标，无法重排名次。",
    "Without the indicators that reward show none with a weight is left to rank by.",
)
NO_INDEX = Text(
    "证据包的评估结果中没有部门指数，无法按实效排列；请补充能评估部门的数据。",
    "The evaluation of the package holds no index of departments, so that they cannot be ranked by "
    "effect; add data by which departments can be assessed.",
)
BY_EFFECT = Text(
    "“之后”的名次区间来自证据包的实效指数；证据包不含原办法的得分，因此没有“之前”的名次。",
    "The intervals “after” come from the index of effect of the package; it holds no scores under "
    "the scheme, so that there is no order “before”.",
)


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a subject may stand: ``low`` is the best rank, ``high`` the worst."""

    subject: Subject
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Reranking:
    """The order before and the rank intervals after; both may be empty, and notes say why."""

    before: tuple[Subject, ...] = ()
    after: tuple[Placed, ...] = ()
    notes: tuple[Text, ...] = ()


def ranking_from_scores(
    scores: Scores, appraisal: Appraisal, *, rules: RulePack, seed: int
) -> Reranking:
    """Rank departments before and after the weight on show is taken out.

    Args:
        scores: of every department under every indicator of the scheme.
        appraisal: of that scheme.
        rules: for the number of draws (APS-01), their concentration (APS-02), the level (E-17).
        seed: of the draws.
    """
    shares = appraisal.scheme.shares
    honest = [
        0.0 if item.indicator_class.show else share
        for item, share in zip(appraisal.judged, shares, strict=True)
    ]
    return rerank(scores, declared=shares, honest=honest, rules=rules, seed=seed)


def rerank(
    scores: Scores,
    *,
    declared: Sequence[float],
    honest: Sequence[float],
    panel: Sequence[Sequence[float]] = (),
    rules: RulePack,
    seed: int,
) -> Reranking:
    """Rank by declared weights, and anew by others that reward no show.

    Args:
        scores: of every subject under every indicator.
        declared: weights of the order before, one per indicator.
        honest: weights of the intervals after, 0 for what is left out; they need not sum to 1.
        panel: weights that single members of a panel gave, of which ``honest`` is the mean: the
            intervals cover where each of them alone would put a subject.
        rules: for the number of draws (APS-01), their concentration (APS-02), the level (E-17).
        seed: of the draws.
    """
    shares, wanted = np.array(declared), np.array(honest)
    before = scores.values @ shares
    names = [subject.id for subject in scores.subjects]
    order = sorted(range(len(names)), key=lambda i: (-round(before[i], 9), names[i]))
    ordered = tuple(scores.subjects[i] for i in order)
    kept = wanted > 0
    if not kept.any():
        return Reranking(ordered, (), (*scores.notes, NOTHING_LEFT))
    values, weights = scores.values[:, kept], wanted[kept] / wanted[kept].sum()
    low, high = _intervals(names, values, weights, rules=rules, seed=seed)
    for member in panel:
        best, worst = _places(scores.values @ np.array(member))
        low, high = np.minimum(low, best), np.maximum(high, worst)
    after = values @ weights
    placed = sorted(
        (Placed(s, int(a), int(b)) for s, a, b in zip(scores.subjects, low, high, strict=True)),
        key=lambda p: (p.low, p.high, -round(after[names.index(p.subject.id)], 9), p.subject.id),
    )
    return Reranking(ordered, tuple(placed), scores.notes)


def bands(placed: Sequence[Placed]) -> list[int]:
    """Return the band of each place, 1 for the top: bands begin where no interval crosses.

    Args:
        placed: by their best rank, as :func:`rerank` returns them.
    """
    found: list[int] = []
    band, worst = 0, 0
    for place in placed:
        band += place.low > worst
        worst = max(worst, place.high)
        found.append(band)
    return found


def ranking_from_index(index: Sequence[Mapping[str, Any]]) -> Reranking:
    """Take the ranks of departments from the index of an evaluation (result.json, ``index``)."""
    placed = [
        Placed(_subject(entry["subject"]), int(entry["rank"]["low"]), int(entry["rank"]["high"]))
        for entry in index
        if entry["subject"]["kind"] == SubjectKind.DEPARTMENT
        and entry["dimension"] == "overall"
        and entry.get("rank")
    ]
    if not placed:
        return Reranking(notes=(NO_INDEX,))
    placed.sort(key=lambda item: (item.low, item.high, item.subject.id))
    return Reranking(after=tuple(placed), notes=(BY_EFFECT,))


def _subject(value: Mapping[str, Any]) -> Subject:
    return Subject(SubjectKind(value["kind"]), value["id"], Text.of(value["name"]))


def _intervals(
    names: list[str], values: Floats, weights: Floats, *, rules: RulePack, seed: int
) -> tuple[npt.NDArray[np.int_], npt.NDArray[np.int_]]:
    rng = np.random.default_rng([seed, zlib.crc32(b"schemes.ranking")])
    drawn = rng.dirichlet(rules.number("APS-02") * weights, size=int(rules.number("APS-01")))
    ranked = rank(
        names, values @ weights, values @ drawn.T, higher_is_better=True, level=rules.number("E-17")
    )
    low = np.array([place.low for place in ranked])
    high = np.array([place.high for place in ranked])
    if len(weights) > 1:
        for left_out in range(len(weights)):
            others = np.delete(weights, left_out)
            best, worst = _places(np.delete(values, left_out, axis=1) @ (others / others.sum()))
            low, high = np.minimum(low, best), np.maximum(high, worst)
    return low, high


def _places(totals: Floats) -> tuple[npt.NDArray[np.int_], npt.NDArray[np.int_]]:
    """Return the best and the worst rank of each total; equal ones share theirs."""
    difference = totals[:, None] - totals[None, :]
    best = 1 + (difference < -ALIKE).sum(axis=1)
    worst = len(totals) - (difference > ALIKE).sum(axis=1)
    return best, worst
