"""The API: the same records by the same rights, tokens with purposes, problems, limits."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from shixiao.records.models import Case, Standing, Token
from shixiao.terms import Text
from shixiao.web.api import bearer
from shixiao.workflows import tokens
from shixiao.workflows.actors import actor_of
from tests.cast import Cast
from tests.web.things import FOREIGN, OWN, Things, make_things


@pytest.fixture
def things(cast: Cast, place: object) -> Things:
    cache.clear()
    return make_things(cast)


def token(cast: Cast, name: str, *scopes: str) -> str:
    now = timezone.now()
    actor = actor_of(cast.accounts[name], today=timezone.localdate())
    return tokens.make_token(
        name="test", scopes=scopes, expires=now + timedelta(days=1), actor=actor, at=now
    )[1]


def ask(path: str, text: str = "", **headers: str):
    given = {"host": "localhost"} | ({"authorization": f"Bearer {text}"} if text else {})
    return Client(headers=given | headers).get(path)


def codes(answer) -> set[str]:
    assert answer.status_code == 200, answer.content
    return {item["code"] for item in answer.json()["items"]}


def test_without_a_token_only_what_is_public_is_there(things: Things) -> None:
    assert codes(ask("/api/evaluations")) == {things.public.code}
    assert codes(ask("/api/findings")) == {f.code for f in things.findings.values()}
    assert codes(ask("/api/cases")) == set()
    assert ask(f"/api/evaluations/{things.drafts[OWN].code}").status_code == 404


def test_a_cookie_is_no_token(cast: Cast, things: Things) -> None:
    client = Client(headers={"host": "localhost"})
    client.force_login(cast.accounts["sun"])
    assert codes(client.get("/api/evaluations")) == {things.public.code}


def test_with_a_token_a_program_sees_what_its_owner_sees(cast: Cast, things: Things) -> None:
    text = token(cast, "zhao", "results", "cases")
    own, foreign = things.drafts[OWN].code, things.drafts[FOREIGN].code
    assert codes(ask("/api/evaluations", text)) == {things.public.code, own}
    assert codes(ask("/api/cases", text)) == {things.cases[OWN].code}
    assert ask(f"/api/cases/{things.cases[FOREIGN].code}", text).status_code == 404
    assert ask(f"/api/evaluations/{foreign}", text).status_code == 404
    everything = token(cast, "jiang", "results", "cases")
    assert codes(ask("/api/cases", everything)) == {c.code for c in things.cases.values()}


def test_a_case_tells_nothing_of_persons(cast: Cast, things: Things) -> None:
    Case.objects.update(responsible="周某", contact="13900000000", story="周某")
    text = token(cast, "sun", "cases")
    answer = ask(f"/api/cases/{things.cases[OWN].code}", text)
    assert "周某" not in answer.content.decode()
    assert "13900000000" not in answer.content.decode()


@pytest.mark.parametrize(
    ("scopes", "path", "status"),
    [
        (("results",), "/api/cases", 403),
        (("cases",), "/api/evaluations", 403),
        (("cases",), "/metrics", 403),
        (("metrics",), "/metrics", 200),
        (("metrics",), "/api/findings", 403),
    ],
)
def test_a_token_is_good_for_its_purposes_alone(
    cast: Cast, things: Things, scopes: tuple[str, ...], path: str, status: int
) -> None:
    assert ask(path, token(cast, "sun", *scopes)).status_code == status


@pytest.mark.parametrize("broken", ["unknown", "revoked", "expired", "closed"])
def test_a_token_that_is_not_in_use_is_refused_as_a_problem(
    cast: Cast, things: Things, broken: str
) -> None:
    text = token(cast, "sun", "results")
    if broken == "unknown":
        text += "x"
    elif broken == "revoked":
        Token.objects.update(revoked=timezone.now())
    elif broken == "expired":
        Token.objects.update(expires=timezone.now())
    else:
        cast.accounts["sun"].is_active = False
        cast.accounts["sun"].save()
    answer = ask("/api/evaluations", text)
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer.json()["status"] == 401
    assert answer.json()["detail_zh"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/evaluations/NONE", 404),
        ("/api/receipts/NONE", 404),
        ("/api/nothing", 404),
        ("/api/evaluations?page=0", 422),
        ("/api/evaluations?size=9999", 422),
        ("/api/deadlines?from=yesterday&days=3", 422),
        ("/api/deadlines?from=2026-03-02", 422),
        ("/api/deadlines?from=2026-03-02&days=3&working_days=2", 422),
    ],
)
def test_a_problem_says_what_is_wrong_in_both_languages(
    things: Things, path: str, status: int
) -> None:
    answer = ask(path)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"]
    assert answer.json()["title_zh"]


def test_lists_come_in_pages_and_an_empty_one_after_the_last(things: Things) -> None:
    for n in range(5):
        Standing.objects.create(
            evaluation=things.public,
            kind="service",
            subject=f"S{n}",
            slug=f"S{n}",
            name=Text("服务", "Service"),
        )
    path = f"/api/evaluations/{things.public.code}/standings/service?size=2&page="
    pages = [ask(f"{path}{n}").json() for n in (1, 2, 3, 4)]
    assert [[item["id"] for item in page["items"]] for page in pages] == [
        ["S0", "S1"],
        ["S2", "S3"],
        ["S4"],
        [],
    ]
    assert {(page["count"], page["pages"]) for page in pages} == {(5, 3)}
    nothing = ask(f"/api/evaluations/{things.public.code}/standings/person")
    assert nothing.status_code == 422


def test_a_receipt_and_a_deadline_are_given(things: Things) -> None:
    assert things.leaf is not None
    receipt = ask(f"/api/receipts/{things.leaf.code}").json()
    assert receipt["proof"] is None
    assert json.loads(receipt["entry"])
    found = ask("/api/deadlines?from=2026-03-02&working_days=5").json()
    assert found["due"] == "2026-03-09"


def test_too_many_requests_are_refused_by_token_and_by_address(
    cast: Cast, things: Things, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bearer, "MOST_BY_TOKEN", 2)
    monkeypatch.setattr(bearer, "MOST_BY_ADDRESS", 1)
    first, second = token(cast, "sun", "results"), token(cast, "li", "results")
    now = timezone.now().replace(second=1)
    monkeypatch.setattr(bearer.timezone, "now", lambda: now + timedelta(minutes=1))
    assert [ask("/api/findings", first).status_code for _ in range(3)] == [200, 200, 429]
    assert ask("/api/findings", second).status_code == 200
    assert [ask("/api/findings").status_code for _ in range(2)] == [200, 429]
    assert ask("/api/findings")["Retry-After"] == "59", "until the minute is over"


def test_the_description_names_every_address_of_the_api(things: Things) -> None:
    found = ask("/api/openapi.json").json()
    assert found["openapi"].startswith("3.")
    assert {path for path in found["paths"] if not path.startswith("/api/")} == set()
    assert len(found["paths"]) == 19
    for path in found["paths"].values():
        for each in path.values():
            assert each["description"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 200), ({"x-forwarded-for": "198.51.100.7"}, 403)],
)
def test_metrics_are_read_on_this_machine_alone(
    things: Things, headers: dict[str, str], status: int
) -> None:
    answer = ask("/metrics", **headers)
    assert answer.status_code == status
    if status == 200:
        text = answer.content.decode()
        assert "shixiao_leaves_pending" in text
        assert ask("/hashes/").status_code == 200
        text = ask("/metrics").content.decode()
        assert 'shixiao_requests_total{address="hashes",method="GET",status="200"}' in text


def test_metrics_of_another_machine_need_a_token(things: Things) -> None:
    elsewhere = Client(headers={"host": "localhost"}, REMOTE_ADDR="198.51.100.7")
    assert elsewhere.get("/metrics").status_code == 403
