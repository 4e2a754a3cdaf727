"""What the page of parts shows: a service of an invented city, its numbers, and a case about it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from django.core.paginator import Paginator

from shixiao.checkup.report.cells import Cell, Column, Figure, Table
from shixiao.checkup.report.speech import Speech, Unit
from shixiao.pictures import Bar, Material, Ribbon, Segment, interval_svg, ribbon_svg
from shixiao.terms import Estimate, Text

TRANSFER = Text("不动产转移登记", "Transfer of real estate")
SHARE = Unit(100.0, Text("%", "%"), "%")
VISITS = Unit(1.0, Text("次", "visits"))
ONLINE = Estimate(0.412, 0.403, 0.421, 12_486)
TRIPS = Estimate(0.9, 0.84, 0.96, 12_486)
FEW = Estimate.insufficient(
    9, Text("只有 9 件，至少要 30 件才能下结论", "only 9 cases; a statement needs at least 30")
)
HASH = "9f3c1a7e52d84b06c19e0f7a6b5d4c3e2f1a0b9c8d7e6f5a4b3c2d1e0f9ae21a"


def cell(estimate: Estimate, unit: Unit, speech: Speech, *, high: float) -> Cell:
    """Return a number with its interval drawn below, on an axis from 0 to ``high``."""
    shown = speech.estimate(estimate, unit, with_unit=True)
    if not estimate.ok:
        return shown
    drawn = interval_svg(
        unit.of(estimate),
        low_end=0,
        high_end=high,
        language=speech.language,
        id_prefix=speech.id("number"),
    )
    return shown._replace(svg=drawn)


def numbers(speech: Speech) -> tuple[Cell, Cell, Cell]:
    """Return two numbers and the sentence where there is none."""
    return (
        cell(ONLINE, SHARE, speech, high=100),
        cell(TRIPS, VISITS, speech, high=2),
        cell(FEW, SHARE, speech, high=100),
    )


def clocks() -> tuple[dict[str, Any], ...]:
    """Return a chip of every state."""
    article = Text("《政务数据共享条例》第十九条", "Data Sharing Regulation, art. 19")
    return (
        {"state": "running", "days": 12, "due": date(2026, 12, 10), "article": article},
        {"state": "soon", "days": 1, "due": date(2026, 11, 25), "article": article},
        {"state": "soon", "days": 0, "due": date(2026, 11, 24), "article": None},
        {"state": "overdue", "days": 3, "due": date(2026, 11, 19), "article": article},
        {"state": "paused", "days": 0, "due": None, "article": Text("补正", "awaiting papers")},
        {"state": "done", "days": 0, "due": None, "article": None},
        {"state": "late", "days": 0, "due": None, "article": None},
        {"state": "none", "days": 0, "due": None, "article": None},
    )


def steps() -> tuple[dict[str, Any], ...]:
    """Return the steps of a case: done, present, to come."""
    bureau = Text("市数据局 · 林晓", "Data Bureau · Lin Xiao")
    registry = Text("市自然资源局 · 周敏", "Natural Resources Bureau · Zhou Min")
    return (
        {
            "title": Text("立案", "Filed"),
            "at": datetime(2026, 9, 7, 1, 20, tzinfo=UTC),
            "by": bureau,
            "text": Text(
                "网上流程与窗口几乎相同，八份材料里有五份政府已经掌握。",
                "The online procedure copies the counter; government already holds five of the"
                " eight papers.",
            ),
            "links": ((Text("线索 F7KQ-2M", "Finding F7KQ-2M"), "#tables"),),
            "receipt": "41,207",
        },
        {
            "title": Text("部门申辩", "Contest by the department"),
            "at": datetime(2026, 9, 16, 6, 5, tzinfo=UTC),
            "by": registry,
            "text": Text(
                "户口簿核验接口自 8 月起停用，请求扣除这一段。",
                "The interface that checks household registers was down from August; please"
                " leave that time out.",
            ),
        },
        {
            "title": Text("整改", "Correction"),
            "at": datetime(2026, 10, 12, 2, 0, tzinfo=UTC),
            "by": registry,
            "state": "now",
            "text": Text(
                "接入婚姻、完税、营业执照三项共享数据。",
                "Three shared data sets are being connected: marriage, tax paid, business licence.",
            ),
        },
        {"title": Text("复评", "Re-measurement"), "state": "coming"},
        {"title": Text("销号", "Closing"), "state": "coming"},
    )


def inbox() -> tuple[dict[str, Any], ...]:
    """Return rows of an inbox, ordered by working days left."""
    overdue, soon, running = clocks()[3], clocks()[1], clocks()[0]
    return (
        {
            "title": Text("不动产转移登记：报告整改", "Transfer of real estate: report correction"),
            "to": "#inbox",
            "about": Text("线下流程照搬线上", "The counter's procedure was copied online"),
            "from": Text("市数据局 · 案件 K7M2-9Q", "Data Bureau · case K7M2-9Q"),
            "tag": Text("整改", "Correction"),
            "clock": overdue,
        },
        {
            "title": Text("医保关系转移：答复申辩", "Transfer of health insurance: answer"),
            "to": "#inbox",
            "from": Text("市医疗保障局 · 案件 P3X8-4D", "Healthcare Security · case P3X8-4D"),
            "tag": Text("核查", "Check"),
            "clock": soon,
            "unread": True,
        },
        {
            "title": Text("开办餐馆一件事：确认销号", "Opening a restaurant: confirm closing"),
            "to": "#inbox",
            "tag": Text("复评通过", "Re-measured: passed"),
            "tone": "green",
            "clock": running,
        },
    )


def answers() -> tuple[dict[str, Any], ...]:
    """Return what a person is about to send."""
    return (
        {"name": Text("服务", "Service"), "value": TRANSFER, "change": "#answers"},
        {
            "name": Text("发生了什么", "What happened"),
            "value": Text(
                "网上提交后又让我到窗口交了一遍户口簿和结婚证。",
                "After I applied online I was asked to hand in the household register and the"
                " marriage certificate again at the counter.",
            ),
            "change": "#answers",
        },
        {"name": Text("联系电话", "Telephone"), "value": "", "change": "#answers"},
    )


def tasks() -> tuple[dict[str, Any], ...]:
    """Return the steps of a larger task."""
    return (
        {
            "title": Text("上传证据", "Upload the evidence"),
            "to": "#tasks",
            "state": Text("已完成", "Done"),
            "tone": "green",
        },
        {
            "title": Text("核对环节对照表", "Check the activity map"),
            "to": "#tasks",
            "hint": Text("还有 4 个环节没有确认", "4 activities are not confirmed"),
            "state": Text("可以办理", "Ready"),
        },
        {
            "title": Text("开始评估", "Start the evaluation"),
            "state": Text("还不能办理", "Not yet"),
            "tone": "grey",
        },
    )


def ribbon(speech: Speech) -> Figure:
    """Return the signature picture of the service."""
    online = (
        Segment(Text("上传", "upload"), 0.8, "you"),
        Segment(Text("等补正", "wait for papers"), 2.7, "waiting"),
        Segment(Text("受理核验", "check"), 1.5, "office"),
        Segment(Text("等缴税", "wait for tax"), 2.3, "waiting"),
        Segment(Text("登簿", "register"), 1.3, "office", visit=True),
    )
    shared = (
        Segment(Text("上传", "upload"), 0.4, "you"),
        Segment(Text("受理核验", "check"), 1.3, "office"),
        Segment(Text("登簿", "register"), 0.9, "office"),
    )
    police = Text("公安局", "Police")
    drawing = Ribbon(
        TRANSFER,
        (
            Bar(Text("现在", "Now"), Text("8.6 天，跑 1 次", "8.6 days, 1 visit"), online),
            Bar(Text("共享以后", "With sharing"), Text("2.6 天", "2.6 days"), shared),
        ),
        (
            Material(Text("身份证", "identity card"), police),
            Material(Text("户口簿", "household register"), police),
            Material(Text("买卖合同", "contract of sale")),
        ),
        Text("每年省 16.2 万小时", "162,000 hours saved a year"),
    )
    wide, narrow = (
        ribbon_svg(drawing, language=speech.language, upright=upright, id_prefix=name)
        for upright, name in ((False, "wide"), (True, "narrow"))
    )
    caption = Text(
        "2026 年第三季度，12,486 件。一段为一步，宽度为用时的中位数。",
        "Third quarter of 2026, 12,486 cases. A stretch is a step, as wide as its median time.",
    )
    title = Text("办事长卷", "The journey")
    return Figure(wide, narrow, speech.say(caption), speech.say(title))


def table(speech: Speech) -> Table:
    """Return a table as the report draws it."""
    t = speech.t
    late, short = Cell("", tag=t("逾期 3 天", "3 days overdue"), tone="red"), FEW
    return Table(
        t("服务", "Services"),
        (
            Column(t("服务", "Service")),
            Column(t("到哪一步", "Where it stands")),
            Column(t("网办后仍跑窗口", "Still had to come"), number=True),
        ),
        (
            (Cell(speech.say(TRANSFER), href="#tables"), late, speech.estimate(ONLINE, SHARE)),
            (
                Cell(t("残疾人证补办", "Replacing a disability card"), href="#tables"),
                Cell("", tag=t("不足以下结论", "Too few cases"), tone="grey"),
                speech.estimate(short, SHARE),
            ),
        ),
        t("方括号内为 95% 区间。", "In brackets, the 95% interval."),
    )


def many() -> Any:
    """Return the fourth page of many rows."""
    return Paginator(range(2_386), 25).page(4)
