"""The weekly briefing of cases, for a meeting: what moved, what is overdue, where it waits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from django.db.models import Count, QuerySet
from django.utils import timezone

from shixiao.exports import Document
from shixiao.records.models import Case, Step
from shixiao.terms import Text
from shixiao.web.cases.board import answer, department_tallies
from shixiao.web.cases.board_tables import COLUMNS, DAYS, case_cells, named_kind
from shixiao.web.cases.papers import INSPECTORATE, Issue
from shixiao.workflows.cases.overview import (
    SUPERVISED,
    Tally,
    Watched,
    kind_of,
    stays,
    tallies,
    tally,
)

MOVES = {
    "file": Text("立案", "filed"),
    "close": Text("销号", "closed"),
    "override": Text("例外销号", "closed against the numbers"),
    "reopen": Text("重新立案", "reopened"),
    "decide": Text("作出问责决定", "decided on"),
}
MOST = 40


def briefing(cases: Sequence[Watched], chosen: QuerySet[Case], issue: Issue) -> bytes:
    """Return the briefing as DOCX.

    Args:
        cases: open ones.
        chosen: all that it is about, ended ones too.
        issue: language and day; the seven days before it are “the week”.
    """
    speech = issue.speech
    title = speech.t("案件办理情况周报", "Cases: weekly briefing")
    document = Document(title=title, chinese=speech.language == "zh")
    document.title(title)
    document.paragraph(speech.say(answer(tally(cases))))
    document.paragraph(_week(chosen, issue))
    heads = _heads(issue, "departments")
    document.heading(speech.t("一、各部门", "1. By department"))
    document.table(heads, [_row(issue, n, c) for _, n, c in department_tallies(list(cases))])
    document.heading(speech.t("二、各类问题", "2. By kind"))
    kinds = [_row(issue, named_kind(k), c) for k, c in tallies(cases, kind_of)]
    document.table(_heads(issue, "kinds"), kinds)
    document.heading(speech.t("三、督办案件", "3. Supervised cases"))
    _supervised(document, cases, issue)
    document.heading(speech.t("四、每个环节的时间", "4. Days in each state"))
    document.table(_heads(issue, "states")[:4], _stays(chosen, issue))
    document.signature(issue.name_of("inspectorate", INSPECTORATE), issue.date(issue.day))
    return document.to_bytes()


def _week(chosen: QuerySet[Case], issue: Issue) -> str:
    end = timezone.make_aware(datetime.combine(issue.day, time.min))
    steps = Step.objects.filter(case__in=chosen.order_by().values("pk"), verb__in=MOVES)
    within = steps.filter(at__gte=end - timedelta(days=7), at__lt=end).order_by()
    counts = dict(within.values_list("verb").annotate(Count("pk")))
    speech = issue.speech
    said = [
        speech.t(f"{name.zh} {counts[verb]} 件", f"{counts[verb]} {name.en}")
        for verb, name in MOVES.items()
        if counts.get(verb)
    ] or [speech.t("没有案件立案、销号或重新立案", "nothing filed, closed or reopened")]
    since = issue.date(issue.day - timedelta(days=7))
    head = speech.t(f"{since}以来的七天：", f"In the seven days from {since}: ")
    return head + speech.t("，", ", ").join(said) + speech.t("。", ".")


def _supervised(document: Document, cases: Sequence[Watched], issue: Issue) -> None:
    found = [each for each in cases if SUPERVISED in each.marks]
    if not found:
        document.paragraph(issue.speech.t("没有督办案件。", "No case is supervised."))
        return
    if len(found) > MOST:
        document.paragraph(
            issue.speech.t(
                f"共 {len(found)} 件，这里是逾期最久的 {MOST} 件。",
                f"{len(found)} in all; these are the {MOST} that are overdue longest.",
            )
        )
    rows = []
    for each in found[:MOST]:
        title, *rest = case_cells(each)
        rows.append((f"{each.case.code} {title.text}", *(cell.text for cell in rest)))
    document.table(_heads(issue, "cases"), rows)


def _stays(chosen: QuerySet[Case], issue: Issue) -> list[tuple[str, ...]]:
    speech, rows = issue.speech, list[tuple[str, ...]]()
    for stay in stays(chosen):
        days = speech.estimate(stay.days, DAYS)
        said = f"{days.text} {days.interval}".strip()
        rows.append((speech.say(stay.state.name), str(stay.now), str(stay.days.n), said))
    return rows


def _heads(issue: Issue, table: str) -> list[str]:
    return [issue.speech.say(head) for head, _, _ in COLUMNS[table]]


def _row(issue: Issue, name: Text, counts: Tally) -> tuple[str, ...]:
    numbers = (counts.open, counts.overdue, counts.soon, counts.supervised)
    return (issue.speech.full_name(name), *(str(number) for number in numbers))
