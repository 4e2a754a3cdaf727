"""A subject far beyond its peers is compared with its own past, and being picked is taken out."""

from __future__ import annotations

import math

import numpy as np
import pytest

from shixiao.statistics import Observed, Untouched, closing_test, error_needed, untouched
from shixiao.statistics.apart import persistence

PEERS = Untouched(0.0, 0.01, 0.1, 1.0, 0.0004, 60, np.diag([1e-4, 0.3]))
FAR = Observed(1.0, 0.08)
REPLICATIONS = 4_000


def _picked(rng, true, error, count):
    """Draw earlier values that stand apart, however rarely they do."""
    found = []
    while len(found) < count:
        value = Observed(true + error * float(rng.standard_normal()), error)
        if PEERS.apart(value) is not None:
            found.append(value)
    return found


@pytest.mark.parametrize("true", [0.4, 0.55, 1.2], ids=["rarely apart", "half the time", "always"])
def test_left_alone_it_passes_at_most_one_time_in_forty_however_lucky_the_pick(true):
    rng = np.random.default_rng(8)
    closed = []
    for value in _picked(rng, true, FAR.error, REPLICATIONS):
        later = PEERS.later + true + math.hypot(0.02, 0.08) * float(rng.standard_normal())
        closed.append(closing_test(value, Observed(later, 0.08), PEERS).high < 0)
    assert np.mean(closed) <= 0.025 + 3 * math.sqrt(0.025 * 0.975 / REPLICATIONS)


def test_becoming_ordinary_is_an_improvement_for_it():
    ordinary = Observed(PEERS.later, 0.08)
    assert closing_test(FAR, ordinary, PEERS).high < 0
    same = Observed(PEERS.later + FAR.value, 0.08)
    assert closing_test(FAR, same, PEERS).high > 0


def test_the_change_lies_within_its_interval_and_moves_with_the_later_value():
    found = [closing_test(FAR, Observed(value, 0.1), PEERS) for value in np.linspace(-1, 1.5, 9)]
    assert all(f.low < f.change < f.high for f in found)
    for name in ("low", "change", "high", "p"):
        ordered = [getattr(f, name) for f in found]
        assert ordered == sorted(ordered)
    for f in found:
        assert (f.high < 0) == (f.p < 0.025)


def test_the_error_needed_gives_about_the_power_asked_for():
    rng = np.random.default_rng(9)
    # Peers that know for sure what lasts: all chance is then in the later value.
    sure = Untouched(0.0, 0.01, 0.1, 1.0, 0.0004, 400, np.zeros((2, 2)))
    change = math.log(0.7)
    apart = sure.apart(FAR)
    assert apart is not None
    needed = error_needed(FAR, sure, change=change * 2, power=0.9)
    assert needed is not None
    spread = math.sqrt(apart.variance + needed**2)
    later = apart.expected + 2 * change + spread * rng.standard_normal(1_500)
    closed = [closing_test(FAR, Observed(x, needed), sure).high < 0 for x in later]
    assert np.mean(closed) == pytest.approx(0.9, abs=0.03)


def test_where_what_lasts_is_too_uncertain_no_error_is_small_enough():
    assert error_needed(Observed(3.0, 0.08), PEERS, change=-0.2) is None


def test_an_ordinary_subject_does_not_stand_apart_and_the_best_never_does():
    assert PEERS.apart(Observed(0.2, 0.08)) is None
    assert PEERS.apart(Observed(-3.0, 0.08)) is None


def test_peers_decide_what_lasts_where_they_can_tell():
    assert persistence(0.5, 1e-6)[0] == pytest.approx(0.5, abs=0.01)
    assert persistence(0.5, 10.0)[0] == pytest.approx(1.0, abs=0.01)
    assert persistence(1.8, 1e-6)[0] == 1.0
    assert persistence(0.0, 0.0) == pytest.approx((1.0, 0.01))


def test_among_long_tailed_peers_that_swing_back_the_worst_left_alone_still_stays_open():
    rng = np.random.default_rng(10)
    closed = []
    for _ in range(600):
        level = 0.3 * rng.standard_t(4, 60)
        later_level = 0.7 * level + 0.1 * rng.standard_normal(60)
        values = [
            np.column_stack([x + 0.07 * rng.standard_normal(60), np.full(60, 0.07)])
            for x in (level, later_level)
        ]
        worst = int(values[0][:, 0].argmax())
        others = np.arange(60) != worst
        peers = untouched(values[0][others], values[1][others])
        assert peers is not None
        mine, then = (Observed(*part[worst]) for part in values)
        closed.append(closing_test(mine, then, peers).high < 0)
    assert np.mean(closed) <= 0.05
