"""Counting: what a public bundle holds for its numbers to be recomputed from.

Counts, and of what only single cases tell, the values that later steps start from, in full length.
Nothing is taken that the public view withholds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from shixiao.checkup.bundles.cells import Shown
from shixiao.checkup.bundles.process import counts_of_process
from shixiao.checkup.bundles.withholding import WITHHELD
from shixiao.checkup.detectors.mechanical_copy import KIND as COPY
from shixiao.checkup.detectors.trial import Trial
from shixiao.checkup.evaluation import Evaluation
from shixiao.checkup.index import DIMENSIONS, OVERALL, Score
from shixiao.effect import Arm, Compared, measure, pooled, whole
from shixiao.effect.arm_cells import SEPARATOR
from shixiao.effect.comparison import Strata
from shixiao.terms import Estimate, Finding, Subject, SubjectKind

Entry = dict[str, Any]


def counts_of(evaluation: Evaluation, view: Mapping[str, Any], shown: Shown) -> dict[str, Any]:
    """Return the counts behind the public view, section by section.

    Args:
        evaluation: what was found.
        view: the public view of its result.
        shown: which cells may be shown.
    """
    return {
        "measures": list(_measures(evaluation, view)),
        "figures": list(_figures(evaluation, view)),
        "comparisons": list(_comparisons(evaluation, view, shown)),
        "quality": list(_quality(evaluation, view)),
        "process": counts_of_process(view["process"]),
        "rankings": list(_rankings(evaluation, view)),
        "tests": list(_tests(evaluation, view)),
        "shares": list(_shares(evaluation, view)),
        "copies": list(_copies(evaluation, view)),
        "findings": _findings(evaluation),
        "index": list(_index(evaluation)),
        "funnels": list(_funnels(evaluation, view)),
    }


def _is_shown(estimate: Mapping[str, Any]) -> bool:
    return estimate["n"] is not WITHHELD


def named(subject: Subject) -> Entry:
    """Return a subject without its name."""
    return {"kind": str(subject.kind), "id": subject.id}


def _arm(arm: Arm | None) -> Entry:
    return {"arm_column": arm.column if arm else None, "arm": arm.value if arm else None}


def _measures(evaluation: Evaluation, view: Mapping[str, Any]) -> Iterator[Entry]:
    for item, entry in zip(evaluation.measured, view["measures"], strict=False):
        if item.sums is not None and _is_shown(entry["estimate"]):
            yield {
                "subject": named(item.subject),
                "measure": item.measure,
                **_arm(item.arm),
                "n": item.sums.n,
                "total": item.sums.total,
                "squares": item.sums.squares,
            }


def _figures(evaluation: Evaluation, view: Mapping[str, Any]) -> Iterator[Entry]:
    entries = view["measures"][len(evaluation.measured) :]
    for figure, entry in zip(evaluation.figures, entries, strict=True):
        if figure.hits is not None and _is_shown(entry["estimate"]):
            yield {
                "subject": named(figure.subject),
                "measure": figure.measure,
                "hits": figure.hits,
                "n": figure.estimate.n,
            }


def _comparisons(evaluation: Evaluation, view: Mapping[str, Any], shown: Shown) -> Iterator[Entry]:
    everything = whole(evaluation.store)
    for item, entry in zip(evaluation.compared, view["comparisons"], strict=True):
        if item.cells is None or entry["n_a"] is WITHHELD:
            continue
        strata = _strata(item, shown)
        if strata is None:
            continue
        yield {
            "subject": named(item.subject),
            "key": "" if item.subject == everything else item.subject.id,
            "measure": item.measure,
            "column": item.comparison.column,
            "a": item.comparison.a,
            "b": item.comparison.b,
            "suggested": item.suggested,
            "strata": list(item.strata),
            "cells": {
                stratum: {
                    arm: [sample.values.tolist(), sample.counts.tolist()]
                    for arm, sample in sorted(arms.items())
                }
                for stratum, arms in sorted(strata.items())
            },
        }


def _strata(item: Compared, shown: Shown) -> Strata | None:
    """Return the cells by stratum; None where a stratum is of nobody whose cells are shown.

    Where case mix was not levelled the strata count as one.
    """
    cells = item.cells or {}
    column, arms = item.comparison.column, (item.comparison.a, item.comparison.b)
    if not item.strata:
        together = {arm: pooled(cells, arm) for arm in arms}
        return {"": {arm: sample for arm, sample in together.items() if sample.n}}
    if item.strata != ("service_id",):
        return None
    metric = measure(item.measure).metric
    for stratum, found in cells.items():
        node = (str(SubjectKind.SERVICE), stratum.removeprefix(SEPARATOR))
        if not all(shown.metric(node, Arm(column, arm), metric) for arm in found):
            return None
    return cells


def _quality(evaluation: Evaluation, view: Mapping[str, Any]) -> Iterator[Entry]:
    for figure in evaluation.quality.figures:
        value, n = figure.estimate.value, figure.estimate.n
        if value is not None and _is_shown(view["quality"][figure.name]):
            yield {"name": figure.name, "count": round(value * n), "n": n}


def _rankings(evaluation: Evaluation, view: Mapping[str, Any]) -> Iterator[Entry]:
    for ranking, entry in zip(evaluation.rankings, view["rankings"], strict=True):
        if all(_is_shown(place["estimate"]) for place in entry["places"]):
            yield {
                "measure": ranking.measure,
                "column": ranking.column,
                "estimates": {place.id: _full(e) for place, e in ranking.places},
            }


def _full(estimate: Estimate) -> list[float | int | None]:
    """Return an estimate in full length: value, low, high, n, level."""
    return [estimate.value, estimate.low, estimate.high, estimate.n, estimate.level]


def _tests(evaluation: Evaluation, view: Mapping[str, Any]) -> Iterator[Entry]:
    """Give all p of a kind in order, where all may be shown: each is adjusted for the others."""
    families: dict[str, list[Entry]] = defaultdict(list)
    closed: set[str] = set()
    for tried, entry in zip(evaluation.checkup.tried, view["tests"], strict=True):
        if entry["p"] is WITHHELD:
            closed.add(tried.kind)
        families[tried.kind].append({**_asked(tried.kind, tried.trial), "p": tried.trial.p})
    for kind, family in families.items():
        if kind not in closed and any(test["p"] is not None for test in family):
            yield from family


def _findings(evaluation: Evaluation) -> list[Entry]:
    return [_asked(item.kind, item) for item in evaluation.checkup.findings if item.p is not None]


def _asked(kind: str, item: Finding | Trial) -> Entry:
    """Return what was asked of whom."""
    return {
        "kind": kind,
        "subject": named(item.subject),
        "measure": item.measure,
        "locator": item.locator,
    }


def _shares(evaluation: Evaluation, view: Mapping[str, Any]) -> Iterator[Entry]:
    """Give the counts behind all judged shares of a measure, where all of them may be shown."""
    families: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    closed: set[tuple[str, str]] = set()
    for tried, entry in zip(evaluation.checkup.tried, view["tests"], strict=True):
        trial, family = tried.trial, (tried.kind, tried.trial.measure)
        if trial.p is None:
            continue
        if trial.hits is None or entry["p"] is WITHHELD:
            closed.add(family)
        else:
            counts = {"hits": trial.hits, "n": trial.estimate.n}
            families[family].append({**_asked(tried.kind, trial), **counts})
    for family, entries in families.items():
        # Subjects are judged among their own kind.
        one_kind = len({entry["subject"]["kind"] for entry in entries}) == 1
        if family not in closed and one_kind:
            yield from entries


def _copies(evaluation: Evaluation, view: Mapping[str, Any]) -> Iterator[Entry]:
    for tried, entry in zip(evaluation.checkup.tried, view["tests"], strict=True):
        trial = tried.trial
        if tried.kind == COPY and trial.p is not None and entry["p"] is not WITHHELD:
            yield {**_asked(tried.kind, trial), "ratio": _full(trial.estimate)}


def _index(evaluation: Evaluation) -> Iterator[Entry]:
    """Give the scores of parts, from which those of wholes are joined."""
    by_subject: dict[Subject, dict[str, Score]] = defaultdict(dict)
    for score in evaluation.index.scores:
        by_subject[score.subject][score.dimension] = score
    for subject, scores in by_subject.items():
        dimensions = {
            name: [[part.id, part.score] for part in scores[name].parts if part.weight > 0]
            for name in DIMENSIONS
            if scores[name].score.value is not None
        }
        yield {
            "subject": named(subject),
            "dimensions": dimensions,
            "capped": bool(scores[OVERALL].cap),
        }


def _funnels(evaluation: Evaluation, view: Mapping[str, Any]) -> Iterator[Entry]:
    for funnel, entry in zip(evaluation.index.funnels, view["funnels"], strict=True):
        if entry["centre"] is not WITHHELD:
            yield {
                "indicator": funnel.indicator,
                "shares": [[dot.value, dot.n] for dot in funnel.dots],
            }
