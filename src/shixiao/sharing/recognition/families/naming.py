"""Names in Chinese: of persons, of organisations, of places.

One short word tells little: 高明 is a person and 高级 is none. A column tells more: in many
rows the surnames are of the table of surnames, differ, and many given names follow them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from shixiao.sharing.recognition.register import Recogniser, register, vocabulary
from shixiao.sharing.recognition.whole import FEW, many_values
from shixiao.terms import Text

_HAN = re.compile(r"[\u3400-\u9fff]+")
_MINORITY = re.compile(r"[\u3400-\u9fff]{2,8}(?:[·•.][\u3400-\u9fff]{1,8}){1,3}")
_LEVEL = re.compile(
    r"(?<=[\u3400-\u9fff0-9A-Za-z])"
    r"(?:自治区|自治州|省|市|区|县|旗|镇|乡|街道|社区|村|屯|庄|路|街|大道|巷|弄|胡同|号楼|号院|号|栋|幢"
    r"|单元|室|小区|苑|花园|大厦|广场|组)"
)
_WITH_NUMBER = re.compile(r"[0-9一二三四五六七八九十]+(?:号|栋|幢|单元|室|组|层|弄|楼)")
FEW_SURNAMES = Text("开头的字太集中，不像姓氏", "they begin with too few surnames")
FEW_GIVEN = Text("除姓氏外的字太少，不像姓名", "too few different characters follow the surnames")
LONGEST_NAME = 4


def is_person_name(value: str) -> bool:
    """Return whether a value may be a personal name: a surname and one to three characters."""
    text = value.replace(" ", "")
    if _MINORITY.fullmatch(text):
        return True
    if not 2 <= len(text) <= LONGEST_NAME or not _HAN.fullmatch(text):
        return False
    if text in vocabulary("not_names") or text.endswith(_ENDS):
        return False
    double = text[:2] in vocabulary("surnames") and len(text) > 2
    return double or (text[:1] in vocabulary("surnames") and len(text) < LONGEST_NAME)


def is_organisation(value: str) -> bool:
    """Return whether a value may be the name of an organisation, by what it ends in."""
    text = re.sub(r"\(.*?\)|[（(][^）)]*$", "", value.replace(" ", ""))
    return 4 <= len(text) <= 60 and bool(_HAN.search(text)) and text.endswith(_organisation_ends())


def is_address(value: str) -> bool:
    """Return whether a value names a place step by step: two levels, or one and a number."""
    text = value.replace(" ", "")
    if not 5 <= len(text) <= 120 or not _HAN.search(text):
        return False
    levels = {match.group() for match in _LEVEL.finditer(text)}
    numbered = bool(_WITH_NUMBER.search(text))
    return len(levels) >= 3 or (len(levels) >= 2 and (numbered or not _ends_as_office(text)))


_ENDS = (
    "市",
    "县",
    "镇",
    "乡",
    "村",
    "路",
    "街",
    "局",
    "厂",
    "店",
    "院",
    "公司",
    "族",
    "证",
    "类",
    "级",
)


def _organisation_ends() -> tuple[str, ...]:
    return tuple(sorted(vocabulary("organisation_ends")))


def _ends_as_office(text: str) -> bool:
    return text.endswith(_organisation_ends())


def _many_surnames(values: Sequence[str]) -> Text | None:
    """Return why texts are no column of personal names."""
    few = many_values(values)
    if few is not None or len(values) < FEW:
        return few
    surnames = {value[:1] for value in values}
    given = {sign for value in values for sign in value[1:]}
    if len(surnames) < min(8, len(set(values)) // 3):
        return FEW_SURNAMES
    return FEW_GIVEN if len(given) < min(10, len(set(values)) // 2) else None


register(Recogniser("person_name", is_person_name, special=0.6, whole=_many_surnames))
register(Recogniser("organisation", is_organisation, special=0.62))
register(Recogniser("address", is_address, special=0.65))
