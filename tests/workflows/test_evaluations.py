"""Evaluations as jobs: whole or not at all, taken up after a kill, public only when published."""

from __future__ import annotations

import os
import signal
import threading
import time
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
from django.utils import timezone

from shixiao.records.models import Evaluation, Evidence, Finding, LeafRow, Standing
from shixiao.workflows import evaluations, evidence
from shixiao.workflows.refusals import Forbidden, Incomplete, Stale
from shixiao.workflows.search import grams, search
from tests.cast import NOW, Cast
from tests.detectors.packages import DEPARTMENTS, SERVICES, cases, write

APPS = ("app_id", "name", "department_id", "filed", "launched", "functions", "forced", "kpi")
FILED = ("A1", "健康助手", "D1", 0, "2026-03-01", "check_in", 0, "")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    tables = {
        "departments": DEPARTMENTS,
        "services": SERVICES,
        "cases": cases(n=60, flag=lambda service, row: ("completed", 3.0)),
        "apps": (APPS, [FILED]),
    }
    return write(tmp_path / "package", tables)


def asked(cast: Cast, package: Path) -> Evaluation:
    actor = cast.actor("li")
    received = evidence.take_folder(
        package, organisation=cast.places["bureau"], actor=actor, at=NOW
    )
    return evaluations.ask(received, actor=actor, at=NOW)


@pytest.mark.usefixtures("children_here")
def test_an_evaluation_leaves_rows_findings_search_and_its_leaves(
    cast: Cast, place: Path, package: Path
) -> None:
    evaluation = asked(cast, package)
    assert evaluations.run_waiting() == 1
    evaluation.refresh_from_db()
    assert evaluation.state == "done", evaluation.problem
    assert evaluation.evidence.state == "accepted"
    assert evaluation.evidence.called.zh == "试验市"
    assert Standing.objects.filter(evaluation=evaluation, kind="service").count() == 12
    assert set(Finding.objects.values_list("measure", flat=True)) == {
        "banned_function",
        "not_filed",
    }
    assert search("事项7") == []
    events = set(LeafRow.objects.values_list("event", flat=True))
    assert {"evidence.received", "evaluation.run"} <= events
    assert (evaluations.folder_of(evaluation) / "bundle.zip").exists()
    assert evaluations.current() is None
    evaluations.publish(evaluation, actor=cast.actor("li"), at=NOW)
    assert evaluations.current() == evaluation
    opened = LeafRow.objects.filter(event="finding.opened")
    assert opened.count() == Finding.objects.count() > 0
    assert search("事项7")[0].key == "S07"
    with pytest.raises(Stale):
        evaluations.publish(evaluation, actor=cast.actor("li"), at=NOW)
    evaluations.withdraw(evaluation, reason="口径有误。", actor=cast.actor("li"), at=NOW)
    assert search("事项7") == []


@pytest.mark.usefixtures("children_here")
def test_a_second_evaluation_updates_findings_and_doubles_none(
    cast: Cast, place: Path, package: Path, tmp_path: Path
) -> None:
    asked(cast, package)
    evaluations.run_waiting()
    better = (*FILED[:3], 1, *FILED[4:])
    tables = {"departments": DEPARTMENTS, "services": SERVICES, "apps": (APPS, [better])}
    asked(cast, write(tmp_path / "later", tables))
    evaluations.run_waiting()
    states = dict(Finding.objects.values_list("measure", "state"))
    assert states == {"banned_function": "lead", "not_filed": "gone"}
    asked(cast, package)
    evaluations.run_waiting()
    back = Finding.objects.get(measure="not_filed")
    assert (back.state, back.returned) == ("lead", 1)
    assert back.sightings.count() == 2


@pytest.mark.usefixtures("children_here")
def test_bad_evidence_is_told_and_leaves_no_half_result(
    cast: Cast, place: Path, tmp_path: Path
) -> None:
    (tmp_path / "log.csv").write_text("a,b\n1,2\n", "utf-8")
    evaluation = asked(cast, tmp_path / "log.csv")
    evaluations.run_waiting()
    evaluation.refresh_from_db()
    assert evaluation.state == "failed"
    assert "log.csv" in evaluation.problem.zh
    assert evaluation.evidence.state == "refused"
    assert not Standing.objects.exists()
    assert not evaluations.folder_of(evaluation).exists()


