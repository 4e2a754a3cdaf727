"""An audit on the terminal: the answer first, groups and intervals, leads, what is missing."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from shixiao.fairness import Audit, Cell, metric, named_group
from shixiao.terms import Estimate, Status, Text

SHOWN = 40  # groups in the table
TOLD = 12  # leads of an audit, those with the largest differences first
RATES = ("selection", "tpr", "fpr", "fnr", "ppv")
GROUP, COUNT, EVERYBODY = Text("组", "Group"), Text("件数", "n"), Text("全部", "Everybody")
LEADS = Text(
    "{n} 件决定，{groups} 个组，{comparisons} 项比较（一并校正）：{leads} 条线索。",
    "{n} decisions, {groups} groups, {comparisons} comparisons adjusted together: {leads} leads.",
)
KEY = Text(
    "第二行为 95% 区间；* 为数据不足（分母少于 30）；— 为没有定义；? 为无法评估。",
    "The second line is the 95% interval; * is insufficient (denominator below 30); — is undefined;"
    " ? cannot be assessed.",
)
MORE = Text("另有 {n} 个，见 --json 或 --out。", "Not shown, see --json or --out: {n}.")
NOT = Text("无法评估 {metric}：{reason}", "Not assessable, {metric}: {reason}")
PART = Text("{column} 为 {value}", "{column} {value}")
SAMPLE = Text(
    "从全部 {n} 件决定中随机抽查约 {simple} 件；或各组分别抽查，共 {stratified} 件。"
    "各组错误率的 95% 区间半宽不超过 {width}。",
    "Draw about {simple} of all {n} decisions at random; or draw each group by itself, {stratified}"
    " in all. The 95% interval of each group's error rates is then within ± {width}.",
)
PLAN_HEADS = (
    GROUP,
    Text("占比", "Share"),
    Text("发生率", "True"),
    Text("需查明", "Needed"),
)
WHOLE = Text("全部", "all of it")


def show(
    audit: Audit, parts: Sequence[tuple[str, Audit]], *, by: str | None, language: str
) -> None:
    """Print the audit of the whole, then the answer and the leads of each part."""
    console = _console()
    console.print(_answer(audit).in_language(language), style="bold")
    if audit.ground.why_not is not None:
        console.print(audit.ground.why_not.in_language(language))
    single = [cell for cell in audit.margins if len(cell.group) <= 1]
    console.print(_table(single[: SHOWN + 1], language))
    console.print(KEY.in_language(language))
    if len(single) > SHOWN + 1:
        console.print(MORE.format(n=len(single) - SHOWN - 1).in_language(language))
    _leads(console, audit, language)
    for note in audit.notes:
        console.print(f"· {note.in_language(language)}")
    for one, reason in audit.not_assessable:
        if reason != audit.ground.why_not:
            console.print(f"· {NOT.format(metric=one.name, reason=reason).in_language(language)}")
    for value, part in parts:
        title = PART.format(column=by, value=value).in_language(language)
        console.print(f"{title}: {_answer(part).in_language(language)}", style="bold")
        if part.ground.why_not is not None:
            console.print(part.ground.why_not.in_language(language))
        _leads(console, part, language)


def show_plan(answer: Mapping[str, Any], *, language: str) -> None:
    """Print how many decisions to draw, and of which group."""
    console = _console()
    said = SAMPLE.format(
        n=answer["n"],
        simple=answer["simple"],
        stratified=answer["stratified"],
        width=f"{answer['half_width']:.1%}",
    )
    console.print(said.in_language(language), style="bold")
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for place, head in enumerate(PLAN_HEADS):
        table.add_column(head.in_language(language), justify="right" if place else "left")
    for row in answer["groups"][:SHOWN]:
        whole = f" ({WHOLE.in_language(language)})" if row["all_of_it"] else ""
        table.add_row(
            named_group(row["group"]).in_language(language),
            f"{row['share']:.1%}",
            f"{row['prevalence']:.1%}",
            f"{row['needed']}{whole}",
        )
    console.print(table)
    if len(answer["groups"]) > SHOWN:
        console.print(MORE.format(n=len(answer["groups"]) - SHOWN).in_language(language))


def _console() -> Console:
    """Return the terminal; values of a log are no markup there."""
    return Console(file=sys.stdout, highlight=False, markup=False, emoji=False)


def _answer(audit: Audit) -> Text:
    return LEADS.format(
        n=audit.margins[0].counts["n"],
        groups=len(audit.margins) - 1,
        comparisons=audit.compared.comparisons + audit.scores.comparisons,
        leads=len(audit.findings),
    )


def _table(cells: Sequence[Cell], language: str) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column(GROUP.in_language(language), overflow="fold")
    for head in (COUNT, *(metric(name).name for name in RATES)):
        table.add_column(head.in_language(language), justify="right")
    for cell in cells:
        name = named_group(cell.group) if cell.group else EVERYBODY
        rates = [_shown(cell.rates[rate]) for rate in RATES]
        table.add_row(name.in_language(language), str(cell.counts["n"]), *rates)
    return table


def _shown(rate: Estimate) -> str:
    if rate.status is Status.NOT_ASSESSABLE:
        return "?"
    if rate.value is None:
        return "—"
    mark = "" if rate.ok else "*"
    low, high = 100 * (rate.low or 0.0), 100 * (rate.high or 0.0)
    return f"{100 * rate.value:.1f}%{mark}\n{low:.1f}–{high:.1f}"


def _leads(console: Console, audit: Audit, language: str) -> None:
    ranked = sorted(audit.findings, key=lambda f: -abs(f.estimate.value or 0.0))
    for finding in ranked[:TOLD]:
        p = "" if finding.p_adjusted is None else f" (p = {finding.p_adjusted:.3f})"
        console.print(f"• {finding.text.in_language(language)}{p}")
    if len(ranked) > TOLD:
        console.print(MORE.format(n=len(ranked) - TOLD).in_language(language))
