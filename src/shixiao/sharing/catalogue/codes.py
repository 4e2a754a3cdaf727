"""Catalogue codes: class, item, heading, subheading, and a running number after a slash.

Source: Guide to Compiling the Catalogue of Government Information Resources (Trial, 2017), 4.2:
class 1 digit (1 base, 2 theme, 3 department), item 2, heading 3, subheading and number as needed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from shixiao.terms import BadInput, Text

_CODE = re.compile(r"([1-9])(\d{2})(\d{3})(\d*)/(\d+)")
CLASSES = {
    "1": Text("基础信息资源", "base data"),
    "2": Text("主题信息资源", "theme data"),
    "3": Text("部门信息资源", "departmental data"),
}


@dataclass(frozen=True, slots=True)
class CatalogueCode:
    """A catalogue code in its parts."""

    kind: str
    item: str
    heading: str
    subheading: str
    number: str

    @classmethod
    def parse(cls, text: str) -> CatalogueCode:
        """Read a code such as ``3060010002/000013``.

        Raises:
            BadInput: it is no catalogue code.
        """
        found = _CODE.fullmatch(text.strip())
        if found is None or len(text) > 60:
            raise BadInput(
                Text(
                    f"“{text[:40]}”不是目录代码：应为类 1 位、项 2 位、目 3 位、细目若干位，"
                    "斜线后为顺序号，例如 3060010002/000013。",
                    f"“{text[:40]}” is no catalogue code: class 1 digit, item 2, heading 3,"
                    " subheading any number, and a running number after a slash, such as"
                    " 3060010002/000013.",
                )
            )
        return cls(*found.groups())

    def __str__(self) -> str:
        return f"{self.kind}{self.item}{self.heading}{self.subheading}/{self.number}"
