"""Pages: the Jinja environment, and what every page knows of the request."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache, partial
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

import shixiao
from shixiao.checkup.report.markup import grid, inside
from shixiao.checkup.report.speech import Speech, spaced
from shixiao.terms import Text
from shixiao.web.shell.choices import ELDER_COOKIE, SIZES
from shixiao.web.shell.navigation import FOOT, HEAD, Link, address, links
from shixiao.web.shell.templates import Folded, OfLanguage
from shixiao.workflows.actors import NOBODY
from shixiao.workflows.permissions import may


def language() -> str:
    """Return the language of the present page: ``zh`` or ``en``."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def t(zh: str, en: str) -> str:
    """Return one of two wordings in the language of the page."""
    return _t(language(), zh, en)


def _t(language: str, zh: str, en: str) -> str:
    return spaced(zh) if language == "zh" else en


words = lazy(t, str)  # of labels of forms: said when the page is made, in its language


def say(text: object) -> str:
    """Return what a part was given as words, in the language of the page.

    A Text is said in one of its languages, a string (also a lazy one) stays as it is, markup stays
    markup, and None is "".
    """
    return _say(language(), text)


def _say(language: str, text: object) -> str:
    if text is None or isinstance(text, SafeString | Markup):
        return text or ""
    said = text.in_language(language) if isinstance(text, Text) else str(text)
    return spaced(said) if language == "zh" else said


HAN = re.compile(r"[\u3400-\u9fff〔〕，。：；？！、《》]+")


def mixed(text: object) -> Markup:
    """Return words that cite Chinese, such as a document's number, marked for readers aloud."""
    return _mixed(language(), text)


def _mixed(language: str, text: object) -> Markup:
    said = str(escape(_say(language, text)))
    if language == "zh":
        return Markup(said)  # noqa: S704 - escaped above
    return Markup(HAN.sub(r'<span lang="zh-Hans">\g<0></span>', said))  # noqa: S704 - escaped above


def day(value: date | datetime | None) -> str:
    """Return a day as 2026年11月23日 or 23 November 2026; a dash for none."""
    return _day(language(), value)


def _day(language: str, value: date | datetime | None) -> str:
    if value is None:
        return "—"
    local = timezone.localtime(value).date() if isinstance(value, datetime) else value
    return Speech(language).day(local.isoformat())


def moment(value: datetime | None) -> str:
    """Return a day with hour and minute; a dash for none."""
    return _moment(language(), value)


def _moment(language: str, value: datetime | None) -> str:
    if value is None:
        return "—"
    return f"{_day(language, value)} {timezone.localtime(value):%H:%M}"


def asking(page: str, /, **changes: object) -> str:
    """Return the address of a page with some of its questions changed; None takes one away.

    ``asking("/services/?sort=name&page=2", sort="hours", page=None)`` → ``/services/?sort=hours``.
    """
    parts = urlsplit(page)
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name not in changes]
    query = urlencode(
        kept + [(name, value) for name, value in changes.items() if value not in (None, "")]
    )
    return f"{parts.path}?{query}" if query else parts.path


def url(name: str, args: Sequence[object] | None = None) -> str:
    """Return the address of a name; of those without arguments, of which every page has dozens,
    it is worked out once.
    """
    return reverse(name, args=args) if args else _fixed(name)


@cache
def _fixed(name: str) -> str:
    return reverse(name)


def environment(*, language: str, **options: Any) -> Environment:
    """Return the environment of pages in one language; a name that is not given fails loudly."""
    options |= {"undefined": StrictUndefined, "autoescape": True}
    folded: Folded = {"t": partial(_t, language), "static": static, "url": url}
    made = OfLanguage(folded=folded, **options)
    made.trim_blocks = made.lstrip_blocks = True
    ways = {"say": _say, "mixed": _mixed, "day": _day, "moment": _moment}
    made.globals |= {name: partial(way, language) for name, way in ways.items()} | {
        "inside": inside,
        "grid": grid,
        "address": address,
        "asking": asking,
        "version": shixiao.__version__,
    }
    return made


@cache
def _bar(language: str, shown: tuple[Link, ...]) -> Markup:
    """Return the links of the head or the foot: dozens on every page, and few ways to show them."""
    del language  # by which the engine chooses, and what is kept differs
    made = render_to_string("shell/links.html.j2", {"links": shown})
    return Markup(made)  # noqa: S704 - made by a template, which escapes


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return what the frame of every page needs."""
    actor = getattr(request, "actor", NOBODY)  # an answer may fall before the guard is asked
    return {
        "language": language(),
        "speech": Speech(language()),
        "elder": SIZES.get(request.COOKIES.get(ELDER_COOKIE, ""), 0),
        "sizes": SIZES,
        "actor": actor,
        "may": lambda verb, thing=None: may(actor, verb, thing),
        "here": request.get_full_path(),
        "navigation": _bar(language(), links(HEAD, request.path)),
        "foot": _bar(language(), links(FOOT, request.path)),
        "messages": get_messages(request),
        "single_sign_on": bool(settings.SITE.oidc),
    }
