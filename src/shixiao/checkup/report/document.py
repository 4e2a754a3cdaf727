"""Documents: what is said in both languages becomes one HTML page, or a part of a page in one.

A page needs no other file, no network and no script, and the same input gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template

from shixiao import __version__
from shixiao.checkup.report.markup import grid, inside
from shixiao.checkup.report.speech import Speech

LANGUAGES = ("zh", "en")


def whole(template: str, halves: Mapping[str, Any], *, style: str = "") -> str:
    """Return a page.

    Args:
        template: name of the file in ``templates``.
        halves: language → what that half of the page shows.
        style: address of the style sheet; "" puts it into the page.
    """
    return _template(template).render(
        halves=halves,
        speeches={name: Speech(name) for name in LANGUAGES},
        version=__version__,
        css="" if style else style_sheet(),
        style=style,
    )


def fragment(template: str, language: str, half: Any) -> str:
    """Return a part of a page in one language."""
    return _template(template).render(half=half, language=language, t=Speech(language).t)


def style_sheet() -> str:
    """Return the style sheet of all pages."""
    return _resource("report.css")


@cache
def _template(name: str) -> Template:
    return _environment().get_template(name)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(lambda name: _resource(f"templates/{name}")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"inside": inside, "grid": grid}
    return environment


@cache
def _resource(name: str) -> str:
    return files("shixiao.checkup.report").joinpath(name).read_text("utf-8")
