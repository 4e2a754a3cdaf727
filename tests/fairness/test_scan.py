"""The scan: published ratios, nothing found where nothing is, and a gerrymander found."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from shixiao.fairness.catalogue import metric
from shixiao.fairness.cube import COUNTS, PLACE, Cube
from shixiao.fairness.scan import Disparity, Question, groups_of, scan
from shixiao.terms import BadInput, Status
from tests.fairness.drawn import cube_of, published_cube

ERRORS = ("selection", "tpr", "fpr", "fnr", "ppv")


def scanned(cube: Cube, *measures: str, seed: int = 1, **given: object) -> list[Disparity]:
    rng = np.random.default_rng(seed)
    questions = [Question(metric(name), cube) for name in measures]
    found = scan(questions, least=30, rng=rng, **given)  # type: ignore[arg-type]
    return list(found.disparities)


def lattice(rates: np.ndarray, n: int, rng: np.random.Generator) -> Cube:  # type: ignore[type-arg]
    """Draw selections of n people spread evenly over the cells of an array of rates."""
    keys = [tuple(str(i) for i in place) for place in product(*map(range, rates.shape))]
    each = rng.multinomial(n, np.full(len(keys), 1 / len(keys)))
    counts = np.zeros((len(keys), len(COUNTS)), dtype=np.int64)
    counts[:, PLACE["n"]] = each
    counts[:, PLACE["selected"]] = rng.binomial(each, rates.reshape(-1))
    return Cube.of(tuple("abcdefgh"[: rates.ndim]), keys, counts)


@pytest.mark.shared_data
def test_the_published_ratios_of_compas_come_out() -> None:
    cube = published_cube("compas_two_year_recid_MedHigh", "race")
    found = scanned(cube, *ERRORS, references={"race": "Caucasian"})
    black = {d.measure: d for d in found if d.group == (("race", "African-American"),)}
    fpr, ppv = black["fpr"].ratio, black["ppv"].ratio
    assert [round(e or 0, 2) for e in (fpr.value, fpr.low, fpr.high)] == [1.91, 1.72, 2.12]
    assert [round(e or 0, 2) for e in (ppv.value, ppv.low, ppv.high)] == [1.06, 1.00, 1.14]
    assert (black["fpr"].p_adjusted or 1) < 0.01
    assert (black["ppv"].p_adjusted or 0) > 0.3


@pytest.mark.shared_data
def test_groups_too_small_are_insufficient_and_never_dropped() -> None:
    found = scanned(published_cube("compas_two_year_recid_MedHigh", "race"), *ERRORS)
    native = [d for d in found if d.group == (("race", "Native American"),)]
    assert len(native) == len(ERRORS)
    assert {d.ratio.status for d in native} == {Status.INSUFFICIENT}
    assert {d.p_adjusted for d in native} == {None}
    assert all(d.ratio.reason and "30" in d.ratio.reason.en for d in native)


def test_a_rate_and_its_complement_stand_out_alike() -> None:
    cells = {("a",): {"tp": 60, "fn": 40}, ("b",): {"tp": 80, "fn": 20}}
    tpr, fnr = scanned(cube_of(cells, "g"), "tpr", "fnr")
    assert tpr.p_adjusted == fnr.p_adjusted
    assert tpr.difference.value == pytest.approx(-(fnr.difference.value or 0))


def test_nothing_true_means_undefined_and_not_zero() -> None:
    (found,) = scanned(cube_of({("a",): {"tn": 50}, ("b",): {"tn": 60}}, "g"), "tpr")
    assert found.ratio.value is None
    assert found.difference.status is Status.INSUFFICIENT
    assert found.p_adjusted is None


def test_the_family_error_is_kept_where_nothing_is_unfair() -> None:
    rng = np.random.default_rng(5)
    alarms = 0
    for seed in range(60):
        cube = lattice(np.full((4, 3, 2, 2), 0.2), 20_000, rng)
        found = scanned(cube, "selection", seed=seed, draws=199)
        alarms += min(d.p_adjusted for d in found if d.p_adjusted is not None) <= 0.05
    assert alarms <= 8  # of 60 at 5 %: at most 8 with 99.5 %


def test_a_gerrymander_that_no_margin_shows_is_found() -> None:
    rates = np.full((4, 2, 3), 0.30)
    rates[:, 0] += np.array([0.03, -0.03, 0.03, -0.03])[:, None]
    rates[:, 1] -= np.array([0.03, -0.03, 0.03, -0.03])[:, None]
    cube = lattice(rates, 400_000, np.random.default_rng(3))
    found = scanned(cube, "selection", draws=299)
    flagged = {d.group for d in found if (d.p_adjusted or 1) <= 0.05}
    assert not [group for group in flagged if len(group) == 1]
    assert {tuple(zip("ab", pair, strict=True)) for pair in product("0123", "01")} <= flagged


def test_people_of_whom_an_attribute_is_unknown_are_in_no_group_of_it() -> None:
    cube = cube_of(
        {("a", "x"): {"tn": 1}, (None, "x"): {"tn": 2}, ("b", None): {"tn": 3}}, "g", "h"
    )
    groups = groups_of(cube)
    held = dict(zip(groups.names, (groups.holds @ cube.column("n")).tolist(), strict=True))
    assert held[(("g", "a"),)] == 1
    assert held[(("h", "x"),)] == 3
    # The two of g = a and h = x are the very people of g = a.
    assert (("g", "a"), ("h", "x")) not in held


def test_too_many_groups_and_unknown_references_are_told() -> None:
    cube = cube_of({("a",): {"tn": 1}}, "g")
    with pytest.raises(BadInput, match="no value of “g”"):
        scanned(cube, "selection", references={"g": "z"})
