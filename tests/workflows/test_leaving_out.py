"""Cases that field tests brought about leave every evaluation and re-measurement after sealing."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.conf import settings
from django.test import Client

from shixiao.checkup import Question
from shixiao.records.models import Case, Evaluation, Evidence, Plan, StoredFile
from shixiao.workflows import child, evaluations, evidence, leaving_out, remeasuring
from shixiao.workflows.refusals import Stale
from tests.cast import NOW, TODAY, Cast, make_evaluation, make_finding
from tests.detectors.packages import DEPARTMENTS, SERVICES, cases, write
from tests.rounds import commissioned

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("children_here")]
N = 30
TESTED = ["S00-3", "S01-4", "S01-4-of-another-city"]


def ended(service: int, row: int) -> tuple[str, float]:
    return "completed", 3.0 + (service + row) % 4


@pytest.fixture
def package(tmp_path: Path) -> Path:
    tables = {"departments": DEPARTMENTS, "services": SERVICES, "cases": cases(n=N, flag=ended)}
    return write(tmp_path / "package", tables)


def received(cast: Cast, package: Path) -> Evidence:
    return evidence.take_folder(
        package, organisation=cast.places["bureau"], actor=cast.actor("li"), at=NOW
    )


def ask(cast: Cast, kept: Evidence) -> Evaluation:
    return evaluations.ask(kept, actor=cast.actor("li"), at=NOW)


def flagged(monkeypatch: pytest.MonkeyPatch, *numbers: str) -> None:
    monkeypatch.setattr(leaving_out, "shopper_cases", lambda: sorted(numbers))


def ran(evaluation: Evaluation) -> Path:
    evaluations.run_waiting()
    evaluation.refresh_from_db()
    assert evaluation.state == "done", evaluation.problem
    return evaluations.folder_of(evaluation)


def test_tested_cases_leave_the_result_and_the_frame(
    cast: Cast, place: Path, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = received(cast, package)
    plain = ran(ask(cast, kept))
    flagged(monkeypatch, *TESTED)
    asked = ask(cast, kept)
    folder = ran(asked)
    assert asked.cases == 12 * N - 2
    assert leaving_out.count_in(folder) == 2
    assert leaving_out.count_in(plain) is None
    frames = [
        set(pq.read_table(each / "frame.parquet")["case_id"].to_pylist())
        for each in (plain, folder)
    ]
    assert frames[0] - frames[1] == set(TESTED[:2])
    assert len(frames[0]) == 12 * N
    inputs = {each["name"]: each for each in _result(folder)["inputs"]}
    assert inputs["left_out/cases.csv"]["sha256"] == asked.question["left_out"]
    assert "left_out/cases.csv" not in {each["name"] for each in _result(plain)["inputs"]}
    kept.refresh_from_db()
    assert kept.tables["cases.csv"] == 12 * N


def _result(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "result.json").read_text("utf-8"))


def test_the_list_is_kept_encrypted_and_lies_open_only_for_the_child(
    cast: Cast, place: Path, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flagged(monkeypatch, *TESTED)
    asked = ask(cast, received(cast, package))
    run_child, seen = evaluations.run_child, []

    def looked_at(job: dict[str, Any], **given: Any) -> dict[str, Any]:
        seen.append(Path(job["left_out"]).read_bytes())
        return run_child(job, **given)

    monkeypatch.setattr(evaluations, "run_child", looked_at)
    ran(asked)
    (data,) = seen
    assert sha256(data).hexdigest() == asked.question["left_out"]
    assert TESTED[2].encode() in data
    for path in place.rglob("*"):
        assert not path.is_file() or TESTED[2].encode() not in path.read_bytes(), path
    assert not list(place.rglob("left_out.csv"))


def test_the_same_evaluation_with_another_list_is_another_question(
    cast: Cast, place: Path, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = received(cast, package)
    assert ask(cast, kept).question == {}
    flagged(monkeypatch, "S00-3")
    first = ask(cast, kept)
    with pytest.raises(Stale):
        ask(cast, kept)
    flagged(monkeypatch, "S00-3", "S00-4")
    second = ask(cast, kept)
    assert len({json.dumps(each.question) for each in (first, second)}) == 2
    assert StoredFile.objects.count() == 2


def test_what_no_file_could_hold_is_the_number_of_no_case(
    cast: Cast, place: Path, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flagged(monkeypatch, "S00-3", 'with "quotes", commas', "a\0b", "two\nlines", "\ud800")
    asked = ask(cast, received(cast, package))
    assert leaving_out.count_in(ran(asked)) == 1
    flagged(monkeypatch, "a\0b")
    assert leaving_out.question_of(at=NOW) == {}


def test_nobody_finds_a_case_by_trying_what_the_public_hash_stands_for(
    cast: Cast, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flagged(monkeypatch, "S00-3")
    digest = leaving_out.keep_list(at=NOW)
    for guess in ("case_id\nS00-3\n", "S00-3", 'case_id\n"S00-3"\n'):
        assert sha256(guess.encode()).hexdigest() != digest
    assert leaving_out.keep_list(at=NOW) == digest


@pytest.mark.slow
def test_the_page_says_how_many_and_gives_no_number(
    cast: Cast, place: Path, package: Path, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    flagged(monkeypatch, *TESTED)
    asked = ask(cast, received(cast, package))
    ran(asked)
    evaluations.publish(asked, actor=cast.actor("li"), at=NOW)
    for who in ("", "li"):
        if who:
            client.force_login(cast.accounts[who])
        for language, says in (("zh-hans", "剔除 2 件"), ("en", "left out here: 2.")):
            client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
            body = client.get(f"/evaluations/{asked.code}/").content.decode()
            assert says in body, (who, language)
            assert not any(case in body for case in TESTED)
        for name in ("frame.parquet", "left_out.json", "left_out.csv"):
            assert client.get(f"/evaluations/{asked.code}/{name}").status_code == 404


@pytest.mark.parametrize("numbers", [(), ("S00-3", "S01-4")])
def test_a_remeasurement_is_given_the_list_as_it_is_on_its_day(
    cast: Cast, place: Path, monkeypatch: pytest.MonkeyPatch, numbers: tuple[str, ...]
) -> None:
    flagged(monkeypatch, *numbers)
    evaluation = make_evaluation(cast)
    case = Case(finding=make_finding(cast, evaluation), corrected=TODAY)
    plan = Plan(case=case, by_field_test=False)
    assert case.plan is plan
    listed, kept = [], []

    def told(job: dict[str, Any], **given: Any) -> dict[str, Any]:
        given_list = job["left_out"]
        listed.append(Path(given_list).read_text("utf-8") if given_list else None)
        return {"remeasured": {"outcome": "passed"}, "extended": None}

    monkeypatch.setattr(remeasuring, "closing_plan", lambda _: SimpleNamespace(to_json=dict))
    monkeypatch.setattr(remeasuring.evidence_in, "paths_of", lambda _: [])
    monkeypatch.setattr(remeasuring, "run_child", told)
    monkeypatch.setattr(remeasuring, "_on_record", lambda _, detail, *rest: kept.append(detail))
    remeasuring.remeasure(case, evaluation, {}, now=NOW)
    (found,), (detail,) = listed, kept
    if numbers:
        assert [line.split(",")[0] for line in found.splitlines()] == [
            "case_id",
            *(f'"{number}"' for number in numbers),
        ]
        assert detail["left_out"] == sha256(found.encode()).hexdigest()
    else:
        assert found is None
        assert "left_out" not in detail
    assert not list(place.rglob("left_out.csv"))


def test_a_child_leaves_them_out_of_both_periods(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[Question] = []

    def remeasured(plan: object, question: Question, **given: Any) -> SimpleNamespace:
        asked.extend((question, given["earlier"]))
        return SimpleNamespace(outcome="passed", to_json=dict)

    monkeypatch.setattr(child, "remeasure", remeasured)
    monkeypatch.setattr(child.ClosingPlan, "from_json", lambda _: None)
    child._remeasured(
        {
            "plan": {},
            "paths": ["later"],
            "earlier": ["earlier"],
            "activity_map": None,
            "earlier_map": None,
            "left_out": "list.csv",
            "site_rows": "rows",
            "earlier_rows": None,
            "by_records": False,
            "seed": 1,
            "on": "2026-03-02",
            "corrected": "2026-03-01",
            "touched": [],
        }
    )
    assert [(question.paths, question.left_out, question.site_rows) for question in asked] == [
        ((Path("later"),), Path("list.csv"), Path("rows")),
        ((Path("earlier"),), Path("list.csv"), None),
    ]


@pytest.mark.slow
def test_sealed_tests_decide_what_the_next_evaluation_leaves_out(
    cast: Cast, place: Path, package: Path
) -> None:
    kept = received(cast, package)
    going = commissioned(cast)
    first, *others = going.assignments
    going.answer(first, cases=TESTED)
    going.sign(first)
    for each in others:
        going.answer(each)
        going.sign(each)
    assert ask(cast, kept).question == {}
    going.seal()
    asked = ask(cast, kept)
    assert leaving_out.count_in(ran(asked)) == 2
