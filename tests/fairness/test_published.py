"""Published tables, reproduced exactly from the public files and from their counts."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest

from shixiao.evidence import Engine
from shixiao.fairness.counting import Columns, count_decisions
from shixiao.fairness.cube import Cube
from shixiao.fairness.rates import rate
from shixiao.fairness.reading import open_log
from shixiao.fairness.samples import row_loss
from shixiao.statistics import newcombe_difference, proportion_ratio
from tests.fairness.drawn import FAIRNESS, cube_of, published, published_cube

pytestmark = pytest.mark.shared_data

# ProPublica's notebook, cells 71 to 84: FPR, FNR in per cent, PPV.
NOTEBOOK = [
    ("MedHigh", "ALL", 32.35, 37.40, 0.61),
    ("MedHigh", "African-American", 44.85, 27.99, 0.63),
    ("MedHigh", "Caucasian", 23.45, 47.72, 0.59),
    ("HighOnly", "Caucasian", 5.44, 79.81, 0.71),
    ("HighOnly", "African-American", 15.82, 61.02, 0.72),
]


@pytest.mark.parametrize(("cut", "who", "fpr", "fnr", "ppv"), NOTEBOOK)
def test_error_rates_of_compas(cut: str, who: str, fpr: float, fnr: float, ppv: float) -> None:
    c = published()[f"compas_two_year_recid_{cut}"][who]
    found = [
        rate(c["fp"], c["fp"] + c["tn"], least=30),
        rate(c["fn"], c["fn"] + c["tp"], least=30),
        rate(c["tp"], c["tp"] + c["fp"], least=30),
    ]
    assert [round(100 * (e.value or 0), 2) for e in found[:2]] == [fpr, fnr]
    assert round(found[2].value or 0, 2) == ppv


@pytest.fixture(scope="module")
def compas() -> pa.Table:
    with (FAIRNESS / "compas-scores-two-years.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = ("race", "sex", "age_cat", "score_text", "two_year_recid")
    return pa.table({name: [row[name] for row in rows] for name in names})


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("High", "Medium"), "compas_two_year_recid_MedHigh"),
        (("High",), "compas_two_year_recid_HighOnly"),
    ],
)
def test_the_file_of_compas_gives_the_published_cells(
    compas: pa.Table, duckdb_engine: Engine, words: tuple[str, ...], name: str
) -> None:
    columns = Columns("score_text", ("race",), outcome="two_year_recid", selected_is=words)
    cube = count_decisions(duckdb_engine.small(compas), duckdb_engine, columns)
    assert told(cube) == told(published_cube(name, "race"))


def test_three_attributes_of_compas_give_the_published_cells(
    compas: pa.Table, duckdb_engine: Engine
) -> None:
    columns = Columns(
        "score_text",
        ("race", "sex", "age_cat"),
        outcome="two_year_recid",
        selected_is=("High", "Medium"),
    )
    cube = count_decisions(duckdb_engine.small(compas), duckdb_engine, columns)
    assert told(cube) == told(published_cube("compas_race_x_sex_x_age", "race", "sex", "age"))


def told(cube: Cube) -> dict[tuple[str | None, ...], list[int]]:
    four = [cube.column(name).tolist() for name in ("tp", "fp", "fn", "tn")]
    return {key: list(counts) for key, *counts in zip(cube.keys, *four, strict=True)}


def test_the_filter_of_the_notebook_loses_groups_unequally() -> None:
    """Cell 3 of the notebook keeps 6,172 of 7,214 rows, and nobody says whom it drops."""
    with (FAIRNESS / "compas-scores-two-years.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    kept = [
        row
        for row in rows
        if row["days_b_screening_arrest"]
        and -30 <= int(row["days_b_screening_arrest"]) <= 30
        and row["is_recid"] != "-1"
        and row["c_charge_degree"] != "O"
        and row["score_text"] != "N/A"
    ]
    assert len(kept) == 6172
    before, after = (Counter(row["race"] for row in part) for part in (rows, kept))
    cubes = [cube_of({(k,): {"tn": n} for k, n in c.items()}, "race") for c in (before, after)]
    lost = row_loss(*cubes, reference="Other", least=10)
    shares = {group: (before[group] - after[group]) / before[group] for group in before}
    rounded = {group: round(100 * share, 1) for group, share in shares.items()}
    assert (rounded["African-American"], rounded["Hispanic"]) == (14.1, 20.1)
    assert (rounded["Native American"], rounded["Other"]) == (38.9, 9.0)
    assert lost.p == pytest.approx(4e-7, rel=0.2)
    assert lost.groups["Hispanic"].value == pytest.approx(shares["Hispanic"] - shares["Other"])


def test_incomes_of_adult_by_sex(duckdb_engine: Engine, tmp_path: Path) -> None:
    """0.358 in adult.data; 0.360 together with adult.test, from published counts."""
    columns = Columns("Y", ("sex",), selected_is=(">50K",))
    table = open_log(FAIRNESS / "adult.data", duckdb_engine, columns=["Y", "sex"], work=tmp_path)
    cube = count_decisions(table, duckdb_engine, columns)
    assert cube.total("n") == 32_561
    assert round(ratio_of(cube, "Female", "Male"), 3) == 0.358
    both = published()["adult_sex"]
    women, men = both["Female"], both["Male"]
    found = proportion_ratio(women["gt50k"], women["n"], men["gt50k"], men["n"])
    assert round(found.value or 0, 3) == 0.360
    assert round(100 * men["gt50k"] / men["n"], 2) == 30.38
    assert round(100 * women["gt50k"] / women["n"], 2) == 10.93


def ratio_of(cube: Cube, group: str, reference: str) -> float:
    counts = {k[0]: c.tolist() for k, c in zip(cube.keys, cube.counts, strict=True)}
    (n1, x1), (n2, x2) = counts[group][:2], counts[reference][:2]
    return float(proportion_ratio(x1, n1, x2, n2).value or 0)


def test_german_credit_by_age() -> None:
    """Credit is good (1) or bad (2) in the last of 21 fields; age is the thirteenth."""
    lines = (FAIRNESS / "german.data").read_text("utf-8").splitlines()[1:]
    rows = [line.split() for line in lines if line.strip()]
    good = Counter((int(row[12]) >= 26, row[20] == "1") for row in rows)
    stated = published()["german_age_ge26"]
    for name, is_older in (("True", True), ("False", False)):
        assert good[is_older, True] == stated[name]["good"]
        assert good[is_older, True] + good[is_older, False] == stated[name]["n"]
    young, old = stated["False"], stated["True"]
    found = newcombe_difference(young["good"], young["n"], old["good"], old["n"])
    assert round(found.value or 0, 5) == -0.14945
