"""Fuzz: operations that fail are found, and what was not asked enough is not assessed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from shixiao.security.probing import Given, NotAssessed, described
from shixiao.security.probing.passing import passing_on
from shixiao.security.probing.probes import fuzz
from tests.security.lab import Asked, Behaviour, Reply, faults, looked, reach_of, serving

OPERATION = {
    "parameters": [
        {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}},
        {"name": "by", "in": "query", "schema": {"type": "string"}},
    ],
    "responses": {"200": {"description": "found"}},
}
OPENAPI = {
    "openapi": "3.0.3",
    "info": {"title": "lab", "version": "1"},
    "servers": [{"url": "/v1"}],
    "paths": {"/items/{id}": {"get": OPERATION}},
}


def site(*, fails: bool, described_by: object = OPENAPI) -> Behaviour:
    def answer(asked: Asked) -> Reply:
        if asked.path == "/openapi.json":
            return Reply(200, json.dumps(described_by).encode())
        path, _, _ = asked.path.partition("?")
        if not path.removeprefix("/v1/items/").isdecimal():
            if fails:
                return Reply(500, b"Traceback (most recent call last):\n")
            return Reply(404, b"{}")
        return Reply(200, b"{}", [("Content-Type", "application/json")])

    return answer


def given(workshop: Path) -> Given:
    return Given(openapi="/openapi.json", workshop=workshop)


@pytest.mark.slow
@pytest.mark.parametrize(("fails", "found"), [(False, []), (True, ["errors", "inside"])])
def test_an_operation_that_fails_is_found(tmp_path: Path, fails: bool, found: list[str]) -> None:
    with serving(site(fails=fails)) as target:
        assert faults("fuzz", target, given(tmp_path)) == found


def test_a_token_reaches_the_target_and_not_the_tool(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[tuple[str, str]] = []
    lent = {"token": "secret"}

    def answer(asked: Asked) -> Reply:
        heard.append((asked.path, asked.headers.get("authorization", "")))
        return site(fails=False)(asked)

    def tool(described: object, place: str, workshop: Path, left: float) -> None:
        assert "secret" not in json.dumps(described)
        for n in range(fuzz.LEAST):
            httpx.get(f"{place}/items/{n}", headers={"Authorization": "none"}, trust_env=False)

    monkeypatch.setattr(fuzz, "_run", tool)
    with serving(answer) as target:
        assert faults("fuzz", target, replace(given(tmp_path), **lent)) == []
    assert set(heard[1:]) == {(f"/v1/items/{n}", "Bearer secret") for n in range(fuzz.LEAST)}


@pytest.mark.parametrize(
    "reference", ["http://other.example/x.json", "file:///etc/passwd", "x.yaml"]
)
def test_a_description_that_leads_elsewhere_is_not_used(tmp_path: Path, reference: str) -> None:
    foreign = {**OPENAPI, "components": {"schemas": {"A": {"allOf": [{"$ref": reference}]}}}}
    with serving(site(fails=False, described_by=foreign)) as target, pytest.raises(NotAssessed):
        looked("fuzz", target, given(tmp_path))


def test_without_tool_description_or_consent_nothing_is_assessed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(site(fails=False)) as target:
        with pytest.raises(NotAssessed):
            looked("fuzz", target, Given(workshop=tmp_path))
        reach = reach_of(target, heavy=frozenset())
        with pytest.raises(NotAssessed):
            list(described("fuzz").look(reach, given(tmp_path)))
        assert reach.sent == []
        monkeypatch.setattr(fuzz, "TOOL", tmp_path / "none")
        with pytest.raises(NotAssessed):
            looked("fuzz", target, given(tmp_path))


def test_an_operation_that_was_asked_too_little_is_not_assessed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fuzz, "_run", lambda *told: None)
    with serving(site(fails=False)) as target, pytest.raises(NotAssessed) as why:
        looked("fuzz", target, given(tmp_path))
    assert "GET /items/{id}" in why.value.text.en


def test_what_is_passed_on_goes_to_the_target_within_the_consent_and_into_the_log() -> None:
    with serving(site(fails=True)) as target:
        reach = reach_of(target, most=2)
        heard: list[tuple[str, int]] = []
        with (
            passing_on(reach, lambda one, answer: heard.append((one.path, answer.status))) as at,
            httpx.Client(base_url=at, trust_env=False) as client,
        ):
            assert client.get("/v1/items/7?by=x").status_code == 200
            assert client.post("/v1/items/%C3", content=b"x").status_code == 500
            with pytest.raises(httpx.HTTPError):
                client.get("/v1/items/8")
    assert heard == [("/v1/items/7?by=x", 200), ("/v1/items/%C3", 500)]
    assert [each.what for each in reach.sent] == ["GET /v1/items/7?by=x", "POST /v1/items/%C3"]
