"""The interface for decisions: one, a batch, a file; who may, and what each row is answered."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from shixiao.records.models import LoggedDecision, System
from shixiao.web.shell import uploads
from shixiao.workflows import tokens
from shixiao.workflows.decisions import codes
from tests import deciding
from tests.cast import Cast
from tests.explained import sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def aid(cast: Cast, place: Path) -> System:
    return deciding.laid_down(cast)


def program(cast: Cast, who: str = "chu", scope: str = "decisions") -> Client:
    now = timezone.now()
    _, text = tokens.make_token(
        name="test",
        scopes=[scope],
        expires=now + timedelta(days=1),
        actor=cast.actor(who, today=timezone.localdate()),
        at=now,
    )
    return Client(headers={"host": "localhost", "authorization": f"Bearer {text}"})


def post(client: Client, path: str, given: Any) -> Any:
    return client.post(f"/api/decisions/{path}", given, content_type="application/json")


def test_one_decision_is_taken_and_answered_again(cast: Cast, aid: System) -> None:
    client, row = program(cast), sent(system_id=None)
    first, second = (post(client, "aid", row).json() for _ in range(2))
    assert (first["state"], second["state"]) == ("taken", "again")
    assert first["receipt"] == second["receipt"]
    assert codes.found(first["receipt"], first["query"]) is not None


def test_a_batch_is_answered_row_by_row(cast: Cast, aid: System) -> None:
    rows = [sent(decision_id="1"), sent(decision_id="2", final="maybe"), [], "x", None]
    said = post(program(cast), "aid/batch", json.dumps(rows)).json()
    assert (said["taken"], said["refused"]) == (1, 4)
    assert [row["state"] for row in said["rows"]] == ["taken"] + ["refused"] * 4
    assert said["rows"][1]["column"] == "final"
    assert "granted" not in said["rows"][1]["text"]["en"]
    page = program(cast).get(f"/api/decisions/deliveries/{said['delivery']}").json()
    assert [item["number"] for item in page["items"]] == ["1"]
    assert page["items"][0]["query"] == said["rows"][0]["query"]


@pytest.mark.parametrize("name", ["log.ndjson", "log.csv"])
def test_a_file_is_taken_row_by_row(cast: Cast, aid: System, name: str) -> None:
    if name.endswith("csv"):
        data = "decision_id,system_id,version,ts,final\n1,aid,1.0,2026-02-20,refuse\n2,aid,,,\n"
    else:
        data = json.dumps(sent(decision_id="1")) + "\n{\n"
    upload = SimpleUploadedFile(name, data.encode())
    said = program(cast).post("/api/decisions/aid/file", {"decisions": upload}).json()
    assert (said["taken"], said["refused"]) == (1, 1)
    assert [row["row"] for row in said["rows"]] == [2]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("aid", b"{", 422),
        ("aid", b"[]", 422),
        ("aid", b"[" * 5_000, 422),
        ("aid/batch", b"{}", 422),
        ("aid/batch", b"[]", 422),
        ("aid/batch", json.dumps([{}] * 1_001).encode(), 422),
        ("none", b"{}", 404),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(
    cast: Cast, aid: System, path: str, body: bytes, status: int
) -> None:
    answer = post(program(cast), path, body)
    assert answer.status_code == status
    assert answer.json()["title"]
    assert not LoggedDecision.objects.exists()


def test_a_file_of_another_kind_is_refused(cast: Cast, aid: System) -> None:
    upload = SimpleUploadedFile("log.exe", b"MZ")
    answer = program(cast).post("/api/decisions/aid/file", {"decisions": upload})
    assert answer.status_code in {400, 422}


def test_a_file_that_is_too_large_or_missing_is_told_so(
    cast: Cast, aid: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "USUAL", 1_000)
    large = SimpleUploadedFile("log.csv", b"decision_id\n" + b"x\n" * 1_000)
    answer = program(cast).post("/api/decisions/aid/file", {"decisions": large})
    assert answer.status_code == 422
    assert "is larger than" in json.dumps(answer.json())
    answer = program(cast).post("/api/decisions/aid/file", {})
    assert answer.status_code == 422
    assert "as the field decisions" in json.dumps(answer.json())
    assert not aid.decision_deliveries.exists()


def test_it_takes_the_purpose_and_the_department(cast: Cast, aid: System) -> None:
    assert post(program(cast, scope="results"), "aid", sent()).status_code == 403
    assert post(program(cast, who="li"), "aid", sent()).status_code == 403
    assert post(Client(headers={"host": "localhost"}), "aid", sent()).status_code in {401, 403}
