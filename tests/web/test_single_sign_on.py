"""Government single sign-on: offered where it is set up, and clear where it fails."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client, override_settings

Visit = Callable[..., Client]
ISSUER = ("http://127.0.0.1:9", "shixiao", "secret")  # nobody listens there
PROVIDERS = {
    "openid_connect": {
        "APPS": [
            {
                "provider_id": "government",
                "name": "Government single sign-on",
                "client_id": ISSUER[1],
                "secret": ISSUER[2],
                "settings": {"server_url": ISSUER[0]},
            }
        ]
    }
}


@pytest.fixture
def set_up() -> Iterator[None]:
    site = dataclasses.replace(settings.SITE, oidc=ISSUER)
    with override_settings(SOCIALACCOUNT_PROVIDERS=PROVIDERS, SITE=site):
        yield


def test_without_single_sign_on_there_is_no_button_and_no_address(visit: Visit) -> None:
    assert "/account/oidc/" not in visit().get("/account/login/").content.decode()
    assert visit().get("/account/oidc/government/login/").status_code == 404


@pytest.mark.usefixtures("set_up")
def test_the_button_keeps_where_the_reader_was_going(visit: Visit) -> None:
    page = visit().get("/account/login/?next=/account/").content.decode()
    assert 'href="/account/oidc/government/login/?next=%2Faccount%2F"' in page


@pytest.mark.usefixtures("set_up")
@pytest.mark.parametrize(
    ("path", "status", "language", "says"),
    [
        ("login/", 503, "zh", "统一身份认证暂时连不上"),
        ("login/", 503, "en", "cannot be reached"),
        ("login/callback/?state=forged", 401, "zh", "统一身份认证没有成功"),
        ("login/callback/?state=forged", 401, "en", "Single sign-on failed"),
    ],
)
def test_a_failure_is_a_page_that_says_what_to_do(
    visit: Visit, path: str, status: int, language: str, says: str
) -> None:
    answer = visit(language=language).get(f"/account/oidc/government/{path}")
    assert answer.status_code == status
    assert says in answer.content.decode()


@pytest.mark.usefixtures("set_up")
def test_whoever_cancels_is_told_so(visit: Visit) -> None:
    answer = visit().get("/account/oidc/cancelled/")
    assert "您取消了登录" in answer.content.decode()
