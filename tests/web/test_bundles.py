"""Bundles of vulnerabilities and lists of components, by the pages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import OsvBundle
from shixiao.seals import SigningKey
from shixiao.security.components import write_bundle
from shixiao.settings import Site
from shixiao.workflows import jobs
from tests import systems
from tests.cast import Cast
from tests.security.components.test_components import record

KEY, OTHER = SigningKey(b"\x08" * 32), SigningKey(b"\x09" * 32)
RECORDS = [record("GHSA-1", "django", "PyPI", [{"introduced": "0"}])]


def client(cast: Cast, name: str) -> Client:
    made = Client(headers={"host": "localhost"})
    made.force_login(cast.accounts[name])
    return made


def brought(by: Client, folder: Path, key: SigningKey, name: str) -> None:
    path = folder / name
    write_bundle(path, RECORDS, exploited=[], ecosystems=["PyPI"], made=timezone.now(), key=key)
    upload = SimpleUploadedFile(name, path.read_bytes())
    assert by.post("/register/bundles/", {"file": upload}).status_code == 302


def test_a_bundle_and_a_list_are_brought_by_the_pages_and_what_they_say_is_shown(
    cast: Cast, tmp_path: Path
) -> None:
    given = {"SHIXIAO_DATA": str(tmp_path / "site"), "SHIXIAO_OSV_KEYS": KEY.public.base64}
    system = systems.made(cast, at=timezone.now())
    with override_settings(SITE=Site.from_environment(given)):
        system = systems.complete(cast, system, at=timezone.now())
        analyst, owner = client(cast, "li"), client(cast, "wei")
        assert "还没有漏洞库" in analyst.get("/register/bundles/").content.decode()
        assert analyst.post("/register/bundles/", {}).status_code == 422
        brought(analyst, tmp_path, KEY, "good.zip")
        brought(analyst, tmp_path, OTHER, "bad.zip")
        assert "等待核验" in analyst.get("/register/bundles/").content.decode()
        act = reverse("registered_act", args=[system.code, "sbom"])
        wrong = SimpleUploadedFile("sbom.json", b"{}")
        assert owner.post(act, {"file": wrong}).status_code == 422
        rows = [{"type": "library", "name": "x", "purl": "pkg:pypi/django@3.2.0"}]
        data = json.dumps({"bomFormat": "CycloneDX", "components": rows}).encode()
        answer = owner.post(act, {"file": SimpleUploadedFile("sbom.json", data)})
        assert answer.status_code == 302
        assert jobs.match_components() == 1
        page = owner.get(reverse("registered", args=[system.code])).content.decode()
        assert "1 个组件" in page
        assert "pkg:pypi/django@3.2.0" in page
        shown = analyst.get("/register/bundles/").content.decode()
        assert "正在使用" in shown
        assert "签名不是这把公钥的" in shown
        run = system.probings.get(origin="daily")
        seen = owner.get(reverse("probing", args=[run.code])).content.decode()
        assert "本站每日比对" in seen
    assert OsvBundle.objects.count() == 2


@pytest.mark.parametrize(("who", "status"), [("wei", 403), ("zhou", 403), ("shen", 302)])
def test_only_who_may_brings_a_bundle(
    cast: Cast, place: object, tmp_path: Path, who: str, status: int
) -> None:
    path = tmp_path / "osv.zip"
    write_bundle(path, RECORDS, exploited=[], ecosystems=["PyPI"], made=timezone.now(), key=KEY)
    upload = SimpleUploadedFile("osv.zip", path.read_bytes())
    assert client(cast, who).post("/register/bundles/", {"file": upload}).status_code == status


def test_without_a_key_the_page_says_that_nothing_can_be_matched(cast: Cast, place: object) -> None:
    assert "SHIXIAO_OSV_KEYS" in client(cast, "li").get("/register/bundles/").content.decode()
