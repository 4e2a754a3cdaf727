"""The guard: no error rates from a log that knows only those selected, and what would help."""

from __future__ import annotations

import numpy as np
import pytest

from shixiao.fairness.guard import ground, plan
from shixiao.rules import load_pack
from shixiao.statistics import minimum_n, wilson_bounds
from shixiao.terms import BadInput
from tests.fairness.drawn import cube_of

RULES = load_pack()
WHOLE = {("a",): {"tp": 40, "fp": 20, "fn": 30, "tn": 400}}
RISK = {("a",): {"tp": 40, "fp": 20, "n": 500}, ("b",): {"tp": 10, "fp": 20, "n": 500}}


def test_a_log_with_every_outcome_carries_error_rates() -> None:
    found = ground(cube_of(WHOLE, "g"), rules=RULES, outcome=True)
    assert (found.identifiable, found.why_not) == (True, None)


def test_unselected_rows_without_outcome_forbid_error_rates_and_the_answer_is_a_sample() -> None:
    cube = cube_of(RISK, "g")
    found = ground(cube, rules=RULES, outcome=True)
    assert not found.identifiable
    assert found.why_not is not None
    assert "missing of 910" in found.why_not.en
    planned = plan(cube, half_width=0.05)
    assert planned is not None
    assert f"about {planned.simple} of all" in found.why_not.en
    assert f"约 {planned.simple} 件" in found.why_not.zh


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        (
            {"tp": 40, "fn": 30, "tn": 400, "n": 500, "selected": 70},
            "the selected decisions the outcome is missing of 30",
        ),
        ({"n": 500, "selected": 50}, "Not one outcome is known"),
    ],
)
def test_what_is_missing_is_said(counts: dict[str, int], said: str) -> None:
    found = ground(cube_of({("a",): counts}, "g"), rules=RULES, outcome=True)
    assert found.why_not is not None
    assert said in found.why_not.en


def test_without_outcomes_there_is_nothing_to_compute() -> None:
    found = ground(cube_of(RISK, "g"), rules=RULES, outcome=False)
    assert found.why_not is not None
    assert "no column of outcomes" in found.why_not.en


FOUND_OUT = {"tp": 40, "fp": 20, "fn": 30, "tn": 400}
ARMS = [
    (FOUND_OUT, ""),
    (FOUND_OUT | {"n": 510}, ""),  # 20 of 450 not selected are unknown: fewer than one in 20
    (FOUND_OUT | {"n": 520}, "not selected the outcome is missing of 30"),
    ({"tp": 40, "fp": 20}, "not that the case was drawn"),
]


@pytest.mark.parametrize(("random", "said"), ARMS)
def test_a_random_arm_carries_error_rates_if_it_was_found_out(
    random: dict[str, int], said: str
) -> None:
    cube = cube_of({("algorithm", "a"): RISK["a",], ("random", "a"): random}, "arm", "g")
    found = ground(cube, rules=RULES, random="random", outcome=True)
    assert found.identifiable is (not said)
    assert said in (found.why_not.en if found.why_not else "")
    assert found.errors.total("tp") == 40


def test_a_random_arm_that_nobody_is_in_is_bad_input() -> None:
    cells = {("algorithm", "a"): RISK["a",]}
    with pytest.raises(BadInput, match="no decision is of the arm “random”; there are: algorithm"):
        ground(cube_of(cells, "arm", "g"), rules=RULES, random="random", outcome=True)


def test_the_planned_sample_is_as_exact_as_it_says() -> None:
    found = plan(
        cube_of({("a",): {"n": 90_000}, ("b",): {"n": 10_000}}, "g"),
        half_width=0.05,
        prevalence=0.1,
    )
    assert found is not None
    m = minimum_n(0.05)
    assert found.needed == {("a",): 10 * m, ("b",): 10 * m}
    assert (found.stratified, found.simple) == (20 * m, 100 * m)
    low, high = wilson_bounds(m // 2, m)
    assert float(high - low) / 2 <= 0.05


def test_the_sample_makes_the_true_rate_known() -> None:
    rng = np.random.default_rng(4)
    cells = {("a",): {"n": 100_000}, ("b",): {"n": 100_000}}
    found = plan(cube_of(cells, "g"), half_width=0.05, prevalence=0.2)
    assert found is not None
    near = 0
    for _ in range(400):
        true = rng.binomial(found.needed["a",], 0.2)
        near += abs(rng.binomial(true, 0.6) / true - 0.6) <= 0.05
    assert near >= 0.93 * 400


def test_a_small_group_is_looked_into_whole() -> None:
    found = plan(
        cube_of({("a",): {"n": 9_950}, ("b",): {"n": 50}}, "g"), half_width=0.05, prevalence=0.5
    )
    assert found is not None
    assert (found.all_of, found.needed["b",], found.simple) == ((("b",),), 50, 10_000)
