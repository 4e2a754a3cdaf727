"""Numbers with a check: resident identity numbers, credit codes, bank cards, passports.

Source: GB 11643-1999 and ISO 7064 MOD 11-2 (18 digits; 15 before 1999), GB 32100-2015 (credit
codes), ISO/IEC 7812-1 (bank cards, Luhn); computed by python-stdnum.
"""

from __future__ import annotations

import re
from datetime import date

from stdnum import luhn
from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError

from shixiao.sharing.recognition.register import Recogniser, register, vocabulary
from shixiao.sharing.recognition.values import solid
from shixiao.sharing.recognition.whole import no_series

_NUMBER = re.compile(r"\d{17}[\dX]")
_OLD = re.compile(r"\d{15}")
_CARD = re.compile(r"(?:62|4|5[1-5]|9|3[0-9])\d{13,17}")
_PASSPORT = re.compile(r"(?:E[A-HJ-NP-Z0-9]\d{7}|[DGPS]\d{8}|[DPS]E\d{7}|1[45]\d{7})")


def is_id_number(value: str) -> bool:
    """Return whether a value is a resident identity number with its date and check digit."""
    number = solid(value)
    if number[:2] not in vocabulary("provinces"):
        return False
    if _OLD.fullmatch(number):
        return _is_date("19" + number[6:12])
    if not _NUMBER.fullmatch(number) or not _is_date(number[6:14]):
        return False
    return bool(ric.calc_check_digit(number) == number[17])


def is_credit_code(value: str) -> bool:
    """Return whether a value is a unified social credit code with its check character."""
    number = solid(value)
    if len(number) != 18 or number[2:4] not in vocabulary("provinces") | {"10"}:
        return False
    try:
        uscc.validate(number)
    except ValidationError:
        return False
    return True


def is_bank_card(value: str) -> bool:
    """Return whether a value has the form and the Luhn digit of a bank card."""
    number = solid(value)
    return bool(_CARD.fullmatch(number)) and bool(luhn.is_valid(number))


def is_passport(value: str) -> bool:
    """Return whether a value has the form of a Chinese passport's number."""
    return bool(_PASSPORT.fullmatch(solid(value)))


def _is_date(digits: str) -> bool:
    try:
        found = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return False
    return 1880 <= found.year <= 2100


register(Recogniser("id_number", is_id_number, special=1.0))
register(Recogniser("credit_code", is_credit_code, special=0.98))
register(Recogniser("bank_card", is_bank_card, special=0.85, whole=no_series))
register(Recogniser("passport", is_passport, special=0.7, whole=no_series))
