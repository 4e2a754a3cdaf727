"""The critique of a scheme on the terminal: the answer first, then a table that can be read."""

from __future__ import annotations

import sys

from rich.console import Console, JustifyMethod
from rich.table import Table

from shixiao.checkup.schemes import (
    STATES,
    Appraisal,
    Judged,
    Reranking,
    Round,
    answer,
    class_name,
)
from shixiao.terms import Text

HEADS = (
    Text("指标", "Indicator"),
    Text("权重", "Weight"),
    Text("类别", "Class"),
    Text("理由", "Reason"),
    Text("建议改为", "Replace by"),
)
MARK = Text("（请复核）", " (look at it)")
RANK_HEADS = (Text("部门", "Department"), Text("原名次", "Before"), Text("去掉做样子之后", "After"))
CONTESTS = Text("异议 {count} 件，未答复 {open} 件", "{count} contests, {open} unanswered")


def show(appraisal: Appraisal, reranking: Reranking, kept: Round | None, *, language: str) -> None:
    """Print the answer, the indicators, the ranking and the notes."""
    console = Console(file=sys.stdout, highlight=False, markup=False, emoji=False)
    console.print(answer(appraisal).in_language(language), style="bold")
    console.print(_indicators(appraisal, language))
    console.print(_classes(appraisal, language))
    if reranking.before or reranking.after:
        console.print(_ranking(reranking, language))
    for note in (*appraisal.scheme.notes, *reranking.notes):
        console.print(f"· {note.in_language(language)}")
    if kept is not None:
        console.print(_round(kept, language))


def _indicators(appraisal: Appraisal, language: str) -> Table:
    table = Table(show_lines=True)
    for head in HEADS:
        justify: JustifyMethod = "right" if head.en == "Weight" else "left"
        # Chinese has no spaces to break at: without folding, rich would cut sentences off.
        table.add_column(head.in_language(language), justify=justify, overflow="fold")
    for item in appraisal.judged:
        table.add_row(*_cells(item, language))
    return table


def _cells(item: Judged, language: str) -> tuple[str, ...]:
    kind = class_name(item.indicator_class).in_language(language)
    instead = item.replace_by.in_language(language) if item.replace_by else ""
    return (
        item.indicator.name,
        f"{item.share:.0%}".replace("%", " %"),
        kind + (MARK.in_language(language) if item.review else ""),
        item.reason.in_language(language),
        instead,
    )


def _classes(appraisal: Appraisal, language: str) -> str:
    parts = (
        f"{class_name(kind).in_language(language)} {share * 100:.0f} %"
        for kind, share in appraisal.weight_by_class.items()
    )
    return (" · ").join(parts)


def _ranking(reranking: Reranking, language: str) -> Table:
    table = Table()
    for head in RANK_HEADS:
        table.add_column(head.in_language(language))
    before = {subject.id: str(place) for place, subject in enumerate(reranking.before, 1)}
    for place in reranking.after:
        span = str(place.low) if place.low == place.high else f"{place.low}–{place.high}"
        table.add_row(
            place.subject.name.in_language(language), before.get(place.subject.id, ""), span
        )
    if not reranking.after:
        for subject in reranking.before:
            table.add_row(subject.name.in_language(language), before[subject.id], "")
    return table


def _round(kept: Round, language: str) -> str:
    waiting = sum(contest.answer is None for contest in kept.contests)
    told = CONTESTS.format(count=len(kept.contests), open=waiting).in_language(language)
    label = "本轮" if language == "zh" else "Round"
    return f"{label}: {STATES[kept.state].in_language(language)} · {told}"
