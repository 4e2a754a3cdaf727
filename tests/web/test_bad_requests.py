"""Bad requests: sessions that ended or were forged, forms of others or sent twice, too much."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from shixiao.records.models import Case, LeafRow, Organisation, Step
from shixiao.workflows.cases.opening import observe
from tests.cast import NOW, Cast

STORY = {"name": "取号两次", "story": "网上约了号，到窗口还要再取一次。", "contact": ""}


def signed_in(cast: Cast, name: str = "sun", *, strict: bool = False) -> Client:
    client = Client(enforce_csrf_checks=strict, headers={"host": "localhost"})
    client.force_login(cast.accounts[name])
    return client


def observed(cast: Cast) -> Case:
    given = {"name": "取号", "story": "窗口。", "department": cast.places["health"]}
    return observe(actor=cast.actor("chen"), at=NOW, **given)


def test_a_session_that_has_ended_leads_to_signing_in_and_back(cast: Cast) -> None:
    client = signed_in(cast)
    assert client.get("/inbox/").status_code == 200
    Session.objects.update(expire_date=timezone.now())
    answer = client.get("/inbox/")
    assert answer.status_code == 302
    assert "/account/login/" in answer["location"]
    assert "next=%2Finbox%2F" in answer["location"]


@pytest.mark.parametrize("forged", ["x" * 32, "../../etc/passwd", "", "é"])
def test_a_forged_session_is_nobody_s(cast: Cast, forged: str) -> None:
    client = Client(headers={"host": "localhost"})
    client.cookies[settings.SESSION_COOKIE_NAME] = forged
    assert client.get("/").status_code == 200
    assert client.get("/inbox/").status_code == 302


def test_a_form_from_elsewhere_changes_nothing_and_says_so(cast: Cast) -> None:
    case = observed(cast)
    before = (Step.objects.count(), LeafRow.objects.count())
    answer = signed_in(cast, strict=True).post(f"/cases/{case.code}/do/file/", {"seen": 1})
    assert answer.status_code == 403
    assert "这张表单已经过期" in answer.content.decode()
    assert (Step.objects.count(), LeafRow.objects.count()) == before


def test_an_act_that_is_sent_twice_is_done_once(cast: Cast) -> None:
    case, client = observed(cast), signed_in(cast)
    path = f"/cases/{case.code}/do/file/"
    page = client.get(path).content.decode()
    seen = re.search(r'name="seen" value="(\d+)"', page)
    given = {
        "seen": seen[1] if seen else "",
        "department": cast.places["health"].pk,
        "handler": cast.accounts["li"].pk,
        "responsible": "吴某",
        "responsible_post": "处长",
    }
    answers = [client.post(path, given).status_code for _ in range(2)]
    assert answers[0] == 302
    assert answers[1] in {403, 409}
    assert list(case.steps.order_by("at").values_list("verb", flat=True)) == ["enter", "file"]


def test_a_report_that_is_sent_twice_is_one_case_and_shows_the_same_numbers(cast: Cast) -> None:
    client = Client(headers={"host": "localhost"})
    page = client.get("/report/").content.decode()
    once = re.search(r'name="once" value="([0-9a-f]{32})"', page)
    assert once is not None
    first, second = (
        re.findall(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]", answer.content.decode())
        for answer in (client.post("/report/", {**STORY, "once": once[1]}) for _ in range(2))
    )
    assert first == second != []
    assert Case.objects.count() == LeafRow.objects.filter(event="case.entered").count() == 1
    other = client.post("/report/", {**STORY, "name": "另一件事", "once": once[1]})
    assert other.status_code == 409
    client.post("/report/", STORY)
    assert Case.objects.count() == 2


def test_what_is_too_large_is_told_and_not_taken(cast: Cast) -> None:
    client = Client(headers={"host": "localhost"})
    answer = client.post("/report/", {**STORY, "story": "长" * (1 << 20)})
    assert answer.status_code == 413
    assert "过大" in answer.content.decode()
    assert not Case.objects.exists()


def test_a_program_is_told_of_a_problem_in_its_own_form(cast: Cast) -> None:
    answer = Client(headers={"host": "localhost"}).get(
        "/api/v1/findings", headers={"authorization": "Bearer forged"}
    )
    assert answer.status_code == 401
    assert answer["content-type"].startswith("application/problem+json")
    assert answer.json()["title"]
    assert Organisation.objects.exists()
