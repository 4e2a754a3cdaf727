"""A design check on the terminal: the answer, the gravest services, and what the package lacks."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from rich.box import SIMPLE_HEAD
from rich.console import Console, JustifyMethod
from rich.table import Table

from shixiao.checkup.design import DesignCheck, answer
from shixiao.checkup.design.checking import WORST_FIRST
from shixiao.checkup.design.judging import COPIED, WORSE, Judged
from shixiao.checkup.design.wording import texts
from shixiao.terms import SubjectKind, Text

SHOWN = 40  # services in the table
TOLD = 10  # copies and heavier services that are told in full
HEADS = (
    Text("事项", "Service"),
    Text("结论", "Verdict"),
    Text("留下", "Kept"),
    Text("时间", "Time"),
    Text("已有", "Held"),
    Text("到场", "Visits"),
    Text("签章", "Signed"),
)
KEY = Text(
    "留下：窗口要求中网上照样要的；时间：申请人网上所费时间是窗口的几倍；已有：网上所要数据中其他部门"
    "已有的；到场、签章：网上仍要的。",
    "Kept: of what the counter asks for. Time: online over counter. Held: of the data asked for "
    "online, by other departments. Visits, signed: what remains online.",
)
MORE = Text("另有 {n} 个事项，见 --json 或 --out。", "Not shown, see --json or --out: {n}.")
LACKING = Text("{what}：{n} 个", "{what}: {n}")


def show(check: DesignCheck, *, language: str) -> None:
    """Print the answer, a table of services, copies in full, targets, and what is missing."""
    console = Console(file=sys.stdout, highlight=False, markup=False, emoji=False)
    console.print(answer(check).in_language(language), style="bold")
    order = {name: place for place, name in enumerate(WORST_FIRST)}
    ranked = sorted(check.judged, key=lambda one: order.get(one.verdict, len(order)))
    if ranked:
        console.print(_table(ranked[:SHOWN], language))
        console.print(KEY.in_language(language))
    if len(ranked) > SHOWN:
        console.print(MORE.format(n=str(len(ranked) - SHOWN)).in_language(language))
    for one in [one for one in ranked if one.verdict in (COPIED, WORSE)][:TOLD]:
        console.print(one.service.subject.name.in_language(language), style="bold")
        for ground in one.grounds:
            console.print(f"  {ground.in_language(language)}")
    notes = [note.in_language(language) for note in check.notes]
    for line in (
        *notes,
        *_apps(check, language),
        *_targets(check, language),
        *_lacking(check, language),
    ):
        console.print(f"· {line}")


def _table(judged: list[Judged], language: str) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for place, head in enumerate(HEADS):
        justify: JustifyMethod = "left" if place < 2 else "right"
        name = head.in_language(language)
        # Only names of services are broken into lines.
        table.add_column(name, justify=justify, overflow="fold", no_wrap=place > 0)
    for one in judged:
        table.add_row(
            one.service.subject.name.in_language(language),
            texts("short")[one.verdict].in_language(language),
            f"{one.kept}/{one.compared}" if one.pairs else "—",
            _ratio(one),
            f"{len(one.elsewhere)}/{one.asked}" if one.catalogued else "—",
            str(len(one.visits)),
            str(len(one.signatures)),
        )
    return table


def _ratio(one: Judged) -> str:
    ratio = one.burden.ratio if one.burden else None
    if ratio is None or ratio.low is None or ratio.high is None:
        return "—"
    return f"{ratio.low:.2f}–{ratio.high:.2f}"


def _apps(check: DesignCheck, language: str) -> Iterator[str]:
    for verdict in check.verdicts:
        if verdict.subject.kind is SubjectKind.APP:
            name = verdict.subject.name.in_language(language)
            yield f"{name}: {verdict.text.in_language(language)}"


def _targets(check: DesignCheck, language: str) -> Iterator[str]:
    for promise in check.promises:
        name = promise.subject.name.in_language(language)
        state = texts("states")[promise.state].in_language(language)
        mark = "；" if language == "zh" else "; "
        why = mark.join(text.in_language(language) for text in promise.why)
        target = promise.target
        measure = target.measure.name.in_language(language) if target else ""
        head = f"{name} · {measure or promise.registered.measure}: {state}"
        yield f"{head} ({why})" if why else head


def _lacking(check: DesignCheck, language: str) -> Iterator[str]:
    """Say each thing that is missing once, with the number of those who lack it."""
    told = {text for promise in check.promises for text in promise.why}
    counts: dict[Text, int] = {}
    for verdict in check.verdicts:
        for text in verdict.missing:
            if text not in told:
                counts[text] = counts.get(text, 0) + 1
    for text, n in counts.items():
        yield LACKING.format(n=str(n), what=text).in_language(language)
