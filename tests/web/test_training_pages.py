"""Pages of trainings and warning cases: what is public, what is for two, what is never shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from shixiao.records.models import Case, Organisation, Training, WarningCase
from shixiao.terms import Text
from shixiao.workflows.trainings import warnings
from tests.cast import NOW, Cast, make_evaluation, make_finding

pytestmark = pytest.mark.django_db
NAMES = ("", "zhao", "wu", "chen", "jiang", "han")
FACTS = {
    "facts": "卫生健康局的健康码助手未备案上线。",
    "facts_en": "The Health Code Assistant of the Health Department went online unfiled.",
    "correction": "已补办备案。",
    "correction_en": "It was filed.",
}


def client(cast: Cast, name: str = "") -> Client:
    made = Client(headers={"host": "localhost"})
    if name:
        made.force_login(cast.accounts[name])
    return made


@pytest.fixture
def case(cast: Cast, place: Path) -> Case:
    finding = make_finding(cast, make_evaluation(cast, published=NOW))
    finding.measure = "not_filed"
    finding.save()
    return Case.objects.create(
        origin="finding",
        finding=finding,
        name=finding.subject_name,
        department=cast.places["health"],
        state="closed",
        entered=NOW,
        opened=NOW,
        closed=NOW,
    )


def test_a_closed_case_becomes_a_warning_case_by_two_people(cast: Cast, case: Case) -> None:
    analyst, inspector, visitor = client(cast, "li"), client(cast, "chen"), client(cast)
    assert "写成警示案例" in analyst.get(f"/cases/{case.code}/").content.decode()
    drafted = analyst.post(f"/warnings/draft/{case.code}/", FACTS)
    assert drafted.status_code == 302
    there = drafted.headers["Location"]
    row = WarningCase.objects.get()
    assert visitor.get(there).status_code == 404
    assert "已隐去的内容" in inspector.get(there).content.decode()
    assert analyst.post(f"{there}approve/", {"sha256": row.sha256}).status_code == 403
    assert inspector.post(f"{there}refuse/", {"reason": ""}).status_code == 422
    assert inspector.post(f"{there}approve/", {"sha256": row.sha256}).status_code == 302
    page = visitor.get(there).content.decode()
    assert "健康码助手" not in page
    assert "卫生健康局" not in page
    assert "已隐去的内容" not in page
    assert row.title.zh in visitor.get("/training/").content.decode()


def test_check_questions_tell_right_from_wrong_and_keep_nothing(cast: Cast, case: Case) -> None:
    given = {"actor": cast.actor("li"), "at": NOW}
    row = warnings.draft(
        case,
        facts=Text(FACTS["facts"], FACTS["facts_en"]),
        correction=Text(FACTS["correction"], FACTS["correction_en"]),
        **given,
    )
    warnings.approve(row, sha256=row.sha256, actor=cast.actor("chen"), at=NOW)
    visitor, there = client(cast), f"/warnings/{row.code}/questions/"
    assert visitor.get(there).content.decode().count("<fieldset") == len(row.questions)
    assert visitor.post(there, {}).status_code == 422
    right = {
        f"q{n}": next(c for c, choice in enumerate(q["choices"]) if choice["right"])
        for n, q in enumerate(row.questions)
    }
    page = visitor.post(there, right).content.decode()
    assert page.count("答对了") == len(row.questions)
    wrong = {
        f"q{n}": next(c for c, choice in enumerate(q["choices"]) if not choice["right"])
        for n, q in enumerate(row.questions)
    }
    assert "答对了" not in visitor.post(there, wrong).content.decode()


def test_a_training_is_set_up_and_shows_no_attendance(cast: Cast, place: Path) -> None:
    departments = [
        Organisation.objects.create(
            kind="department", code=f"D{n}", name=Text(f"部门{n}", f"Department {n}")
        )
        for n in range(7)
    ] + [cast.places["health"]]
    analyst, head, visitor = client(cast, "li"), client(cast, "zhou"), client(cast)
    given = {
        "name": "五禁培训",
        "session": "course",
        "topic": "bans",
        "begins": "2027-05-01",
        "departments": [str(d.pk) for d in departments],
    }
    wrong = analyst.post("/training/add/", given | {"begins": "2027-05-02"})
    assert wrong.status_code == 422
    made = analyst.post("/training/add/", given)
    assert made.status_code == 302
    there = made.headers["Location"]
    training = Training.objects.get()
    assert visitor.get(there).status_code == 200
    assert "谁参加" not in visitor.get(there).content.decode()
    Training.objects.update(state="running")
    page = head.get(there).content.decode()
    assert "谁参加" in page
    assert "部门1" not in page.split("谁参加")[1]
    seat = training.seats.get(department=cast.places["health"], post="app")
    named = head.post(f"{there}seats/{seat.pk}/", {"person": "周某"})
    assert named.status_code == 302
    assert "周某" in head.get(there).content.decode()
    seen = {name: "周某" in client(cast, name).get(there).content.decode() for name in NAMES}
    assert seen == {"": False, "zhao": True, "wu": False, "chen": True, "jiang": True, "han": False}
    assert analyst.post(f"{there}seats/{seat.pk}/", {"person": "某"}).status_code == 403
    other_seat = training.seats.filter(department__code="D1").first()
    assert head.post(f"{there}seats/{other_seat.pk}/", {"person": "某"}).status_code == 403


def test_verbs_of_a_training_have_their_forms(cast: Cast, place: Path) -> None:
    training = Training.objects.create(
        session="course",
        topic="bans",
        name=Text("五禁培训", "The bans"),
        state="planned",
        entered=NOW,
        begins="2027-05-01",
        made=NOW,
        made_by=cast.accounts["li"],
    )
    analyst = client(cast, "li")
    there = f"/training/{training.code}/do/"
    assert analyst.get(f"{there}freeze/").status_code == 200
    assert analyst.get(f"{there}draw/").status_code == 409
    assert analyst.get(f"{there}nonsense/").status_code == 404
    gone = analyst.post(f"{there}cancel/", {"seen": 0, "reason": "经费取消"})
    assert gone.status_code == 302
    training.refresh_from_db()
    assert training.state == "cancelled"
