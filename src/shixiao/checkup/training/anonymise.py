"""Which person or department could be read from a text? None, and a person checks what is left.

Known names go first, then what looks like a name, a number, an address, a date. What stands in
their place is the same word for the same thing within one text. A machine cannot know everything:
what could still tell is listed for the person who approves.

Source: GB/T 37964-2019, Guide for de-identifying personal information; the threshold for small
numbers is rule E-16.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from shixiao.checkup.training.recognising import (
    MARKS,
    RECOGNISERS,
    SORTS,
    Known,
    names_in,
    plain,
    quarter,
    valid_credit_code,
    valid_identity,
)
from shixiao.terms import Text

SIGNS = "甲乙丙丁戊己庚辛壬癸"
NUMBERED = {
    "person": (Text("某人", "a person"), Text("{sign}某", "person {letter}")),
    "department": (Text("某部门", "a department"), Text("{sign}部门", "department {letter}")),
    "service": (Text("某项服务", "a service"), Text("{sign}项服务", "service {letter}")),
}
DOUBTS = {
    "number": Text("数字可能查得到出处", "a figure that could be found again"),
    "quote": Text("引用的原话可能被认出", "quoted speech that could be recognised"),
    "english": Text("英文或字母词可能是名称", "English words that could be names"),
    "place": Text("可能是地名", "could be the name of a place"),
    "name": Text("可能是人名", "could be the name of a person"),
    "rest": Text("含有已知名称的一部分", "holds part of a known name"),
}
PLACE = re.compile(
    r"[\u4e00-\u9fff]{2,4}(?<!小)(?<!社)(?<!地)(?:省|自治区|市|区|县|旗|镇|乡|村|社区|园区|广场|大厦)"
)
QUOTE = re.compile(r"“[^”]{2,}”|「[^」]{2,}」|\"[^\"]{2,}\"")
FIGURE = re.compile(r"(?<![\d.])\d[\d,]*(?:\.\d+)?\s?[%\uff05万亿]?")
LETTERS = re.compile(r"[A-Za-z][A-Za-z&'-]+(?:\s+[A-Z][A-Za-z&'-]+)*")
CAPITAL = re.compile(r"(?<=[a-z,;:]\s)[A-Z][A-Za-z'-]+(?:\s+[A-Z][A-Za-z'-]+)*")
SURNAME_AFTER = re.compile(r"[老小阿][\u4e00-\u9fff](?=[，。；、：])")
ANY_MARK = f"[{chr(MARKS)}-{chr(MARKS + 0xFFFD)}]"
ARTICLE = re.compile(rf"\b(?:[Tt]he|[Aa]n?)\s+(?={ANY_MARK})")
BEGINS = re.compile(rf"(?:^|[.!?\u2029]\s*)({ANY_MARK})")
PIECE = 3  # signs of a known name that are enough to tell


@dataclass(frozen=True, slots=True)
class Replaced:
    """One thing that was taken out.

    Attributes:
        language: of the text it stood in.
        sort: id of the sort.
        name: the sort in words.
        original: what stood there; only the person who approves sees it.
        instead: what stands there now.
        certain: False where a check digit failed or a pattern was all there was.
    """

    language: str
    sort: str
    name: Text
    original: str
    instead: str
    certain: bool

    def to_json(self) -> dict[str, Any]:
        """Return plain values, for the approver alone."""
        return {
            "language": self.language,
            "name": self.name.to_json(),
            "original": self.original,
            "instead": self.instead,
            "certain": self.certain,
        }


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something a person must still look at."""

    language: str
    sort: str
    why: Text
    shown: str

    def to_json(self) -> dict[str, Any]:
        """Return plain values, for the approver alone."""
        return {"language": self.language, "why": self.why.to_json(), "shown": self.shown}


@dataclass(frozen=True, slots=True)
class Safe:
    """A text after anonymising, for a person to approve."""

    text: Text
    replaced: tuple[Replaced, ...]
    doubts: tuple[Doubt, ...]

    def to_json(self) -> dict[str, Any]:
        """Return plain values; ``original`` is for the approver's page alone, never published."""
        return {
            "text": self.text.to_json(),
            "replaced": [
                {
                    "language": r.language,
                    "sort": r.sort,
                    "name": r.name.to_json(),
                    "original": r.original,
                    "instead": r.instead,
                    "certain": r.certain,
                }
                for r in self.replaced
            ],
            "doubts": [
                {"language": d.language, "sort": d.sort, "why": d.why.to_json(), "shown": d.shown}
                for d in self.doubts
            ],
        }


def anonymise(text: Text, known: Known) -> Safe:
    """Take out of a text whatever could name a person or a department.

    Args:
        text: in both languages.
        known: names that are known, in either language.

    Returns:
        The text, what was replaced, and what a person must look at before it is shown to anybody.
    """
    parts, replaced, doubts = {}, [], []
    for language in ("zh", "en"):
        work = _Work(language)
        parts[language] = work.clean(plain(text.in_language(language)), known)
        replaced += work.replaced
        doubts += list(_doubts(parts[language], language, known, work.replaced))
    return Safe(Text(parts["zh"], parts["en"]), tuple(replaced), tuple(doubts))


