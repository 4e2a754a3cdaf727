"""Complaints surge where they come far more often than before, and not by chance."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from shixiao.rules import load_pack
from shixiao.security.surging import RULE, Counted, surge

RULES = load_pack()


@pytest.mark.parametrize(
    ("late", "earlier", "surged"),
    [
        ((20, 28), (20, 364), True),  # from 1.5 in a window to 20
        ((3, 28), (36, 364), None),  # fewer than five
        ((8, 28), (36, 364), False),  # twice as many, as happens
        ((9, 28), (0, 364), True),  # out of nothing
        ((5, 28), (0, 364), True),
        ((5, 28), (0, 84), False),
        ((50, 28), (2, 83), None),  # too little to compare with
        ((50, 28), (0, 0), None),
        ((200, 28), (1_900, 364), False),  # many, and many before: below half as much again
    ],
)
def test_a_window_is_held_against_the_system_itself(
    late: tuple[int, int], earlier: tuple[int, int], surged: bool | None
) -> None:
    found = surge(Counted(*late), Counted(*earlier), RULES)
    assert found.surged is surged
    assert (found.reason is None) == (surged is not None)
    assert (found.p is None) == (surged is None)


def test_the_p_is_that_of_the_published_test_at_the_multiple_of_the_rule() -> None:
    rule = RULES.rule(RULE).value
    found = surge(Counted(12, 28), Counted(30, 364), RULES)
    share = rule["times"] * 28 / (rule["times"] * 28 + 364)
    assert found.p == pytest.approx(float(binom.sf(11, 42, share)))
    assert found.rate.value == pytest.approx(12 / 28)
    assert found.usual.value == pytest.approx(30 / 364)


@pytest.mark.parametrize("rate", [0.02, 0.1, 1.0])
def test_a_system_whose_rate_stays_surges_less_than_once_in_a_thousand_windows(rate: float) -> None:
    draw = np.random.default_rng(11)
    n = 20_000
    told = sum(
        bool(surge(Counted(int(x), 28), Counted(int(y), 364), RULES).surged)
        for x, y in zip(draw.poisson(rate * 28, n), draw.poisson(rate * 364, n), strict=True)
    )
    assert told <= n / 1_000
