"""What is measured without listed cases is what would be measured had they never been there."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from shixiao.checkup import Evaluation, Question, evaluate
from shixiao.checkup.bundles import public_bundle, reproduce, write_auditor_bundle
from shixiao.checkup.delivery import deliver
from shixiao.checkup.report.head import head
from shixiao.checkup.report.lookup import Lookup
from shixiao.checkup.report.speech import Speech
from shixiao.checkup.result import result_bytes
from shixiao.evidence import ColumnMapping
from shixiao.potemkin import write_example_city
from shixiao.settings import Settings

EVERY = 40
OWN = ("inputs", "notes")  # by the files and the list themselves


def answered(settings: Settings, *paths: Path, **given: Any) -> Evaluation:
    return evaluate(Question(paths, **given), settings=settings, progress=lambda _: None)


def told(evaluation: Evaluation) -> str:
    """Return the bytes of a result without its inputs, and without hashes that point at them."""
    result = json.loads(result_bytes(evaluation))
    for name in OWN:
        del result[name]
    return re.sub(r"[0-9a-f]{64}", "", json.dumps(result, ensure_ascii=False))


def case_list(path: Path, cases: set[str]) -> Path:
    path.write_text("\n".join(["case_id", *sorted(cases)]) + "\n", "utf-8")
    return path


def by_hand(folder: Path, cases: set[str]) -> set[str]:
    """Remove cases from the files of a package; return the tables from which some went."""
    touched = set()
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            heads, *rows = csv.reader(file)
        if "case_id" in heads:
            place = heads.index("case_id")
            kept = [row for row in rows if row[place] not in cases]
            if len(kept) < len(rows):
                touched.add(path.stem)
            with path.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file, lineterminator="\n").writerows([heads, *kept])
    for path in sorted(folder.glob("*.parquet")):
        table = pq.read_table(path)
        kept = table.filter(pc.invert(pc.is_in(table["case_id"], pa.array(sorted(cases)))))
        if len(kept) < len(table):
            touched.add(path.stem)
        pq.write_table(kept, path)
    return touched


def cases_of(folder: Path) -> set[str]:
    with (folder / "cases.csv").open(encoding="utf-8", newline="") as file:
        return {row["case_id"] for row in list(csv.DictReader(file))[::EVERY]}


@pytest.fixture(scope="module")
def both(
    tmp_path_factory: pytest.TempPathFactory, settings: Settings
) -> tuple[Evaluation, Evaluation, int]:
    """A city without some cases: by a list, and by hand."""
    place = tmp_path_factory.mktemp("left")
    whole, hand = (write_example_city(place / name) for name in ("whole", "hand"))
    cases = cases_of(whole)
    assert by_hand(hand, cases) == {"cases", "events", "groups"}
    given = case_list(place / "list.csv", cases | {"of another city"})
    return answered(settings, whole, left_out=given), answered(settings, hand), len(cases)


@pytest.mark.slow
def test_a_city_measures_the_same_as_if_the_cases_had_been_removed_by_hand(
    both: tuple[Evaluation, Evaluation, int],
) -> None:
    listed, hand, n = both
    assert told(listed) == told(hand)
    assert (listed.store.meta.left_out, hand.store.meta.left_out) == (n, None)


@pytest.mark.slow
def test_the_report_says_how_many_are_left_out_and_names_none(
    both: tuple[Evaluation, Evaluation, int], tmp_path: Path
) -> None:
    listed, hand, n = both
    deliver(listed, tmp_path / "listed")
    report = (tmp_path / "listed" / "report.html").read_text("utf-8")
    assert f"剔除办件 {n} 件" in report
    assert f"list demands: {n} of the cases" in report
    result = json.loads((tmp_path / "listed" / "result.json").read_text("utf-8"))
    assert result["inputs"][-1]["name"] == "left_out/cases.csv"
    assert result["inputs"][-1]["rows"] == n + 1
    deliver(hand, tmp_path / "hand")
    assert "剔除办件" not in (tmp_path / "hand" / "report.html").read_text("utf-8")


@pytest.mark.slow
def test_bundles_are_recomputed_without_the_list(
    both: tuple[Evaluation, Evaluation, int], tmp_path: Path, settings: Settings
) -> None:
    listed, _, _ = both
    (tmp_path / "public.zip").write_bytes(public_bundle(listed))
    write_auditor_bundle(listed, tmp_path / "auditor.zip")
    for name in ("public", "auditor"):
        path = tmp_path / f"{name}.zip"
        found = reproduce(path, settings=settings, progress=lambda _: None)
        assert found.holds, found.different
        assert found.numbers > 100


def _plain(case: int, step: str, time: str) -> list[str]:
    return [f"k{case}", step, time, "online" if case % 2 else "desk"]


def _padded(case: int, step: str, time: str) -> list[str]:
    return [f" k{case}　", step, time, "online" if case % 2 else "desk"]


@pytest.mark.parametrize("row", [_plain, _padded])
@pytest.mark.parametrize("scattered", [False, True])
def test_a_log_measures_the_same_as_if_the_cases_had_been_removed_by_hand(
    tmp_path: Path,
    settings: Settings,
    row: Callable[[int, str, str], list[str]],
    scattered: bool,
) -> None:
    heads = ["case", "activity", "time", "case:channel"]
    rows = [
        (case, row(case, step, f"2026-03-{1 + n + case % 7:02d}T09:00:00"))
        for case in range(120)
        for n, step in enumerate(("apply", "check", *["ask"] * (case % 3), "decide"))
    ]
    if scattered:
        rows.sort(key=lambda each: each[1][1])
    paths = []
    for name, kept in (("whole", range(120)), ("hand", range(30, 120))):
        (tmp_path / name).mkdir()
        paths.append(tmp_path / name / "log.csv")
        with paths[-1].open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([heads, *(cells for case, cells in rows if case in kept)])
    given = case_list(tmp_path / "list.csv", {f"k{case}" for case in range(30)})
    mapping = ColumnMapping(case="case", activity="activity", time="time")
    listed = answered(settings, paths[0], mapping=mapping, left_out=given)
    hand = answered(settings, paths[1], mapping=mapping)
    assert listed.store.meta.left_out == 30
    assert told(listed) == told(hand)


def test_one_log_with_a_list_is_still_one_log(tmp_path: Path, settings: Settings) -> None:
    rows = ["case_id,activity,ts,channel"]
    for case in range(60):
        rows += [f"k{case},{step},2026-03-0{1 + n}T09:00:00,online" for n, step in enumerate("ab")]
    (tmp_path / "log.csv").write_text("\n".join(rows) + "\n", "utf-8")
    (tmp_path / "map.csv").write_text("activity,step\na,a\n", "utf-8")
    given = case_list(tmp_path / "list.csv", {"k1"})
    found = answered(
        settings, tmp_path / "log.csv", left_out=given, activity_map=tmp_path / "map.csv"
    )
    assert len(found.store.meta.inputs) == 3
    told_by_name = head(Speech("zh"), Lookup(found))
    assert told_by_name.name == "log.csv"
    assert any("剔除办件 1 件" in warning for warning in told_by_name.warnings)
