"""A rule that rows of a table have to keep."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shixiao.terms import Text


class Check(StrEnum):
    """What is checked. A missing value breaks ``required`` alone; the others do not speak of it."""

    REQUIRED = "required"
    UNIQUE = "unique"
    FORMAT = "format"
    CODES = "codes"
    RANGE = "range"
    CHECK_DIGIT = "check_digit"
    BIRTH_DATE = "birth_date_of"
    SEX = "sex_of"
    NOT_BEFORE = "not_before"
    EQUALS = "equals"


NAMES = {
    Check.REQUIRED: Text("“{column}”必填", "“{column}” is filled in"),
    Check.UNIQUE: Text("“{column}”不重复", "“{column}” is unique"),
    Check.FORMAT: Text("“{column}”符合格式", "“{column}” has its format"),
    Check.CODES: Text("“{column}”取自代码集", "“{column}” is of its code list"),
    Check.RANGE: Text("“{column}”在取值范围内", "“{column}” is within its range"),
    Check.CHECK_DIGIT: Text("“{column}”校验位正确", "“{column}” has the right check digit"),
    Check.BIRTH_DATE: Text(
        "“{column}”与“{other}”第7至14位一致", "“{column}” is digits 7 to 14 of “{other}”"
    ),
    Check.SEX: Text(
        "“{column}”与“{other}”第17位一致", "“{column}” agrees with digit 17 of “{other}”"
    ),
    Check.NOT_BEFORE: Text("“{column}”不早于“{other}”", "“{column}” is not before “{other}”"),
    Check.EQUALS: Text("“{column}”与“{other}”相同", "“{column}” equals “{other}”"),
}
CROSS = (Check.BIRTH_DATE, Check.SEX, Check.NOT_BEFORE, Check.EQUALS)
DIGITS = ("id_number", "credit_code", "bank_card")


@dataclass(frozen=True, slots=True)
class TableRule:
    """One rule.

    Attributes:
        check: what is checked.
        column: of which column.
        other: the other column of a rule over two.
        pattern: for ``format``: regular expression that a whole value matches.
        codes: for ``codes``.
        low: for ``range``; None for no lower end. For ``format``: fewest characters, where the
            pattern does not count them.
        high: for ``range``; for ``format``: most characters.
        kind: for ``check_digit``: id_number, credit_code or bank_card.
        name: in words; "" names come from the check.
        element: id of the element from which it was derived; "" for a rule of a file.
    """

    check: Check
    column: str
    other: str = ""
    pattern: str = ""
    codes: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    kind: str = ""
    name: Text | None = None
    element: str = ""

    @property
    def id(self) -> str:
        """What tells the rules of a table apart, and one rule in several deliveries the same."""
        return ":".join(part for part in (self.column, str(self.check), self.other) if part)

    @property
    def title(self) -> Text:
        """Its name in words."""
        return self.name or NAMES[self.check].format(column=self.column, other=self.other)

    def to_json(self) -> dict[str, Any]:
        """Return the rule as plain values."""
        return {
            "id": self.id,
            "check": str(self.check),
            "column": self.column,
            "other": self.other or None,
            "name": self.title.to_json(),
            "element_id": self.element or None,
        }
