"""Evidence: taken in, checked at the gate, its activities confirmed, held against daily hashes."""

from __future__ import annotations

from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from shixiao.records.models import Evaluation, Evidence, LeafRow, Organisation, StoredFile
from shixiao.workflows import activity_maps, daily_hashes, evaluations, files, gate
from shixiao.workflows.activity_maps import Edit
from shixiao.workflows.evidence import commit_hash, inbox, receive_folder, receive_upload
from shixiao.workflows.refusals import Forbidden, Incomplete, Stale
from tests.cast import NOW, TODAY, Cast
from tests.full import full_disk

LOG = "\n".join(
    [
        "case_id,activity,ts,channel",
        *(
            f"c{n},{activity},2026-02-0{1 + n % 9}T0{hour}:00:00,online"
            for n in range(30)
            for hour, activity in enumerate(("网上申请", "审核", "到窗口取件"), 1)
        ),
    ]
).encode()
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("children_here")]


def deliver(cast: Cast, data: bytes = LOG, name: str = "events.csv", who: str = "chu") -> Evidence:
    evidence = receive_upload(
        name, [data], organisation=cast.places["health"], actor=cast.actor(who), at=NOW
    )
    gate.run_waiting()
    evidence.refresh_from_db()
    return evidence


def test_a_log_is_checked_and_accepted_with_hashes_of_its_files(cast: Cast, place: Path) -> None:
    evidence = deliver(cast)
    assert evidence.state == "accepted", evidence.problem
    assert evidence.files == [{"name": "events.csv", "sha256": sha256(LOG).hexdigest(), "rows": 90}]
    leaf = LeafRow.objects.get(event="evidence.received")
    assert leaf.subject == str(evidence.pk)


def test_what_the_gate_refuses_says_why_and_leaves_no_half_result(cast: Cast, place: Path) -> None:
    evidence = deliver(cast, b"name,age\nA,1\n")
    assert evidence.state == "refused"
    assert evidence.problem is not None
    assert "--case" in evidence.problem.en
    assert not activity_maps.folder_of(evidence).exists()


def test_a_check_that_a_vanished_worker_left_is_taken_up_again(cast: Cast, place: Path) -> None:
    evidence = receive_upload(
        "events.csv", [LOG], organisation=cast.places["health"], actor=cast.actor("chu"), at=NOW
    )
    Evidence.objects.update(beat=NOW, attempts=1)
    assert gate.waiting(now=NOW + timedelta(minutes=3))
    gate.run_waiting()
    evidence.refresh_from_db()
    assert (evidence.state, evidence.attempts) == ("accepted", 2)


@pytest.mark.parametrize(
    ("folder", "who", "taken"),
    [
        ("health/march", "chu", True),
        ("other", "chu", False),
        ("other", "sun", True),
        ("../keys", "sun", False),
        ("nothing", "sun", False),
    ],
)
def test_a_department_names_only_folders_below_its_code(
    cast: Cast, place: Path, folder: str, who: str, taken: bool
) -> None:
    for name in ("health/march", "other"):
        (inbox() / name).mkdir(parents=True)
        (inbox() / name / "events.csv").write_bytes(LOG)
    (place / "keys").mkdir(exist_ok=True)
    given = {"organisation": cast.places["health"], "actor": cast.actor(who), "at": NOW}
    if taken:
        assert receive_folder(folder, **given).sha256
    else:
        with pytest.raises(Incomplete):
            receive_folder(folder, **given)


@pytest.mark.parametrize("code", ["..", "../keys", "/etc", "."])
def test_no_code_of_a_department_opens_a_folder_outside_its_own(
    cast: Cast, place: Path, code: str
) -> None:
    Organisation.objects.filter(code="health").update(code=code)
    cast.places["health"].refresh_from_db()
    for name in ("other", "../keys"):
        (inbox() / name).mkdir(parents=True, exist_ok=True)
        (inbox() / name / "secret.csv").write_bytes(LOG)
    for name in ("other", "../keys", "/etc", "."):
        with pytest.raises(Incomplete):
            receive_folder(
                name, organisation=cast.places["health"], actor=cast.actor("chu"), at=NOW
            )


@pytest.mark.parametrize(
    ("name", "says"), [(f"{'办件明细' * 20}.csv", "too long"), (".csv", "no evidence")]
)
def test_a_name_that_the_disk_or_a_backup_would_not_take_is_told(
    cast: Cast, place: Path, name: str, says: str
) -> None:
    with pytest.raises(Incomplete, match=says):
        deliver(cast, name=name)
    assert not Evidence.objects.exists()


def test_files_of_editors_and_desktops_are_not_taken_in(cast: Cast, place: Path) -> None:
    source = inbox() / "health"
    (source / ".git").mkdir(parents=True)
    for name in ("events.csv", ".~lock.events.csv", ".git/config"):
        (source / name).write_bytes(LOG)
    kept = receive_folder(
        "health", organisation=cast.places["health"], actor=cast.actor("chu"), at=NOW
    )
    assert [path.name for path in (place / kept.folder).rglob("*")] == ["events.csv"]


