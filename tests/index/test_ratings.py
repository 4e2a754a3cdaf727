"""Ratings reweighted: those who rate are not those who had the service."""

from __future__ import annotations

import numpy as np
import pytest

from shixiao.checkup.index.sources.ratings import Cell, _weighted


def cell(channel, outcome, n, mean):
    return Cell((channel, outcome, ""), n, n * mean, n * (mean**2 + 0.25))


def test_the_refused_count_as_often_as_they_were_cases_not_as_they_rated():
    # 1,000 cases, 300 refused. 90 completed and 10 refused rated: 4.5 and 2. By hand:
    # 0.7 · 4.5 + 0.3 · 2 = 3.75; unweighted (90 · 4.5 + 10 · 2) / 100 = 4.25.
    cells = [cell("online", "1", 90, 4.5), cell("online", "0", 10, 2.0)]
    found = _weighted(cells, ({"online": 1000}, {"1": 700, "0": 300}, {"": 1000}), 1000, 0.25)
    assert found.mean == pytest.approx(3.75)
    assert found.crude == pytest.approx(4.25)
    assert found.response == pytest.approx(0.1)
    # Kish: weights 0.7 / 0.9 and 0.3 / 0.1, so 0.9 · (0.7/0.9)² + 0.1 · 3² = 1.444.
    assert found.design_effect == pytest.approx(0.9 * (0.7 / 0.9) ** 2 + 0.1 * 3**2)


def test_weights_meet_two_margins_at_once():
    cells = [
        cell("online", "1", 60, 4.0),
        cell("online", "0", 10, 2.0),
        cell("counter", "1", 20, 5.0),
        cell("counter", "0", 10, 3.0),
    ]
    margins = ({"online": 400, "counter": 600}, {"1": 700, "0": 300}, {"": 1000})
    found = _weighted(cells, margins, 1000, 0.25)
    # The weighted mean is linear here: 4 for the completed online, 1 more at the counter, 2 less
    # for the refused. 4 + 0.6 · 1 - 0.3 · 2 = 4.
    assert found.mean == pytest.approx(4.0, abs=1e-3)


def test_a_group_that_never_rated_leaves_the_others_to_speak():
    cells = [cell("online", "1", 50, 4.0)]
    found = _weighted(cells, ({"online": 500}, {"1": 400, "0": 100}, {"": 500}), 500, 0.25)
    assert found.mean == pytest.approx(4.0)
    assert np.isfinite(found.variance)
