"""Read the State Council's yearly holiday notice (国务院办公厅关于……部分节假日安排的通知)."""

from __future__ import annotations

import re
from datetime import date, timedelta

from shixiao.rules.days import DayKind, DayRow
from shixiao.terms import BadInput, Text

#: English names of the holidays that notices announce.
HOLIDAYS = {
    "元旦": "New Year's Day",
    "春节": "Spring Festival",
    "清明节": "Tomb-Sweeping Day",
    "劳动节": "Labour Day",
    "端午节": "Dragon Boat Festival",
    "中秋节": "Mid-Autumn Festival",
    "国庆节": "National Day",
}

_YEAR = re.compile(r"(\d{4})年部分节假日安排")
_SECTION = re.compile(r"[一二三四五六七八九十]+、([^：:\n]{2,12})[：:]([^\n]*)")
_DAY = r"(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日(?:[（(]([^）)]*)[）)])?"
_SPAN = re.compile(rf"{_DAY}(?:至{_DAY})?")
_LENGTH = re.compile(r"(?:共|放假)(\d+)天")
_WEEKDAYS = "一二三四五六日"


def import_notice(text: str) -> tuple[DayRow, ...]:
    """Return the days off and the make-up days that a notice announces, sorted by day.

    The weekdays and the “共N天” that the notice itself states are checked against the calendar,
    so a slip in copying it is found. Advice (“鼓励……”) is left out: it changes no working day.

    Args:
        text: the plain text of the notice, one numbered section (“一、元旦：……”) per line.

    Raises:
        BadInput: the text is no such notice, or it contradicts itself.
    """
    year = _YEAR.search(re.sub(r"\s+", "", text))
    sections = _SECTION.findall(re.sub(r"[ \t\u3000]+", "", text))
    if year is None or not sections:
        raise BadInput(
            Text(
                "不是国务院办公厅关于部分节假日安排的通知",
                "is not a State Council notice on holiday arrangements",
            )
        )
    rows: dict[date, DayRow] = {}
    for name, body in sections:
        for row in _section(_holiday_name(name), body, int(year[1])):
            if row.day in rows:
                raise _contradiction(name, f"{row.day} 重复出现", f"{row.day} appears twice")
            rows[row.day] = row
    return tuple(rows[day] for day in sorted(rows))


def _section(name: Text, body: str, year: int) -> list[DayRow]:
    rows: list[DayRow] = []
    for sentence in body.split("。"):
        if sentence.startswith("鼓励"):
            continue
        if "上班" in sentence:
            days = [day for part in sentence.split("、") for day in _span(part, name.zh, year)]
            rows += [DayRow(day, DayKind.MAKEUP, name) for day in days]
        elif "放假" in sentence:
            days = _span(sentence, name.zh, year)
            stated = _LENGTH.search(sentence)
            if stated is not None and int(stated[1]) != len(days):
                raise _contradiction(
                    name.zh,
                    f"写明{stated[1]}天，日期却有{len(days)}天",
                    f"says {stated[1]} days, but its dates span {len(days)}",
                )
            rows += [DayRow(day, DayKind.HOLIDAY, name) for day in days]
    if not any(row.kind is DayKind.HOLIDAY for row in rows):
        raise _contradiction(name.zh, "没有读到放假日期", "gives no day off")
    return rows


def _span(sentence: str, name: str, year: int) -> list[date]:
    """Return the days of “[Y年]M月D日[至[Y年][M月]D日]”; what is left out carries over."""
    found = _SPAN.search(sentence)
    if found is None or found[2] is None:
        return []
    first = _day(found[1] or str(year), found[2], found[3], found[4], name)
    if found[7] is None:
        return [first]
    last_year = found[5] or str(first.year)
    last = _day(last_year, found[6] or found[2], found[7], found[8], name)
    if last < first:
        raise _contradiction(name, "结束早于开始", "ends before it starts")
    return [first + timedelta(days=step) for step in range((last - first).days + 1)]


def _day(year: str, month: str, day: str, remark: str | None, name: str) -> date:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        raise _contradiction(
            name,
            f"没有{year}年{month}月{day}日这一天",
            f"there is no day {year}-{month}-{day}",
        ) from None
    weekday = re.search(rf"(?:周|星期)([{_WEEKDAYS}])", remark or "")
    if weekday is not None and weekday[1] != _WEEKDAYS[found.weekday()]:
        raise _contradiction(
            name,
            f"{found} 不是星期{weekday[1]}",
            f"{found} is not the weekday it states (星期{weekday[1]})",
        )
    return found


def _holiday_name(name: str) -> Text:
    """Return the name of a section; two holidays may share one (“国庆节、中秋节”)."""
    names = re.split(r"[、和]", name)
    for single in names:
        if single not in HOLIDAYS:
            raise _contradiction(name, "不认识的节日名称", "is no holiday name known here")
    return Text(name, " and ".join(HOLIDAYS[single] for single in names))


def _contradiction(name: str, zh: str, en: str) -> BadInput:
    return BadInput(Text(f"通知中“{name}”一节：{zh}", f"section “{name}” of the notice: {en}"))
