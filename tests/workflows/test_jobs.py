"""Jobs in bad times: silent steps, dead workers, clocks set back, full disks, two at once."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from shixiao.records.models import Evaluation, Evidence, Finding, LeafRow, Organisation, Standing
from shixiao.terms import Text
from shixiao.workflows import children, evaluations, evidence, gate, queued, register
from shixiao.workflows.child import ORPHANED
from shixiao.workflows.refusals import Stale
from tests.cast import NOW, Cast, make_evaluation, make_finding
from tests.detectors.packages import DEPARTMENTS, SERVICES, write
from tests.full import full_disk

pytestmark = pytest.mark.django_db


def waiting(cast: Cast, place: str = "bureau", **fields: object) -> Evaluation:
    return make_evaluation(cast, place, **({"state": "queued", "result_sha256": ""} | fields))


def asked(cast: Cast, tmp_path: Path) -> Evaluation:
    package = write(tmp_path / "package", {"departments": DEPARTMENTS, "services": SERVICES})
    actor = cast.actor("li")
    received = evidence.take_folder(
        package, organisation=cast.places["bureau"], actor=actor, at=NOW
    )
    return evaluations.ask(received, actor=actor, at=NOW)


@pytest.mark.slow
def test_a_step_of_many_minutes_is_not_taken_for_death(
    cast: Cast, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluation = asked(cast, tmp_path)
    clock, alive, beats = [NOW], queued.alive, []

    def a_minute_later(of: Evaluation, **noted: Text) -> None:
        clock[0] += timedelta(minutes=1)
        alive(of, **noted)
        beats.append(evaluations.resume(now=clock[0]))

    monkeypatch.setattr(timezone, "now", lambda: clock[0])
    monkeypatch.setattr(children, "BEAT", 0.02)
    monkeypatch.setattr(queued, "alive", a_minute_later)
    evaluations.run_waiting()
    evaluation.refresh_from_db()
    assert (evaluation.state, evaluation.attempts) == ("done", 1)
    assert len(beats) > 3
    assert not any(beats)


def test_a_child_ends_when_whoever_started_it_is_gone(tmp_path: Path) -> None:
    job = tmp_path / "job"
    os.mkfifo(job)  # nobody ever writes it: the child waits
    child = subprocess.Popen(
        [sys.executable, "-m", "shixiao.workflows.child", str(job)], stdin=subprocess.PIPE
    )
    assert child.stdin is not None
    child.stdin.close()  # as the end of a process does, whatever ended it
    assert child.wait(60) == ORPHANED


def test_a_job_that_was_told_to_stop_is_taken_up_again(
    cast: Cast, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluation = asked(cast, tmp_path)
    started = subprocess.Popen

    def stopped(*given: object, **named: object) -> subprocess.Popen[bytes]:
        child = started(*given, **named)
        child.terminate()
        return child

    with monkeypatch.context() as patched:
        patched.setattr(subprocess, "Popen", stopped)
        evaluations.run_waiting()
    evaluation.refresh_from_db()
    assert evaluation.state == "running"
    assert evaluations.resume(now=timezone.now() + timedelta(minutes=3)) == 1
    evaluations.run_waiting()
    evaluation.refresh_from_db()
    assert (evaluation.state, evaluation.attempts) == ("done", 2)


@pytest.mark.parametrize("moved", [timedelta(minutes=3), timedelta(days=-1)])
def test_a_job_is_taken_up_again_though_the_clock_was_set_back(
    cast: Cast, moved: timedelta
) -> None:
    evaluation = waiting(cast, state="running", beat=NOW, attempts=1)
    assert evaluations.resume(now=NOW + timedelta(seconds=30)) == 0
    assert evaluations.resume(now=NOW + moved) == 1
    evaluation.refresh_from_db()
    assert evaluation.state == "queued"


def test_a_worker_that_was_given_up_takes_nothing_in(
    cast: Cast, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluation = waiting(cast)
    folder = evaluations.folder_of(evaluation)

    def slow(*given: object, folder: Path, **named: object) -> dict[str, object]:
        """Come back when another worker is at its third attempt."""
        Evaluation.objects.update(attempts=3)
        empty = '{"departments": [], "subjects": [], "findings": {}}'
        (folder / "register.json").write_text(empty)
        (folder / "result.json").write_text('{"findings": []}')
        return {"done": {}}

    monkeypatch.setattr(evaluations, "run_child", slow)
    evaluations.run_waiting()
    evaluation.refresh_from_db()
    assert evaluation.state == "running"
    assert not folder.exists()
    assert not Standing.objects.exists()
    assert not LeafRow.objects.exists()


def test_evaluations_of_one_organisation_run_in_the_order_in_which_they_were_asked(
    cast: Cast,
) -> None:
    later = waiting(cast, asked=NOW + timedelta(hours=1))
    first, other = waiting(cast), waiting(cast, "health", asked=NOW + timedelta(hours=2))
    assert evaluations._claim() == first
    assert evaluations._claim() == other
    assert evaluations._claim() is None
    Evaluation.objects.filter(pk=first.pk).update(state="done")
    assert evaluations._claim() == later


def test_the_same_evaluation_is_not_asked_for_twice(cast: Cast, place: Path) -> None:
    kept = waiting(cast, state="done").evidence
    first = evaluations.ask(kept, actor=cast.actor("li"), at=NOW)
    with pytest.raises(Stale):
        evaluations.ask(kept, actor=cast.actor("sun"), at=NOW)
    evaluations.ask(kept, actor=cast.actor("sun"), at=NOW, seed=first.seed + 1)
    Evaluation.objects.update(state="failed")
    evaluations.ask(kept, actor=cast.actor("sun"), at=NOW)


@pytest.mark.slow
@pytest.mark.parametrize("room", [0, 4096])
def test_a_full_disk_leaves_a_sentence_and_nothing_else_and_the_job_can_be_run_again(
    cast: Cast, place: Path, tmp_path: Path, room: int
) -> None:
    evaluation = asked(cast, tmp_path)
    with full_disk(room):
        if room:
            evaluations.run_waiting()
        else:
            with pytest.raises(OSError, match="large"):
                evaluations.run_waiting()
    evaluation.refresh_from_db()
    assert not list((place / "results").iterdir())
    assert not Standing.objects.exists()
    if room:
        assert evaluation.state == "failed"
        assert "disk" in evaluation.problem.en
        again = evaluations.ask(evaluation.evidence, actor=cast.actor("li"), at=NOW)
    else:
        again = evaluation
        evaluations.resume(now=timezone.now() + timedelta(minutes=3))
    evaluations.run_waiting()
    again.refresh_from_db()
    assert again.state == "done", again.problem


def test_evidence_that_brings_down_every_worker_is_refused_in_the_end(
    cast: Cast, place: Path
) -> None:
    kept = waiting(cast, state="done").evidence
    Evidence.objects.update(state="checking", beat=NOW, attempts=3)
    gate.run_waiting()
    kept.refresh_from_db()
    assert kept.state == "refused"
    assert "administrator" in kept.problem.en
    assert not gate.waiting(now=timezone.now())
    leaf = LeafRow.objects.get(event="evidence.refused")
    assert leaf.subject == str(kept.pk)


def test_what_both_gate_and_evaluation_accept_is_on_record_once(cast: Cast) -> None:
    kept = waiting(cast).evidence
    Evidence.objects.update(state="checking", files=[{"name": "seen by the gate"}])
    for _ in range(2):
        evidence.accept(kept, title=Text("包", "Package"), tables={"cases": 3}, at=NOW)
    kept.refresh_from_db()
    assert (kept.state, kept.rows, len(kept.files)) == ("accepted", 3, 1)
    assert LeafRow.objects.filter(event="evidence.received").count() == 1


NOTHING_MORE = {"name_en": "", "tier": "", "region": ""}
ENTRIES = [
    {
        "id": code,
        "name": f"{code}（新）",
        "name_en": "",
        "tier": "",
        "region": "",
        "parent_id": over,
    }
    for code, over in (("health", ""), ("housing", "health"), ("police", "health"), ("bureau", ""))
]


def taken(cast: Cast, place: str) -> dict[str, tuple[str, str | None]]:
    by = make_evaluation(cast, place, asked_by=cast.accounts["li"])
    register.take_departments(ENTRIES, by, at=NOW)
    rows = Organisation.objects.filter(code__in=[entry["id"] for entry in ENTRIES])
    return {o.code: (o.name.zh, o.parent.code if o.parent else None) for o in rows}


def test_evidence_of_a_department_moves_nobody_in_the_tree_and_renames_itself_alone(
    cast: Cast,
) -> None:
    assert taken(cast, "health") == {
        "health": ("health（新）", None),
        "housing": ("住房局", None),
        "police": ("police（新）", None),
        "bureau": ("数据局", None),
    }
    assert cast.places["housing"].pk not in cast.actor("zhao").below
    assert LeafRow.objects.filter(event="organisation.entered").count() == 1


def test_evidence_of_the_bureau_makes_the_tree_and_that_is_on_record(cast: Cast) -> None:
    assert taken(cast, "bureau") == {
        "health": ("health（新）", None),
        "housing": ("housing（新）", "health"),
        "police": ("police（新）", "health"),
        "bureau": ("数据局", None),
    }
    told = LeafRow.objects.filter(event="organisation.entered").values_list("subject", flat=True)
    assert sorted(told) == ["housing", "police"]
    taken(cast, "bureau")
    assert LeafRow.objects.filter(event="organisation.entered").count() == 2


def test_findings_of_another_organisation_are_not_gone(cast: Cast) -> None:
    mine, other = make_evaluation(cast, "bureau"), make_evaluation(cast, "health")
    for n, seen in enumerate((mine, other), 1):
        make_finding(cast, seen, n=n)
    register.take_in(make_evaluation(cast, "bureau"), register.Taken([], [], [], {}), at=NOW)
    assert list(Finding.objects.order_by("code").values_list("state", flat=True)) == [
        "gone",
        "lead",
    ]
