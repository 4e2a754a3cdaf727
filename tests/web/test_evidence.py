"""Pages of evidence: delivering, looking, confirming activities, committing hashes."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.utils import timezone

from shixiao.records.models import ActivityMap, DailyHash, Evidence
from shixiao.settings import Site
from shixiao.workflows import activity_maps, gate
from shixiao.workflows.actors import actor_of
from shixiao.workflows.evidence import receive_upload
from tests.cast import Cast
from tests.web.browsing import Reader, follow, overflow, violations
from tests.web.looking import SMALL_TARGETS, SMALL_TEXT
from tests.web.people import person
from tests.workflows.test_evidence import LOG, deliver

pytestmark = pytest.mark.usefixtures("children_here")


def signed_in(cast: Cast, name: str) -> Client:
    client = Client(headers={"host": "localhost"})
    client.force_login(cast.accounts[name])
    return client


def upload(cast: Cast, data: bytes, name: str = "events.csv", who: str = "chu", of: str = "health"):
    given = {"organisation": str(cast.places[of].pk), "file": SimpleUploadedFile(name, data)}
    return signed_in(cast, who).post("/evidence/add/", given)


def test_a_delivered_file_is_checked_and_its_page_says_so(cast: Cast, place: Path) -> None:
    answer = upload(cast, LOG)
    evidence = Evidence.objects.get()
    assert answer["Location"] == f"/evidence/{evidence.pk}/"
    client = signed_in(cast, "chu")
    assert "data-following" in client.get(answer["Location"]).content.decode()
    gate.run_waiting()
    page = client.get(answer["Location"]).content.decode()
    assert sha256(LOG).hexdigest() in page
    assert "已收下" in page
    assert evidence.name in client.get("/evidence/").content.decode()
    assert evidence.name not in signed_in(cast, "wu").get("/evidence/").content.decode()


@pytest.mark.parametrize(
    ("name", "of", "words"),
    [("events.exe", "health", "不是证据文件"), ("events.csv", "housing", "选择一个有效的选项")],
)
def test_what_cannot_be_taken_is_told_beside_its_field(
    cast: Cast, place: Path, name: str, of: str, words: str
) -> None:
    answer = upload(cast, LOG, name=name, of=of)
    assert answer.status_code == 422
    assert words in answer.content.decode() or of == "housing"
    assert not Evidence.objects.exists()


def test_a_file_above_the_limit_is_not_taken_and_leaves_nothing(cast: Cast, tmp_path: Path) -> None:
    env = {"SHIXIAO_DATA": str(tmp_path), "SHIXIAO_UPLOAD_MB": "1"}
    with override_settings(SITE=Site.from_environment(env)):
        answer = upload(cast, b"x" * (3 << 20))
    assert answer.status_code == 422
    assert "超过 1 MB" in answer.content.decode()
    assert not Evidence.objects.exists()
    assert not (tmp_path / "evidence").exists()


def test_activities_are_confirmed_page_by_page(cast: Cast, place: Path) -> None:
    evidence = deliver(cast)
    client, path = signed_in(cast, "chu"), f"/evidence/{evidence.pk}/activities/"
    page = client.get(path).content.decode()
    assert "到窗口取件" in page
    row = next(r for r in activity_maps.rows_of(evidence) if "窗口" in r.activity)
    given = {"version": 0, "row": row.key, f"step_{row.key}": "取件", f"sure_{row.key}": "on"}
    given |= {f"visit_{row.key}": "on", "what": "page"}
    assert client.post(path, given).status_code == 302
    changed = {r.key: r for r in activity_maps.rows_of(evidence)}[row.key]
    assert (changed.step, changed.flags, changed.confirmed) == ("取件", {"visit"}, True)
    assert client.post(path, given).status_code == 409
    assert client.post(path, {"version": 1, "what": "page"}).status_code == 422
    assert client.post(path, {"version": 1, "what": "all"}).status_code == 302
    assert ActivityMap.objects.first().confirmed == 3
    assert client.post(path, {"version": 2, "what": "all"}).status_code == 422


def test_a_hash_of_the_day_is_public_and_a_different_file_shows(cast: Cast, place: Path) -> None:
    given = {
        "organisation": str(cast.places["health"].pk),
        "table": "events",
        "day": "2026-03-01",
        "sha256": "a" * 64,
    }
    client = signed_in(cast, "chu")
    assert client.post("/hashes/add/", given).status_code == 302
    assert client.post("/hashes/add/", given).status_code == 422
    assert client.post("/hashes/add/", given | {"sha256": "zz"}).status_code == 422
    assert DailyHash.objects.count() == 1
    assert "a" * 64 in Client(headers={"host": "localhost"}).get("/hashes/").content.decode()
    assert Client(headers={"host": "localhost"}).get("/hashes/?form=csv").status_code == 200
    evidence = deliver(cast)
    page = client.get(f"/evidence/{evidence.pk}/").content.decode()
    assert "与当日哈希不一致" in page


@pytest.mark.browser
@pytest.mark.parametrize(
    ("screen", "elder"), [("desktop", "off"), ("phone", "off"), ("phone", "on")]
)
def test_pages_of_an_evidence_break_no_rule_and_fit_the_screen(
    reader: Reader, place: Path, screen: str, elder: str
) -> None:
    officer = person("data_officer")
    actor = actor_of(officer, today=timezone.localdate())
    evidence = receive_upload(
        "events.csv",
        [LOG],
        organisation=officer.posts.get().organisation,
        actor=actor,
        at=timezone.now(),
    )
    gate.run_waiting()
    person("administrator")
    for path, role in (
        (f"/evidence/{evidence.pk}/", "data_officer"),
        (f"/evidence/{evidence.pk}/activities/", "data_officer"),
        (f"/people/{officer.pk}/", "administrator"),
    ):
        seen = reader.at(path, role=role, screen=screen, elder=elder)
        assert violations(seen) == []
        assert overflow(seen) <= 0
        if elder == "on":
            assert seen.evaluate(SMALL_TEXT, 18) == []
            assert seen.evaluate(SMALL_TARGETS, 60) == []


@pytest.mark.browser
def test_activities_are_confirmed_without_javascript(reader: Reader, place: Path) -> None:
    officer = person("data_officer")
    evidence = receive_upload(
        "events.csv",
        [LOG],
        organisation=officer.posts.get().organisation,
        actor=actor_of(officer, today=timezone.localdate()),
        at=timezone.now(),
    )
    gate.run_waiting()
    path = f"/evidence/{evidence.pk}/activities/"
    page = reader.at(path, role="data_officer", language="en", javascript=False)
    page.get_by_role("checkbox", name=re.compile("^Confirmed: ")).first.check()
    follow(page, page.get_by_role("button", name="Save the rows"))
    assert "kept as version 1" in page.locator(".banner").inner_text()
    assert ActivityMap.objects.get().confirmed == 1
