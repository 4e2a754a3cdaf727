"""The reference page of the course: steps, events, what comes before what, clocks and articles."""

from __future__ import annotations

from shixiao.rules import RulePack
from shixiao.voice.decree713.course import Event, table

HEAD = """\
# 重大行政决策的程序 · The course of a major administrative decision

本页由数据生成，与系统所执行的完全一致。条号是《重大行政决策程序暂行条例》（国务院令第 713 号）的。
“之前”一栏的每一项都须已经完成（用“或”连接的有一项即可）；
“之后不再”一栏有一项发生，就不能再办。

This page is made from the data that the site runs on. Articles are those of Decree 713. Everything
in the column “after” has to stand (one of those joined by “or”); once one of the column “until”
stands, it is too late.

## 步骤 · Steps

| 步骤 step | 名称 name | 条 articles | 说明 about |
|---|---|---|---|
"""
EVENTS = """
## 事件 · Events

"""
HEADS = ("事件 event", "名称 name", "条 articles", "之前 after", "之后不再 until", "撤销 undoes",
         "期限 clock", "权限 right")  # fmt: skip


def course_page(rules: RulePack) -> str:
    """Render the course of Decree 713 in both languages."""
    found = table()
    parts = [HEAD]
    parts += [
        f"| `{s.id}` | {s.name.zh}<br>{s.name.en} | {_numbers(s.articles)} |"
        f" {s.about.zh}<br>{s.about.en} |\n"
        for s in found.steps.values()
    ]
    parts += [EVENTS, f"| {' | '.join(HEADS)} |\n", "|---" * len(HEADS) + "|\n"]
    parts += [_row(event, rules) for event in found.events.values()]
    return "".join(parts)


def _row(event: Event, rules: RulePack) -> str:
    after = "<br>".join(" 或 or ".join(f"`{name}`" for name in one) for one in event.after)
    clock = "—"
    if event.rule:
        rule = rules.rule(event.rule)
        clock = f"{rule.name.zh}<br>{rule.name.en} ({event.rule})"
    elif event.clock:
        clock = f"`{event.clock}` 所定之日<br>the day that `{event.clock}` named"
    cells = (
        f"`{event.id}`",
        f"{event.name.zh}<br>{event.name.en}",
        _numbers(event.articles),
        after or "—",
        _names(event.until),
        _names(event.undoes),
        clock,
        f"`{event.right}`",
    )
    return f"| {' | '.join(cells)} |\n"


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "—"


def _numbers(articles: tuple[int, ...]) -> str:
    return ", ".join(map(str, articles))
