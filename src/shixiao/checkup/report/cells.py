"""What sections are made of: tables with typed cells, and figures in a wide and a narrow form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Cell(NamedTuple):
    """One cell of a table: a tuple, for a city has a quarter of a million of them.

    Attributes:
        text: what stands there; for an estimate, its value with its unit.
        interval: “[5.9 – 6.1]”, in lighter type after the text.
        note: a smaller second line, such as the n of a number whose n differs from the row's.
        title: the full wording where ``text`` was shortened.
        svg: a picture below the text.
        href: makes the text a link within the report.
        tag: words of a status tag that stands after the text.
        tone: of the tag: red, amber, green, grey or plain.
        sentence: the text is a sentence in the place of a number.
        lines: further paragraphs.
    """

    text: str
    interval: str = ""
    note: str = ""
    title: str = ""
    svg: str = ""
    href: str = ""
    tag: str = ""
    tone: str = ""
    sentence: bool = False
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """The head of a column; numbers stand at the right."""

    head: str
    number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first cell of each row is its head. ``note`` stands below."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture for desktops and one for phones; the same picture may serve both.

    ``title`` names it in bold above, ``caption`` says below what is seen and how many cases stand
    behind it.
    """

    wide: str
    narrow: str
    caption: str
    title: str = ""
