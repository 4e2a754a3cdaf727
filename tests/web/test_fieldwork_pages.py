"""Fieldwork without JavaScript, with a key by command, and through ODK."""

from __future__ import annotations

import html
import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from shixiao.records.models import Assignment, Draw, Sheet
from shixiao.seals.signing import SigningKey
from shixiao.seals.signing import sign as sign_document
from tests.cast import Cast
from tests.effect.fieldtests.forms import converted, filled
from tests.rounds import Round, answers, commissioned

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


@pytest.fixture
def going(cast: Cast, place: Path, monkeypatch: pytest.MonkeyPatch) -> Round:
    made = commissioned(cast, services=1)
    monkeypatch.setattr("django.utils.timezone.now", lambda: made.at)
    return made


@pytest.fixture
def row(going: Round) -> Assignment:
    return going.assignments[0]


@pytest.fixture
def theirs(row: Assignment) -> Client:
    """The evaluator's browser."""
    made = Client(headers={"host": "localhost"})
    made.force_login(row.evaluator.account)
    return made


def plain(row: Assignment, **more: object) -> dict[str, object]:
    """Return a form as a browser without JavaScript sends it."""
    given = {
        question: ("yes" if value else "no") if isinstance(value, bool) else str(value)
        for question, value in answers(row).items()
    }
    return given | {"once": "plain-form-1", "cases": "YZ-1\nYZ-2"} | more


def test_a_plain_form_is_saved_checked_and_signed_by_command(
    going: Round, row: Assignment, theirs: Client
) -> None:
    item = row.item.code
    there = f"/fieldwork/{item}/"
    assert theirs.get(there).status_code == 200
    saved = theirs.post(f"{there}send/", plain(row))
    assert (saved.status_code, saved.headers["Location"]) == (302, there)
    sheet = Sheet.objects.get()
    assert sheet.shopper_cases == ["YZ-1", "YZ-2"]
    times = {q: each["at"] for q, each in sheet.answers.items()}
    again = theirs.post(f"{there}send/", plain(row))
    assert again.status_code == 302
    sheet.refresh_from_db()
    assert {q: each["at"] for q, each in sheet.answers.items()} == times

    key = SigningKey.new()
    theirs.post("/fieldwork/key/", {"public": key.public.base64})
    document = json.loads(theirs.get(f"{there}sheet.json").content)
    signature = sign_document(document, key)
    sheet.refresh_from_db()
    page = theirs.post(f"{there}sign/", {"sha256": sheet.sha256, "signature": signature})
    assert page.status_code == 302
    row.refresh_from_db()
    assert row.state == "signed"
    assert theirs.get(f"/sheets/{sheet.code}/").status_code == 200


def test_what_is_missing_is_said_where_one_signs(row: Assignment, theirs: Client) -> None:
    there = f"/fieldwork/{row.item.code}/"
    page = theirs.get(f"{there}sign/")
    assert page.status_code == 422
    assert "还没有作答" in page.content.decode()
    theirs.post(f"{there}send/", {"once": "plain-form-1", "found": "yes"})
    page = theirs.get(f"{there}sign/")
    assert page.status_code == 422
    assert "还没有回答" in page.content.decode()


def test_a_forged_signature_is_said_at_its_field(row: Assignment, theirs: Client) -> None:
    there = f"/fieldwork/{row.item.code}/"
    theirs.post(f"{there}send/", plain(row))
    theirs.post("/fieldwork/key/", {"public": SigningKey.new().public.base64})
    theirs.get(f"{there}sign/")
    sheet = Sheet.objects.get()
    forged = sign_document(json.loads(sheet.document), SigningKey.new())
    page = theirs.post(f"{there}sign/", {"sha256": sheet.sha256, "signature": forged})
    assert page.status_code == 422
    assert "签名与评分表或您登记的公钥不符" in page.content.decode()


def test_a_photograph_comes_with_a_plain_form_and_by_script(
    row: Assignment, theirs: Client, tmp_path: Path
) -> None:
    there = f"/fieldwork/{row.item.code}/"
    picture = tmp_path / "a.png"
    picture.write_bytes(PNG)
    with picture.open("rb") as file:
        theirs.post(f"{there}send/", plain(row, **{"photo-found": file}))
    assert Sheet.objects.get().photos.count() == 1
    with picture.open("rb") as file:
        said = theirs.post(f"{there}photo/", {"question": "nonsense", "photo": file})
    assert said.status_code == 422
    assert said.json()["says"]
    assert theirs.post(f"{there}photo/", {"question": "found"}).status_code == 422


@pytest.mark.parametrize("body", ["not json", "[]", '{"once": "x"}', '{"once": 1}'])
def test_what_is_no_form_is_refused_as_json(row: Assignment, theirs: Client, body: str) -> None:
    there = f"/fieldwork/{row.item.code}/send/"
    said = theirs.post(there, body, content_type="application/json")
    assert said.status_code == 422
    assert said.json()["says"]
    assert not Sheet.objects.exists()


def test_the_form_leaves_for_odk_and_what_is_no_submission_is_refused(
    row: Assignment, theirs: Client, tmp_path: Path
) -> None:
    form = theirs.get(f"/fieldwork/{row.item.code}/form.xlsx")
    assert form.content.startswith(b"PK")
    bad = tmp_path / "submission.xml"
    bad.write_text("<data/>", "utf-8")
    with bad.open("rb") as file:
        page = theirs.post("/fieldwork/import/", {"file": file})
    assert page.status_code == 422
    assert "submission.xml" in page.content.decode()