def test_a_full_disk_keeps_no_part_of_an_upload(cast: Cast, place: Path) -> None:
    with full_disk(100), pytest.raises(OSError, match="large"):
        deliver(cast)
    assert not Evidence.objects.exists()
    assert not any((place / "evidence").iterdir())
    with full_disk(10), pytest.raises(OSError, match="large"):
        files.store(LOG, at=NOW)
    assert not any(path.is_file() for path in (place / "files").rglob("*"))
    assert not StoredFile.objects.exists()


def confirm_all(cast: Cast, evidence: Evidence, who: str = "chu", based_on: int = 0):
    edits = {
        row.key: Edit(row.step, frozenset({"visible", "visit"} if "窗口" in row.activity else ()))
        for row in activity_maps.rows_of(evidence)
    }
    return activity_maps.confirm(evidence, edits, based_on=based_on, actor=cast.actor(who), at=NOW)


def test_confirmed_activities_decide_the_next_evaluation_and_the_files_stay(
    cast: Cast, place: Path
) -> None:
    evidence = deliver(cast)
    suggested = {row.activity: row.confirmed for row in activity_maps.rows_of(evidence)}
    assert suggested == {"网上申请": False, "审核": False, "到窗口取件": False}
    made = confirm_all(cast, evidence)
    assert (made.version, made.rows, made.confirmed) == (1, 3, 3)
    assert LeafRow.objects.filter(event="evidence.mapped", subject=str(evidence.pk)).count() == 1
    asked = evaluations.ask(evidence, actor=cast.actor("sun"), at=NOW)
    evaluations.run_waiting()
    asked.refresh_from_db()
    assert asked.state == Evaluation.State.DONE, asked.problem
    evidence.refresh_from_db()
    assert evidence.files[0]["sha256"] == sha256(LOG).hexdigest()
    result = (evaluations.folder_of(asked) / "result.json").read_text("utf-8")
    assert made.sha256 in result
    assert "confirmed/activity_map.csv" in result


def test_two_people_who_confirm_at_once_do_not_overwrite_each_other(
    cast: Cast, place: Path
) -> None:
    evidence = deliver(cast)
    confirm_all(cast, evidence)
    with pytest.raises(Stale):
        confirm_all(cast, evidence, who="sun", based_on=0)
    assert confirm_all(cast, evidence, who="sun", based_on=1).version == 2


def test_nobody_confirms_the_map_of_another_department(cast: Cast, place: Path) -> None:
    evidence = deliver(cast, who="sun")
    Evidence.objects.update(organisation=cast.places["housing"])
    evidence.refresh_from_db()
    with pytest.raises(Forbidden):
        confirm_all(cast, evidence)


@pytest.mark.parametrize(
    ("name", "table", "day"),
    [
        ("events.csv", "events", None),
        ("data/events-2026-03-02.csv.gz", "events", date(2026, 3, 2)),
        ("activity_map_20260302.csv", "activity_map", date(2026, 3, 2)),
        ("events-2026-13-45.csv", "events", None),
        ("datapackage.json", "", None),
        ("holiday.csv", "", None),
    ],
)
def test_a_file_tells_its_table_and_its_day_by_its_name(
    name: str, table: str, day: date | None
) -> None:
    assert daily_hashes.table_and_day(name) == (table, day)


@pytest.mark.parametrize(
    ("name", "committed", "same", "different"),
    [
        ("events.csv", {TODAY: LOG}, 1, 0),
        ("events.csv", {TODAY: b"other"}, 0, 1),
        ("events.csv", {TODAY: b"other", TODAY - timedelta(days=1): LOG}, 1, 0),
        ("events.csv", {TODAY + timedelta(days=1): b"other"}, 0, 0),
        ("events-2026-03-02.csv", {TODAY: LOG}, 1, 0),
        ("events-2026-03-02.csv", {TODAY: b"other", TODAY - timedelta(days=1): LOG}, 0, 1),
        ("events-2026-03-01.csv", {TODAY: b"other"}, 0, 0),
    ],
)
def test_a_file_is_held_against_what_its_source_committed_to(
    cast: Cast, place: Path, name: str, committed: dict[date, bytes], same: int, different: int
) -> None:
    for day, data in committed.items():
        commit_hash(
            organisation=cast.places["health"],
            table="events",
            day=day,
            sha256=sha256(data).hexdigest(),
            rows=90,
            actor=cast.actor("chu"),
            at=NOW,
        )
    evidence = Evidence(
        organisation=cast.places["health"],
        received=NOW,
        files=[{"name": name, "sha256": sha256(LOG).hexdigest(), "rows": 90}],
    )
    found = daily_hashes.compare(evidence)
    assert (len(found.same), len(found.different)) == (same, different)
