"""Holding: which of the data that people are asked for does government have already?

An item that names its element is held by the department that leads the element, and by those whose
datasets list it. One that names none is matched by its wording; a match is a chance and stays
marked as to be confirmed, and so does an element that the catalogue does not have. What only the
asking department holds itself is told apart: it needs no sharing, and no asking either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shixiao.checkup.design.asking import Design, Required
from shixiao.rules import RulePack
from shixiao.sharing.matching import Element, Item, Match, match

NOBODY_NAMED = ""  # some department, which the package does not name


@dataclass(frozen=True, slots=True)
class Held:
    """An item whose data are there already.

    Attributes:
        item: the item.
        element: the data element.
        holders: departments that hold it besides the one that asks; empty where it alone does.
        chance: that the match is right; None where the table names the element itself.
        confirmed: whether table and catalogue say so, and neither a match nor the table alone.
    """

    item: Required
    element: Element
    holders: tuple[str, ...]
    chance: float | None
    confirmed: bool


class Holdings:
    """What government holds, ready to be asked."""

    def __init__(self, design: Design, rules: RulePack) -> None:
        asked = _asked(design)
        self.known = design.catalogued or any(item.element_id for item in asked)
        self._elements = {element.id: element for element in design.elements}
        self._holders = design.holders
        self._least = rules.number("DSN-03")
        self._matched = self._matches(asked, rules.number("MAT-01"))

    def of(self, item: Required, department: str) -> Held | None:
        """Return what an item asks for although it is there; None where it is not, or is lawful."""
        if not item.kind.data or item.basis:
            return None
        stated = item.element_id
        if stated in self._holders:
            element = self._elements.get(stated) or Element(stated, stated)
            return self._held(item, element, department, None)
        found = self._matched.get(item.name.zh)
        if found is not None and not found.none and found.candidates[0].score >= self._least:
            best = found.candidates[0]
            return self._held(item, best.element, department, best.score)
        if stated:
            return Held(item, Element(stated, stated), (NOBODY_NAMED,), None, confirmed=False)
        return None

    def _held(
        self, item: Required, element: Element, department: str, chance: float | None
    ) -> Held | None:
        holders = self._holders.get(element.id, ())
        others = tuple(holder for holder in holders if holder != department)
        return Held(item, element, others, chance, confirmed=chance is None) if holders else None

    def _matches(self, items: Iterable[Required], threshold: float) -> Mapping[str, Match]:
        """Match the wordings of items that name no element that is known."""
        names = sorted({i.name.zh for i in items if i.element_id not in self._holders})
        found = match(
            [Item(name, name) for name in names],
            [self._elements[key] for key in sorted(self._elements)],
            threshold=threshold,
        )
        return {each.item.name: each for each in found}


def _asked(design: Design) -> list[Required]:
    """Return the data that services and forms ask for, where no law demands the original."""
    of_services = (
        item for service in design.services for items in service.channels.values() for item in items
    )
    of_forms = (field.item for field in design.fields)
    return [item for item in (*of_services, *of_forms) if item.kind.data and not item.basis]
