"""Releases: no answer, and no difference of answers, speaks of fewer than eleven persons."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from shixiao.fairness import Cube, Release, answer, release
from shixiao.fairness.cube import COUNTS, PLACE
from shixiao.rules import load_pack

RULES = load_pack()
LEAST = 11
SIZES = (2, 4, 3)


def quarter(sizes: tuple[int, ...], n: int, *, seed: int = 1, rare: float = 0.05) -> Cube:
    """Return decisions whose groups, results, outcomes and appeals are drawn."""
    rng = np.random.default_rng(seed)
    columns = [rng.choice(size, n, p=rng.dirichlet(np.full(size, 2.0))) for size in sizes]
    selected, true, appealed = rng.random(n) < 0.3, rng.random(n) < 0.2, rng.random(n) < rare
    counts: dict[tuple[str, ...], np.ndarray] = {}
    for row, key in enumerate(zip(*(column.tolist() for column in columns), strict=True)):
        cell = counts.setdefault(tuple(f"v{v}" for v in key), np.zeros(len(COUNTS), np.int64))
        error = ("tp" if true[row] else "fp") if selected[row] else ("fn" if true[row] else "tn")
        for name, on in (
            ("n", True),
            ("selected", selected[row]),
            (error, True),
            ("heard", True),
            ("appealed", appealed[row]),
            ("answered", appealed[row]),
        ):
            cell[PLACE[name]] += int(on)
    names = [f"g{place}" for place in range(len(sizes))]
    return Cube.of(names, list(counts), np.array(list(counts.values())))


def released(cube: Cube) -> Release:
    return release(cube, rules=RULES, least=LEAST, random=None, outcome=True)


def told_of(kept: Release, cube: Cube, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return equations in the finest cells, and their right sides, that a release tells."""
    finest = cube.by(*kept.dimensions)
    rows, right = [], []
    for by, cells in kept.cells.items():
        places = [kept.dimensions.index(group) for group in by]
        for key, counts in cells.items():
            if counts is not None and name in counts:
                rows.append([tuple(k[p] for p in places) == key for k in finest.keys])
                right.append(counts[name])
    return np.array(rows, float), np.array(right, float)


def bounded(kept: Release, cube: Cube, name: str) -> list[tuple[tuple[str | None, ...], float]]:
    """Return small finest cells for which everything shown allows fewer than eleven persons."""
    finest = cube.by(*kept.dimensions)
    rows, right = told_of(kept, cube, name)
    if not len(right):
        return []
    found = []
    persons = finest.column(name)
    for place in np.flatnonzero((persons > 0) & (persons < LEAST)).tolist():
        aim = np.zeros(len(finest.keys))
        aim[place] = -1
        told = linprog(aim, A_eq=rows, b_eq=right, bounds=(0, None)).fun
        if told is not None and -told < LEAST - 1e-6:
            found.append((finest.keys[place], -told))
    return found


@pytest.mark.parametrize(("n", "depth"), [(120, 1), (600, 1), (3_000, 2)])
@pytest.mark.parametrize("name", ["n", "selected", "tp"])
def test_all_answers_together_allow_eleven_in_every_small_cell(
    n: int, depth: int, name: str
) -> None:
    cube = quarter(SIZES, n)
    kept = released(cube)
    assert kept.depth >= depth
    assert any(counts is not None for cells in kept.cells.values() for counts in cells.values())
    assert bounded(kept, cube, name) == []


def crossed(special: Mapping[tuple[str, str], int]) -> Cube:
    """Return two groups of eight and six values with 200 persons a cell, but for some."""
    keys = [(one, other) for one in "abcdefgh" for other in "uvwxyz"]
    counts = np.zeros((len(keys), len(COUNTS)), np.int64)
    counts[:, PLACE["n"]] = [special.get(key, 200) for key in keys]
    return Cube.of(["g1", "g2"], keys, counts)


def test_a_group_put_together_from_withheld_cells_is_not_told_either() -> None:
    few = {(one, other): 2 for one in "bc" for other in "yz"}
    few |= {(one, other): 2 for one in "fg" for other in "vw"}
    few |= {("f", "x"): 150, ("g", "x"): 150, ("d", "v"): 150, ("d", "w"): 150}
    cube = crossed(few)
    kept = released(cube)
    rows, _ = told_of(kept, cube, "n")
    eight = np.array([key[0] in "bc" and key[1] in "yz" for key in cube.keys], float)
    weights, *_ = np.linalg.lstsq(rows.T, eight, rcond=None)
    assert np.abs(rows.T @ weights - eight).max() > 1e-6
    assert bounded(kept, cube, "n") == []


@pytest.mark.parametrize("seed", [6, 21, 46, *range(100, 106)])
def test_no_rectangle_of_two_groups_is_told_to_be_of_few(seed: int) -> None:
    rng = np.random.default_rng(seed)
    some = {(one, other): int(rng.choice([2, 5, 60, 200, 200, 200]))
            for one in "abcdefgh" for other in "uvwxyz"}  # fmt: skip
    cube = crossed(some)
    assert bounded(released(cube), cube, "n") == []


