"""The frame of pages: what it serves, what it refuses, and how it says so."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from shixiao.terms import Text
from shixiao.web.shell.navigation import Entry, links
from shixiao.web.shell.pages import asking, say, words

Visit = Callable[..., Client]


@pytest.mark.parametrize("name", ["site.css", "parts.css", "figures.css", "mark.svg"])
def test_the_site_serves_its_own_files(visit: Visit, name: str) -> None:
    answer = visit().get(f"/static/{name}")
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content)
    assert answer["Content-Security-Policy"].startswith("default-src 'none'")


def test_a_wrong_host_is_refused_with_a_page(visit: Visit) -> None:
    answer = visit().get("/", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert "请求有误" in answer.content.decode()


def test_a_form_without_its_token_is_refused_with_a_page() -> None:
    client = Client(enforce_csrf_checks=True, headers={"host": "localhost"})
    answer = client.post("/account/login/", {"login": "x", "password": "y"})
    assert answer.status_code == 403
    assert "表单已经过期" in answer.content.decode()


@pytest.mark.parametrize(
    "address",
    [
        "/search/?q=a%00b",
        "/api/cases?state=%00",
        "/api/cases?%00=1",
        "/account/oidc/a%00/login/",
        "/?q=a&q=%00",
    ],
)
def test_an_address_with_the_sign_0_is_refused_on_every_database(
    visit: Visit, address: str
) -> None:
    assert visit().get(address).status_code == 400


def test_a_form_with_the_sign_0_is_refused_on_every_database() -> None:
    client = Client(enforce_csrf_checks=True, headers={"host": "localhost"})
    client.get("/account/login/")
    given = {"csrfmiddlewaretoken": client.cookies["csrftoken"].value, "login": "a\x00b"}
    assert client.post("/account/login/", given | {"password": "y"}).status_code == 400


@pytest.mark.parametrize(
    ("page", "changes", "becomes"),
    [
        ("/a/?sort=name&page=2", {"sort": "hours", "page": None}, "/a/?sort=hours"),
        ("/a/", {"page": 3}, "/a/?page=3"),
        ("/a/?q=%E4%BF%9D%E9%99%A9", {"page": 1}, "/a/?q=%E4%BF%9D%E9%99%A9&page=1"),
        ("/a/?q=x", {"q": ""}, "/a/"),
        ("/a/?k=1&k=2", {"page": 1}, "/a/?k=1&k=2&page=1"),
    ],
)
def test_a_page_is_asked_for_again_with_changes(
    page: str, changes: dict[str, object], becomes: str
) -> None:
    assert asking(page, **changes) == becomes


def test_the_navigation_shows_what_exists_and_where_one_is() -> None:
    text = Text("甲", "A")
    entries = (Entry("home", text), Entry("account", text), Entry("no such name", text))
    found = {link.address: link.current for link in links(entries, "/account/factor/")}
    assert found == {"/": "", "/account/": "true"}
    assert links(entries, "/")[0].current == "page"


@pytest.mark.parametrize(
    ("given", "said"),
    [(None, ""), (Text("共3件", "3 cases"), "共 3 件"), ("K7M2-9Q", "K7M2-9Q")],
)
def test_words_are_said_in_the_language_of_the_page(given: object, said: str) -> None:
    assert say(given) == said
    assert say(words("共3件", "3 cases")) == "共 3 件"