def test_what_odk_collected_comes_back_as_a_draft_once(
    going: Round, row: Assignment, theirs: Client, tmp_path: Path
) -> None:
    going.at += timedelta(days=400)  # after the sample's times; a session does not last so long
    theirs.force_login(row.evaluator.account)
    form = theirs.get(f"/fieldwork/{row.item.code}/form.xlsx").content
    names = {"item": row.item.code, "evaluator": row.evaluator.code}
    data = filled(converted(form).xform, answers(row), instance="uuid:a-phone-1", changed=names)
    file = tmp_path / "submission.xml"
    for _ in range(2):
        file.write_bytes(data)
        with file.open("rb") as sent:
            page = theirs.post("/fieldwork/import/", {"file": sent})
        assert page.status_code == 200, page.content.decode()[:3000]
        assert "请核对并签字" in page.content.decode()
    sheet = Sheet.objects.get()
    assert sheet.source == "odk"
    assert {q: each["value"] for q, each in sheet.answers.items()} == answers(row)
    other = {"item": "ANOTHER-1", "evaluator": row.evaluator.code}
    file.write_bytes(
        filled(converted(form).xform, answers(row), instance="uuid:a-phone-2", changed=other)
    )
    with file.open("rb") as sent:
        page = theirs.post("/fieldwork/import/", {"file": sent}).content.decode()
    assert "不是您的任务" in page
    assert Sheet.objects.count() == 1


def test_who_withdraws_loses_the_item(going: Round, row: Assignment, theirs: Client) -> None:
    there = f"/fieldwork/{row.item.code}/"
    assert theirs.post(f"{there}withdraw/", {"why": "", "once": "x" * 8}).status_code == 422
    gone = theirs.post(f"{there}withdraw/", {"why": "出差", "once": "x" * 8})
    assert gone.headers["Location"] == "/fieldwork/"
    sent = theirs.post(f"{there}send/", plain(row))
    assert sent.status_code == 409


def test_a_body_has_its_page(going: Round) -> None:
    going.test_everything()
    going.seal()
    going.publish()
    visitor = Client(headers={"host": "localhost"})
    page = visitor.get("/bodies/B0/").content.decode()
    assert "一季度窗口体验" in page
    assert visitor.get("/bodies/none/").status_code == 404
    assert "评估机构 0" in visitor.get("/bodies/").content.decode()


def test_tables_for_evidence_leave_with_the_sealed_result(going: Round, cast: Cast) -> None:
    analyst = Client(headers={"host": "localhost"})
    analyst.force_login(cast.accounts["li"])
    there = f"/commissions/{going.commission.code}/field_tests.csv"
    assert analyst.get(there).status_code == 404
    going.test_everything()
    going.seal()
    table = analyst.get(there).content.decode("utf-8-sig").splitlines()
    assert table[0].startswith("test_id,service_id,evaluator_id,channel")
    assert len(table) > 4
    people = analyst.get(there.replace("field_tests", "evaluators")).content.decode("utf-8-sig")
    assert people.startswith("evaluator_id,body_id,tied_to")
    assert analyst.get(there.replace("field_tests", "nonsense")).status_code == 404


def test_a_visitor_checks_every_draw_with_the_script_of_the_page(
    going: Round, tmp_path: Path
) -> None:
    going.test_everything()
    going.seal()
    visitor = Client(headers={"host": "localhost"})
    script = tmp_path / "verify_draw.py"
    script.write_bytes(visitor.get("/draws/verify_draw.py").content)
    found = Draw.objects.filter(subject=going.commission.code)
    assert found.count() == 3
    for draw in found:
        page = html.unescape(visitor.get(f"/draws/{draw.code}/").content.decode())
        assert f"python verify_draw.py < draw-{draw.code}.json" in page
        transcript = visitor.get(f"/draws/{draw.code}/transcript.json").content
        for data, said in ((transcript, "Valid"), (transcript.replace(b"03 09", b"04 09"), "Not")):
            told = subprocess.run(
                [sys.executable, str(script)], input=data, capture_output=True, check=False
            )
            assert told.stdout.decode().startswith(said), told.stderr.decode()


def test_a_protocol_that_is_wrong_is_told_by_the_name_of_its_file(
    going: Round, cast: Cast, tmp_path: Path
) -> None:
    analyst = Client(headers={"host": "localhost"})
    analyst.force_login(cast.accounts["li"])
    given = {
        "name": "体验",
        "kind": "occasional",
        "departments": [str(cast.places["health"].pk)],
        "starts": "2026-04-01",
        "ends": "2026-04-30",
        "protocol": "service",
        "modes": ["online"],
        "audiences": ["everybody"],
        "services": "1",
        "by_cases": "cases",
        "cases_each": "0",
        "testers": "2",
    }
    letter, wrong = tmp_path / "letter.pdf", tmp_path / "own.yaml"
    letter.write_bytes(b"%PDF-1.7")
    wrong.write_text("steps: [", "utf-8")
    with letter.open("rb") as paper, wrong.open("rb") as protocol:
        sent = given | {"letter": paper, "own_protocol": protocol}
        page = analyst.post("/commissions/add/", sent)
    assert page.status_code == 422
    assert "own.yaml" in page.content.decode()
    with letter.open("rb") as paper:
        made = analyst.post("/commissions/add/", given | {"letter": paper})
    assert made.status_code == 302
