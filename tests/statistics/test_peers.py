"""Does the comparison with peers keep its promises, and does it find what stands out?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit

from shixiao.statistics import (
    benjamini_hochberg,
    proportions_above_peers,
    values_above_peers,
)


def _flagged_runs(k: int, n: int, base: float, tau: float, runs: int) -> float:
    """Share of cities of innocents in which anybody is flagged at q = 0.05."""
    rng = np.random.default_rng([k, n])
    flagged = 0
    for _ in range(runs):
        x = rng.binomial(n, expit(logit(base) + tau * rng.standard_normal(k)))
        flagged += bool(
            (benjamini_hochberg(proportions_above_peers(x, np.full(k, n)).p) <= 0.05).any()
        )
    return flagged / runs


@pytest.mark.parametrize(
    ("k", "n", "base", "tau"),
    [(8, 800, 0.15, 0.08), (20, 3000, 0.15, 0.2), (40, 1000, 0.3, 0.08), (30, 3000, 0.0005, 0.3)],
)
def test_among_innocents_hardly_any_city_has_a_flag(
    k: int, n: int, base: float, tau: float
) -> None:
    runs = 400
    promised, error = 0.05, 3 * (0.05 * 0.95 / runs) ** 0.5
    assert _flagged_runs(k, n, base, tau, runs) <= promised + error


@pytest.mark.parametrize(("k", "share"), [(250, 0.05), (40, 0.2)])
def test_double_odds_are_found_and_few_finds_are_false(k: int, share: float) -> None:
    rng = np.random.default_rng(7)
    planted = np.arange(k) < round(share * k)
    found = false = 0
    runs = 20
    for _ in range(runs):
        theta = logit(0.15) + 0.08 * rng.standard_normal(k) + planted * np.log(2)
        x = rng.binomial(1000, expit(theta))
        flagged = benjamini_hochberg(proportions_above_peers(x, np.full(k, 1000)).p) <= 0.05
        found, false = (
            found + int((flagged & planted).sum()),
            false + int((flagged & ~planted).sum()),
        )
    assert found >= 0.95 * runs * planted.sum()
    assert false <= 0.1 * (found + false)


def test_inflated_subjects_do_not_widen_the_innocent_spread_much() -> None:
    rng = np.random.default_rng(3)
    innocent = rng.standard_normal(400) * 0.2
    clean = values_above_peers(innocent, np.full(400, 0.05))
    mixed = values_above_peers(np.where(np.arange(400) < 40, 3.0, innocent), np.full(400, 0.05))
    assert clean.spread == pytest.approx(0.2, rel=0.15)
    assert mixed.spread == pytest.approx(clean.spread, rel=0.2)


def test_equal_subjects_have_hardly_any_spread_and_none_stands_out() -> None:
    peers = proportions_above_peers(np.full(12, 120), np.full(12, 1000))
    assert peers.spread < 0.1
    assert (peers.p > 0.3).all()
    assert peers.centre == pytest.approx(logit(120.5 / 1001), abs=1e-3)


@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(1, 2000)), min_size=3, max_size=30),
)
def test_every_p_is_a_probability_and_more_hits_never_raise_it(rows: list[tuple[int, int]]) -> None:
    n = np.array([max(a, b) for a, b in rows], dtype=float)
    x = np.array([a for a, _ in rows], dtype=float)
    peers = proportions_above_peers(x, n)
    assert ((peers.p >= 0) & (peers.p <= 1)).all()
    same_n = proportions_above_peers(x, np.full(len(x), n.max()))
    order = np.argsort(x, kind="stable")
    assert (np.diff(same_n.p[order]) <= 1e-9).all()


@pytest.mark.parametrize(
    ("successes", "n"), [([1, 2], [3, 4]), ([1, 2, 5], [3, 4, 4]), ([1, 2, 3], [3, 4, 0])]
)
def test_counts_that_are_no_counts_are_refused(successes: list[int], n: list[int]) -> None:
    with pytest.raises(ValueError, match=r"[Pp]eers"):
        proportions_above_peers(successes, n)


def test_an_error_of_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="positive"):
        values_above_peers([0.1, 0.2, 0.3], [0.1, 0.0, 0.1])
