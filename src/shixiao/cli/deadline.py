"""`shixiao deadline`: the last day of a statutory period, with every day accounted for."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from itertools import pairwise

import click

from shixiao.rules import Deadline, Suspension, Unit, load_calendar
from shixiao.rules import deadline as count_deadline
from shixiao.rules.calendar import WorkingCalendar
from shixiao.settings import Settings
from shixiao.terms import BadInput, Text

_WEEKDAYS = (
    Text("星期一", "Monday"),
    Text("星期二", "Tuesday"),
    Text("星期三", "Wednesday"),
    Text("星期四", "Thursday"),
    Text("星期五", "Friday"),
    Text("星期六", "Saturday"),
    Text("星期日", "Sunday"),
)
_UNITS = {
    Unit.WORKING: Text("{n} 个工作日", "{n} working day(s)"),
    Unit.CALENDAR: Text("{n} 日（日历日）", "{n} calendar day(s)"),
}


@click.command("deadline")
@click.option("--from", "start", required=True, metavar="DATE", help="起始日 Day of the event.")
@click.option("--working-days", type=int, metavar="N", help="工作日数 Working days to count.")
@click.option("--days", type=int, metavar="N", help="日历日数 Calendar days to count.")
@click.option(
    "--suspend",
    multiple=True,
    metavar="FROM:TO[:REASON]",
    help="中止计时的期间，可重复 Days that do not count (repeatable).",
)
@click.option("--extend", type=int, default=0, metavar="N", help="延长 Further days to count.")
@click.option(
    "--calendar",
    default="cn",
    show_default=True,
    metavar="NAME|FILE",
    help="日历 cn, weekdays, none or a CSV file.",
)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON Print one JSON document.")
def deadline(
    *,
    start: str,
    working_days: int | None,
    days: int | None,
    suspend: tuple[str, ...],
    extend: int,
    calendar: str,
    as_json: bool,
) -> None:
    """计算法定期限的到期日 Count a statutory period and say when it is due.

    The day of start is not counted; a period of calendar days that ends on a holiday moves to the
    next working day.
    """
    length, unit = _length(working_days, days)
    days_of = load_calendar(calendar)
    answer = count_deadline(
        start=_day(start, "--from"),
        length=length,
        unit=unit,
        calendar=days_of,
        suspensions=[_suspension(text) for text in suspend],
        extension=extend,
    )
    if as_json:
        click.echo(json.dumps(to_json(answer), ensure_ascii=False, indent=2))
        return
    language = Settings.from_environment().language
    for line in _lines(answer, unit, days_of):
        click.echo(line.in_language(language))


def to_json(answer: Deadline) -> dict[str, object]:
    """Return the contract form ``{"due", "provisional", "counted", "skipped"}``."""
    return {
        "due": answer.due.isoformat(),
        "provisional": answer.provisional,
        "counted": answer.counted,
        "skipped": [
            {"date": day.isoformat(), "reason": reason.to_json()} for day, reason in answer.skipped
        ],
    }


def _length(working_days: int | None, days: int | None) -> tuple[int, Unit]:
    if working_days is not None and days is None:
        return working_days, Unit.WORKING
    if days is not None and working_days is None:
        return days, Unit.CALENDAR
    raise BadInput(
        Text("请在 --working-days 和 --days 中选且仅选一个", "give either --working-days or --days")
    )


def _day(text: str, option: str) -> date:
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
            return date.fromisoformat(text)
    except ValueError:
        pass  # the right form for a day that does not exist, said below like any other
    raise BadInput(
        Text(
            f"{option} 的“{text}”不是日期；请写成 2026-02-12",
            f"“{text}” of {option} is no date; write it as 2026-02-12",
        )
    )


def _suspension(text: str) -> Suspension:
    start, _, rest = text.partition(":")
    end, _, reason = rest.partition(":")
    first, last = _day(start, "--suspend"), _day(end, "--suspend")
    return Suspension(first, last, Text.of(reason)) if reason.strip() else Suspension(first, last)


def _lines(answer: Deadline, unit: Unit, calendar: WorkingCalendar) -> list[Text]:
    counted = _UNITS[unit].format(n=answer.counted)
    lines = [
        Text("到期日：{due}（{weekday}）", "Due: {due} ({weekday})").format(
            due=answer.due, weekday=_WEEKDAYS[answer.due.weekday()]
        ),
        Text("计入：{counted}", "Counted: {counted}").format(counted=counted),
    ]
    if answer.skipped:
        lines.append(Text("不计入或不得届满的日子：", "Not counted, or no day to end on:"))
        lines += [Text(f"  {span} {why.zh}", f"  {span} {why.en}") for span, why in _spans(answer)]
    last = calendar.last_announced
    for year in answer.unannounced:
        if last is None or year > last:
            wording = Text(
                "暂定：{year}年的放假通知尚未公布",
                "provisional: the holiday notice for {year} is not out yet",
            )
        else:
            wording = Text(
                "暂定：日历中没有{year}年的放假安排",
                "provisional: the calendar has no holidays of {year}",
            )
        lines.append(wording.format(year=year))
    return lines


def _spans(answer: Deadline) -> list[tuple[str, Text]]:
    """Join neighbouring days that share a reason: ``2026-02-15–02-23``."""
    starts = [0] + [
        index
        for index, ((day, why), (next_day, next_why)) in enumerate(pairwise(answer.skipped), 1)
        if next_day != day + timedelta(days=1) or next_why != why
    ]
    spans = []
    for start, stop in pairwise([*starts, len(answer.skipped)]):
        (first, why), (last, _) = answer.skipped[start], answer.skipped[stop - 1]
        spans.append((_span(first, last), why))
    return spans


def _span(first: date, last: date) -> str:
    if first == last:
        return str(first)
    return f"{first}–{last:%m-%d}" if first.year == last.year else f"{first}–{last}"
