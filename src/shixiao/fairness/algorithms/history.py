"""History: what changed between two editions, in pieces that anybody can read.

Chinese is compared character by character, other writing word by word, so that what is marked is
what was changed. Source: J. W. Ratcliff and D. E. Metzener (1988), Dr. Dobb's Journal 13(7), 46.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from shixiao.fairness.algorithms.exporting import written
from shixiao.fairness.algorithms.fields import Entry, Field, form

Mark = Literal["same", "gone", "new"]
TOKEN = re.compile(r"[0-9][0-9,.]*|[A-Za-z0-9_.%-]+|\s+|.", re.DOTALL)
ALIKE = 0.6
"""Share that has to have stayed (Ratcliff) for pieces to be easier to read than both texts."""
MOST = 4_000
"""Tokens beyond which a text is shown whole, before and after: comparing takes their square."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text that stayed, went or came."""

    mark: Mark
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """What changed in one field; ``before`` or ``after`` is "" where it was empty."""

    field: Field
    before: str
    after: str
    pieces: tuple[Piece, ...]


def changes(before: Entry, after: Entry, *, language: str) -> tuple[Change, ...]:
    """Return the fields that differ between two editions, in the order of the form."""
    return tuple(
        Change(field, old, new, pieces(old, new))
        for field in form().own
        for old, new in [(_said(field, before, language), _said(field, after, language))]
        if old != new
    )


def pieces(before: str, after: str) -> tuple[Piece, ...]:
    """Return two texts as one line of pieces; what stayed is said once."""
    old, new = TOKEN.findall(before), TOKEN.findall(after)
    if len(old) <= MOST and len(new) <= MOST:
        matcher = SequenceMatcher(None, old, new, autojunk=False)
        if matcher.ratio() >= ALIKE:
            return tuple(_pieces(matcher, old, new))
    return tuple(Piece(mark, text) for mark, text in _whole(before, after) if text)


def _pieces(matcher: SequenceMatcher[str], old: list[str], new: list[str]) -> Iterator[Piece]:
    for what, a, b, c, d in matcher.get_opcodes():
        if what == "equal":
            yield Piece("same", "".join(old[a:b]))
            continue
        if b > a:
            yield Piece("gone", "".join(old[a:b]))
        if d > c:
            yield Piece("new", "".join(new[c:d]))


def _whole(before: str, after: str) -> tuple[tuple[Mark, str], tuple[Mark, str]]:
    return ("gone", before), ("new", after)


def _said(field: Field, entry: Entry, language: str) -> str:
    value = entry.get(field.id)
    return "" if value in (None, "", []) else written(field, value, language)
