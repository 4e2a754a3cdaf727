"""Find conflicts between departments' definitions: nobody has to declare them.

Pairs of one name are asked whether they mean the same; pairs of different names whose definitions
are alike, too. What means the same is then compared by unit, code list, granularity and format.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations

from shixiao.exports import Sheet
from shixiao.rules import RulePack
from shixiao.sharing.standards.conflicts.conflict import NAMES, Conflict, ConflictKind
from shixiao.sharing.standards.conflicts.domains import compared, signs_of_difference
from shixiao.sharing.standards.conflicts.meaning import Meanings, contrast, meanings_of
from shixiao.sharing.standards.registry import Element
from shixiao.terms import Text

UNLIKE = Text("定义几乎没有共同之处（相似度 {score}）", "the definitions share little ({score})")
ALIKE = Text("定义相近（相似度 {score}）", "the definitions are alike ({score})")
OBJECTS = Text("对象类不同：{one} 与 {other}", "different object classes: {one} and {other}")
SAID = Text("名称列为同义词", "one name is listed as a synonym of the other")
TURNED = Text("定义中“{words}”不同", "they differ in “{words}”")
SURE = 0.9


def find_conflicts(
    elements: Sequence[Element], *, rules: RulePack, about: int | None = None
) -> list[Conflict]:
    """Return every conflict, the surest first.

    Args:
        elements: definitions of several departments; those of one are not compared.
        rules: STD-01 and STD-02, when definitions count as the same and as different.
        about: place of the one element whose conflicts are wanted; None for those of all.
    """
    meanings = meanings_of(elements) if elements else None
    if meanings is None:
        return []
    found: list[Conflict] = []
    named = _same_names(elements, about)
    for one, other in sorted(named):
        found += _of_one_name(meanings, one, other, rules)
    for one, other, alike in meanings.pairs(rules.number("STD-01"), about):
        if (one, other) not in named and _between(elements[one], elements[other]):
            found += _of_two_names(elements[one], elements[other], alike)
    return sorted(found, key=lambda c: (-c.confidence, c.kind, c.one.id, c.other.id))


def sheets_of(conflicts: Sequence[Conflict], *, language: str) -> list[Sheet]:
    """Return conflicts as a sheet, one row each."""
    heads = (
        Text("冲突", "conflict"),
        Text("部门一", "department 1"),
        Text("数据元一", "element 1"),
        Text("名称一", "name 1"),
        Text("部门二", "department 2"),
        Text("数据元二", "element 2"),
        Text("名称二", "name 2"),
        Text("把握", "confidence"),
        Text("理由", "reasons"),
    )
    rows = [
        (
            NAMES[c.kind].in_language(language),
            *(c.one.department, c.one.id, c.one.name.in_language(language)),
            *(c.other.department, c.other.id, c.other.name.in_language(language)),
            c.confidence,
            "; ".join(reason.in_language(language) for reason in c.why),
        )
        for c in conflicts
    ]
    return [Sheet("conflicts", heads, rows)]


def _same_names(elements: Sequence[Element], about: int | None) -> set[tuple[int, int]]:
    """Return pairs of different departments that share a name or a synonym."""
    called: dict[str, list[int]] = defaultdict(list)
    for place, element in enumerate(elements):
        for name in {_folded(name) for name in element.names}:
            called[name].append(place)
    if about is None:
        pairs = {pair for places in called.values() for pair in combinations(places, 2)}
    else:
        others = {place for places in called.values() if about in places for place in places}
        pairs = {(min(about, other), max(about, other)) for other in others - {about}}
    return {pair for pair in pairs if _between(elements[pair[0]], elements[pair[1]])}


def _between(one: Element, other: Element) -> bool:
    return one.department != other.department


def _of_one_name(meanings: Meanings, one: int, other: int, rules: RulePack) -> Iterator[Conflict]:
    """Yield the conflicts of two elements of one name: another meaning, or another form of it."""
    first, second = meanings.elements[one], meanings.elements[other]
    alike = meanings.alike(one, other)
    homonym = _homonym(first, second, alike, rules)
    if homonym is not None:
        yield homonym
        return
    if _folded(first.name.zh) != _folded(second.name.zh):
        yield Conflict(ConflictKind.SYNONYM, first, second, SURE, (SAID,))
    yield from compared(first, second, sure=SURE)


def _homonym(one: Element, other: Element, alike: float | None, rules: RulePack) -> Conflict | None:
    """Return that two elements of one name mean different things, or None.

    One sign is not enough: departments word one thing differently. Definitions that share little
    need another sign beside them, unless they share next to nothing.
    """
    why: list[Text] = []
    different_objects = bool(
        one.object_class and other.object_class and one.object_class != other.object_class
    )
    if different_objects:
        why.append(OBJECTS.format(one=one.object_class, other=other.object_class))
    turned = contrast(one, other) if alike is not None else ""
    if turned:
        why.append(TURNED.format(words=turned))
    low = rules.number("STD-02")
    if alike is not None and alike < low:
        why.append(UNLIKE.format(score=f"{alike:.2f}"))
    signs = signs_of_difference(one, other)
    strength = len(why) + (len(signs) if why else 0)
    nothing = alike is not None and alike < low / 3
    if strength >= 2 or different_objects or nothing:
        confidence = min(0.95, 0.5 + 0.15 * strength + (0.1 if nothing else 0.0))
        return Conflict(ConflictKind.HOMONYM, one, other, round(confidence, 2), (*why, *signs))
    return None


def _of_two_names(one: Element, other: Element, alike: float) -> Iterator[Conflict]:
    """Yield that two names mean the same, and how their forms differ; nothing if they contrast."""
    if contrast(one, other) or (
        one.object_class and other.object_class and one.object_class != other.object_class
    ):
        return
    signs = signs_of_difference(one, other)
    if len(signs) > 1:
        return
    confidence = round(min(0.95, 0.4 + 0.55 * alike - 0.2 * len(signs)), 2)
    why = (ALIKE.format(score=f"{alike:.2f}"),)
    yield Conflict(ConflictKind.SYNONYM, one, other, confidence, why)
    yield from compared(one, other, sure=confidence)


def _folded(name: str) -> str:
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(sign for sign in plain if sign.isalnum())
