"""Permutation: the exact null law, the level of the test, the bias of raw distances."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import hypergeom

from shixiao.statistics import permutation_null, permutation_p


def total_variation(a, b):
    return float(np.abs(a / a.sum() - b / b.sum()).sum() / 2)


def first_cell(a, b):
    return float(a[0])


def test_dealing_anew_is_hypergeometric():
    null = permutation_null([5, 7], [9, 4], first_cell, draws=40_000, rng=np.random.default_rng(1))
    seen = np.bincount(null.astype(int), minlength=13) / 40_000
    assert seen == pytest.approx(hypergeom.pmf(np.arange(13), 25, 14, 12), abs=0.01)


def test_both_arms_keep_their_sizes_and_every_case_is_dealt():
    a, b = np.array([5, 0, 2]), np.array([1, 1, 9])
    seen = []
    permutation_null(
        a, b, lambda x, y: seen.append((x, y)) or 0.0, draws=20, rng=np.random.default_rng(1)
    )
    assert all(x.sum() == 7 and y.sum() == 11 and (x + y == a + b).all() for x, y in seen)


def test_the_test_keeps_its_level_when_the_arms_do_not_differ():
    rng = np.random.default_rng(2)
    p = []
    for _ in range(1_000):
        a, b = (rng.multinomial(n, [0.5, 0.3, 0.2]) for n in (40, 60))
        null = permutation_null(a, b, total_variation, draws=99, rng=rng)
        p.append(permutation_p(total_variation(a, b), null))
    assert np.mean(np.array(p) <= 0.05) == pytest.approx(0.045, abs=0.022)
    assert np.mean(np.array(p) <= 0.5) == pytest.approx(0.49, abs=0.055)


def test_a_real_difference_is_seen():
    rng = np.random.default_rng(3)
    null = permutation_null([50, 10], [10, 50], total_variation, draws=499, rng=rng)
    assert permutation_p(total_variation(np.array([50, 10]), np.array([10, 50])), null) == 1 / 500


def test_small_arms_look_distant_though_they_are_alike():
    rng = np.random.default_rng(4)
    spread = np.full(100, 3)
    small = permutation_null(spread[:20], spread[:20], total_variation, draws=200, rng=rng)
    assert small.mean() > 0.1


def test_p_is_never_zero_and_counts_equals_in_spite_of_rounding():
    assert permutation_p(9.0, np.zeros(99)) == 0.01
    assert permutation_p(0.1 + 0.2, np.full(99, 0.3)) == 1.0


@pytest.mark.parametrize(
    ("a", "b"), [([1, 2], [1]), ([0, 0], [1, 2]), ([1.5, 1], [1, 2]), ([-1, 3], [1, 2])]
)
def test_arms_that_are_no_counts_are_refused(a, b):
    with pytest.raises(ValueError, match=r"cases|whole"):
        permutation_null(a, b, first_cell, draws=9, rng=np.random.default_rng(1))
