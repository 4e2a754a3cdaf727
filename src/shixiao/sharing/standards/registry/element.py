"""A data element: what a registry states of it.

Source: GB/T 18391.3 (ISO/IEC 11179-3): identifier, name, definition, object class, property,
representation, datatype, value domain, unit, version, registration authority, status.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from shixiao.terms import Text


@dataclass(frozen=True, slots=True)
class Element:
    """A data element of a registry, or a department's own definition of one.

    Attributes:
        id: identifier, unique within one registry.
        name: what it is called.
        department: who leads it, or whose definition it is.
        definition: what it means.
        object_class: the thing that it describes (人, 企业).
        characteristic: the side of the thing (出生日期).
        representation: the form (日期, 代码, 金额).
        datatype: text, number, date.
        format: how it is written, such as ``an18``, ``n..16,2`` or ``YYYYMMDD``.
        code_list: the values it may take, as ``1=男;2=女``, or the name of a list.
        unit: of a number.
        granularity: how fine or how often: per month, per household, to the day.
        version: of this definition.
        authority: registration authority.
        status: draft, comment, adopted or retired.
        synonyms: other names.
        source: the standard it follows.
    """

    id: str
    name: Text
    department: str = ""
    definition: str = ""
    object_class: str = ""
    characteristic: str = ""
    representation: str = ""
    datatype: str = ""
    format: str = ""
    code_list: str = ""
    unit: str = ""
    granularity: str = ""
    version: str = ""
    authority: str = ""
    status: str = ""
    synonyms: tuple[str, ...] = ()
    source: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Its Chinese name and its synonyms."""
        return (self.name.zh, *self.synonyms)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Element:
        """Return the element that ``to_json`` gave; what is absent is empty."""
        texts = {name: str(data[name] or "") for name in TEXTS if name in data}
        synonyms = tuple(map(str, data.get("synonyms") or ()))
        return cls(id=str(data["id"]), name=Text.of(data["name"]), synonyms=synonyms, **texts)

    def to_json(self) -> dict[str, Any]:
        """Return the element as plain values."""
        texts = {name: getattr(self, name) for name in TEXTS}
        return {
            "id": self.id,
            "name": self.name.to_json(),
            **texts,
            "synonyms": list(self.synonyms),
        }


TEXTS = tuple(f.name for f in fields(Element) if f.name not in ("id", "name", "synonyms"))
