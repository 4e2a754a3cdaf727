"""Panels: who may not judge an objection, and why; the rest is drawn by lot.

Left out is whoever has ties to the department (by employment or a declared relation), to the
supplier of the system, or an earlier part in the matter. Each reason goes into the transcript of
the draw.

Source: knowledge of law §4 (experts without interests: 重大行政决策程序暂行条例 art. 19); voice §5.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shixiao.terms import Text

EMPLOYER = Text("在该部门或其上下级任职", "works for the department or one above or below it")
RELATION = Text("与该部门有申报的关系", "declared a relation to the department")
SUPPLIER = Text("与系统的供应商有关系", "has ties to the supplier of the system")
EARLIER = Text("此前经手过本案", "had an earlier part in the matter")


@dataclass(frozen=True, slots=True)
class Candidate:
    """An expert: id, organisations worked for and related to, suppliers with ties."""

    id: str
    employers: frozenset[str] = frozenset()
    relations: frozenset[str] = frozenset()
    suppliers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Ties:
    """What a matter is tied to: departments concerned, the supplier, and who had a part in it."""

    departments: frozenset[str]
    supplier: str
    people: frozenset[str]


def excluded(candidates: Iterable[Candidate], ties: Ties) -> dict[str, Text]:
    """Return who may not judge, with the reason; the gravest where there are several."""
    found: dict[str, Text] = {}
    supplier = plain(ties.supplier)
    for one in candidates:
        if one.id in ties.people:
            found[one.id] = EARLIER
        elif one.employers & ties.departments:
            found[one.id] = EMPLOYER
        elif one.relations & ties.departments:
            found[one.id] = RELATION
        elif supplier and supplier in map(plain, one.suppliers):
            found[one.id] = SUPPLIER
    return found


def plain(name: str) -> str:
    """Return a name of a supplier without what does not tell it apart."""
    return "".join(name.casefold().split())