class _Work:
    """One text in one language: things are marked first, so that no recogniser sees another's."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.replaced: list[Replaced] = []
        self._numbers: dict[str, dict[str, int]] = {}

    def clean(self, text: str, known: Known) -> str:
        for sort, names in (
            ("department", known.departments),
            ("service", known.services),
            ("person", known.people),
            ("place", known.places),
            ("code", known.codes),
        ):
            text = self._known(text, names, sort)
        for recogniser in RECOGNISERS:
            text = self._every(text, recogniser.pattern, recogniser.sort)
        # A name that a title gave away once is the same name where it stands bare.
        for sort in NUMBERED:
            met = {one.original for one in self.replaced if one.sort == sort}
            text = self._known(text, tuple(sorted(n for n in met if len(n) > 1)), sort)
        return self._written(text)

    def _known(self, text: str, names: tuple[str, ...], sort: str) -> str:
        # The longer come first; each round looks at the marked text anew.
        while (found := next(names_in(text, names), None)) is not None:
            text = self._mark(text, *found, sort, certain=True)
        return text

    def _every(self, text: str, pattern: re.Pattern[str], sort: str) -> str:
        place = 0
        while (match := pattern.search(text, place)) is not None:
            hide = "hide" if "hide" in pattern.groupindex else 0
            start, end = match.span(hide)
            of, certain = _sort(sort, match.group(hide))
            instead = quarter(match, self.language) if sort == "date" else None
            text = self._mark(text, start, end, of, certain=certain, instead=instead)
            place = start + 1
        return text

    def _mark(
        self,
        text: str,
        start: int,
        end: int,
        sort: str,
        *,
        certain: bool,
        instead: str | None = None,
    ) -> str:
        original = text[start:end]
        if sort in NUMBERED:
            mine = self._numbers.setdefault(sort, {})
            mine.setdefault("".join(original.split()).lower(), len(mine))
        self.replaced.append(
            Replaced(self.language, sort, SORTS[sort].name, original, instead or "", certain)
        )
        return text[:start] + chr(MARKS + len(self.replaced) - 1) + text[end:]

    def _written(self, text: str) -> str:
        """Put words where marks stand: numbered where a text names several of one sort."""
        self.replaced = [
            replace(one, instead=one.instead or self._word(one)) for one in self.replaced
        ]
        words = {MARKS + place: one.instead for place, one in enumerate(self.replaced)}
        if self.language == "en":
            text = ARTICLE.sub("", text)  # what stands for a thing brings its own article
            begun = {ord(m.group(1)) for m in BEGINS.finditer(text)}
            words |= {mark: words[mark][:1].upper() + words[mark][1:] for mark in begun}
        return text.translate(words)

    def _word(self, one: Replaced) -> str:
        if one.sort not in NUMBERED:
            return SORTS[one.sort].instead.in_language(self.language)
        single, numbered = NUMBERED[one.sort]
        mine = self._numbers[one.sort]
        if len(mine) == 1:
            return single.in_language(self.language)
        number = mine["".join(one.original.split()).lower()]
        sign = SIGNS[number % len(SIGNS)] + (str(number // len(SIGNS)) if number > 9 else "")
        letter = chr(ord("A") + number % 26) + (str(number // 26) if number > 25 else "")
        return numbered.format(sign=sign, letter=letter).in_language(self.language)


def _sort(sort: str, found: str) -> tuple[str, bool]:
    """Return the sort that the check digit bears out, and whether one is sure of it."""
    if sort == "identity":
        return ("identity", True) if valid_identity(found) else ("number", False)
    if sort == "credit":
        if valid_credit_code(found):
            return "credit", True
        return ("identity", True) if valid_identity(found) else ("number", False)
    return sort, sort in ("email", "web", "phone", "date", "time", "few", "paper")


def _doubts(text: str, language: str, known: Known, replaced: list[Replaced]) -> Iterator[Doubt]:
    """Give what could still tell, each but once."""
    found: dict[tuple[str, str], None] = {}
    for match in QUOTE.finditer(text):
        found["quote", match.group()] = None
    instead = {one.instead for one in replaced}
    bare = re.sub("|".join(map(re.escape, sorted(instead, key=len, reverse=True))) or r"(?!)",
                  "，", text)  # fmt: skip
    for match in FIGURE.finditer(bare):
        found["number", match.group().strip()] = None
    for match in (LETTERS if language == "zh" else CAPITAL).finditer(bare):
        found["english", match.group()] = None
    for match in PLACE.finditer(bare):
        found["place", match.group()] = None
    for match in SURNAME_AFTER.finditer(bare):
        found["name", match.group()] = None
    for piece in _pieces(known):
        if piece in bare:
            found["rest", piece] = None
    for sort, shown in found:
        yield Doubt(language, sort, DOUBTS[sort], shown)


def _pieces(known: Known) -> Iterator[str]:
    """Give parts of known names that would still tell whose they are."""
    for name in (*known.departments, *known.places, *known.people):
        signs = plain(name).strip()
        if signs and not signs.isascii():
            for place in range(len(signs) - PIECE + 1):
                yield signs[place : place + PIECE]
