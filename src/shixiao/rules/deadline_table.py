"""A table of due days around the holidays of a year, made by the clocks that the site runs on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from shixiao.rules.calendar import WorkingCalendar
from shixiao.rules.clocks import Clock, Suspension
from shixiao.rules.pack import RulePack

HEAD = """\
# 共享期限对照表 · Due days of data sharing

由系统所用的时钟生成：起算日不计，休息日和调休按公布的日历。“停 5 天”是起算次日起因补正停止
计时五个自然日。期限规则见 [规则](rules.md)。

Made by the clocks that the site runs on: the day of start is not counted, and holidays and make-up
days are those of the announced calendar. “Stopped” means that the clock stood still for five
calendar days from the day after the start. The rules stand in [rules](rules.md).

| 规则 rule | 起算日 start | 到期 due | 最长延长后 extended | 停 5 天 stopped |
|---|---|---|---|---|
"""
STOPPED = 5


def deadline_table(
    pack: RulePack, calendar: WorkingCalendar, *, rules: Sequence[str], starts: Sequence[date]
) -> str:
    """Return the table as Markdown.

    Args:
        pack: the rules.
        calendar: working days.
        rules: ids of rules in days.
        starts: days on which a period starts, such as the last before a holiday.
    """
    return HEAD + "".join(_row(pack, calendar, rule, start) for rule in rules for start in starts)


def _row(pack: RulePack, calendar: WorkingCalendar, name: str, start: date) -> str:
    rule = pack.rule(name)
    clock = Clock.of(rule)
    first = start + timedelta(days=1)
    stop = Suspension(first, start + timedelta(days=STOPPED))
    due = clock.deadline(start, calendar).due
    longest = clock.extension_limit
    extended = (
        f"{clock.deadline(start, calendar, extension=longest).due} (+{longest})" if longest else "—"
    )
    stopped = clock.deadline(start, calendar, suspensions=[stop]).due
    names = f"{rule.name.zh} {rule.name.en}"
    return f"| `{name}` {names} | {start} | {due} | {extended} | {stopped} |\n"