def test_few_who_were_selected_are_withheld_though_their_group_is_not() -> None:
    counts = np.zeros((2, len(COUNTS)), np.int64)
    counts[:, PLACE["n"]] = (40, 900)
    counts[:, PLACE["selected"]] = (1, 200)
    kept = released(Cube.of(["g"], [("a",), ("b",)], counts))
    few, many = (kept.cells[("g",)][(name,)] for name in "ab")
    everybody = kept.cells[()][()]
    assert few is not None
    assert "selected" not in few
    # … nor does the total less the others tell it.
    assert not all(cell is not None and "selected" in cell for cell in (many, everybody))


@given(st.integers(20, 900), st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_sums_and_differences_of_answers_are_of_nobody_or_of_eleven(n: int, seed: int) -> None:
    kept = released(quarter((2, 3), n, seed=seed))
    flat = [(by, cell) for by, cells in kept.cells.items() for cell in cells.items()]

    def held(by: tuple[str, ...], key: tuple[str | None, ...]) -> set[tuple[str, str | None]]:
        return set(zip(by, key, strict=True))

    for by, (key, counts) in flat:
        for other, (more, fewer) in flat:
            nested = held(by, key) < held(other, more)
            if nested and counts is not None and fewer is not None:
                left = counts["n"] - fewer["n"]
                assert left == 0 or left >= LEAST


def test_a_large_quarter_crosses_three_groups_and_withholds_nothing() -> None:
    cube = quarter(SIZES, 30_000)
    kept = released(cube)
    assert (kept.depth, kept.left_out) == (3, ())
    assert all(counts is not None for cells in kept.cells.values() for counts in cells.values())
    again = Release.from_json(kept.to_json())
    assert again == kept


def test_too_many_groups_are_left_out_by_name() -> None:
    kept = released(quarter((2, 5, 8, 6, 3), 8_000))
    assert kept.left_out
    assert set(kept.dimensions) | set(kept.left_out) == {f"g{place}" for place in range(5)}


def test_values_that_are_put_together_are_the_sum_of_what_was_released() -> None:
    kept = released(quarter(SIZES, 30_000))
    plain, merged = kept.asked(["g1"]), kept.asked(["g1"], {"g1": ["v0", "v2"]})
    one, other = plain[("v0",)], plain[("v2",)]
    assert one is not None
    assert other is not None
    together = merged[("v0\x1fv2",)]
    assert together is not None
    assert together["n"] == one["n"] + other["n"]
    assert len(merged) == len(plain) - 1


def test_where_a_part_is_withheld_the_sum_is_too() -> None:
    cells: Mapping[tuple[str, ...], dict] = {
        (): {(): {"n": 60, "selected": 20}},
        ("g",): {
            ("a",): {"n": 30, "selected": 10},
            ("b",): None,
            ("c",): {"n": 12, "selected": 3},
        },
    }
    kept = Release(("g",), (), 1, cells, None)
    assert kept.asked(["g"], {"g": ["a", "b"]})[("a\x1fb",)] is None
    together = kept.asked(["g"], {"g": ["a", "c"]})[("a\x1fc",)]
    assert together == {"n": 42, "selected": 13}


def test_a_line_is_held_against_everybody_else_and_intervals_hold_together() -> None:
    kept = released(quarter(SIZES, 30_000))
    lines = answer(kept, "selection", ["g1"], {}, rules=RULES)
    assert len(lines) == 4
    total = kept.cells[()][()]
    assert total is not None
    for line in lines:
        cell = kept.cells[("g1",)][line.key]
        assert cell is not None
        rest = (total["selected"] - cell["selected"]) / (total["n"] - cell["n"])
        assert line.rate.value is not None
        assert line.difference.value == pytest.approx(line.rate.value - rest)
        assert line.difference.level == pytest.approx(1 - 0.05 / 4)


def test_what_is_withheld_has_a_reason_and_no_number() -> None:
    kept = released(quarter((2, 4), 60))
    lines = answer(kept, "fpr", ["g1"], {}, rules=RULES)
    assert all(line.rate.value is None and line.rate.reason for line in lines)


def test_a_metric_that_is_not_asked_there_is_refused() -> None:
    with pytest.raises(KeyError):
        answer(released(quarter((2,), 100)), "ppv", [], {}, rules=RULES)


def test_whoever_is_not_told_is_named_when_put_together_with_others() -> None:
    cells = {
        (): {(): {"n": 60, "selected": 20}},
        ("g",): {("a",): {"n": 30, "selected": 10}, (None,): {"n": 30, "selected": 10}},
    }
    kept = Release(("g",), (), 1, cells, None)
    assert list(kept.asked(["g"], {"g": ["a", None]})) == [("\x1fa",)]
