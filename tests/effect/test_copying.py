"""The copy index: 1 for one process seen twice, 0 for two that share nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.effect.copying import copy_index, edit_distances, in_steps, transport

paths = st.lists(
    st.tuples(
        st.lists(st.sampled_from("abcd"), min_size=1, max_size=5).map(tuple), st.integers(1, 30)
    ),
    min_size=1,
    max_size=6,
).map(dict)


def naive_edit_distance(a: tuple[str, ...], b: tuple[str, ...]) -> int:
    table = np.zeros((len(a) + 1, len(b) + 1), dtype=int)
    table[:, 0], table[0, :] = range(len(a) + 1), range(len(b) + 1)
    for i, x in enumerate(a, 1):
        for j, y in enumerate(b, 1):
            table[i, j] = min(
                table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + (x != y)
            )
    return int(table[-1, -1])


@given(paths)
def test_edit_distances_are_levenshtein_over_the_longer_length(
    arm: dict[tuple[str, ...], int],
) -> None:
    sequences = list(arm)
    matrix = edit_distances(sequences)
    for i, a in enumerate(sequences):
        for j, b in enumerate(sequences):
            assert matrix[i, j] == pytest.approx(naive_edit_distance(a, b) / max(len(a), len(b)))


def test_transport_moves_the_least_mass_over_the_least_way() -> None:
    cost = np.array([[0.0, 1.0, 0.5], [1.0, 0.0, 0.5], [0.5, 0.5, 0.0]])
    a, b = np.array([6, 4, 0]), np.array([4, 4, 2])
    # Two tenths move from the first cell to the third, half a step away.
    assert transport(a, b, cost) == pytest.approx(0.2 * 0.5)


@given(paths)
def test_an_arm_compared_with_itself_is_a_perfect_copy(arm: dict[tuple[str, ...], int]) -> None:
    found = copy_index(arm, arm, draws=20, rng=np.random.default_rng(1))
    assert found.index.value == pytest.approx(1.0)
    assert found.distance == pytest.approx(0.0, abs=1e-9)


@given(paths, paths)
def test_the_index_lies_between_nothing_and_everything(
    a: dict[tuple[str, ...], int], b: dict[tuple[str, ...], int]
) -> None:
    found = copy_index(a, b, draws=15, rng=np.random.default_rng(2)).index
    assert 0.0 <= (found.low or 0) <= (found.value or 0) <= (found.high or 0) <= 1.0


def test_arms_without_a_step_in_common_share_nothing() -> None:
    a, b = {("a", "b", "c"): 500}, {("x", "y", "z"): 500}
    found = copy_index(a, b, draws=100, rng=np.random.default_rng(3))
    assert found.index.value == pytest.approx(0.0, abs=0.02)
    assert found.p < 0.02


@pytest.mark.parametrize("cases", [60, 300])
def test_small_samples_of_one_process_are_not_called_different(cases: int) -> None:
    """Raw distances of small arms are far from 0; the corrected index is not."""
    rng = np.random.default_rng(4)
    process = [(*tuple("abcdefg"[: 3 + k % 5]), str(k % 3)) for k in range(15)]
    indices, raw = [], []
    for _ in range(20):
        arms = []
        for _ in range(2):
            drawn = rng.multinomial(cases, np.ones(15) / 15)
            arms.append({p: int(n) for p, n in zip(process, drawn, strict=True) if n})
        found = copy_index(arms[0], arms[1], draws=60, rng=rng)
        indices.append(found.index.value or 0.0)
        raw.append(1 - found.distance)
    assert np.mean(indices) > 0.97
    assert np.mean(indices) > np.mean(raw)


def test_many_variants_are_compared_by_cases_drawn_by_lot() -> None:
    rng = np.random.default_rng(5)
    arms = [{tuple(rng.choice(list("abcdefgh"), 12)): 1 for _ in range(400)} for _ in range(2)]
    found = copy_index(arms[0], arms[1], draws=30, rng=rng)
    assert found.drawn == 100
    assert found.variants > 700
    assert (found.index.value or 0) > 0.9


def test_activities_that_are_one_step_join_their_variants() -> None:
    joined = in_steps(
        {("网上申请", "办结"): 3, ("窗口申请", "办结"): 4}, {"网上申请": "申请", "窗口申请": "申请"}
    )
    assert joined == {("申请", "办结"): 7}
