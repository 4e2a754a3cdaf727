"""Do two definitions mean the same? Judged by the words that they share, weighted by how rare.

Chinese has no blanks, so words are characters and pairs of them, after empty words are taken out;
likeness is the cosine of their TF-IDF vectors. What a cosine cannot see is one word that turns the
meaning (开工日期 and 竣工日期): such words are compared apart.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from rapidfuzz.distance import Postfix, Prefix
from sklearn.feature_extraction.text import TfidfVectorizer

from shixiao.datafiles import load_yaml
from shixiao.sharing.standards.registry import Element

_SIGNS = re.compile(r"[^\u3400-\u9fffa-z0-9]+")
LEAST_HEAD = 2  # characters that two names must share at their ends to differ by a modifier


@dataclass(frozen=True)
class Meanings:
    """Definitions as vectors; rows of ``vectors`` stand in the order of the elements."""

    elements: Sequence[Element]
    vectors: Any

    def alike(self, one: int, other: int) -> float | None:
        """Return how alike two definitions are, 0 to 1; None where one has none."""
        if not (self.elements[one].definition and self.elements[other].definition):
            return None
        return float(self.vectors[one].multiply(self.vectors[other]).sum())

    def pairs(self, least: float, about: int | None = None) -> Iterator[tuple[int, int, float]]:
        """Yield pairs (one before other) whose definitions are at least so alike.

        Args:
            least: how alike, 0 to 1.
            about: place of the one element whose pairs are wanted; None for all.
        """
        if about is not None:
            row = (self.vectors[about] @ self.vectors.T).tocoo()
            for other, value in zip(row.col.tolist(), row.data.tolist(), strict=True):
                if other != about and value >= least:
                    yield min(about, other), max(about, other), value
            return
        for start in range(0, len(self.elements), 1_000):
            block = (self.vectors[start : start + 1_000] @ self.vectors.T).tocoo()
            chosen = (block.data >= least) & (block.row + start < block.col)
            ones, others = (block.row[chosen] + start).tolist(), block.col[chosen].tolist()
            yield from zip(ones, others, block.data[chosen].tolist(), strict=True)


def meanings_of(elements: Sequence[Element]) -> Meanings:
    """Return the definitions of elements as vectors of unit length."""
    texts = [content(e.definition) for e in elements]
    if not any(texts):
        texts = [e.id for e in elements]
    maker = TfidfVectorizer(analyzer=_words, sublinear_tf=True)
    return Meanings(elements, maker.fit_transform(texts).tocsr())


def contrast(one: Element, other: Element) -> str:
    """Return the words in which two elements contrast; "" where they do not.

    Either a listed contrast (起始 and 终止), or a modifier of the name that its own definition
    repeats and the other's does not (注册资本 and 实缴资本).
    """
    mine, theirs = (e.name.zh + content(e.definition) for e in (one, other))
    for words in _lists()["contrasts"]:
        here = {w for w in words if w in mine}
        there = {w for w in words if w in theirs}
        if here and there and not here & there:
            return f"{min(here)}/{min(there)}"
    left, right = _modifiers(one.name.zh, other.name.zh)
    own = left and right and left in one.definition and right in other.definition
    if own and left not in other.definition and right not in one.definition:
        return f"{left}/{right}"
    return ""


@lru_cache(maxsize=1 << 16)
def content(definition: str) -> str:
    """Return a definition without signs and empty words."""
    text = _SIGNS.sub("", unicodedata.normalize("NFKC", definition).casefold())
    for word in sorted(_lists()["stop"], key=len, reverse=True):
        text = text.replace(word, "")
    return text


def granularity_of(element: Element) -> str:
    """Return how fine an element is; "" where nothing tells.

    Its own field counts first, then words of its definition, then the precision of a date format.
    """
    levels = _lists()["granularity"]
    for text in (element.granularity, element.definition):
        for level, words in levels.items():
            if any(word in text for word in words) or text.strip().lower() == level:
                return str(level)
    stated = element.granularity.strip()
    short = {"时": "hour", "日": "day", "周": "week", "月": "month", "季": "quarter", "年": "year"}
    short |= {"人": "person", "户": "household", "件": "item", "天": "day"}
    if stated:
        return short.get(stated, stated)
    form = re.sub(r"[^A-Za-z]", "", element.format).upper()
    if form.startswith("YYYY") and set(form) <= set("YMDHS"):
        return {4: "year", 6: "month", 8: "day"}.get(len(form), "second" if len(form) > 8 else "")
    return ""


def _modifiers(one: str, other: str) -> tuple[str, str]:
    """Return what two names have before the ending that they share; nothing where they share none.

    A beginning that both share is taken off as well.
    """
    ending = Postfix.similarity(one, other)
    if ending < LEAST_HEAD or one == other:
        return "", ""
    one, other = one[: len(one) - ending], other[: len(other) - ending]
    start = Prefix.similarity(one, other)
    return one[start:], other[start:]


def _words(text: str) -> list[str]:
    return [*text, *(text[at : at + 2] for at in range(len(text) - 1))]


@cache
def _lists() -> Any:
    text = files("shixiao.sharing.standards.conflicts").joinpath("data/words.yaml")
    return load_yaml(text.read_text("utf-8"))
