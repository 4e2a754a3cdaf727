"""Which element does a column hold? By its name, its kind of content, its codes, its length."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import fuzz

from shixiao.rules import RulePack
from shixiao.sharing.recognition import Recognition, recognise_name
from shixiao.sharing.recognition.names import taken_apart
from shixiao.sharing.standards.registry.codes import code_list
from shixiao.sharing.standards.registry.element import Element
from shixiao.terms import Text
from shixiao.text import UNKNOWN, initials, spelt

BY_NAME = Text("名称与数据元“{element}”相同", "its name is that of the element “{element}”")
BY_LETTERS = Text(
    "列名是“{element}”的拼音写法", "its name is “{element}” written in letters of pinyin"
)
BY_LIKENESS = Text("名称与“{element}”相近", "its name is close to “{element}”")
BY_KIND = Text("内容与“{element}”同为{kind}", "like “{element}” it holds {kind}")
BY_CODES = Text("取值都在“{element}”的值域内", "its values are all codes of “{element}”")
MANY_CODES = 4  # values; fewer digits are codes of any list
TELLING = 3  # letters; of fewer, many names have the same initials


@dataclass(frozen=True, slots=True)
class Suggested:
    """A suggested element of a column, how well it fits (0 to 1), and why."""

    element: Element
    score: float
    why: tuple[Text, ...]


@dataclass(frozen=True)
class Registry:
    """Elements, indexed by what columns can be found by."""

    elements: Sequence[Element]

    @cached_property
    def by_name(self) -> Mapping[str, list[Element]]:
        """Name or synonym → elements."""
        return _grouped((name, e) for e in self.elements for name in (*e.names, e.id))

    @cached_property
    def by_letters(self) -> Mapping[str, list[Element]]:
        """Initials of the name, or the English name without joints → elements."""
        return _grouped(
            (letters, e) for e in self.elements for name in e.names for letters in _letters(name, e)
        )

    @cached_property
    def by_kind(self) -> Mapping[str, list[Element]]:
        """Kind of content → elements whose name speaks of it."""
        found = ((recognise_name(e.name.zh, e.definition), e) for e in self.elements)
        return _grouped((r.kind, e) for r, e in found if r is not None)

    @cached_property
    def coded(self) -> Sequence[tuple[frozenset[str], Element]]:
        """Codes that were written out, and their element."""
        lists = ((code_list(e.code_list), e) for e in self.elements)
        return [(frozenset(c.meanings) | frozenset(c.meanings.values()), e) for c, e in lists if c]

    def suggest(
        self,
        name: str,
        comment: str,
        recognised: Recognition | None,
        values: Collection[str],
        *,
        rules: RulePack,
    ) -> Suggested | None:
        """Return the element that a column most likely holds; None where none fits.

        Args:
            name: of the column.
            comment: what is written about it.
            recognised: what its content was recognised as.
            values: its distinct values; few enough to be codes, or none.
            rules: INV-04, how well an element has to fit.
        """
        scores: dict[str, tuple[float, list[Text], Element]] = {}
        for element, score, why in self._candidates(name, comment, recognised, values):
            known, reasons, _ = scores.get(element.id, (0.0, [], element))
            together = 1 - (1 - known) * (1 - score)  # independent signs add up
            scores[element.id] = (together, [*reasons, why], element)
        if not scores:
            return None
        ranked = sorted(scores.values(), key=lambda s: (-s[0], s[2].id))
        score, reasons, element = ranked[0]
        if score < rules.number("INV-04") or (len(ranked) > 1 and ranked[1][0] == score):
            return None
        return Suggested(element, score, tuple(reasons))

    def _candidates(
        self, name: str, comment: str, recognised: Recognition | None, values: Collection[str]
    ) -> Iterable[tuple[Element, float, Text]]:
        spoken = taken_apart(name, comment)
        heads = {*spoken.chinese, name, comment.strip()}
        for head in sorted(heads):
            for element in self.by_name.get(head, ()):
                yield element, 0.9, BY_NAME.format(element=element.name)
        letters = {spoken.joined, "".join(spoken.parts[1:])}
        for written in sorted(letters):
            same = self.by_letters.get(written, ())
            for element in same:
                # Two letters tell where only one element of the registry is written by them.
                share = 0.7 if len(written) >= TELLING else 0.56 if len(same) == 1 else 0.4
                yield element, share, BY_LETTERS.format(element=element.name)
        if spoken.chinese:
            for element in self.elements:
                best = max(
                    fuzz.ratio(head, known) for head in spoken.chinese for known in element.names
                )
                if 60 <= best < 100:
                    yield element, 0.6 * best / 100, BY_LIKENESS.format(element=element.name)
        if recognised is not None and recognised.kind != "code":
            same = self.by_kind.get(recognised.kind, ())
            for element in same:
                share = 0.6 if len(same) == 1 else 0.4
                why = BY_KIND.format(element=element.name, kind=recognised.name)
                yield element, share, why
        yield from self._by_codes(values)

    def _by_codes(self, values: Collection[str]) -> Iterable[tuple[Element, float, Text]]:
        """Yield elements whose list of codes holds every value of a column."""
        if not 2 <= len(values) <= 60:
            return
        fits = [(codes, e) for codes, e in self.coded if len(codes.intersection(values)) >= 2]
        fits = [(c, e) for c, e in fits if len(c.intersection(values)) >= 0.9 * len(values)]
        for codes, element in fits:
            telling = len(values) > MANY_CODES or any(len(value) > 2 for value in values)
            most = 2 * len(codes.intersection(values)) >= len(codes) / 2  # codes and meanings
            share = 0.6 if telling and most else 0.3
            yield element, share, BY_CODES.format(element=element.name)


def _grouped(pairs: Iterable[tuple[str, Element]]) -> dict[str, list[Element]]:
    found: dict[str, list[Element]] = defaultdict(list)
    for key, element in pairs:
        if key and element not in found[key]:
            found[key].append(element)
    return dict(found)


def _letters(name: str, element: Element) -> set[str]:
    found = {initials(name), "".join(spelt(name))}
    if element.name.en != element.name.zh:
        found.add("".join(sign for sign in element.name.en.lower() if sign.isalnum()))
    return {letters for letters in found if UNKNOWN not in letters and len(letters) > 1}
