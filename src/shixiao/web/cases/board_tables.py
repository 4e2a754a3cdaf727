"""The tables of the board: as cells of a page, and as rows of a file."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from shixiao.checkup.report.cells import Cell
from shixiao.checkup.report.speech import Speech, Unit
from shixiao.exports.sheets import Cell as Value
from shixiao.pictures import interval_svg
from shixiao.terms import Text
from shixiao.web.cases.showing import title_of
from shixiao.web.results.words import kind_name
from shixiao.web.shell.pages import asking, day, language, t
from shixiao.workflows.cases.life import life
from shixiao.workflows.cases.overview import OVERDUE, SOON, SUPERVISED, Stay, Tally, Watched
from shixiao.workflows.clock import rule

DAYS = Unit(1.0, Text("工作日", "working days"))
MARKS = {
    OVERDUE: Text("已逾期", "Overdue"),
    SOON: Text("即将到期", "Due soon"),
    SUPERVISED: Text("已列入督办", "Supervised"),
}
TONES = {OVERDUE: "red", SUPERVISED: "red", SOON: "amber"}
COUNTS = (
    (Text("在办", "Open"), "", True),
    (Text("逾期", "Overdue"), "", True),
    (Text("即将到期", "Due soon"), "", True),
    (Text("督办", "Supervised"), "", True),
)
Column = tuple[Text, str, bool]
COLUMNS: dict[str, tuple[Column, ...]] = {
    "cases": (
        (Text("案件", "Case"), "", False),
        (Text("部门", "Department"), "", False),
        (Text("环节", "State"), "", False),
        (Text("截止", "Due"), "", False),
        (Text("剩余工作日", "Working days left"), "", True),
        (Text("承办人", "Handler"), "", False),
    ),
    "departments": ((Text("部门", "Department"), "", False), *COUNTS),
    "kinds": ((Text("问题类别或来源", "Kind of finding, or origin"), "", False), *COUNTS),
    "states": (
        (Text("环节", "State"), "", False),
        (Text("现有", "Now in it"), "", True),
        (Text("已办完的次数 n", "Stays that are over, n"), "", True),
        (Text("中位数（工作日）", "Median, working days"), "", True),
        (Text("规定期限（工作日）", "Period by rule, working days"), "", True),
    ),
}
HEADS: dict[str, tuple[Text, ...]] = {
    "cases": (
        Text("编号", "Number"),
        Text("案件（中文）", "Case (Chinese)"),
        Text("案件（英文）", "Case (English)"),
        Text("部门编号", "Department id"),
        Text("部门", "Department"),
        Text("来源", "Origin"),
        Text("环节", "State"),
        Text("截止", "Due"),
        Text("剩余工作日", "Working days left"),
        Text("督办", "Supervised"),
    ),
    "departments": (Text("部门", "Department"), *(head for head, _, _ in COUNTS)),
    "kinds": (Text("问题类别或来源", "Kind or origin"), *(head for head, _, _ in COUNTS)),
    "states": (
        Text("环节", "State"),
        Text("现有", "Now in it"),
        Text("已办完的次数", "Stays that are over"),
        Text("中位数（工作日）", "Median, working days"),
        Text("区间下限", "Interval, low"),
        Text("区间上限", "Interval, high"),
        Text("规定期限（工作日）", "Period by rule, working days"),
    ),
}


def case_cells(each: Watched) -> tuple[Cell, ...]:
    """Return a case as a row of the page."""
    speech, case = Speech(language()), each.case
    title = speech.named(title_of(case), href=reverse("case", args=[case.code]))
    return (
        title._replace(note=case.code),
        speech.named(case.department.name) if case.department else Cell(t("未指定", "Not named")),
        Cell(speech.say(life().states[case.state].name)),
        Cell(day(case.due)),
        _left(each),
        Cell(str(case.handler) if case.handler else "—"),
    )


def _left(each: Watched) -> Cell:
    if each.left is None:
        return Cell("—")
    worst = next((mark for mark in (SUPERVISED, OVERDUE, SOON) if mark in each.marks), "")
    tag = Speech(language()).say(MARKS[worst]) if worst else ""
    return Cell(str(each.left), tag=tag, tone=TONES.get(worst, ""))


def case_values(each: Watched) -> tuple[Value, ...]:
    """Return a case as a row of a file."""
    case, title = each.case, title_of(each.case)
    return (
        case.code,
        title.zh,
        title.en,
        case.department.code if case.department else "",
        case.department.name.zh if case.department else "",
        life().origins[case.origin].zh,
        life().states[case.state].name.zh,
        case.due.isoformat() if case.due else "",
        each.left,
        int(SUPERVISED in each.marks),
    )


def tally_cells(name: Text, counts: Tally, here: str, **question: str) -> tuple[Cell, ...]:
    """Return a tally as a row of the page; its name and counts lead to the cases behind them."""
    speech = Speech(language())
    to = asking(here, page=None, **question) if any(question.values()) else ""

    def number(value: int, need: str = "") -> Cell:
        more = asking(to, need=need) if to and value and need else ""
        return Cell(speech.count(value), href=more)

    return (
        speech.named(name, href=to),
        number(counts.open),
        number(counts.overdue, OVERDUE),
        number(counts.soon, SOON),
        number(counts.supervised, SUPERVISED),
    )


def tally_values(name: Text, counts: Tally) -> tuple[Value, ...]:
    """Return a tally as a row of a file."""
    return (name.zh, counts.open, counts.overdue, counts.soon, counts.supervised)


def stays_cells(stays: Sequence[Stay]) -> list[tuple[Cell, ...]]:
    """Return days in each state as rows of the page; the pictures share one axis from 0."""
    speech = Speech(language())
    far = max((stay.days.high or 0.0 for stay in stays if stay.days.ok), default=0.0) or 1.0
    return [
        (
            Cell(speech.say(stay.state.name)),
            Cell(speech.count(stay.now)),
            Cell(speech.count(stay.days.n)),
            speech.estimate(stay.days, DAYS)._replace(
                svg=interval_svg(
                    stay.days,
                    low_end=0.0,
                    high_end=far,
                    language=language(),
                    id_prefix=f"stay-{stay.state.id}",
                )
            ),
            Cell("—" if stay.state.rule == "" else str(_period(stay))),
        )
        for stay in stays
    ]


def stay_values(stay: Stay) -> tuple[Value, ...]:
    """Return days in a state as a row of a file; too few stays leave the interval empty."""
    days = stay.days
    period = _period(stay) if stay.state.rule else None
    return (stay.state.name.zh, stay.now, days.n, days.value, days.low, days.high, period)


def _period(stay: Stay) -> int:
    return int(str(rule(stay.state.rule).value))


def named_kind(kind: str) -> Text:
    """Return the name of a kind of finding, or of an origin."""
    return life().origins.get(kind) or kind_name(kind)
