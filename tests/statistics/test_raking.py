"""Raking: margins met, interactions kept, costs told, impossible margins refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shixiao.statistics import rake

ANSWERED = {
    "channel": ["online"] * 60 + ["counter"] * 20,
    "age": (["young"] * 45 + ["old"] * 15) + (["young"] * 5 + ["old"] * 15),
}
POPULATION = {"channel": {"online": 500, "counter": 500}, "age": {"young": 600, "old": 400}}


def share(raked, column, category):
    chosen = np.array(column) == category
    return raked.weights[chosen].sum() / raked.weights.sum()


def test_raked_shares_are_the_margins():
    raked = rake(ANSWERED, POPULATION)
    assert raked.converged
    assert share(raked, ANSWERED["channel"], "counter") == pytest.approx(0.5, abs=1e-5)
    assert share(raked, ANSWERED["age"], "old") == pytest.approx(0.4, abs=1e-5)
    assert raked.weights.mean() == pytest.approx(1)


def test_raking_keeps_the_odds_ratio_of_the_answers():
    raked = rake(ANSWERED, POPULATION)
    table = {
        (c, a): raked.weights[
            (np.array(ANSWERED["channel"]) == c) & (np.array(ANSWERED["age"]) == a)
        ].sum()
        for c in ("online", "counter")
        for a in ("young", "old")
    }
    odds = table["online", "young"] * table["counter", "old"]
    odds /= table["online", "old"] * table["counter", "young"]
    assert odds == pytest.approx((45 * 15) / (15 * 5), rel=1e-4)


def test_one_variable_is_plain_post_stratification():
    raked = rake({"channel": ANSWERED["channel"]}, {"channel": POPULATION["channel"]})
    assert raked.weights[0] == pytest.approx(0.5 / (60 / 80))
    assert raked.weights[-1] == pytest.approx(0.5 / (20 / 80))
    assert raked.rounds == 1


def test_the_cost_is_kishs():
    raked = rake(ANSWERED, POPULATION)
    spread = 1 + raked.weights.var() / raked.weights.mean() ** 2
    assert raked.design_effect == pytest.approx(spread)
    assert raked.effective_n == pytest.approx(80 / spread)


def test_answers_that_already_fit_keep_equal_weights():
    raked = rake({"g": ["x", "y"]}, {"g": {"x": 0.5, "y": 0.5}})
    assert raked.weights.tolist() == [1.0, 1.0]
    assert (raked.design_effect, raked.rounds, raked.trimmed) == (1.0, 0, 0)


def test_base_weights_are_the_start():
    raked = rake({"g": ["x", "x", "y"]}, {"g": {"x": 1, "y": 1}}, base_weights=[3, 1, 5])
    assert raked.weights == pytest.approx(np.array([9 / 8, 3 / 8, 3 / 2]))


def test_a_trim_that_the_margins_allow_is_kept_with_the_margins():
    free = rake(ANSWERED, POPULATION)
    trimmed = rake(ANSWERED, POPULATION, trim=2.8)
    assert free.weights.max() > 2.8
    assert trimmed.converged
    assert trimmed.weights.max() <= 2.8 + 1e-4
    assert trimmed.trimmed == 5
    assert share(trimmed, ANSWERED["channel"], "counter") == pytest.approx(0.5, abs=1e-5)
    assert share(trimmed, ANSWERED["age"], "old") == pytest.approx(0.4, abs=1e-5)


def test_a_trim_that_the_margins_forbid_is_reported():
    raked = rake(ANSWERED, POPULATION, trim=1.2)
    assert not raked.converged
    assert raked.discrepancy > 0.05
    assert raked.trimmed > 0
    assert raked.rounds == 500


def test_margins_that_no_weights_meet_together_are_reported():
    # Every old respondent came to the counter and every young one online.
    raked = rake(
        {"age": ["young", "old"], "channel": ["online", "counter"]},
        {"age": {"young": 0.5, "old": 0.5}, "channel": {"online": 0.8, "counter": 0.2}},
    )
    assert not raked.converged
    assert raked.discrepancy == pytest.approx(0.3)


def test_weights_undo_a_skewed_answer():
    rng = np.random.default_rng(60)
    errors = []
    for _ in range(200):
        old = rng.random(2_000) < 0.3
        satisfied = rng.random(2_000) < np.where(old, 0.4, 0.9)
        answered = rng.random(2_000) < np.where(old, 0.1, 0.5)
        column = np.where(old[answered], "old", "young").tolist()
        raked = rake({"age": column}, {"age": {"old": 0.3, "young": 0.7}})
        weighted = raked.weights @ satisfied[answered] / raked.weights.sum()
        errors.append((weighted - 0.75, satisfied[answered].mean() - 0.75))
    weighted, raw = np.mean(errors, axis=0)
    assert abs(weighted) < 0.01
    assert raw > 0.08


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xyz")), min_size=6, max_size=60),
    st.lists(st.integers(1, 9), min_size=6, max_size=6),
)
@settings(max_examples=50)
def test_margins_made_from_positive_cells_are_always_met(rows, cells):
    # All six combinations answer and the margins are those of a full table: weights exist.
    rows = [(a, x) for a in "ab" for x in "xyz"] + rows
    table = np.array(cells, dtype=float).reshape(2, 3)
    margins = {
        "first": dict(zip("ab", table.sum(axis=1), strict=True)),
        "second": dict(zip("xyz", table.sum(axis=0), strict=True)),
    }
    columns = {"first": [a for a, _ in rows], "second": [x for _, x in rows]}
    raked = rake(columns, margins)
    assert raked.converged
    assert raked.discrepancy <= 1e-6
    assert (raked.weights > 0).all()


@pytest.mark.parametrize(
    ("categories", "margins", "options", "words"),
    [
        ({"g": ["x"]}, {"h": {"x": 1}}, {}, "same variables"),
        ({}, {}, {}, "same variables"),
        ({"g": ["x"], "h": ["y", "z"]}, {"g": {"x": 1}, "h": {"y": 1}}, {}, "per respondent"),
        ({"g": ["x", "y"]}, {"g": {"x": 1, "y": 0}}, {}, "g=y has respondents"),
        ({"g": ["x", "y"]}, {"g": {"x": 1}}, {}, "g=y has respondents"),
        ({"g": ["x"]}, {"g": {"x": 1, "y": 2}}, {}, "g=y has a margin"),
        ({"g": ["x"]}, {"g": {"x": -1}}, {}, "no size"),
        ({"g": ["x"], "h": ["y"]}, {"g": {"x": 5}, "h": {"y": 6}}, {}, "contradict"),
        ({"g": []}, {"g": {}}, {}, "respondents"),
        ({"g": ["x"]}, {"g": {"x": 1}}, {"trim": 1.0}, "trim"),
        ({"g": ["x"]}, {"g": {"x": 1}}, {"base_weights": [0.0]}, "positive"),
    ],
)
def test_impossible_margins_are_refused_by_name(categories, margins, options, words):
    with pytest.raises(ValueError, match=words):
        rake(categories, margins, **options)
