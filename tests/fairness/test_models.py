"""The model layer, against statsmodels, SciPy and hand-made decision functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import StratifiedTable
from statsmodels.stats.proportion import proportion_confint

from shixiao.fairness import models
from shixiao.rules import load_pack
from shixiao.terms import BadInput, Status
from tests.fairness.drawn import cube_of

RULES = load_pack()


def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def test_an_input_that_tells_the_attribute_outright_has_power_1_and_a_stranger_none() -> None:
    outright = models.proxy_power([[100, 0], [0, 100]], least=30, rng=rng())
    stranger = models.proxy_power([[50, 50], [50, 50]], least=30, rng=rng(), draws=199)
    assert outright.estimate.value == pytest.approx(1)
    assert outright.p is not None
    assert outright.p < 0.01
    assert stranger.estimate.value == pytest.approx(0)
    assert stranger.p == 1


def test_proxy_power_is_theils_u() -> None:
    found = models.proxy_power([[30, 10], [20, 40]], least=30, rng=rng())

    def h(*shares: float) -> float:
        return -sum(p * np.log(p) for p in shares)

    left = 0.4 * h(0.75, 0.25) + 0.6 * h(1 / 3, 2 / 3)
    assert found.estimate.value == pytest.approx((h(0.5, 0.5) - left) / h(0.5, 0.5))


def test_p_of_a_proxy_is_even_where_there_is_none() -> None:
    chance, below = rng(), 0
    for _ in range(200):
        table = chance.multinomial(300, [0.3, 0.2, 0.3, 0.2]).reshape(2, 2)
        found = models.proxy_power(table, least=30, rng=chance, draws=99)
        below += (found.p or 1) <= 0.1
    assert 6 <= below <= 36


def test_forbidden_and_unfounded_inputs_are_named() -> None:
    inputs = [
        models.Input("income", source="tax register", article="第12条"),
        models.Input("民族", source="户籍", article="第3条"),
        models.Input("Religion", source="x", article="y"),
        models.Input("postcode", source="address register"),
    ]
    found = models.inputs_in_question(inputs, rules=RULES)
    assert [one.name for one, _ in found] == ["民族", "Religion", "postcode"]
    assert "FAI-08" in found[0][1].en
    assert "neither" in found[2][1].en


def test_a_flip_counts_the_decisions_that_change_and_is_exact() -> None:
    def decide(row: Mapping[str, Any]) -> bool:
        return row["income"] < 40 or (row["sex"] == "F" and row["income"] < 50)

    rows = [{"income": n, "sex": "FM"[n % 2]} for n in range(100)]
    found = models.flip_test(decide, rows, attribute="sex", values=["F", "M"], least=30)
    low, high = proportion_confint(10, 100, method="beta")
    assert (found.value, found.low, found.high) == pytest.approx((0.1, low, high))
    blind = models.flip_test(
        lambda row: row["income"] < 40, rows, attribute="sex", values="FM", least=30
    )
    assert (blind.value, blind.low) == (0, 0)
    assert (blind.high or 0) == pytest.approx(proportion_confint(0, 100, method="beta")[1])


def test_what_is_no_input_cannot_be_flipped() -> None:
    with pytest.raises(BadInput, match="“sex” is no input"):
        models.flip_test(lambda row: True, [{"income": 1}], attribute="sex", values="FM", least=1)


STRATA = [(30, 70, 20, 80), (50, 50, 40, 60), (10, 190, 8, 192), (5, 3, 2, 6)]


def test_conditional_parity_is_mantel_haenszel_with_its_interval_and_breslow_day() -> None:
    found = models.conditional_parity(STRATA, least=30)
    oracle = StratifiedTable([np.array(s).reshape(2, 2) for s in STRATA])
    assert found.estimate.value == pytest.approx(oracle.oddsratio_pooled)
    bounds = (found.estimate.low, found.estimate.high)
    assert bounds == pytest.approx(oracle.oddsratio_pooled_confint())
    assert found.p == pytest.approx(oracle.test_equal_odds().pvalue)


def test_a_gap_that_a_legitimate_factor_explains_vanishes_within_it() -> None:
    strata = [(90, 10, 9, 1), (2, 18, 20, 180)]  # one rate in each stratum, unlike mixes
    found = models.conditional_parity(strata, least=20)
    assert found.estimate.value == pytest.approx(1)
    assert found.p == pytest.approx(1, abs=0.02)


def test_strata_with_one_group_alone_say_nothing() -> None:
    found = models.conditional_parity([(30, 70, 0, 0), (0, 0, 30, 70)], least=30)
    assert found.estimate.status is Status.INSUFFICIENT


def score_cells(shift: int) -> dict[tuple[str | None, ...], dict[str, int]]:
    cells: dict[tuple[str | None, ...], dict[str, int]] = {}
    for score, true in (("1", 20), ("2", 100), ("10", 160)):
        for group in ("a", "b"):
            y = true + (shift if (group, score) == ("b", "2") else 0)
            selected = ("tp", "fp") if score != "1" else ("fn", "tn")
            cells[score, group] = dict(zip(selected, (y, 200 - y), strict=True))
    return cells


def test_calibration_finds_the_bin_in_which_a_score_means_less() -> None:
    fair = models.calibration(
        cube_of(score_cells(0), "score", "g"), score="score", least=30, rng=rng()
    )
    assert min(d.p_adjusted or 0 for d in fair.disparities) == 1
    biased = models.calibration(
        cube_of(score_cells(-50), "score", "g"), score="score", least=30, rng=rng()
    )
    found = {d.part: d.p_adjusted or 1 for d in biased.disparities}
    assert found["2"] < 0.01 < min(found["1"], found["10"])


def test_the_threshold_is_the_lowest_score_that_is_selected_as_a_number() -> None:
    cube = cube_of(score_cells(-50), "score", "g")
    (found,) = models.threshold_outcomes(cube, score="score", least=30, rng=rng()).disparities
    assert (found.part, found.group, found.reference) == ("2", (("g", "b"),), (("g", "a"),))
    assert found.difference.value == pytest.approx(-0.25)


@pytest.mark.parametrize(("mine", "beyond"), [((0, 500), False), ((500, 0), True)])
def test_a_group_of_none_or_of_all_has_a_bounded_ratio_where_halves_are_added(
    mine: tuple[int, int], beyond: bool
) -> None:
    strata = [(*mine, 2_000, 2_000), (*mine, 500, 500)]
    assert not models.conditional_parity(strata, least=30).estimate.ok
    found = models.conditional_parity(strata, least=30, halves=True).estimate
    assert found.ok
    assert (found.low > 10) if beyond else (found.high < 0.1)


def test_halves_change_nothing_where_there_is_an_odds_ratio() -> None:
    assert models.conditional_parity(STRATA, least=30, halves=True) == models.conditional_parity(
        STRATA, least=30
    )


@pytest.mark.parametrize("ratio", [1.0, 3.0])
def test_with_halves_the_interval_of_rare_things_covers(ratio: float) -> None:
    """Three strata of 100 and 1,000 decisions in which one of a hundred to fifty is touched."""
    drawn = np.random.default_rng(5)
    hits = told = 0
    for _ in range(1_000):
        strata = []
        for chance in (0.01, 0.015, 0.02):
            odds = ratio * chance / (1 - chance)
            x, y = drawn.binomial(100, odds / (1 + odds)), drawn.binomial(1_000, chance)
            strata.append((int(x), int(100 - x), int(y), int(1_000 - y)))
        found = models.conditional_parity(strata, least=30, halves=True).estimate
        if found.low is not None and found.high is not None:
            told += 1
            hits += found.low <= ratio <= found.high
    assert told > 990
    assert 0.935 <= hits / told <= 0.985
