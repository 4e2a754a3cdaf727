"""Evaluators: ties and lazy tests are found by their traces, look-alikes are not, names never."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from shixiao.checkup import Evaluation, result_json
from shixiao.checkup.detectors.trial import Outcome
from shixiao.checkup.findings import of_no_person
from shixiao.seals import person_code
from shixiao.terms import SubjectKind
from tests.detectors.packages import DEPARTMENTS, START, Tables

EVALUATORS, ITEMS, PER_ITEM, STEPS = 10, 1500, 4, 5
NAME = "Zhang San {:02d}"
FIRST = person_code(NAME.format(0))
HEADS = (
    "test_id",
    "service_id",
    "evaluator_id",
    "channel",
    "item_id",
    "ts",
    "step",
    "passed",
    "minutes",
)
KINDS = ("tied_evaluator", "lazy_evaluator")


def tables(
    trace: str = "",
    *,
    items: int = ITEMS,
    people_in_all: int = EVALUATORS,
    tied_to: str = "",
    drop: str = "",
) -> Tables:
    """Ten honest evaluators, four on each item; the first shows a trace."""
    rng = np.random.default_rng(7)
    rows: list[tuple[object, ...]] = []
    last: dict[int, list[float]] = {}
    for item in range(items):
        service = item % 8
        works = rng.random(STEPS) < (1.0 if trace == "simple" and service < 2 else 0.8)
        before: tuple[list[float], np.ndarray] | None = None
        people = rng.permutation(people_in_all)[:PER_ITEM].tolist()
        people.sort(key=lambda who: who != 0 or trace != "early")
        for place, who in enumerate(people):
            mine = who == 0
            passed = works ^ (rng.random(STEPS) < (0.2 if mine and trace == "random" else 0.06))
            minutes = [round(float(m), 1) for m in 12 * np.exp(0.5 * rng.standard_normal(STEPS))]
            at = START + timedelta(days=120 * item / items, minutes=place)
            pace = timedelta(seconds=5 if rng.random() < 0.1 else 1200)
            if rng.random() < 0.15 and before is not None:
                minutes = before[0]
            elif rng.random() < 0.15 and who in last:
                minutes = last[who]
            if mine and trace == "tied" and service // 2 == 0:
                passed = passed | (rng.random(STEPS) < 0.6)
            if mine and trace == "lenient":
                passed = passed | (rng.random(STEPS) < 0.5)
            if mine and trace == "copied" and before is not None and rng.random() < 0.25:
                minutes, passed = before
            if mine and trace == "own" and who in last and rng.random() < 0.25:
                minutes = last[who]
            if trace == "simple" and service < 2 and before is not None and rng.random() < 0.6:
                minutes = before[0]
            if mine and trace == "fast" and rng.random() < 0.5:
                pace = timedelta(seconds=5)
            if mine and trace == "hasty" and rng.random() < 0.4:
                pace, passed = timedelta(seconds=5), works ^ (rng.random(STEPS) < 0.4)
            if mine and trace == "early" and service < 4:
                at, passed = at - timedelta(days=80), passed & (rng.random(STEPS) < 0.3)
            before, last[who] = (minutes, passed), minutes
            rows += [
                (
                    f"FT{item:04d}-{place}",
                    f"S{service:02d}",
                    NAME.format(who),
                    "online",
                    f"T{item:04d}",
                    at + step * pace,
                    f"step {step}",
                    int(passed[step]),
                    minutes[step],
                )
                for step in range(STEPS)
            ]
    kept = [place for place, head in enumerate(HEADS) if head != drop]
    services = [(f"S{n:02d}", f"事项{n}", f"D{n // 2}") for n in range(8)]
    return {
        "departments": DEPARTMENTS,
        "services": (("service_id", "name", "department_id"), services),
        "field_tests": (
            tuple(HEADS[place] for place in kept),
            [tuple(row[place] for place in kept) for row in rows],
        ),
        "evaluators": (
            ("evaluator_id", "body_id", "tied_to"),
            [(NAME.format(n), "B1", tied_to if n == 0 else "") for n in range(people_in_all)],
        ),
    }


# What is a little above its peers shows among many of them only.
MORE = {"people_in_all": 24, "items": 3400}
FOUND = [
    ("tied", {**MORE, "tied_to": "D0"}, "tied_evaluator", {"declared_tie"}),
    ("tied", {**MORE, "tied_to": "D1"}, "tied_evaluator", {"undeclared_tie"}),
    ("tied", MORE, "tied_evaluator", {"undeclared_tie"}),
    ("copied", MORE, "lazy_evaluator", {"minutes_of_another"}),
    ("own", MORE, "lazy_evaluator", {"minutes_of_own_last"}),
    ("random", MORE, "lazy_evaluator", {"against_agreement"}),
    ("hasty", MORE, "lazy_evaluator", {"entered_at_once", "against_agreement"}),
]


@pytest.mark.slow
@pytest.mark.parametrize(("trace", "options", "kind", "measures"), FOUND)
def test_a_trace_is_found_and_nobody_else_is_named(
    run: Callable[[Tables], Evaluation],
    trace: str,
    options: dict[str, Any],
    kind: str,
    measures: set[str],
) -> None:
    findings = run(tables(trace, **options)).checkup.findings
    assert {(f.kind, f.subject.id) for f in findings} == {(kind, FIRST)}
    assert {f.measure for f in findings} == measures
    for found in findings:
        assert found.subject.kind is SubjectKind.EVALUATOR
        assert found.lead
        assert found.p_adjusted is not None
        assert found.locator == ("D0" if kind == "tied_evaluator" else "")
        assert len(found.innocents) >= (1 if found.measure == "minutes_of_another" else 2)
        assert "{" not in found.text.zh + found.text.en + found.disproof.zh + found.disproof.en
        assert all("···" in key for key in found.evidence[0].keys)


@pytest.mark.slow
@pytest.mark.parametrize("trace", ["", "lenient", "simple", "fast", "early"])
def test_honest_look_alikes_are_not_named(run: Callable[[Tables], Evaluation], trace: str) -> None:
    assert run(tables(trace)).checkup.findings == ()


@pytest.mark.slow
def test_whoever_is_fast_and_right_stands_out_and_is_explained(
    run: Callable[[Tables], Evaluation],
) -> None:
    tried = run(tables("fast")).checkup.tried
    explained = [
        (t.trial.measure, t.trial.subject.id) for t in tried if t.outcome is Outcome.EXPLAINED
    ]
    assert explained == [("entered_at_once", FIRST)]


@pytest.mark.slow
def test_whoever_is_lenient_errs_one_way_only_and_is_explained(
    run: Callable[[Tables], Evaluation],
) -> None:
    tried = run(tables("lenient")).checkup.tried
    explained = {t.trial.measure for t in tried if t.outcome is Outcome.EXPLAINED}
    assert explained <= {"against_agreement"}


@pytest.mark.slow
def test_a_tie_that_is_declared_is_no_finding_by_itself(
    run: Callable[[Tables], Evaluation],
) -> None:
    assert run(tables(tied_to="D0")).checkup.findings == ()


def test_too_few_tests_say_how_many_are_needed(run: Callable[[Tables], Evaluation]) -> None:
    tried = [t for t in run(tables("copied", items=90)).checkup.tried if t.kind in KINDS]
    assert tried
    assert {t.outcome for t in tried} == {Outcome.INSUFFICIENT}
    reasons = {t.trial.estimate.reason.en for t in tried if t.trial.estimate.reason is not None}
    assert any("400" in reason for reason in reasons)
    assert any("20" in reason for reason in reasons)


@pytest.mark.parametrize(
    ("drop", "missing"),
    [
        ("ts", {*KINDS}),
        ("minutes", {"lazy_evaluator"}),
    ],
)
def test_a_missing_column_is_named(
    run: Callable[[Tables], Evaluation], drop: str, missing: set[str]
) -> None:
    checkup = run(tables(drop=drop, items=200)).checkup
    said = {kind for kind, _, reason in checkup.missing if kind in KINDS and drop in reason.en}
    assert said == missing


def test_no_name_of_an_evaluator_is_in_the_result_and_no_evaluator_is_public(
    run: Callable[[Tables], Evaluation],
) -> None:
    evaluation = run(tables("tied"))
    text = json.dumps(result_json(evaluation), ensure_ascii=False, default=list)
    assert "Zhang" not in text
    assert FIRST in text
    public = of_no_person(evaluation.checkup)
    assert public.findings == ()
    assert all(t.trial.subject.kind is not SubjectKind.EVALUATOR for t in public.tried)


@pytest.mark.slow
def test_findings_on_evaluators_move_no_score(run: Callable[[Tables], Evaluation]) -> None:
    ids = {score.subject.kind for score in run(tables("tied")).index.scores}
    assert SubjectKind.EVALUATOR not in ids
