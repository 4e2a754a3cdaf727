"""What is compared: an item that a form asks for, and an element that a department holds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """Something that a service asks an applicant for.

    Attributes:
        id: as in the table ``requirements``.
        name: the wording that the applicant sees.
        kind: field, material, signature or visit.
    """

    id: str
    name: str
    kind: str = "field"


@dataclass(frozen=True, slots=True)
class Element:
    """A data element of some department; columns as in the table ``elements``."""

    id: str
    name: str
    definition: str = ""
    datatype: str = ""
    format: str = ""
    code_list: str = ""
    unit: str = ""
    department_id: str = ""
