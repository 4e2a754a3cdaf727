"""What is said of a course: its effect on findings and nothing else, when it was planned."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from shixiao.checkup.training import Outcome, plan_training, training_effect
from shixiao.rules import load_pack
from shixiao.terms import BadInput, Status

RULES = load_pack()
DEPARTMENTS = [f"D{number:02d}" for number in range(40)]
PERIODS = 12
STARTS = {name: 2 + 2 * (number % 6) for number, name in enumerate(DEPARTMENTS)}


def cells(ratio, *, rate=2.0, periods=PERIODS, seed=1, starts=STARTS):
    rng = np.random.default_rng(seed)
    findings, judged = {}, {}
    for name, start in starts.items():
        own = rng.gamma(2, 0.5)
        for period in range(periods):
            judged[name, period] = 20.0
            count = int(rng.poisson(rate * own * (ratio if period >= start else 1.0)))
            if count:
                findings[name, period] = count
    return findings, judged


def effect(ratio, **options):
    given = {"rate": 2.0, "seed": 1} | {k: options.pop(k) for k in ("rate", "seed") if k in options}
    findings, judged = cells(ratio, **given)
    call = {"periods": PERIODS, "drawn": True, "rules": RULES, "seed": 3} | options
    return training_effect(findings, judged, STARTS, **call)


@pytest.mark.parametrize(
    ("ratio", "rate", "outcome", "zh", "en"),
    [
        (0.4, 2.0, Outcome.FELL, "培训以后，此类发现降到原来的", "fell to"),
        (2.2, 2.0, Outcome.ROSE, "升到原来的", "rose to"),
        (1.0, 6.0, Outcome.UNCHANGED, "看不出变化", "No change is seen"),
        (0.7, 0.3, Outcome.UNDECIDED, "还不能判断：", "It cannot be judged yet."),
    ],
)
def test_one_sentence_says_what_came_of_it(ratio, rate, outcome, zh, en):
    found = effect(ratio, rate=rate)
    assert found.outcome is outcome
    assert zh in found.says.zh
    assert en in found.says.en


def test_the_sentence_holds_the_figures_of_the_estimate():
    found = effect(0.4)
    words = [f"{x:.0%}" for x in (found.ratio.value, found.ratio.low, found.ratio.high)]
    assert all(word in found.says.zh and word in found.says.en for word in words)
    assert found.to_json()["p"] <= 0.05


def test_nobody_looks_before_the_planned_time():
    found = effect(0.4, planned=14)
    assert found.outcome is Outcome.UNDECIDED
    assert "还差 2 个" in found.says.zh
    assert found.ratio.value is None


def test_a_plan_is_read_at_its_period_whatever_came_later():
    early = effect(0.4, planned=10)
    findings, judged = cells(0.4)
    cut = ({c: n for c, n in of.items() if c[1] < 10} for of in (findings, judged))
    assert early == training_effect(
        *cut, STARTS, periods=10, drawn=True, rules=RULES, seed=3, planned=10
    )


def test_dates_that_nobody_drew_are_described_only():
    found = effect(0.4, drawn=False)
    assert found.outcome is Outcome.NOT_DRAWN
    assert found.ratio.status is Status.NOT_ASSESSABLE
    assert "抽签" in found.says.zh
    assert "description only" in found.says.en
    assert found.p is None


def test_neither_attendance_nor_satisfaction_is_among_the_figures():
    assert set(effect(0.4).to_json()) == {"outcome", "says", "ratio", "p", "before", "after"}


@pytest.mark.parametrize(
    ("findings", "judged", "starts"),
    [
        ({}, {}, {}),
        ({("X", 0): 1}, {("X", 0): 1.0}, {"A": 1}),
        ({("A", 9): 1}, {("A", 9): 1.0}, {"A": 1}),
        ({("A", 0): 1}, {}, {"A": 1}),
    ],
)
def test_findings_that_have_no_place_are_refused(findings, judged, starts):
    with pytest.raises(BadInput):
        training_effect(findings, judged, starts, periods=2, drawn=True, rules=RULES, seed=1)


def plan(rate, *, departments=DEPARTMENTS, **options):
    rng = np.random.default_rng(5)
    past = {(name, p): int(rng.poisson(rate)) for name in departments for p in range(6)}
    judged = dict.fromkeys(past, 20.0)
    ranks = {name: number for number, name in enumerate(reversed(departments))}
    call = {"past_periods": 6, "begins": date(2027, 1, 1), "rules": RULES, "seed": 2} | options
    return plan_training(departments, options.pop("ranks", ranks), past, judged, **call)


def test_the_lot_decides_who_starts_first_and_the_past_when_it_is_read():
    found = plan(1.2)
    assert found.starts["D39"] == 2
    assert found.days["D39"] == date(2027, 7, 1)
    assert found.starts["D00"] == 12
    assert found.periods is not None
    assert found.power >= 0.8
    assert f"{found.read_on.year}年{found.read_on.month}月{found.read_on.day}日" in found.says.zh


def test_too_few_findings_get_no_day():
    found = plan(0.02)
    assert found.read_on is None
    assert "推算不出" in found.says.zh


@pytest.mark.parametrize(
    "wrong",
    [
        {"begins": date(2027, 1, 2)},
        {"departments": DEPARTMENTS[:3]},
        {"departments": [*DEPARTMENTS, "D00"]},
        {"past_periods": 0},
    ],
)
def test_a_plan_that_cannot_be_is_refused(wrong):
    with pytest.raises(BadInput):
        plan(1.0, **wrong)


def test_a_department_that_was_not_in_the_lot_is_named():
    with pytest.raises(BadInput, match="D07"):
        plan_training(
            ["D07"], {}, {}, {}, past_periods=1, begins=date(2027, 1, 1), rules=RULES, seed=1
        )
