"""Components: who are peers, and what is not independent."""

from __future__ import annotations

import numpy as np
import pytest

from shixiao.checkup.index.components import classes, means, shares, smoothed_variances
from shixiao.checkup.index.sources.usage import _effective
from shixiao.terms import Status

IDS = [f"s{i:02d}" for i in range(40)]


def test_peers_of_unlike_size_are_kept_apart_and_those_of_like_size_together():
    own = np.ones(20, dtype=bool)
    apart = classes(np.array([50.0] * 10 + [1500.0] * 10), own)
    assert [list(rows) for rows in apart] == [list(range(10)), list(range(10, 20))]
    (together,) = classes(np.linspace(900, 1500, 20), own)
    assert len(together) == 20


def test_a_class_keeps_eight_with_a_number_of_their_own():
    sizes = np.array([50.0] * 7 + [1500.0] * 13)
    assert len(classes(sizes, np.ones(20, dtype=bool))) == 1


def test_nobody_is_lost_or_counted_twice():
    rng = np.random.default_rng(1)
    sizes = rng.lognormal(6, 2, 300)
    rows = np.concatenate(classes(sizes, rng.random(300) < 0.8))
    assert sorted(rows) == list(range(300))


def test_a_subject_with_too_few_is_known_by_its_peers():
    n = [100.0] * 10 + [2.0]
    (peers,) = shares("solved", IDS[:11], [80.0] * 10 + [0.0], n, level=0.95, least=5)
    seen = peers.seen["s10"]
    assert seen.raw.status is Status.INSUFFICIENT
    assert "2" in seen.raw.reason.en
    shared = peers.pooled.share(2000, np.random.default_rng(1))
    drawn = peers.pooled.draw(seen.unit, shared, np.random.default_rng(2).standard_normal(2000))
    assert drawn.mean() == pytest.approx(0.8, abs=0.03)


@pytest.mark.parametrize("errors", [[np.inf, np.inf, 0.1, 0.1], [np.inf] * 4])
def test_without_three_peers_a_subject_with_too_few_drops_out(errors):
    found = list(means("visits", IDS[:4], [1, 1, 2, 2], errors, [1] * 4, level=0.95))
    kept = {name for peers in found for name in peers.seen}
    assert kept == {name for name, e in zip(IDS, errors, strict=False) if np.isfinite(e)}


def test_a_few_equal_cases_do_not_prove_that_there_is_no_variance():
    found = smoothed_variances(
        np.array([5.0, 500.0]), np.array([5.0, 500.0]), np.array([5.0, 900.0])
    )
    assert 0 < found[0] < found[1]


def test_accounts_opened_together_count_as_fewer():
    # Ten days of ten accounts: all kept or none. Each day says one thing, not ten.
    days = [(10, 10), (10, 0)] * 5
    n, x = _effective(days)
    assert n == pytest.approx(10)
    assert x == pytest.approx(5)
    assert _effective([(10, 5)] * 10) == (100, 50)
