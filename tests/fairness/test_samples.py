"""The data layer, against numbers worked out by hand and by SciPy and statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from shixiao.fairness import samples
from shixiao.terms import BadInput, Status
from tests.fairness.drawn import cube_of


def test_representation_is_the_share_over_the_share_of_the_population() -> None:
    found = samples.representation({"a": 60, "b": 40}, {"a": 400, "b": 600}, least=30)
    one = found.groups["a"]
    low, high = proportion_confint(60, 100, method="wilson")
    assert (one.value, one.low, one.high) == pytest.approx((1.5, low / 0.4, high / 0.4))
    g, p = stats.power_divergence([60, 40], [40, 60], lambda_="log-likelihood")
    assert g > 0
    assert found.p == pytest.approx(p)


def test_a_group_of_the_population_that_is_not_in_the_log_is_represented_0_times() -> None:
    found = samples.representation({"a": 100}, {"a": 400, "b": 600}, least=30)
    assert found.groups["b"].value == 0
    assert found.p is not None
    assert found.p < 1e-6


def test_a_group_that_the_population_does_not_know_is_bad_input() -> None:
    with pytest.raises(BadInput, match="nobody of “c”"):
        samples.representation({"c": 1}, {"a": 4}, least=30)


def test_uncovered_are_the_widest_groups_that_are_too_small() -> None:
    cells = {
        ("x", "1"): {"n": 50},
        ("x", "2"): {"n": 5},
        ("y", "1"): {"n": 3},
        ("z", "1"): {"n": 40},
        ("z", "2"): {"n": 60},
    }
    found = samples.uncovered(cube_of(cells, "a", "b"), least=30)
    assert found == {(("a", "y"),): 3, (("a", "x"), ("b", "2")): 5}


def test_gaps_have_newcombes_interval_and_one_test() -> None:
    found = samples.gaps({"a": (10, 100), "b": (30, 100), "c": (1, 5)}, reference="a", least=30)
    low, high = confint_proportions_2indep(30, 100, 10, 100, method="newcomb")
    one = found.groups["b"]
    assert (one.value, one.low, one.high) == pytest.approx((0.2, low, high))
    assert found.groups["c"].status is Status.INSUFFICIENT
    chi2 = stats.chi2_contingency([[10, 90], [30, 70], [1, 4]], correction=False)
    assert found.p == pytest.approx(chi2.pvalue)


def test_what_nobody_lost_has_no_test() -> None:
    assert samples.gaps({"a": (0, 100), "b": (0, 50)}, reference="a", least=30).p is None


def test_more_rows_after_cleaning_than_before_are_bad_input() -> None:
    few, many = (cube_of({("a",): {"n": n}}, "g") for n in (3, 4))
    with pytest.raises(BadInput, match="more rows after cleaning"):
        samples.row_loss(few, many, reference="a", least=1)


def test_a_base_rate_with_unknown_outcomes_is_a_range_and_without_them_a_rate() -> None:
    cells = {
        ("a",): {"tp": 20, "fp": 10, "n": 100},
        ("b",): {"tp": 20, "fp": 10, "fn": 5, "tn": 65},
    }
    unknown, known = samples.base_rates(cube_of(cells, "g")).values()
    assert unknown.value is None
    assert unknown.status is Status.INSUFFICIENT
    least, _ = proportion_confint(20, 100, method="wilson")
    _, most = proportion_confint(90, 100, method="wilson")
    assert (unknown.low, unknown.high) == pytest.approx((least, most))
    assert known.value == pytest.approx(0.25)


def test_labels_of_the_selected_are_compared_with_those_of_the_random_arm() -> None:
    cells = {("algorithm",): {"tp": 60, "fp": 40}, ("random",): {"tp": 5, "fn": 15, "tn": 80}}
    found = samples.label_gap(cube_of(cells, "arm"), random="random", least=30)
    low, high = confint_proportions_2indep(60, 100, 20, 100, method="newcomb")
    assert (found.value, found.low, found.high) == pytest.approx((0.4, low, high))


def test_the_stability_index_is_0_for_one_mix_and_grows_with_the_change() -> None:
    rng = np.random.default_rng(1)
    same = samples.drift({"a": 500, "b": 500}, {"a": 500, "b": 500}, least=30, rng=rng)
    moved = samples.drift({"a": 500, "b": 500}, {"a": 800, "b": 200}, least=30, rng=rng)
    assert same.value == 0
    by_hand = (0.8 - 0.5) * np.log(0.8 / 0.5) + (0.2 - 0.5) * np.log(0.2 / 0.5)
    assert moved.value == pytest.approx(by_hand, rel=0.01)
    assert moved.low is not None
    assert moved.low > 0.25
    new = samples.drift({"a": 500}, {"a": 400, "b": 100}, least=30, rng=rng)
    assert new.value is not None  # a new group does not make it infinite
