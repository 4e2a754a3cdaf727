"""Value domains: of which type are the values, and does a code list or format say of what?"""

from __future__ import annotations

import re
from functools import cache

from shixiao.sharing.matching.dictionary import Part, dictionary
from shixiao.sharing.matching.items import Element
from shixiao.sharing.matching.reading import Reading
from shixiao.sharing.matching.wording import folded_of, terms

TYPES = ("identifier", "date", "number", "code", "flag", "text")
# What catalogues write in the column of types, in the order in which it is looked for.
_WRITTEN = (
    ("flag", re.compile(r"布尔|逻辑|bool|是否")),
    ("date", re.compile(r"日期|时间|date|time|timestamp|yyyy")),
    ("number", re.compile(r"数值|数字|整数|小数|浮点|金额|int|num|float|double|decimal|real")),
    ("code", re.compile(r"代码|枚举|字典|code|enum")),
    ("text", re.compile(r"字符|文本|字串|串|char|string|text|clob|^c$|^an?$")),
)
_FORMATS = (
    ("date", re.compile(r"yyyy|hhmmss")),
    ("number", re.compile(r"^n\.*\d+,\d+|^n\.\.")),
)
_IDENTIFIER = re.compile(r"(?:号|号码|编号|代码|编码)$")
_ENDINGS = {
    "date": re.compile(r"(?:日期|时间|年月|日)$"),
    "number": re.compile(
        r"(?:额|金|数|费|费用|面积|余额|基数|收入|资本|价|价格|体重|量|比例|率|年限|年龄)$"
    ),
    "code": re.compile(r"(?:类型|类别|种类|性质|等级|级别|状态|状况|性别|民族|国籍)$"),
    "flag": re.compile(r"^(?:是否|有无)|标志$"),
}


def type_of(element: Element) -> str | None:
    """Return the type of an element's values as its columns say it; None where they do not.

    A text that is called a number is an identifier: 字符 with the name 编号 is no free text.
    """
    written = folded_of(element.datatype)
    found = next((kind for kind, pattern in _WRITTEN if pattern.search(written)), None)
    if found in {None, "text"}:
        shown = folded_of(element.format)
        said = next((kind for kind, pattern in _FORMATS if pattern.search(shown)), found)
        if said == "text" and element.code_list:
            said = "code"
        found = said
    if found in {"text", "code"} and _IDENTIFIER.search(element.name):
        return "identifier"
    return found


def expected(reading: Reading, name: str) -> str | None:
    """Return the type that the wording of an item asks for; None where it asks for none."""
    if reading.property is not None:
        return dictionary().groups[Part.PROPERTY][reading.property].type
    if reading.document:
        return None
    asked = reading.head or name
    if _IDENTIFIER.search(asked):
        return "identifier"
    return next((kind for kind, pattern in _ENDINGS.items() if pattern.search(asked)), None)


def field_of(element: Element) -> str | None:
    """Return the field whose code list or format an element uses, as GB/T 2261.1 is of sex."""
    written = _squeezed(f"{element.code_list} {element.format}")
    if not written:
        return None
    found = (field for standard, field in _standards() if re.search(standard, written))
    return next(found, None)


@cache
def _standards() -> tuple[tuple[str, str], ...]:
    return tuple(
        (re.escape(_squeezed(standard)) + r"(?![\d.])", field)
        for standard, field in terms()["domains"].items()
    )


def _squeezed(text: str) -> str:
    return "".join(folded_of(text).split()).strip("-")
