"""A conflict between two departments' definitions, with reasons and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shixiao.sharing.standards.registry import Element
from shixiao.terms import Text


class ConflictKind(StrEnum):
    """How two definitions conflict."""

    HOMONYM = "homonym"
    SYNONYM = "synonym"
    UNIT = "unit"
    CODE_LIST = "code_list"
    GRANULARITY = "granularity"
    DATATYPE = "datatype"


NAMES = {
    ConflictKind.HOMONYM: Text("同名异义", "same name, different meaning"),
    ConflictKind.SYNONYM: Text("异名同义", "different names, same meaning"),
    ConflictKind.UNIT: Text("计量单位不一致", "different units"),
    ConflictKind.CODE_LIST: Text("代码集不一致", "different code lists"),
    ConflictKind.GRANULARITY: Text("粒度不一致", "different granularity"),
    ConflictKind.DATATYPE: Text("类型或格式不一致", "different type or format"),
}


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two definitions that cannot both stand.

    Attributes:
        kind: how they conflict.
        one: the definition of one department.
        other: that of another.
        confidence: how sure it is, 0 to 1; below 1 where meaning was judged by words.
        why: reasons.
    """

    kind: ConflictKind
    one: Element
    other: Element
    confidence: float
    why: tuple[Text, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the conflict as plain values."""
        return {
            "kind": str(self.kind),
            "name": NAMES[self.kind].to_json(),
            "elements": [
                {"element_id": e.id, "name": e.name.to_json(), "department_id": e.department}
                for e in (self.one, self.other)
            ],
            "confidence": self.confidence,
            "why": [reason.to_json() for reason in self.why],
        }