@pytest.mark.django_db(transaction=True)
def test_a_child_that_is_killed_leaves_a_sentence_and_the_job_can_be_run_again(
    cast: Cast, place: Path, package: Path
) -> None:
    evaluation = asked(cast, package)
    killer = threading.Thread(target=_kill_child)
    killer.start()
    evaluations.run_waiting()
    killer.join()
    evaluation.refresh_from_db()
    assert evaluation.state == "failed"
    assert "unexpectedly" in evaluation.problem.en
    assert not evaluations.folder_of(evaluation).exists()
    evaluations.ask(evaluation.evidence, actor=cast.actor("li"), at=NOW)
    evaluations.run_waiting()
    assert evaluations.visible(cast.actor("li")).filter(state="done").count() == 1


def _kill_child() -> None:
    """Kill the first child of this process as soon as there is one."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        for child in psutil.Process().children():
            if "shixiao.workflows.child" in " ".join(child.cmdline()):
                os.kill(child.pid, signal.SIGKILL)
                return
        time.sleep(0.02)


def test_what_a_vanished_worker_left_is_taken_up_three_times(cast: Cast, place: Path) -> None:
    gone = timezone.now() - timedelta(minutes=5)
    kept = Evidence.objects.create(
        name="e", organisation=cast.places["bureau"], received=NOW, folder="evidence/none"
    )
    evaluation = Evaluation.objects.create(
        evidence=kept, seed=1, asked=NOW, state="running", beat=gone, attempts=1
    )
    assert evaluations.resume(now=timezone.now()) == 1
    evaluation.refresh_from_db()
    assert evaluation.state == "queued"
    Evaluation.objects.update(state="running", attempts=3)
    evaluations.resume(now=timezone.now())
    evaluation.refresh_from_db()
    assert evaluation.state == "failed"
    Evaluation.objects.update(state="running", beat=timezone.now())
    assert evaluations.resume(now=timezone.now()) == 0


@pytest.mark.usefixtures("children_here")
def test_evidence_of_another_kind_or_too_large_is_not_taken(
    cast: Cast, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"organisation": cast.places["health"], "actor": cast.actor("chu"), "at": NOW}
    with pytest.raises(Incomplete, match="no evidence"):
        evidence.receive_upload("page.exe", [b"MZ"], **given)
    with pytest.raises(Incomplete, match="exceeds"):
        evidence.receive_upload("log.csv", (b"x" * (1 << 20) for _ in range(2049)), **given)
    with pytest.raises(Incomplete, match="no such folder"):
        evidence.receive_folder("../../etc", **given)
    with pytest.raises(Forbidden):
        evidence.receive_upload(
            "log.csv", [b"a"], organisation=cast.places["housing"], actor=cast.actor("chu"), at=NOW
        )
    assert not Evidence.objects.exists()
    assert not any((place / "evidence").rglob("*.csv"))


def test_a_day_is_committed_to_once(cast: Cast, place: Path) -> None:
    given = {
        "organisation": cast.places["health"],
        "table": "events",
        "day": NOW.date(),
        "rows": 5,
        "actor": cast.actor("chu"),
        "at": NOW,
    }
    evidence.commit_hash(sha256="A" * 64, **given)
    with pytest.raises(Stale, match="committed"):
        evidence.commit_hash(sha256="b" * 64, **given)
    with pytest.raises(Incomplete):
        evidence.commit_hash(sha256="no hash", **(given | {"table": "cases"}))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("社保", {"社保", "社"}),
        ("社", {"社"}),
        ("\uff21\uff22c", {"ab", "bc", "a"}),
        ("许可（新办）", {"许可", "可新", "新办", "许"}),
        (" ", set()),
    ],
)
def test_pairs_of_signs_are_folded(text: str, found: set[str]) -> None:
    assert grams(text) == found
