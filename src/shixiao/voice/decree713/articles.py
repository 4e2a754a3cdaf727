"""Articles of a draft: a pasted text cut at its 第…条, and what changed between two editions.

A text without articles is one article for each paragraph, numbered, so that all of it can be
commented on. Where opinions differ widely, two drafts or more may be put to the public (art. 12):
they stand in one text below 方案一, 方案二, and their articles bear the name of the draft.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import partial
from itertools import pairwise
from typing import Any

from shixiao.terms import BadInput, Text

MOST_SIGNS, MOST_ARTICLES = 200_000, 500
NUMERAL = r"[〇零一二三四五六七八九十百千两\d]{1,9}"
_ARTICLE = re.compile(rf"^\s*(第\s*{NUMERAL}\s*条(?:之{NUMERAL})?|Article\s+\d+)[.:：、\s]*", re.I)
_CLEAR = re.compile(_ARTICLE.pattern.removesuffix(r"[.:：、\s]*") + r"(?:[.:：\s]|$)", re.I)
_HEADING = re.compile(
    rf"^\s*(?:第\s*{NUMERAL}\s*[编章节]|Chapter\s+\d+|Part\s+\d+).{{0,40}}(?<![。；，])$", re.I
)
_OPTION = re.compile(
    rf"^(方案\s*(?:{NUMERAL}|[甲乙丙丁戊])|Option\s+(?:\d{{1,3}}|[A-H]))(?:[.:：、\s].{{0,40}})?$",
    re.I,
)
MOST_PAIRS = 2_500  # of articles that are compared to see whether one was renumbered
ALIKE = 0.5  # share of signs from which two articles are one that was renumbered
EMPTY = Text("请粘贴或者上传草案全文。", "Paste the draft or upload it.")
TOO_LONG = Text(
    "草案不能超过 20 万字、500 条。", "A draft has at most 200,000 characters and 500 articles."
)
NO_ARTICLES = Text("“{name}”下面没有条文。", "There is no article below “{name}”.")
TWICE = Text("“{label}”出现了两次，请核对条号。", "“{label}” stands twice; check the numbers.")


@dataclass(frozen=True, slots=True)
class Article:
    """An article: its label (第三条), the heading above it where one begins there, its text."""

    label: str
    heading: str
    text: str

    def to_json(self) -> dict[str, str]:
        """Return it as plain values."""
        return {"label": self.label, "heading": self.heading, "text": self.text}

    @classmethod
    def of(cls, value: dict[str, Any]) -> Article:
        """Return what ``to_json`` gave."""
        return cls(value["label"], value["heading"], value["text"])


@dataclass(frozen=True, slots=True)
class Changed:
    """An article that changed; ``old`` or ``new`` is None where it is new or gone."""

    old: Article | None
    new: Article | None


def split(text: str) -> tuple[Article, ...]:
    """Cut a draft into articles.

    Raises:
        BadInput: nothing is there or below the name of a draft, too much is, or a label stands
            twice.
    """
    if not text.strip():
        raise BadInput(EMPTY, column="draft")
    if len(text) > MOST_SIGNS:
        raise BadInput(TOO_LONG, column="draft")
    lines = [line.strip() for line in text.replace("\r\n", "\n").split("\n") if line.strip()]
    # Where articles are set off by a blank, a line that goes on after 条 cites an article.
    sign = _CLEAR if any(map(_CLEAR.match, lines)) else _ARTICLE
    cut = partial(_by_label, sign=sign) if any(map(sign.match, lines)) else _by_paragraph
    found = [each for title, part in _drafts(lines, sign) for each in _under(title, cut(part))]
    if len(found) > MOST_ARTICLES:
        raise BadInput(TOO_LONG, column="draft")
    seen: set[str] = set()
    for each in found:
        if each.label in seen:
            raise BadInput(TWICE.format(label=each.label), column="draft")
        seen.add(each.label)
    return tuple(found)


def _drafts(
    lines: Sequence[str], sign: re.Pattern[str]
) -> list[tuple[Sequence[str], Sequence[str]]]:
    """Return the drafts of a text: the lines of its title, the last of which names it; the rest.

    A text that is one draft has no title. A line names a draft only where an article or a heading
    comes next: within an article 方案一 may be one of its items.
    """
    articles = any(map(sign.match, lines))
    starts = [
        n
        for n, (line, below) in enumerate(pairwise(lines))
        if _OPTION.match(line)
        and not _OPTION.match(below)
        and (not articles or sign.match(below) or _HEADING.match(below))
    ]
    if len(starts) < 2:
        return [((), lines)]
    ends = [*starts[1:], len(lines)]
    found = [(lines[n : n + 1], lines[n + 1 : end]) for n, end in zip(starts, ends, strict=True)]
    before = lines[: starts[0]]
    if any(map(sign.match, before)):  # what all drafts have in common
        return [((), before), *found]
    return [(lines[: starts[0] + 1], found[0][1]), *found[1:]]


def _under(title: Sequence[str], articles: Sequence[Article]) -> list[Article]:
    """Return the articles of a draft under its title and with its name."""
    match = _OPTION.match(title[-1]) if title else None
    if match is None:
        return list(articles)
    name = re.sub(r"(?<=案)\s+", "", " ".join(match[1].split()))
    if not articles:
        raise BadInput(NO_ARTICLES.format(name=name), column="draft")
    first, *rest = articles
    heading = "\n".join([*title, first.heading]).strip()
    named = [Article(first.label, heading, first.text), *rest]
    return [Article(f"{name} {each.label}", each.heading, each.text) for each in named]


def _by_label(lines: Sequence[str], sign: re.Pattern[str]) -> list[Article]:
    found: list[Article] = []
    heading: list[str] = []
    for line in lines:
        match = _ARTICLE.match(line) if sign.match(line) else None
        if match:
            label = re.sub(r"(?<=第)\s+|\s+(?=条)", "", match[1])
            found.append(Article(label, "\n".join(heading), line[match.end() :].strip()))
            heading = []
        elif _HEADING.match(line) or not found:
            heading.append(line)  # a chapter, or the title before the first article
        else:
            last = found[-1]
            found[-1] = Article(last.label, last.heading, f"{last.text}\n{line}".strip())
    return found


def _by_paragraph(lines: Sequence[str]) -> list[Article]:
    return [Article(f"¶{n}", "", line) for n, line in enumerate(lines, 1)]


def changed(old: Sequence[Article], new: Sequence[Article]) -> tuple[Changed, ...]:
    """Return what changed, in the order of the new text; what is gone comes last.

    Articles of one label are one; of those left, the most alike ones are one that was renumbered.
    """
    before = {each.label: each for each in old}
    after = {each.label: each for each in new}
    same = {label for label in after if label in before and _like(before[label], after[label])}
    free = [each for each in old if each.label not in same]
    pairs = {label: before[label] for label in same}
    left = [each for each in new if each.label not in same]
    for each in left if len(left) * len(free) <= MOST_PAIRS else ():
        likeness = [(_ratio(one.text, each.text), -n) for n, one in enumerate(free)]
        best = max(likeness, default=(0.0, 0))
        if best[0] >= ALIKE:
            pairs[each.label] = free.pop(-best[1])
    found = [
        Changed(pairs.get(each.label), each)
        for each in new
        if each.label not in pairs or pairs[each.label].text != each.text
    ]
    return (*found, *(Changed(each, None) for each in free))


def _like(one: Article, other: Article) -> bool:
    return one.text == other.text or _ratio(one.text, other.text) >= ALIKE


def _ratio(one: str, other: str) -> float:
    matcher = SequenceMatcher(None, one[:2_000], other[:2_000], autojunk=False)
    return 0.0 if matcher.quick_ratio() < ALIKE else matcher.ratio()
