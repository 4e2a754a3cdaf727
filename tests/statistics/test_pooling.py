"""Partial pooling: what units lend each other, and whether the intervals cover."""

from __future__ import annotations

import numpy as np
import pytest

from shixiao.statistics import pooled_families, pooled_means, pooled_rates, pooled_shares

DRAWS = 1000


def drawn(pooled, rng):
    shared = pooled.share(DRAWS, rng)
    units = len(pooled.centre)
    return np.stack([pooled.draw(i, shared, rng.standard_normal(DRAWS)) for i in range(units)])


def test_much_evidence_of_its_own_outweighs_the_peers():
    rng = np.random.default_rng(1)
    found = drawn(pooled_shares([9_000, 50, 40, 60, 55], [10_000, 100, 100, 100, 100]), rng)
    assert found[0].mean() == pytest.approx(0.9, abs=0.005)
    found = drawn(pooled_rates([900, 5, 4, 6, 5], [1000, 10, 10, 10, 10]), rng)
    assert found[0].mean() == pytest.approx(0.9, rel=0.05)


def test_little_evidence_of_its_own_leans_on_the_peers():
    rng = np.random.default_rng(1)
    peers = [50, 52, 48, 51, 49, 50]
    (found,) = drawn(pooled_shares([*peers, 2], [100] * 6 + [2]), rng)[-1:]
    assert 0.45 < found.mean() < 0.65
    (found,) = drawn(pooled_means([5, 5.1, 4.9, 5, 5.1, 9], [0.1] * 5 + [4.0]), rng)[-1:]
    assert 4.8 < found.mean() < 5.8


def test_a_unit_of_which_nothing_is_known_is_as_uncertain_as_its_peers_differ():
    rng = np.random.default_rng(1)
    peers = rng.normal(5, 2, 200)
    found = drawn(pooled_means([*peers, 0], [0.01] * 200 + [np.inf]), rng)[-1]
    assert (found.mean(), found.std()) == (pytest.approx(5, abs=0.4), pytest.approx(2, abs=0.3))
    truth = rng.beta(8, 2, 200)
    found = drawn(pooled_shares([*rng.binomial(500, truth), 0], [500] * 200 + [0]), rng)[-1]
    assert (found.mean(), found.std()) == (
        pytest.approx(0.8, abs=0.03),
        pytest.approx(np.sqrt(0.8 * 0.2 / 11), abs=0.02),
    )


@pytest.mark.parametrize("units", [1, 2])
def test_one_or_two_units_lend_each_other_nothing(units):
    rng = np.random.default_rng(1)
    found = drawn(pooled_means([1.0, 9.0][:units], [0.1, 0.1][:units]), rng)
    assert found[0].mean() == pytest.approx(1.0, abs=0.02)
    found = drawn(pooled_shares([30, 90][:units], [100, 100][:units]), rng)
    assert found[0].mean() == pytest.approx(0.3, abs=0.02)


def test_a_full_count_is_known_without_error():
    found = drawn(pooled_means([1.0, 2.0, 5.0], [0.0, 0.0, 0.0]), np.random.default_rng(1))
    assert (found == np.array([[1.0], [2.0], [5.0]])).all()


@pytest.mark.parametrize(
    ("pool", "first", "second"),
    [
        (pooled_shares, [3], [2]),
        (pooled_shares, [-1], [2]),
        (pooled_rates, [1], [0]),
        (pooled_rates, [-1], [1]),
        (pooled_means, [1], [-1]),
        (pooled_means, [1, 2], [1]),
        (pooled_means, [np.inf], [1]),
        (pooled_means, [], []),
    ],
)
def test_impossible_numbers_are_refused(pool, first, second):
    with pytest.raises(ValueError, match=r"ool|error"):
        pool(first, second)


def shares_of(rng, units):
    truth = rng.beta(7, 3, units)
    return truth, pooled_shares(rng.binomial(6, truth), np.full(units, 6))


def rates_of(rng, units):
    truth = rng.gamma(6, 0.01 / 6, units)
    exposure = rng.integers(100, 500, units)
    return truth, pooled_rates(rng.poisson(truth * exposure), exposure)


def means_of(rng, units):
    truth = rng.normal(3, 0.2, units)
    errors = rng.uniform(0.1, 0.5, units)
    return truth, pooled_means(rng.normal(truth, errors), errors)


@pytest.mark.parametrize("drawing", [shares_of, rates_of, means_of])
@pytest.mark.parametrize("units", [12, 40])
def test_intervals_of_units_and_of_their_mean_cover_the_truth(drawing, units):
    rng, rounds = np.random.default_rng([5, units]), 80
    single, whole = [], 0
    for _ in range(rounds):
        truth, pooled = drawing(rng, units)
        found = drawn(pooled, rng)
        low, high = np.quantile(found, (0.025, 0.975), axis=1)
        single.append(((low <= truth) & (truth <= high)).mean())
        low, high = np.quantile(found.mean(axis=0), (0.025, 0.975))
        whole += low <= truth.mean() <= high
    assert 0.925 <= np.mean(single) <= 0.985
    assert whole / rounds >= 0.88


def test_families_keep_their_centres_and_share_one_spread():
    rng = np.random.default_rng(3)
    centres = np.linspace(-1, 1, 15)
    truth = [c + rng.normal(0, 0.02, 20) for c in centres]
    given = [(rng.normal(t, 0.1), np.full(20, 0.1)) for t in truth]
    found = pooled_families(given)
    assert all((p.weights == found[0].weights).all() for p in found)
    means = [drawn(p, rng).mean() for p in found]
    assert means == pytest.approx(centres, abs=0.1)
    # Alone, twenty units cannot rule out a spread of 0.1; three hundred can.
    alone = drawn(pooled_means(*given[0]), rng).std(axis=1).mean()
    assert drawn(found[0], rng).std(axis=1).mean() < alone
    assert pooled_families([]) == []
