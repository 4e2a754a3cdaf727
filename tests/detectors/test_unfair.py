"""Unfair systems: each fault is found where it is, and what only looks like it is not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from shixiao.checkup import Evaluation, Question, evaluate
from shixiao.checkup.detectors.trial import Outcome
from shixiao.settings import Settings
from tests.detectors.packages import DEPARTMENTS, Row, Tables, write

N = 4_000
HEADS = (
    *("decision_id", "system_id", "ts", "service_id", "channel", "sex", "band", "score"),
    *("recommended", "final", "outcome", "arm", "processing_days", "appealed", "upheld"),
)
KINDS = ("unfair_data", "unfair_model", "unfair_application")
FAIR: Mapping[str, float] = {
    "advised": 0.15,
    "departed": 0.1,
    "drawn": 0.3,
    "known": 0.98,
    "waits": 1.0,
    "won": 0.4,
    "true": 0.0,
    "second": 0.5,
}
FAULTS = {
    "advice_gap": ({"advised": 0.3}, "unfair_model"),
    "departed_by_group": ({"departed": 0.2}, "unfair_application"),
    "sample_uneven": ({"drawn": 0.15}, "unfair_data"),
    "outcomes_missing": ({"known": 0.7}, "unfair_data"),
    "slower": ({"waits": 1.6}, "unfair_application"),
    "upheld_more": ({"won": 0.8}, "unfair_application"),
    "miscalibrated": ({"true": 0.25}, "unfair_model"),
}


def decisions(system: str, women: Mapping[str, float], seed: int) -> list[Row]:
    """Draw decisions of one system; ``women`` says how they fare otherwise than men."""
    rng = np.random.default_rng(seed)
    rows: list[Row] = []
    for number in range(N):
        sex = "女" if rng.random() < 0.4 else "男"
        p = {**FAIR, **(women if sex == "女" else {})}
        second = rng.random() < p["second"]
        score = rng.random()
        advised = rng.random() < p["advised"] + (0.25 if second else 0.0)
        departed = rng.random() < p["departed"]
        final = advised != departed
        arm = "random" if rng.random() < p["drawn"] else "algorithm"
        known = rng.random() < (p["known"] if arm == "random" or final else 0.2)
        true = rng.random() < 0.5 * score + p["true"]
        appealed = final and rng.random() < 0.5
        rows.append(
            (
                f"{system}-{number:05d}",
                system,
                f"2026-0{1 + number % 9}-10T09:00:00",
                "S2" if second else "S1",
                "online" if rng.random() < 0.7 else "counter",
                sex,
                "60 岁及以上" if rng.random() < 0.2 else "60 岁以下",
                round(score, 3),
                "人工复核" if advised else "通过",
                "人工复核" if final else "通过",
                ("不属实" if true else "属实") if known else "",
                arm,
                round(float(rng.gamma(2, 2)) * p["waits"], 2),
                int(appealed),
                int(appealed and rng.random() < p["won"]) if appealed else "",
            )
        )
    return rows


def package(folder: Path, rows: list[Row], **more: Tables) -> Path:
    systems = sorted({str(row[1]) for row in rows})
    tables: Tables = {
        "departments": DEPARTMENTS,
        "systems": (
            ("system_id", "name", "kind", "department_id"),
            [(s, f"系统{s}", "algorithm", "D0") for s in systems],
        ),
        "services": (
            ("service_id", "name", "department_id"),
            [("S1", "补贴", "D0"), ("S2", "许可", "D0")],
        ),
        "decisions": (HEADS, rows),
        **more,  # type: ignore[arg-type]
    }
    return write(folder, tables, decisions=("sex", "band"))


def looked_at(folder: Path, settings: Settings, engine: str = "duckdb") -> Evaluation:
    return evaluate(Question((folder,), engine=engine), settings=settings, progress=lambda _: None)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A system for each fault, one that is fair, and one whose women want another service."""
    rows = decisions("fair", {}, 1) + decisions("twin", {"second": 0.8}, 2)
    for place, (measure, (women, _)) in enumerate(FAULTS.items()):
        rows += decisions(measure, women, 3 + place)
    return package(tmp_path_factory.mktemp("unfair") / "package", rows)


@pytest.fixture(scope="module")
def found(city: Path, settings: Settings) -> Evaluation:
    return looked_at(city, settings)


def of_kinds(evaluation: Evaluation) -> set[tuple[str, str, str, str]]:
    return {
        (f.subject.id, f.kind, f.measure, f.locator)
        for f in evaluation.checkup.findings
        if f.kind in KINDS
    }


def test_every_fault_is_found_in_its_system_and_nowhere_else(found: Evaluation) -> None:
    less = {"sample_uneven"}  # women are drawn less often, so everybody else is drawn more often
    assert of_kinds(found) == {
        (measure, kind, measure, "sex≠女" if measure in less else "sex=女")
        for measure, (_, kind) in FAULTS.items()
    }


