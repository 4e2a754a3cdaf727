"""SVG text from plain values: every element is a string, every number has one decimal."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal
from xml.sax.saxutils import escape as escape_xml

from shixiao.pictures.palette import INK
from shixiao.pictures.text import KEPT, clean

Anchor = Literal["start", "middle", "end"]
Point = tuple[float, float]
FONT_STACK = (
    "'Noto Sans SC', 'Noto Sans CJK SC', 'Source Han Sans SC', 'PingFang SC', "
    "'Microsoft YaHei', system-ui, sans-serif"
)
_INHERIT = 'font-family="inherit"'


@lru_cache(KEPT)
def escape(text: str) -> str:
    """Return text safe between tags and in attributes, on one line."""
    return escape_xml(clean(text), {'"': "&quot;"})


@lru_cache(KEPT)
def number(value: float) -> str:
    """Return a coordinate with at most one decimal and no negative zero."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def label(
    x: float,
    y: float,
    text: str,
    *,
    size: float = 14,
    anchor: Anchor = "start",
    bold: bool = False,
    fill: str = INK,
    struck: bool = False,
) -> str:
    """Draw one line of text; ``y`` is its baseline. Empty text draws nothing."""
    if not text:
        return ""
    extra = ' font-weight="600"' if bold else ""
    extra += f' text-anchor="{anchor}"' if anchor != "start" else ""
    extra += ' text-decoration="line-through"' if struck else ""
    return (
        f'<text x="{number(x)}" y="{number(y)}" font-size="{number(size)}" fill="{fill}"{extra}>'
        f"{escape(text)}</text>"
    )


def rect(
    x: float,
    y: float,
    width: float,
    height: float,
    *,
    fill: str,
    stroke: str | None = None,
    dashed: bool = False,
    radius: float = 0,
) -> str:
    """Draw a rectangle."""
    extra = f' stroke="{stroke}"' if stroke else ""
    extra += ' stroke-dasharray="3 2"' if dashed else ""
    extra += f' rx="{number(radius)}"' if radius else ""
    return (
        f'<rect x="{number(x)}" y="{number(y)}" width="{number(width)}" '
        f'height="{number(height)}" fill="{fill}"{extra}/>'
    )


def line(start: Point, end: Point, *, stroke: str, width: float = 1, dash: str = "") -> str:
    """Draw a straight line; ``dash`` is a dash pattern such as "4 3"."""
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line x1="{number(start[0])}" y1="{number(start[1])}" x2="{number(end[0])}" '
        f'y2="{number(end[1])}" stroke="{stroke}" stroke-width="{number(width)}"{dashes}/>'
    )


def polygon(points: Sequence[Point], *, fill: str, stroke: str | None = None) -> str:
    """Draw a closed shape."""
    corners = " ".join(f"{number(x)},{number(y)}" for x, y in points)
    outline = f' stroke="{stroke}" stroke-width="1.5"' if stroke else ""
    return f'<polygon points="{corners}" fill="{fill}"{outline}/>'


def polyline(points: Sequence[Point], *, stroke: str, width: float = 1.5, dash: str = "") -> str:
    """Draw an open line through points."""
    corners = " ".join(f"{number(x)},{number(y)}" for x, y in points)
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<polyline points="{corners}" fill="none" stroke="{stroke}" '
        f'stroke-width="{number(width)}"{dashes}/>'
    )


def circle(centre: Point, radius: float, *, fill: str, stroke: str | None = None) -> str:
    """Draw a dot."""
    outline = f' stroke="{stroke}" stroke-width="1.5"' if stroke else ""
    return (
        f'<circle cx="{number(centre[0])}" cy="{number(centre[1])}" r="{number(radius)}" '
        f'fill="{fill}"{outline}/>'
    )


def triangle(x: float, bottom: float, *, fill: str, size: float = 12) -> str:
    """Draw a triangle that stands on ``bottom``, centred on ``x``."""
    half = size / 2
    return polygon([(x, bottom - size * 0.9), (x + half, bottom), (x - half, bottom)], fill=fill)


def diamond(centre: Point, half: float, *, fill: str, stroke: str | None = None) -> str:
    """Draw a square that stands on its corner."""
    x, y = centre
    corners = [(x, y - half), (x + half, y), (x, y + half), (x - half, y)]
    return polygon(corners, fill=fill, stroke=stroke)


def group(parts: Sequence[str], *, title: str = "") -> str:
    """Put elements together; the title is read aloud and shown by the browser on pointing."""
    full = f"<title>{escape(title)}</title>" if title else ""
    return f"<g>{full}{''.join(parts)}</g>"


def document(
    width: float,
    height: float,
    body: Sequence[str],
    *,
    title: str,
    description: str,
    language: str,
    id_prefix: str,
) -> str:
    """Return the whole picture, with a title and a description for those who cannot see it.

    Two pictures on one page need different ``id_prefix``.
    """
    prefix = escape(id_prefix)
    # One px of air at both sides keeps the overhang of a letter or a line from being cut.
    size = f'{number(width + 2)}" height="{number(height)}'
    lang = "zh-Hans" if language == "zh" else "en"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="-1 0 {number(width + 2)} {number(height)}" '
        f'width="{size}" role="img" lang="{lang}" xml:lang="{lang}" {_INHERIT} '
        f'aria-labelledby="{prefix}-title {prefix}-desc">'
        f'<title id="{prefix}-title">{escape(title)}</title>'
        f'<desc id="{prefix}-desc">{escape(description)}</desc>'
        f"{''.join(body)}</svg>"
    )


def as_file(svg: str) -> str:
    """Return the picture with its own font stack, for use outside a page that would set one."""
    return svg.replace(_INHERIT, f'font-family="{FONT_STACK}"', 1)
