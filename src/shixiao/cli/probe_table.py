"""What probes saw, on the terminal: the answer first, then what is wrong and what is not known."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.table import Table

from shixiao.rules import RulePack
from shixiao.security.probing import Gravity, ProbeReport
from shixiao.terms import Text

GRAVITIES = {
    Gravity.VETO: Text("一票否决", "Veto"),
    Gravity.HIGH: Text("高", "High"),
    Gravity.MEDIUM: Text("中", "Medium"),
    Gravity.LOW: Text("低", "Low"),
    Gravity.INFO: Text("提示", "Note"),
}
HEADS = (Text("严重程度", "Gravity"), Text("问题", "What is wrong"), Text("位置", "Where"))
NOTHING = Text("没有发现问题。", "Nothing was found wrong.")
NOT_ASSESSED = Text("没有测成：{name}。{reason}", "Not assessed: {name}. {reason}")
LATEST = Text("共发出 {n} 个请求。", "{n} requests were sent.")


def show(report: ProbeReport, rules: RulePack, *, language: str) -> None:
    """Print the answer, the findings, what could not be assessed, and how much was sent."""
    show_findings(report, rules, language=language)
    terminal().print(LATEST.format(n=len(report.sent)).in_language(language))


def show_findings(report: ProbeReport, rules: RulePack, *, language: str) -> None:
    """Print the answer, the findings, and what could not be assessed."""
    console = terminal()
    console.print(answer(report, rules).in_language(language), style="bold")
    if report.faults:
        table = Table(show_lines=True)
        for head in HEADS:
            table.add_column(head.in_language(language), overflow="fold")
        for fault in report.faults:
            table.add_row(
                GRAVITIES[fault.check.severity].in_language(language),
                fault.text.in_language(language),
                fault.seen.locator or "—",
            )
        console.print(table)
    elif report.covered:
        console.print(NOTHING.in_language(language))
    for each in report.probes:
        if each.reason is not None:
            said = NOT_ASSESSED.format(name=each.probe.name, reason=each.reason)
            console.print(f"· {said.in_language(language)}")


def terminal() -> Console:
    """Return the terminal; what stands in reports of strangers is no markup there."""
    return Console(file=sys.stdout, highlight=False, markup=False, emoji=False)


def answer(report: ProbeReport, rules: RulePack) -> Text:
    """Say in one sentence whether anything stands against admission."""
    place, score = str(report.target), report.score(rules)
    if not report.covered:
        missing = sum(each.seen is None for each in report.probes)
        if report.vetoes:
            n = len(report.vetoes)
            return Text(
                f"{place}：有 {n} 项一票否决的问题，另有 {missing} 项没有测成，不能准入。",
                f"{place}: {n} findings refuse admission, and {missing} parts could not be"
                " assessed.",
            )
        return Text(
            f"{place}：{missing} 项必测项目没有测成，不能准入。",
            f"{place}: {missing} mandatory probes could not tell, so it cannot be admitted.",
        )
    if report.vetoes:
        n = len(report.vetoes)
        return Text(
            f"{place}：有 {n} 项一票否决的问题，不能准入（得分 {score:g}）。",
            f"{place}: {n} findings refuse admission (score {score:g}).",
        )
    if report.admissible(rules):
        return Text(
            f"{place}：可以准入，得分 {score:g}。", f"{place}: admissible, score {score:g}."
        )
    least = rules.number("SEC-23")
    return Text(
        f"{place}：得分 {score:g}，低于准入的 {least:g} 分。",
        f"{place}: score {score:g}, below the {least:g} that admission takes.",
    )
