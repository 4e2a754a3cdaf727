"""Equal burden, waiting and shutting out: by hand, and intervals that cover."""

from __future__ import annotations

import numpy as np
import pytest

from shixiao.fairness.burden import channel_gap, equal_burden, processing_days, replicates
from shixiao.fairness.cube import COUNTS, PLACE, Cube
from shixiao.fairness.sketch import bin_of
from shixiao.terms import Status
from tests.fairness.drawn import cube_of

CELLS = {
    ("a",): {"tp": 40, "fp": 60, "fn": 10, "tn": 90},
    ("b",): {"tp": 40, "fp": 20, "fn": 30, "tn": 110},
}


def test_burden_is_the_share_of_checks_less_the_share_of_what_they_look_for() -> None:
    found = equal_burden(cube_of(CELLS, "g"), least=30, rng=np.random.default_rng(1))
    assert found["a",].value == pytest.approx(100 / 160 - 50 / 120)
    assert found["b",].value == pytest.approx(60 / 160 - 70 / 120)
    assert (found["a",].low or 0) > 0


def test_too_few_checks_are_insufficient() -> None:
    found = equal_burden(cube_of({("a",): {"tp": 3}}, "g"), least=30, rng=np.random.default_rng(1))
    assert found["a",].status is Status.INSUFFICIENT


def test_replicates_from_cells_have_the_law_of_resampled_rows() -> None:
    rng = np.random.default_rng(2)
    cube = cube_of(CELLS, "g")
    drawn = replicates(cube, draws=4000, rng=rng)
    assert (drawn.sum(axis=(1, 2)) == 400).all()
    rows = np.repeat(np.arange(8), cube.counts[:, PLACE["tp"] : PLACE["tn"] + 1].reshape(-1))
    resampled = np.array([np.bincount(rng.choice(rows, 400), minlength=8) for _ in range(4000)])
    flat = drawn.reshape(4000, 8)
    assert flat.mean(axis=0) == pytest.approx(resampled.mean(axis=0), rel=0.02)
    assert np.cov(flat.T) == pytest.approx(np.cov(resampled.T), abs=6)


def test_the_interval_of_burden_covers_it() -> None:
    rng = np.random.default_rng(3)
    shares = np.array([[0.10, 0.15, 0.05, 0.2], [0.10, 0.05, 0.1, 0.25]])
    true = 0.25 / 0.40 - 0.15 / 0.35
    covered = 0
    for _ in range(200):
        counts = np.zeros((2, len(COUNTS)), dtype=np.int64)
        counts[:, PLACE["tp"] : PLACE["tn"] + 1] = rng.multinomial(800, shares.reshape(-1)).reshape(
            2, 4
        )
        found = equal_burden(
            Cube.of(("g",), [("a",), ("b",)], counts), least=30, rng=rng, draws=199
        )
        low, high = found["a",].low, found["a",].high
        assert low is not None
        assert high is not None
        covered += low <= true <= high
    assert covered >= 0.90 * 200


def test_days_of_each_group_are_read_from_its_sketch() -> None:
    counts = np.zeros((2, len(COUNTS)), dtype=np.int64)
    bins = [(0, bin_of(5), 50), (0, bin_of(20), 50), (1, bin_of(7), 3)]
    cube = Cube.of(("g",), [("a",), ("b",)], counts, bins)
    found = processing_days(cube, least=30, rng=np.random.default_rng(4))
    assert found["a",]["median"].value == pytest.approx(5, rel=0.01)
    assert found["a",]["p90"].value == pytest.approx(20, rel=0.01)
    assert found["b",]["median"].status is Status.INSUFFICIENT


def test_the_channel_shuts_out_what_the_counter_does_not() -> None:
    online = {"old": (40, 100), "young": (90, 100)}
    counter = {"old": (88, 100), "young": (92, 100)}
    found = channel_gap(online, counter, group="old", reference="young", least=30)
    assert found.value == pytest.approx(-0.46)
    assert found.low is not None
    assert found.high is not None
    assert found.low < -0.46 < found.high < -0.3
    few = channel_gap(online, {"old": (1, 2)}, group="old", reference="young", least=30)
    assert few.status is Status.INSUFFICIENT
