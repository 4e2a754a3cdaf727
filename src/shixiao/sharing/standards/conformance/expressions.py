"""Each check as an Ibis expression over texts, the same on DuckDB and on Spark.

An expression says of a row whether the rule speaks of it, and whether the row breaks it. Nothing is
cast that could fail: a number is cast after a pattern has let it through.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ibis

from shixiao.sharing.standards.conformance.rule import Check, TableRule

Expression = Any  # Ibis ships no type information
Parts = tuple[Expression, Expression]
NUMBER = r"^[+-]?[0-9]{1,15}(\.[0-9]{1,12})?$"
DIGITS = r"[^0-9]"
LONGEST = 14  # digits of a time to the second
BAD_DIGIT = "bad_digit_"  # columns that ``digits`` joins


def parts_of(rule: TableRule, table: Expression, place: int) -> Parts:
    """Return (the rule speaks of the row, the row breaks it) for the rule in this place."""
    if rule.check is Check.CHECK_DIGIT:
        given = table[rule.column].notnull()
        return given, given & table[f"{BAD_DIGIT}{place}"].notnull()
    return _PARTS[rule.check](rule, table)


def _required(rule: TableRule, table: Expression) -> Parts:
    return ibis.literal(True), table[rule.column].isnull()


def _unique(rule: TableRule, table: Expression) -> Parts:
    given = table[rule.column].notnull()
    return given, given & (table[rule.column].count().over(group_by=table[rule.column]) > 1)


def _format(rule: TableRule, table: Expression) -> Parts:
    value = table[rule.column]
    given, wrong = value.notnull(), ~value.re_search(f"^(?:{rule.pattern})$")
    if rule.low is not None:
        wrong |= value.length() < rule.low
    if rule.high is not None:
        wrong |= value.length() > rule.high
    return given, given & wrong


def _codes(rule: TableRule, table: Expression) -> Parts:
    given = table[rule.column].notnull()
    return given, given & ~table[rule.column].isin(list(rule.codes))


def _range(rule: TableRule, table: Expression) -> Parts:
    given = table[rule.column].notnull()
    written = table[rule.column].re_search(NUMBER)
    number = ibis.ifelse(written, table[rule.column], ibis.null("string")).cast("float64")
    outside = ~written
    if rule.low is not None:
        outside |= number < rule.low
    if rule.high is not None:
        outside |= number > rule.high
    return given, given & outside


def _birth_date(rule: TableRule, table: Expression) -> Parts:
    number = table[rule.other]
    digits = table[rule.column].re_replace(DIGITS, "")
    both = table[rule.column].notnull() & number.notnull()
    speaks = both & (number.length() == 18) & (digits.length() >= 8)
    return speaks, speaks & (digits.substr(0, 8) != number.substr(6, 8))


def _sex(rule: TableRule, table: Expression) -> Parts:
    number, sex = table[rule.other], table[rule.column]
    male, female = sex.isin(["1", "男", "男性"]), sex.isin(["2", "女", "女性"])
    speaks = number.notnull() & (number.length() == 18) & (male | female)
    odd = number.substr(16, 1).isin(["1", "3", "5", "7", "9"])
    return speaks, speaks & ((odd & female) | (~odd & male))


def _not_before(rule: TableRule, table: Expression) -> Parts:
    later, earlier = (_moment(table[name]) for name in (rule.column, rule.other))
    speaks = (later.length() == LONGEST) & (earlier.length() == LONGEST)
    speaks &= table[rule.column].notnull() & table[rule.other].notnull()
    return speaks, speaks & (later < earlier)


def _moment(column: Expression) -> Expression:
    """Return the digits of a day or a time, filled up to seconds; shorter for anything else."""
    digits = column.re_replace(DIGITS, "")
    return ibis.ifelse(digits.length() >= 8, (digits + "000000").substr(0, LONGEST), digits)


def _equals(rule: TableRule, table: Expression) -> Parts:
    both = table[rule.column].notnull() & table[rule.other].notnull()
    return both, both & (table[rule.column] != table[rule.other])


_PARTS: dict[Check, Callable[[TableRule, Expression], Parts]] = {
    Check.REQUIRED: _required,
    Check.UNIQUE: _unique,
    Check.FORMAT: _format,
    Check.CODES: _codes,
    Check.RANGE: _range,
    Check.BIRTH_DATE: _birth_date,
    Check.SEX: _sex,
    Check.NOT_BEFORE: _not_before,
    Check.EQUALS: _equals,
}
