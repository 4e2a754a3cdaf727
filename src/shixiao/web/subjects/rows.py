"""Rows of the lists of services, departments, apps and platforms, on the page and as a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.urls import reverse

from shixiao.checkup.report.cells import Cell
from shixiao.checkup.report.overview import HOURS
from shixiao.checkup.report.scores import POINTS
from shixiao.checkup.report.speech import Speech, capitalised
from shixiao.checkup.report.words import VERDICTS
from shixiao.exports import Sheet
from shixiao.records.models import Standing
from shixiao.terms import Estimate, Text
from shixiao.web.shell.pages import language
from shixiao.workflows.clock import pack

# What each kind is called, where it is listed, and how it sorts.
KINDS: Mapping[str, Text] = {
    "service": Text("服务", "Services"),
    "department": Text("部门", "Departments"),
    "app": Text("应用", "Apps"),
    "system": Text("平台", "Platforms"),
}
SORTS: Mapping[str, Sequence[str]] = {
    "name": ("subject",),
    "cases": ("cases", "subject"),
    "findings": ("findings", "subject"),
    "band": ("band", "subject"),
    "hours": ("hours", "subject"),
}
COLUMNS: tuple[tuple[Text, str, bool], ...] = (
    (Text("名称", "Name"), "name", False),
    (Text("部门", "Department"), "", False),
    (Text("件数", "Cases"), "cases", True),
    (Text("线索", "Findings"), "findings", True),
    (Text("总分（满分 100）", "Overall score out of 100"), "", True),
    (Text("档", "Band"), "band", True),
    (Text("一年能省（小时）", "Hours saved a year"), "hours", True),
)
_NOTE = Text(
    "[ ] 里是 95% 区间。第 1 档最好；同一档里分不出高下，按编号排列，不是名次。“—”是没有这项数，"
    "或者所涉不足 {fewest} 人（或可由此推算）而不公开。",
    "Square brackets hold 95% intervals. Band 1 is the best; within a band nobody stands above"
    " another, and the order is by id. A dash stands where there is no such number, or where it"
    " would tell of fewer than {fewest} people.",
)
UNKNOWN = Text("登记表里没有", "not in the register")


def note() -> Text:
    """Return what brackets, bands and dashes mean."""
    return _NOTE.format(fewest=int(pack().number("E-16")))


def columns(kind: str) -> tuple[tuple[Text, str, bool], ...]:
    """Return the columns of the list of a kind; departments are nobody's."""
    return COLUMNS if kind != "department" else COLUMNS[:1] + COLUMNS[2:]


def cells(standing: Standing, departments: Mapping[str, Text], question: str) -> tuple[Cell, ...]:
    """Return one row of the list."""
    speech = Speech(language())
    score = standing.detail["scores"].get("overall")
    hours = standing.detail["hours"]
    owner = departments.get(standing.department)
    name = speech.named(standing.name, href=reverse(standing.kind, args=[standing.slug]) + question)
    head: tuple[Cell, ...] = (name, speech.named(owner) if owner else Cell("—"))
    if standing.kind == "department":
        head = (name if owner else name._replace(note=speech.say(UNKNOWN)),)
    return (
        *head,
        Cell(speech.count(standing.cases)) if standing.cases else Cell("—"),
        Cell(speech.count(standing.findings)),
        Cell("—") if score is None else speech.estimate(Estimate.from_json(score), POINTS),
        Cell(speech.count(standing.band)) if standing.band else Cell("—"),
        Cell("—") if hours is None else speech.estimate(Estimate.from_json(hours), HOURS),
    )


def sheet(kind: str, rows: Sequence[Standing], departments: Mapping[str, Text]) -> Sheet:
    """Return the list as a table to keep: numbers as numbers, all digits."""
    heads = (
        Text("编号", "Id"),
        Text("名称（中文）", "Name (Chinese)"),
        Text("名称（英文）", "Name (English)"),
        Text("部门", "Department"),
        Text("件数", "Cases"),
        Text("线索", "Findings"),
        Text("总分", "Overall score"),
        Text("总分下限", "Score, low"),
        Text("总分上限", "Score, high"),
        Text("档", "Band"),
        Text("结论", "Verdict"),
        Text("一年能省（小时）", "Hours saved a year"),
    )
    return Sheet(
        {"service": "services", "department": "departments", "app": "apps"}.get(kind, "platforms"),
        heads,
        [
            (
                row.subject,
                row.name.zh,
                row.name.en,
                departments[row.department].zh if row.department in departments else "",
                row.cases or None,
                row.findings,
                row.score,
                row.score_low,
                row.score_high,
                row.band,
                capitalised(VERDICTS[row.verdict]).zh if row.verdict else "",
                row.hours,
            )
            for row in rows
        ],
    )
