"""Every page, in both languages, on both screens, in ordinary and in large print."""

from __future__ import annotations

import pytest

from tests.web.browsing import Reader, overflow, violations
from tests.web.looking import CHINESE, ELSEWHERE, SMALL_TARGETS, SMALL_TEXT
from tests.web.pages import PAGES, Shown
from tests.web.people import NAMES

pytestmark = pytest.mark.browser


def shown(page: Shown) -> str:
    return page.name


def one_of(n: int) -> list[object]:
    """Return every page, all but one of so many for the whole run alone."""
    return [
        page if place % n == 0 else pytest.param(page, marks=pytest.mark.slow)
        for place, page in enumerate(PAGES)
    ]


@pytest.mark.parametrize("page", one_of(4), ids=shown)
@pytest.mark.parametrize(
    ("language", "screen"),
    [
        ("en", "desktop"),
        # On a phone in Chinese pages are looked at in large print, below.
        pytest.param("zh", "phone", marks=pytest.mark.slow),
        pytest.param("zh", "desktop", marks=pytest.mark.slow),
        pytest.param("en", "phone", marks=pytest.mark.slow),
    ],
)
def test_a_page_breaks_no_rule_of_wcag_fits_the_screen_and_keeps_to_its_language(
    reader: Reader, page: Shown, language: str, screen: str
) -> None:
    seen = reader.at(page.path, role=page.role, language=language, screen=screen)
    assert violations(seen) == []
    assert overflow(seen) <= 0
    if language == "en":
        assert set(CHINESE.findall(seen.evaluate(ELSEWHERE))) <= set(NAMES.values())
        assert CHINESE.findall(seen.title()) == []


@pytest.mark.parametrize("page", one_of(6), ids=shown)
@pytest.mark.parametrize("elder", [pytest.param("on", marks=pytest.mark.slow), "largest"])
def test_in_large_print_text_has_18_px_and_targets_have_60(
    reader: Reader, page: Shown, elder: str
) -> None:
    seen = reader.at(page.path, role=page.role, screen="phone", elder=elder)
    assert seen.evaluate(SMALL_TEXT, 18) == []
    assert seen.evaluate(SMALL_TARGETS, 60) == []
    assert overflow(seen) <= 0
    assert violations(seen) == []


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=shown)
def test_a_page_reads_the_same_without_javascript(reader: Reader, page: Shown) -> None:
    seen = reader.at(page.path, role=page.role, javascript=False)
    assert seen.locator("h1").first.inner_text()
    assert seen.locator("main").inner_text()
