"""Values from short lists: divisions, sex, ethnic groups, education, marriage, other codes.

Source: GB/T 2260 (divisions, as python-stdnum lists them), GB/T 2261.1 (sex), GB/T 3304 (ethnic
groups), GB/T 4658 (education), GB/T 2261.2 (marital status).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from stdnum import numdb

from shixiao.sharing.recognition.register import Recogniser, register, vocabulary
from shixiao.terms import Text

_SEXES = frozenset({"男", "女", "男性", "女性", "M", "F", "MALE", "FEMALE"})
_SEX_CODES = frozenset({"0", "1", "2", "9"})
_NATION_CODES = frozenset(f"{number:02d}" for number in (*range(1, 57), 97, 98, 99))
_MARRIAGE_CODES = frozenset({*"123459", "10", "20", "21", "22", "23", "30", "40", "90"})
_EDUCATION_CODE = re.compile(r"[1-9]\d?|0[1-9]")
MANY_CODES = 60
TOO_MANY = Text("取值太多，不像代码", "there are too many values for a list of codes")


@lru_cache(maxsize=1 << 14)
def is_division(value: str) -> bool:
    """Return whether a value is a division code of 6, 9 or 12 digits whose county is listed."""
    if not re.fullmatch(r"\d{6}(?:\d{3}){0,2}", value):
        return False
    found = numdb.get("cn/loc").info(value[:6])
    return len(found) == 2 and "province" in found[0][1] and "county" in found[1][1]


def is_sex(value: str) -> bool:
    """Return whether a value says male or female in words or letters."""
    return value.upper() in _SEXES or value in {"未知", "未说明", "未知的性别", "未说明的性别"}


def is_nation(value: str) -> bool:
    """Return whether a value is one of the 56 ethnic groups, in words or letters."""
    nations = vocabulary("nations")
    return (
        value.removesuffix("族") in nations
        or value in nations
        or value.upper() in vocabulary("nation_letters")
    )


def is_education(value: str) -> bool:
    """Return whether a value is a level of education in words."""
    return value in vocabulary("educations")


def is_marriage(value: str) -> bool:
    """Return whether a value is a marital status in words."""
    return value in vocabulary("marriages")


def is_short(value: str) -> bool:
    """Return whether a value is as short as codes and their names are."""
    return len(value) <= 12


def _few(values: Sequence[str]) -> Text | None:
    distinct = len(set(values))
    return TOO_MANY if distinct > MANY_CODES or distinct > 0.5 * len(values) + 2 else None


register(Recogniser("division", is_division, special=0.8))


def _sex_coded(value: str) -> bool:
    return is_sex(value) or value in _SEX_CODES


def _nation_coded(value: str) -> bool:
    return is_nation(value) or value.zfill(2) in _NATION_CODES


def _education_coded(value: str) -> bool:
    return is_education(value) or bool(_EDUCATION_CODE.fullmatch(value))


def _marriage_coded(value: str) -> bool:
    return is_marriage(value) or value in _MARRIAGE_CODES


register(Recogniser("sex", is_sex, special=0.9, named=_sex_coded))
register(Recogniser("nationality", is_nation, special=0.88, named=_nation_coded))
register(Recogniser("education", is_education, special=0.86, named=_education_coded))
register(Recogniser("marriage", is_marriage, special=0.86, named=_marriage_coded))
register(Recogniser("code", is_short, special=0.1, alone=False, whole=_few))
