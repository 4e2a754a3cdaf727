"""Shrinkage: nearer the truth than raw numbers, covered on average, lending only what is there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, gamma, norm

from shixiao.statistics import beta_binomial, gamma_poisson, normal_normal
from shixiao.terms import Status

UNITS = 60


def simulated_proportions(rng):
    n = rng.integers(5, 80, UNITS)
    truth = rng.beta(6, 14, UNITS)
    x = rng.binomial(n, truth)
    return beta_binomial(x, n), truth, x / n


def simulated_rates(rng):
    exposure = rng.uniform(5, 80, UNITS)
    truth = rng.gamma(4, 0.05, UNITS)
    x = rng.poisson(truth * exposure)
    return gamma_poisson(x, exposure), truth, x / exposure


def simulated_means(rng):
    error = rng.uniform(0.5, 2, UNITS)
    truth = rng.normal(10, 1, UNITS)
    y = rng.normal(truth, error)
    return normal_normal(y, error, np.full(UNITS, 30)), truth, y


@pytest.mark.parametrize("simulate", [simulated_proportions, simulated_rates, simulated_means])
def test_shrunken_units_are_covered_on_average_and_nearer_the_truth(simulate):
    rng = np.random.default_rng(70)
    covered, ours, raw = [], 0.0, 0.0
    for _ in range(100):
        shrunken, truth, observed = simulate(rng)
        low, high, value = (
            np.array([getattr(e, part) for e in shrunken.estimates])
            for part in ("low", "high", "value")
        )
        covered.append(np.mean((low <= truth) & (truth <= high)))
        ours += ((value - truth) ** 2).sum()
        raw += ((observed - truth) ** 2).sum()
    # Units of one round share an estimated prior, so the error is that of 100 round means.
    assert np.mean(covered) == pytest.approx(0.947, abs=0.012)
    assert ours < 0.8 * raw


def test_the_moments_find_the_prior():
    rng = np.random.default_rng(71)
    n = rng.integers(50, 200, 3_000)
    found = beta_binomial(rng.binomial(n, rng.beta(6, 14, 3_000)), n)
    assert found.centre == pytest.approx(0.3, abs=0.01)
    assert found.strength == pytest.approx(20, rel=0.1)
    exposure = n / 5  # short enough that chance is most of the spread seen
    found = gamma_poisson(rng.poisson(rng.gamma(4, 0.05, 3_000) * exposure), exposure)
    assert found.centre == pytest.approx(0.2, abs=0.01)
    assert found.strength == pytest.approx(20, rel=0.15)
    found = normal_normal(rng.normal(rng.normal(10, 2, 3_000), 1), np.ones(3_000), n)
    assert found.centre == pytest.approx(10, abs=0.15)
    assert found.strength == pytest.approx(1 / 4, rel=0.1)


def test_the_posteriors_are_the_closed_forms():
    x, n = np.array([1, 20, 12, 3]), np.array([10, 40, 60, 4])
    found = beta_binomial(x, n, level=0.9)
    a = found.strength * found.centre + x
    b = found.strength * (1 - found.centre) + n - x
    assert [e.low for e in found.estimates] == pytest.approx(beta.ppf(0.05, a, b))
    assert [e.value for e in found.estimates] == pytest.approx(beta.mean(a, b))
    found = gamma_poisson(x, n, level=0.9)
    law = gamma(found.strength * found.centre + x, scale=1 / (found.strength + n))
    assert [e.high for e in found.estimates] == pytest.approx(law.ppf(0.95))
    assert [e.n for e in found.estimates] == x.tolist()


@given(
    st.lists(
        st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
        min_size=3,
        max_size=20,
    )
)
def test_a_proportion_moves_towards_the_centre_and_never_past_it(rows):
    x, n = (np.array(column) for column in zip(*rows, strict=True))
    found = beta_binomial(x, n)
    for raw, estimate in zip(x / n, found.estimates, strict=True):
        low, high = sorted((raw, found.centre))
        assert low - 1e-12 <= estimate.value <= high + 1e-12
        assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1


@given(
    st.lists(st.tuples(st.integers(0, 50), st.floats(0.5, 90)), min_size=1, max_size=20),
)
def test_a_rate_is_positive_and_moves_towards_the_centre(rows):
    x, exposure = (np.array(column) for column in zip(*rows, strict=True))
    found = gamma_poisson(x, exposure)
    for raw, estimate in zip(x / exposure, found.estimates, strict=True):
        low, high = sorted((raw, found.centre))
        assert low - 1e-9 <= estimate.value <= high + 1e-9
        assert 0 <= estimate.low <= estimate.value <= estimate.high


def test_equal_units_are_pooled_but_never_as_if_the_prior_were_certain():
    found = beta_binomial([30] * 10, [100] * 10)
    assert found.strength == 1000
    one = found.estimates[0]
    assert one.value == pytest.approx(0.3, abs=0.001)
    # As wide as from the 1,100 cases that prior and unit hold together.
    assert one.high - one.low == pytest.approx(2 * 1.96 * np.sqrt(0.21 / 1100), rel=0.02)


def test_a_prior_is_worth_no_more_than_the_cases_it_was_learnt_from():
    # A spread barely above chance: the moments alone would give a prior worth 570 cases.
    assert beta_binomial([36, 25, 32, 27], [100] * 4).strength == 400


def test_equal_means_share_the_uncertainty_of_their_centre():
    found = normal_normal([5.0] * 4, [1.0] * 4, [10] * 4)
    assert found.strength is None
    assert found.estimates[0].high - 5.0 == pytest.approx(norm.ppf(0.975) / 2)


@pytest.mark.parametrize("units", [1, 2])
def test_two_units_lend_each_other_nothing(units):
    plain = normal_normal([5.0, 9.0][:units], [1.0, 2.0][:units], [10, 20][:units])
    assert [e.value for e in plain.estimates] == [5.0, 9.0][:units]
    assert plain.estimates[0].low == pytest.approx(5.0 - norm.ppf(0.975))
    assert beta_binomial([1, 8][:units], [10, 10][:units]).strength == 1.0
    rates = gamma_poisson([1, 8][:units], [10.0, 10.0][:units])
    assert rates.strength * rates.centre == pytest.approx(0.5)


@pytest.mark.parametrize("shrink", [beta_binomial, gamma_poisson])
def test_a_unit_without_cases_is_insufficient_and_changes_no_other(shrink):
    with_it, without = shrink([3, 0, 5, 2], [10, 0, 12, 9]), shrink([3, 5, 2], [10, 12, 9])
    assert with_it.estimates[1].status is Status.INSUFFICIENT
    assert with_it.estimates[1].value is None
    assert (with_it.estimates[0], *with_it.estimates[2:]) == without.estimates


@pytest.mark.parametrize(
    ("shrink", "arguments"),
    [
        (beta_binomial, ([3], [2])),
        (beta_binomial, ([], [])),
        (beta_binomial, ([1, 2], [3])),
        (gamma_poisson, ([-1], [2])),
        (gamma_poisson, ([1], [0])),
        (gamma_poisson, ([0], [0])),
        (normal_normal, ([1.0], [0.0], [5])),
        (normal_normal, ([np.nan], [1.0], [5])),
    ],
)
def test_impossible_units_are_refused(shrink, arguments):
    with pytest.raises(ValueError, match="Shrink"):
        shrink(*arguments)
