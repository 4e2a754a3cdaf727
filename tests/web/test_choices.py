"""Language and large print: chosen by a link, remembered, never leading away."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import expect

from tests.web.browsing import Reader, follow

Visit = Callable[..., Client]


@pytest.mark.browser
@pytest.mark.parametrize("javascript", [True, False])
def test_the_language_switch_stays_on_the_page(reader: Reader, javascript: bool) -> None:
    page = reader.at("/parts/?sort=name", javascript=javascript)
    follow(page, page.get_by_role("link", name="English"))
    expect(page).to_have_url(f"{reader.site}/parts/?sort=name")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    follow(page, page.get_by_role("link", name="中文"))
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")


@pytest.mark.browser
def test_large_print_grows_in_steps_and_goes_back(reader: Reader) -> None:
    page = reader.at("/parts/")
    sizes = []
    for name in ("长辈版", "字号：更大", "字号：最大", "普通版"):
        follow(page, page.get_by_role("link", name=name))
        sizes.append(page.evaluate("getComputedStyle(document.body).fontSize"))
    assert sizes == ["20px", "24px", "30px", "16px"]


@pytest.mark.parametrize("to", ["https://example.org/", "//example.org/", "javascript:alert(1)"])
def test_a_choice_never_leads_to_another_site(visit: Visit, to: str) -> None:
    answer = visit().get("/language/en/", {"next": to})
    assert answer.url == "/"


@pytest.mark.parametrize("path", ["/language/fr/", "/elder/huge/"])
def test_what_cannot_be_chosen_is_not_found(visit: Visit, path: str) -> None:
    assert visit().get(path).status_code == 404


def test_a_cookie_that_was_tampered_with_is_ordinary_print(visit: Visit) -> None:
    client = visit()
    client.cookies["elder"] = "<script>"
    assert 'class="elder' not in client.get("/").content.decode()
