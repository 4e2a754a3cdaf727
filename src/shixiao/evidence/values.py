"""How one column is read: an SQL expression per type of the package and type of the file.

Typed columns pass with hardly any work; only text is parsed. Two traps of DuckDB 1.5 are avoided
here: casting text to TIMESTAMP drops a zone offset without a word, and casting text to an integer
rounds fractions and accepts ``0x1F`` and ``1_000``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from shixiao.evidence.schema import Column
from shixiao.evidence.sql import literal

BLANK = " \t\r\n\u3000\u00a0"
INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
FLOATS = ("FLOAT", "DOUBLE")
NAIVE_TYPES = ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "DATE")
ZONED_TYPE = "TIMESTAMP WITH TIME ZONE"
UTC_ZONES = ("UTC", "Etc/UTC")
NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?"
INTEGER = r"[+-]?\d{1,18}(\.0*)?"
DAY = r"\d{4}[-/]\d{1,2}[-/]\d{1,2}"
CLOCK = r"\d{1,2}:\d{1,2}(:\d{1,2}(\.\d{1,9})?)?"
NAIVE = rf"^{DAY}([T ] *{CLOCK})?$"
ZONED = rf"^{DAY}[T ] *{CLOCK} *([zZ]|[+-]\d{{2}}(:?\d{{2}})?)$"
SETTLED_DAYS = 36_525  # a hundred years from 1970: a zone that still changes does so in there
LAST_SETTLED = 2025
TRUE = ("1", "1.0", "true", "t", "yes", "y", "是")
FALSE = ("0", "0.0", "false", "f", "no", "n", "否")


@dataclass(frozen=True, slots=True)
class Reading:
    """SQL expressions over one column of a file.

    Attributes:
        column: what it should be.
        cell: the quoted column.
        value: the typed value, NULL where it cannot be read.
        present: whether the cell holds anything.
        shown: the cell as text, for messages.
        checked: whether a present value may turn out unreadable.
        zoned: for times as text, whether the cell names a zone; else None.
        few: whether text stands for one of a few values, so that checking each of the different
            texts once is cheaper than checking every row.
    """

    column: Column
    cell: str
    value: str
    present: str
    shown: str
    checked: bool
    zoned: str | None = None
    few: bool = False


def reading(column: Column, kind: str, cell: str, *, zone: str) -> Reading:
    """Say how to read ``cell`` (a quoted column of DuckDB type ``kind``) as ``column``.

    Naive times are read in ``zone``; all times come out as TIMESTAMP in UTC.
    """
    is_text = kind == "VARCHAR"
    text = as_text(kind, cell)
    present = f"{cell} IS NOT NULL"
    if is_text:
        # Trimming millions of cells only to see that they hold something is slow; most begin with
        # a visible ASCII character, and comparing the first byte settles those.
        present = (
            f"CASE WHEN {cell} >= '!' AND {cell} < chr(127) THEN true ELSE {text} IS NOT NULL END"
        )
    zoned = None
    if column.type in ("date", "datetime"):
        if kind in NAIVE_TYPES or kind == ZONED_TYPE:
            value, checked = _typed_time(column.type, kind, cell, zone), False
        else:
            cleaned = _cleaned_time(text)
            zoned = f"regexp_matches({cleaned}, {literal(ZONED)})"
            value, checked = _parsed_time(column.type, cleaned, zone), True
    elif column.type == "string":
        value, checked = (_choice(column, text, cell), True) if column.enum else (text, False)
        if column.is_list:
            value = f"replace({value}, '；', ';')"
    elif column.type == "boolean":
        value, checked = (cell, False) if kind == "BOOLEAN" else (_boolean(text), True)
    else:
        value, checked = _number(column.type, kind, cell, text)
    few = checked and is_text and (bool(column.enum) or column.type == "boolean")
    return Reading(column, cell, value, present, text, checked, zoned, few)


def value_of_text(column: Column | None, cell: str) -> str:
    """Return how a text cell is read where only different texts are looked at, each once."""
    text = as_text("VARCHAR", cell)
    return _choice(column, text, cell) if column is not None and column.enum else text


def as_text(kind: str, cell: str) -> str:
    """Return a cell as trimmed text, NULL when blank; whole floats carry no decimal point."""
    if kind == "VARCHAR":
        return f"nullif(trim({cell}, {literal(BLANK)}), '')"
    if kind in FLOATS:
        whole = f"isfinite({cell}) AND abs({cell}) < 9e15 AND {cell} = trunc({cell})"
        return (
            f"CASE WHEN {whole} THEN CAST(CAST({cell} AS BIGINT) AS VARCHAR)"
            f" WHEN NOT isnan({cell}) THEN CAST({cell} AS VARCHAR) END"
        )
    return f"CAST({cell} AS VARCHAR)"


def _utc(instant: str) -> str:
    # Arithmetic on microseconds costs a third of a second timezone() and knows no session zone.
    return f"make_timestamp(epoch_us({instant}))"


def _typed_time(wanted: str, kind: str, cell: str, zone: str) -> str:
    finite = f"CASE WHEN isfinite({cell}) THEN {cell} END"
    if wanted == "date":
        local = f"timezone({literal(zone)}, {finite})" if kind == ZONED_TYPE else finite
        return f"CAST({local} AS DATE)"
    if kind == ZONED_TYPE:
        return _utc(finite)
    plain = f"CAST({finite} AS TIMESTAMP)"
    if zone in UTC_ZONES:
        return plain
    looked_up = _utc(f"timezone({literal(zone)}, {plain})")
    settled = settled_offset(zone)
    if settled is None:
        return looked_up
    # Looking the zone up row by row costs seven times as much as taking off what is always taken.
    since, offset = settled
    moved = f"make_timestamp(epoch_us({plain}) - {offset})"
    return f"CASE WHEN {plain} >= TIMESTAMP '{since}' THEN {moved} ELSE {looked_up} END"


@cache
def settled_offset(zone: str) -> tuple[date, int] | None:
    """Return since when a zone has had one offset from UTC, and the offset in microseconds.

    None where the offset still changes: China's has been one since 1991, most of Europe has two.
    """
    place = ZoneInfo(zone)
    days = [datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=n) for n in range(SETTLED_DAYS)]
    offsets = [day.astimezone(place).utcoffset() for day in days]
    changes = [n for n in range(1, SETTLED_DAYS) if offsets[n] != offsets[n - 1]]
    # Two days later no clock anywhere can still be on the other side of the change.
    since = days[min(changes[-1] + 2, SETTLED_DAYS - 1)].date() if changes else days[0].date()
    offset = offsets[-1]
    if offset is None or since.year > LAST_SETTLED:
        return None
    return since, int(offset / timedelta(microseconds=1))


def _cleaned_time(text: str) -> str:
    """Write ``2024年1月5日 9时3分5秒`` as ``2024-1-5 9:3:5``; leave all else as it is."""
    digits = f"translate({text}, '年月日时点分：秒', '-- ::::')"
    chinese = f"regexp_replace(trim(regexp_replace({digits}, '  +', ' ')), ':$', '')"
    return f"CASE WHEN contains({text}, '年') THEN {chinese} ELSE {text} END"


def _parsed_time(wanted: str, text: str, zone: str) -> str:
    naive = f"try_cast({text} AS TIMESTAMP)"
    # DuckDB wants seconds before a zone, and no space.
    tight = f"regexp_replace({text}, ' +([zZ]|[+-][0-9:]+)$', '\\1')"
    full = f"regexp_replace({tight}, '([T ]\\d{{1,2}}:\\d{{1,2}})([zZ+-])', '\\1:00\\2')"
    instant = f"coalesce(try_cast({text} AS TIMESTAMPTZ), try_cast({full} AS TIMESTAMPTZ))"
    if wanted == "date":
        naive = f"CAST({naive} AS DATE)"
        instant = f"CAST(timezone({literal(zone)}, {instant}) AS DATE)"
    else:
        if zone not in UTC_ZONES:
            naive = _utc(f"timezone({literal(zone)}, {naive})")
        instant = _utc(instant)
    return (
        f"CASE WHEN regexp_matches({text}, {literal(NAIVE)}) THEN {naive}"
        f" WHEN regexp_matches({text}, {literal(ZONED)}) THEN {instant} END"
    )


def _choice(column: Column, text: str, cell: str) -> str:
    """Accept the value itself and its name in either language, whatever the case of letters."""
    # Most files write the values as they are: these need neither trimming nor lower case.
    plain = ", ".join(literal(choice.value) for choice in column.enum)
    lines = [f"WHEN {cell} IN ({plain}) THEN {cell}"]
    for choice in column.enum:
        names = dict.fromkeys((choice.value, choice.title.zh, choice.title.en.lower()))
        listed = ", ".join(literal(name) for name in names)
        lines.append(f"WHEN lower({text}) IN ({listed}) THEN {literal(choice.value)}")
    return f"CASE {' '.join(lines)} END"


def _boolean(text: str) -> str:
    def among(values: tuple[str, ...]) -> str:
        return f"lower({text}) IN ({', '.join(literal(value) for value in values)})"

    return f"CASE WHEN {among(TRUE)} THEN true WHEN {among(FALSE)} THEN false END"


def _number(wanted: str, kind: str, cell: str, text: str) -> tuple[str, bool]:
    """Return the expression of a number and whether a present value may fail."""
    if kind in INTEGERS or kind == "BOOLEAN":
        return f"CAST({cell} AS {'BIGINT' if wanted == 'integer' else 'DOUBLE'})", False
    if wanted == "integer":
        return (
            f"CASE WHEN regexp_full_match({text}, {literal(INTEGER)})"
            f" THEN try_cast(split_part({text}, '.', 1) AS BIGINT) END",
            True,
        )
    if kind in FLOATS:
        return f"CASE WHEN isfinite({cell}) THEN CAST({cell} AS DOUBLE) END", False
    return (
        f"CASE WHEN regexp_full_match({text}, {literal(NUMBER)})"
        f" THEN try_cast({text} AS DOUBLE) END",
        True,
    )