def test_the_sentence_names_the_group_and_with_whom_it_is_compared(found: Evaluation) -> None:
    said = {f.measure: f.text for f in found.checkup.findings if f.kind in KINDS}
    assert "sex“女”" in said["advice_gap"].zh
    assert "其他人" in said["advice_gap"].zh
    assert "everybody but sex 女" in said["sample_uneven"].en


def test_a_finding_points_at_decisions_of_the_group(found: Evaluation, city: Path) -> None:
    finding = next(f for f in found.checkup.findings if f.measure == "departed_by_group")
    (reference,) = finding.evidence
    assert reference.table == "decisions"
    assert len(reference.keys) == 20


def test_both_directions_of_every_group_but_the_largest_are_tried(found: Evaluation) -> None:
    tried = {
        t.trial.locator
        for t in found.checkup.tried
        if (t.trial.subject.id, t.trial.measure) == ("fair", "advice_gap")
    }
    assert tried == {"sex=女", "sex≠女", "band=60 岁及以上", "band≠60 岁及以上"}


@pytest.mark.spark
@pytest.mark.filterwarnings("ignore")  # of pandas, through which Ibis reads from Spark
def test_spark_tries_the_same_with_the_same_outcome(city: Path, settings: Settings) -> None:
    def tried(engine: str) -> tuple[list[tuple[object, ...]], list[float | None]]:
        rows = [
            t
            for t in looked_at(city, settings, engine).checkup.tried
            if t.kind in KINDS and t.trial.measure != "miscalibrated"  # equal scores have no order
        ]
        told = [(t.kind, t.trial.key, t.outcome, t.trial.estimate.n) for t in rows]
        return told, [t.trial.estimate.value for t in rows]

    spark, duckdb = tried("spark://local[2]"), tried("duckdb")
    assert spark[0] == duckdb[0]
    assert spark[1] == pytest.approx(duckdb[1], rel=0.02)  # Spark's median may be its neighbour


def test_few_decisions_are_insufficient_and_not_fair(tmp_path: Path, settings: Settings) -> None:
    rows = decisions("few", {"advised": 0.9}, 1)[:400]
    evaluation = looked_at(package(tmp_path / "few", rows), settings)
    outcomes = {t.outcome for t in evaluation.checkup.tried if t.kind in KINDS}
    assert outcomes == {Outcome.INSUFFICIENT}


def test_without_groups_nothing_can_be_said_and_the_report_says_what_to_name(
    tmp_path: Path, settings: Settings
) -> None:
    tables: Tables = {"decisions": (HEADS, decisions("one", {}, 1)[:600])}
    evaluation = looked_at(write(tmp_path / "one", tables), settings)
    lacking = {k: r.en for k, _, r in evaluation.checkup.missing if k in KINDS}
    assert "group_columns" in lacking["unfair_data"]
    assert of_kinds(evaluation) == set()


def test_an_input_that_a_rule_forbids_is_a_fact(tmp_path: Path, settings: Settings) -> None:
    rows = decisions("one", {}, 1)[:600]
    factors = [(row[0], "性别" if n % 2 else "收入", "x") for n, row in enumerate(rows)]
    more = {"decision_factors": (("decision_id", "factor", "value"), factors)}
    evaluation = looked_at(package(tmp_path / "one", rows, **more), settings)  # type: ignore[arg-type]
    (finding,) = [f for f in evaluation.checkup.findings if f.kind in KINDS]
    assert (finding.measure, finding.lead, finding.estimate.value) == ("forbidden_input", False, 1)
    assert "性别" in finding.text.zh
    assert "收入" not in finding.text.zh


def test_a_score_is_judged_only_where_outcomes_are_known_as_they_have_to_be(
    tmp_path: Path, settings: Settings
) -> None:
    blind = [
        (*row[:10], row[10] if row[9] == "人工复核" else "", "algorithm", *row[12:])
        for row in decisions("blind", {"true": 0.4}, 5)
    ]
    evaluation = looked_at(package(tmp_path / "blind", blind), settings)
    (tried,) = [t for t in evaluation.checkup.tried if t.trial.measure == "miscalibrated"]
    assert tried.outcome is Outcome.NOT_ASSESSABLE
    assert "random sample" in tried.trial.estimate.reason.en


def test_a_group_that_nothing_ever_happens_to_is_the_gravest_and_not_left_out(
    tmp_path: Path, settings: Settings
) -> None:
    rows = [
        (*row[:8], "通过" if row[5] == "女" else row[8], *row[9:])
        for row in decisions("never", {}, 1)
    ]
    evaluation = looked_at(package(tmp_path / "never", rows), settings)
    assert ("never", "unfair_model", "advice_gap", "sex≠女") in of_kinds(evaluation)
