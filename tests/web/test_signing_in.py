"""Signing in: passwords, the lock, one-time codes, other sessions, the way back."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
import time
from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from shixiao.records.models import Account
from tests.web.browsing import Reader, follow, overflow, violations
from tests.web.people import PASSWORD, person

Visit = Callable[..., Client]
WRONG = {"login": "analyst", "password": "not this one"}
RIGHT = {"login": "analyst", "password": PASSWORD}


def code_of(secret: str) -> str:
    """Return the one-time code of the present half minute (RFC 6238 with SHA-1)."""
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    at = digest[-1] & 15
    number = struct.unpack(">I", digest[at : at + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def fill(page: Page, **values: str) -> None:
    """Fill in the form of the page and send it."""
    for name, value in values.items():
        page.locator(f"main [name={name}]").fill(value)
    follow(page, page.locator("main .button").last)


# ── without a browser ────────────────────────────────────────────────────────────────────────────


def test_signing_in_leads_back_to_the_page_that_asked_for_it(visit: Visit) -> None:
    person("analyst")
    client = visit()
    sent = client.get("/account/")
    assert sent.status_code == 302
    answer = client.post(sent.url, RIGHT)
    assert answer.status_code == 302
    assert answer.url == "/account/"


def test_signing_in_never_leads_to_another_site(visit: Visit) -> None:
    person("analyst")
    answer = visit().post("/account/login/?next=https://example.org/", RIGHT)
    assert answer.url == "/inbox/"


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("zh", r"密码连续输错太多次.*20\d\d年\d+月\d+日 \d\d:\d\d 以后可以再试"),
        ("en", r"Too many wrong passwords.*Try again after \d+ \w+ 20\d\d \d\d:\d\d"),
    ],
)
def test_after_five_wrong_passwords_even_the_right_one_has_to_wait(
    visit: Visit, language: str, says: str
) -> None:
    person("analyst")
    client = visit(language=language)
    for _ in range(5):
        assert client.post("/account/login/", WRONG).status_code == 200
    answer = client.post("/account/login/", RIGHT)
    assert answer.status_code == 429
    assert re.search(says, answer.content.decode())
    other = client.post("/account/login/", {"login": "nobody", "password": "x"})
    assert other.status_code == 200, "the lock is of the account, not of everybody"


def test_an_unknown_name_and_a_wrong_password_are_answered_alike(visit: Visit) -> None:
    person("analyst")
    client = visit()
    pattern = re.compile(r'<div class="errors".*?</div>', re.S)
    answers = [
        pattern.search(client.post("/account/login/", body).content.decode())
        for body in (WRONG, WRONG | {"login": "nobody"})
    ]
    assert all(answers)
    assert len({found.group() for found in answers if found}) == 1


def test_nobody_makes_an_account_for_himself(visit: Visit) -> None:
    assert visit().get("/account/signup/").status_code == 404


def test_who_signs_on_elsewhere_has_no_password_here(visit: Visit) -> None:
    account = person("analyst")
    account.set_unusable_password()
    account.save()
    client = visit("analyst")
    answer = client.get("/account/password/")
    assert answer.status_code == 403
    assert "认证系统" in answer.content.decode()
    assert "/account/password/" not in client.get("/account/").content.decode()


def test_ending_other_sessions_leaves_the_present_one_and_other_people(visit: Visit) -> None:
    here, there, somebody = visit("analyst"), visit("analyst"), visit("officer")
    assert "另有 1 处" in here.get("/account/").content.decode()
    here.post("/account/sessions/end/")
    assert "没有其他地方" in here.get("/account/").content.decode()
    assert there.get("/account/").status_code == 302
    assert somebody.get("/account/").status_code == 200


@pytest.mark.parametrize(("chosen", "kept"), [("en", "en"), ("zh", "zh"), ("fr", "zh")])
def test_the_language_of_notices_is_kept(visit: Visit, chosen: str, kept: str) -> None:
    visit("analyst").post("/account/", {"language": chosen})
    assert Account.objects.get(login="analyst").language == kept


# ── at a browser ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.browser
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("javascript", [True, False])
def test_an_analyst_signs_in_and_out(reader: Reader, language: str, javascript: bool) -> None:
    person("analyst")
    page = reader.at("/account/login/", language=language, javascript=javascript)
    fill(page, login="analyst", password=PASSWORD)
    expect(page).to_have_url(f"{reader.site}/inbox/")
    follow(page, page.locator(".self button"))
    expect(page).to_have_url(f"{reader.site}/")
    left = {"zh": "您已退出登录", "en": "You are signed out"}[language]
    expect(page.locator(".banner")).to_contain_text(left)


@pytest.mark.browser
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("screen", ["desktop", "phone"])
def test_a_wrong_password_is_explained_on_top(reader: Reader, language: str, screen: str) -> None:
    person("analyst")
    page = reader.at("/account/login/", language=language, screen=screen)
    fill(page, **WRONG)
    expect(page.locator(".errors")).to_be_focused()
    assert violations(page) == []
    assert overflow(page) <= 0
    page.locator("[name=login]").fill("")
    follow(page, page.locator("main .button"))
    page.locator(".errors a").first.click()
    expect(page.locator("[name=login]")).to_be_focused()


@pytest.mark.browser
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_second_factor_is_turned_on_asked_for_and_turned_off(
    reader: Reader, language: str
) -> None:
    page = reader.at("/account/factor/app/", role="analyst", language=language, screen="phone")
    assert violations(page) == []
    fill(page, password=PASSWORD)
    secret = page.locator("main strong.keys").inner_text()
    assert violations(page) == []
    fill(page, code="000000" if code_of(secret) != "000000" else "111111")
    expect(page.locator(".errors")).to_be_visible()
    fill(page, code=code_of(secret))
    expect(page.locator(".codes li")).to_have_count(10)
    assert violations(page) == []
    recovery = page.locator(".codes li").first.inner_text()

    follow(page, page.locator(".self button"))
    page.goto(f"{reader.site}/account/login/")
    fill(page, login="analyst", password=PASSWORD)
    expect(page).to_have_url(re.compile("/account/factor/check/"))
    assert violations(page) == []
    fill(page, code=recovery)
    expect(page).to_have_url(f"{reader.site}/inbox/")

    page.goto(f"{reader.site}/account/factor/app/off/")
    fill(page, password=PASSWORD)
    assert violations(page) == []
    follow(page, page.locator("main .button"))
    expect(page.locator(".answer")).to_contain_text({"zh": "未启用", "en": "Off"}[language])


@pytest.mark.browser
def test_a_new_password_ends_the_session_and_opens_the_next_one(reader: Reader) -> None:
    page = reader.at("/account/password/", role="analyst")
    fresh = "five known papers, three to bring"
    fill(page, oldpassword=PASSWORD, password1=fresh, password2=fresh)
    expect(page.locator(".banner")).to_contain_text("密码已修改")
    fill(page, login="analyst", password=fresh)
    expect(page).to_have_url(f"{reader.site}/inbox/")
