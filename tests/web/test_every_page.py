"""Every page, in both languages, on both screens, in ordinary and in large print."""

from __future__ import annotations

import re

import pytest

from tests.web.browsing import Reader, overflow, violations
from tests.web.pages import PAGES, Shown
from tests.web.people import NAMES

pytestmark = pytest.mark.browser

CHINESE = re.compile(r"[\u3400-\u9fff，。：；？！、《》]+")
# Words that a page does not itself mark as being in another language.
ELSEWHERE = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const lang = walker.currentNode.parentElement.closest('[lang]').lang;
    if (lang === document.documentElement.lang) found.push(walker.currentNode.data);
  }
  return found.join('\\n');
}"""
SMALL_TEXT = """least => [...document.querySelectorAll('body *')].filter(e =>
  [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) && e.checkVisibility()
  && !e.closest('svg') && !e.closest('.unseen')
  && parseFloat(getComputedStyle(e).fontSize) < least
).map(e => e.outerHTML.slice(0, 120))"""
SMALL_TARGETS = """least => [...document.querySelectorAll(
  'button, .button, nav a, .self a, select, textarea, summary, .choice,' +
  'input:not([type=hidden],[type=checkbox],[type=radio])'
)].filter(e => e.checkVisibility()).filter(e => {
  const box = e.getBoundingClientRect();
  return box.width > 1 && (box.height < least - .5 || box.width < least - .5);
}).map(e => e.outerHTML.slice(0, 120))"""


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
