"""Multiplicity: statsmodels as oracle, and error rates kept in simulation."""

from __future__ import annotations

from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, norm
from statsmodels.stats.multitest import multipletests

from shixiao.statistics import benjamini_hochberg, holm, max_t
from shixiao.statistics.multiplicity import adjusted_p, adjusted_p_limit

p_values = st.lists(st.floats(0, 1), min_size=1, max_size=60)
adjustments = pytest.mark.parametrize(
    ("adjust", "name"), [(benjamini_hochberg, "fdr_bh"), (holm, "holm")]
)


@adjustments
@given(p=p_values)
def test_adjusted_p_values_equal_statsmodels(adjust, name, p):
    with mock.patch("gc.collect"):  # the oracle collects garbage each time: a minute of a full run
        expected = multipletests(p, method=name)[1]
    assert adjust(p) == pytest.approx(expected)


@adjustments
@given(p=p_values, random=st.randoms(use_true_random=False))
def test_adjusting_keeps_the_order_and_only_raises(adjust, name, p, random):
    adjusted = adjust(p)
    assert (adjusted >= p).all()
    assert (adjusted <= 1).all()
    order = np.argsort(p, kind="stable")
    assert (np.diff(adjusted[order]) >= 0).all()
    shuffle = list(range(len(p)))
    random.shuffle(shuffle)
    assert adjust(np.array(p)[shuffle]) == pytest.approx(adjusted[shuffle])


@adjustments
def test_no_tests_need_no_adjusting(adjust, name):
    assert adjust([]).tolist() == []


@adjustments
@pytest.mark.parametrize("p", [[0.5, float("nan")], [1.2], [-0.1], [[0.5]]])
def test_what_is_no_p_value_is_refused(adjust, name, p):
    with pytest.raises(ValueError, match="p values"):
        adjust(p)


def test_benjamini_hochberg_keeps_the_false_discovery_rate():
    rng = np.random.default_rng(40)
    proportions = []
    for _ in range(1_500):
        z = rng.standard_normal(40)
        z[:10] += 3.0
        found = benjamini_hochberg(norm.sf(z)) <= 0.1
        proportions.append(found[10:].sum() / max(1, found.sum()))
    # Exactly q m0 / m = 0.1 * 30 / 40 for independent tests (Benjamini and Yekutieli 2001).
    assert np.mean(proportions) == pytest.approx(0.075, abs=0.009)


def correlated(rng, members, size, correlation):
    shared = rng.standard_normal(size)
    own = rng.standard_normal((members, size))
    return np.sqrt(correlation) * shared + np.sqrt(1 - correlation) * own


@pytest.mark.parametrize("correlation", [0.0, 0.8])
def test_simultaneous_intervals_cover_all_members_together(correlation):
    rng = np.random.default_rng(41)
    error = np.linspace(0.5, 3, 8)
    draws = correlated(rng, 8, 4_000, correlation) * error[:, None]
    truth = np.arange(8.0)
    noise = correlated(rng, 8, 4_000, correlation) * error[:, None]
    family = max_t(truth, error, draws)
    covered = (np.abs(noise) <= family.critical * error[:, None]).all(axis=0).mean()
    assert covered == pytest.approx(0.95, abs=0.016)
    assert (family.high - truth) == pytest.approx(family.critical * error)


def test_independent_members_pay_sidaks_price_and_dependent_ones_less():
    rng = np.random.default_rng(42)
    sidak = norm.ppf((1 + 0.95 ** (1 / 10)) / 2)
    independent, dependent = (
        max_t(np.zeros(10), np.ones(10), correlated(rng, 10, 20_000, rho)).critical
        for rho in (0.0, 0.95)
    )
    assert independent == pytest.approx(sidak, abs=0.05)
    assert norm.ppf(0.975) - 0.05 < dependent < sidak - 0.2


@given(
    st.lists(st.floats(-6, 6), min_size=2, max_size=12),
    st.integers(0, 2**32 - 1),
    st.sampled_from([0.8, 0.95]),
)
def test_p_values_and_intervals_tell_the_same_story(values, seed, level):
    rng = np.random.default_rng(seed)
    draws = rng.standard_normal((len(values), 199))
    family = max_t(values, np.ones(len(values)), draws, level=level)
    outside = (family.low > 0) | (family.high < 0)
    assert (family.p_adjusted[outside] <= 1 - level + 1e-12).all()
    assert (family.p_adjusted[np.abs(values) < family.critical] > 1 - level - 1e-12).all()
    assert (family.p_adjusted > 0).all()


def test_where_the_draws_are_centred_does_not_matter():
    draws = np.random.default_rng(43).standard_normal((3, 99))
    shifted = draws + np.array([[5.0], [-2.0], [100.0]])
    one, other = (max_t([1.0, 2.0, 3.0], [1.0, 1.0, 2.0], form) for form in (draws, shifted))
    assert one.critical == pytest.approx(other.critical)


def test_a_member_known_without_error_has_no_width():
    draws = np.vstack([np.random.default_rng(44).standard_normal(99), np.zeros(99), np.zeros(99)])
    family = max_t([0.1, 2.0, 0.0], [1.0, 0.0, 0.0], draws)
    assert (family.low[1], family.high[1]) == (2.0, 2.0)
    assert family.p_adjusted[1:].tolist() == [0.01, 1.0]


@pytest.mark.parametrize(
    ("estimates", "errors", "draws", "word"),
    [
        ([1.0], [1.0, 2.0], np.zeros((1, 99)), "members"),
        ([1.0], [-1.0], np.zeros((1, 99)), "from 0"),
        ([np.nan], [1.0], np.zeros((1, 99)), "finite"),
        ([1.0], [1.0], np.zeros((1, 18)), "too few"),
    ],
)
def test_an_impossible_family_is_refused(estimates, errors, draws, word):
    with pytest.raises(ValueError, match=word):
        max_t(estimates, errors, draws)


@pytest.mark.parametrize("at_least", [0, 1, 30, 50, 199])
def test_the_limit_of_a_simulated_p_is_where_so_few_maxima_become_improbable(at_least: int) -> None:
    largest = np.repeat([2.0, 0.0], [at_least, 200 - at_least])
    limit = float(adjusted_p_limit(np.array([1.0]), largest)[0])
    assert binom.cdf(at_least, 200, limit) == pytest.approx(0.01, rel=1e-6)


def test_the_limit_is_one_where_every_maximum_is_as_large_and_falls_as_the_statistic_grows() -> (
    None
):
    largest = np.linspace(0.0, 4.0, 500)
    limits = adjusted_p_limit(np.array([0.0, 1.0, 3.5, 5.0]), largest)
    assert limits[0] == 1.0
    assert (np.diff(limits) < 0).all()
    assert (limits >= adjusted_p(np.array([0.0, 1.0, 3.5, 5.0]), largest)).all()
