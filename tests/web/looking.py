"""Looking at pages with rows on them: WCAG, the screen, large print, and their language."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from tests.web.browsing import Reader, overflow, violations

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


@dataclass(frozen=True)
class Look:
    """How pages are looked at: language, screen, size of print ("" for the usual)."""

    language: str
    screen: str
    elder: str = ""


def faults(
    reader: Reader,
    pages: Iterable[tuple[int, tuple[str, str]]],
    look: Look,
    *,
    made_up: Collection[str],
    shots: str | None,
    prefix: str = "",
) -> list[tuple[str, str]]:
    """Return every fault with the address of its page.

    Args:
        reader: at the browser.
        pages: number, address and who looks.
        look: how.
        made_up: Chinese words that English pages may have: names of the invented city.
        shots: folder that keeps a picture of each page; None for none.
        prefix: of the names of pictures.
    """
    wrong = []
    for n, (path, role) in pages:
        page = reader.at(
            path, role=role, language=look.language, screen=look.screen, elder=look.elder
        )
        if shots:
            name = f"{prefix}{n:02}-{look.language}-{look.screen}.png"
            page.screenshot(path=f"{shots}/{name}", full_page=True)
        found = [*violations(page), *(["too wide"] if overflow(page) > 0 else [])]
        if look.elder:
            found += page.evaluate(SMALL_TEXT, 18) + page.evaluate(SMALL_TARGETS, 60)
        if look.language == "en":
            found += sorted(set(CHINESE.findall(page.evaluate(ELSEWHERE))) - set(made_up))
        wrong += [(path, each) for each in found]
        page.context.close()
    return wrong
