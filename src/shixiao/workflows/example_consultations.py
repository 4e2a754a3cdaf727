"""Consultations in the example: one open, one closed with replies, one with a hearing by lot.

Drafts, comments and people are samples; nobody said any of it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from django.utils import timezone

from shixiao.records.models import DecisionMatter, Organisation, Participant
from shixiao.terms import Text
from shixiao.workflows.actors import Actor
from shixiao.workflows.consultations import (
    deciding,
    grouping,
    hearings,
    judging,
    making,
    replying,
    taking,
)
from shixiao.workflows.consultations.hearings import Notice, Registration
from shixiao.workflows.consultations.making import Draft, Proposal
from shixiao.workflows.consultations.replying import Reply
from shixiao.workflows.draws import Public
from shixiao.workflows.moving import Act
from shixiao.workflows.sequencer import sequencer

DAY = timedelta(days=1)
WAYS = "政府网站、公报、办事大厅公告栏、社区公告栏"


class Sample(NamedTuple):
    """A matter: its name, why, draft, summary, comments by article, statements to vote on."""

    name: Text
    about: str
    text: str
    summary: str
    comments: tuple[tuple[str, str], ...] = ()
    statements: tuple[str, ...] = ()


BOOKING = Sample(
    Text("政务服务预约和延时服务办法（样例）", "Booking and late opening of counters (example)"),
    "群众反映上班时间办不了事、预约不到号。",
    """政务服务预约和延时服务办法（征求意见稿）
第一条 为了方便群众办事，制定本办法。
第二条 办事人可以通过网上、电话或者窗口预约，预约后在约定时段优先办理。
第三条 每周六上午开放办事窗口，不动产登记、社会保险、户籍等高频事项可以办理。
第四条 一个月内三次预约不到又不取消的，一个月内不再接受其网上预约；窗口取号不受影响。
第五条 六十五岁以上老年人、残疾人、孕妇可以不预约，直接到窗口优先办理。
第六条 本办法自公布之日起三十日后施行。
""",
    "以后办事可以先约时间，周六上午也开门；约了不来三次，一个月内不能网上约，窗口照常取号。",
    (
        ("第二条", "老人不会用手机，电话预约一定要保留，最好能留个专门的号码。"),
        ("第三条", "周六上午很好，希望再加一个工作日晚上到八点。"),
        ("第三条", "周六开放的事项应当把公积金也列进去。"),
        ("第四条", "加班临时走不开，取消不了怎么办？应当允许说明原因。"),
        ("第四条", "一个月太长，建议改成两周。"),
        ("第五条", "带小孩的家长也应当优先。"),
        ("", "办法写得清楚，支持。请公布每个窗口的等候时间。"),
    ),
    (
        "周六上午应当开放办事窗口。",
        "约了三次不来的，应当暂停网上预约。",
        "宁可少开周六，也要延长工作日到晚上八点。",
        "老年人应当不用预约直接办理。",
    ),
)
RATING = Sample(
    Text("政务服务“好差评”实施细则（样例）", "Rules for rating services (example)"),
    "评价由窗口人员代点、差评没有回音。",
    """政务服务“好差评”实施细则（征求意见稿）
第一条 为了让办事人真实评价服务，制定本细则。
第二条 评价由办事人自己作出，任何人不得代评、诱导或者强迫评价。
第三条 收到差评的，十五个工作日内回访并整改。
第四条 评价结果每季度公布。
""",
    "评价只能由办事人自己点；差评要有人回访、有整改，结果每季度公布。",
    (
        ("第二条", "评价器放在窗口人员眼前，不敢点差评，应当可以回家以后再评。"),
        ("第三条", "十五个工作日太长，五个工作日内应当先回个电话。"),
        ("第四条", "公布的时候要写清楚差评整改了什么，不要只有满意率。"),
    ),
)
RATING_AFTER = (
    RATING.text.replace(
        "任何人不得代评", "可以当场评价，也可以在办结后三十日内评价；任何人不得代评"
    )
    .replace(
        "十五个工作日内回访并整改", "五个工作日内回访，十五个工作日内整改，整改情况同时告知评价人"
    )
    .replace("评价结果每季度公布", "评价结果和差评整改情况每季度公布")
)
REPLIES = {
    "第二条": Reply("adopted", "改为办结后三十日内都可以评价。", ("第二条",)),
    "第三条": Reply("adopted", "回访改为五个工作日内，整改情况告知评价人。", ("第三条",)),
    "第四条": Reply("adopted", "差评的整改情况同时公布。", ("第四条",)),
}
OTHERWISE = Reply("partly", "已对照修改有关条款，其余在实施中改进。", ("第二条",))
CHARGE = Sample(
    Text("公共停车收费调整方案（样例）", "Charges for public parking (example)"),
    "车位周转慢，周边居民和办事群众都停不到车。",
    """公共停车收费调整方案（征求意见稿）
第一条 为了加快车位周转，方便办事群众和周边居民停车，制定本方案。
第二条 前三十分钟免费；之后每半小时二元，二十四小时最高二十元。
第三条 周边居民凭居住证明办理月卡，夜间停车每月八十元。
第四条 残疾人驾驶的专用车辆免费停放。
""",
    "前半小时免费，之后每半小时二元，一天最多二十元；居民夜间月卡八十元。",
    (("第二条", "来办事经常要一个多小时，免费时间应当延长到一小时。"),),
)
SIDES = ("周边居民 | 2", "办事群众 | 2", "停车经营单位 | 1")
SEATS = (
    ("s0", "王秀兰"), ("s0", "刘建国"), ("s0", "陈桂英"), ("s0", "赵德明"),
    ("s1", "周晓雨"), ("s1", "何佳"), ("s1", "马志强"), ("s1", "宋丽"),
    ("s2", "停车公司代表"), ("s2", "物业公司代表"),
)  # fmt: skip
VOTERS = 15


def consult(
    department: Organisation, other: Organisation, people: dict[str, Actor], now: datetime
) -> None:
    """Put three matters to the public, each further than the one before.

    Args:
        department: where the example's officers work.
        other: another department.
        people: ``analyst``, ``head`` of the first department and ``head2`` of the other.
        now: when.
    """
    _open_one(department, people, now)
    _replied_one(department, people, now)
    _heard_one(other, people, now)


def _open_one(department: Organisation, people: dict[str, Actor], now: datetime) -> None:
    """Open a consultation twelve days ago: comments, sentences, votes."""
    began = now - 12 * DAY
    head, analyst = people["head"], people["analyst"]
    matter = _opened(BOOKING, department, head, analyst, began, days=45)
    voters = [taking.join(matter, source=f"192.0.2.{n}", at=began + DAY)[0] for n in range(VOTERS)]
    _comments(BOOKING, voters, analyst, at=began + 2 * DAY)
    said = [taking.state(voters[0], text, at=began + 2 * DAY) for text in BOOKING.statements]
    for row in said:
        judging.judge(row, ground="", actor=analyst, at=began + 3 * DAY)
        row.refresh_from_db()
    for n, person in enumerate(voters):
        for place, row in enumerate(said):
            agrees = 1 if place in (0, 3) else 1 - 2 * ((n + place) % 2)
            taking.vote(person, row, agrees, at=began + 4 * DAY)
    grouping.run(matter, at=now)


def _replied_one(department: Organisation, people: dict[str, Actor], now: datetime) -> None:
    """Open a consultation that is over, and reply to every group of opinion."""
    began = now - 46 * DAY
    head, analyst = people["head"], people["analyst"]
    matter = _opened(RATING, department, head, analyst, began, days=40)
    persons = [
        taking.join(matter, source=f"198.51.100.{n}", at=began + DAY)[0]
        for n in range(len(RATING.comments))
    ]
    _comments(RATING, persons, analyst, at=began + 2 * DAY)
    grouping.close_due(now=now - 4 * DAY)
    revised = Draft(RATING_AFTER, RATING.summary, "按收到的意见修改了第二、三、四条。（样例）")
    making.lay_down(matter, _act(matter, head, now - 3 * DAY), revised)
    for group in matter.groups.all():
        article = group.comments.values_list("article", flat=True).first() or ""
        given = REPLIES.get(article, OTHERWISE)
        replying.reply(group, Act(head, now - 2 * DAY, group.version), given)
    text = "各组意见的采纳情况和理由逐组公布，草案第二、三、四条已经修改。（样例）"
    replying.settle(matter, _act(matter, head, now - DAY), text=text)


def _heard_one(department: Organisation, people: dict[str, Actor], now: datetime) -> None:
    """Announce a hearing, take registrations, and draw who takes part by side."""
    head, analyst, began = people["head2"], people["analyst"], now - 40 * DAY
    matter = _opened(CHARGE, department, head, analyst, began, days=60)
    persons = [taking.join(matter, source="203.0.113.1", at=began + DAY)[0]]
    _comments(CHARGE, persons, analyst, at=began + 2 * DAY)
    today = timezone.localdate(now)
    notice = Notice(
        today + 20 * DAY,
        "市民中心三楼听证室，上午九点（样例）",
        "按身份分组，由公开的福利彩票号码抽签产生",
        today - 10 * DAY,
        5,
        "\n".join(SIDES),
    )
    hearings.announce(matter, _act(matter, analyst, began + 2 * DAY), notice)
    for n, (side, name) in enumerate(SEATS):
        said = Registration(name, f"1380000{n:04}", side, "请让我把情况说清楚。（样例）")
        hearings.register(matter, said, at=began + 10 * DAY)
    with sequencer() as log:  # the draw names the ledger as it is now
        log.integrate()
    frozen = now - 5 * DAY
    public = Public("福利彩票双色球（样例）", timezone.localdate(frozen) + DAY)
    hearings.freeze(matter, _act(matter, analyst, frozen), public=public)
    drawn = _act(matter, analyst, frozen + DAY)
    hearings.choose(matter, drawn, announced="03 11 17 22 25 31 + 08")


def _opened(
    sample: Sample,
    department: Organisation,
    head: Actor,
    analyst: Actor,
    at: datetime,
    *,
    days: int,
) -> DecisionMatter:
    """Propose, study, start, draft and open a matter; return it."""
    given = Proposal(sample.name, "policy", "people", sample.about)
    matter = making.propose(given, department=department, actor=head, at=at)
    study = {"text": "研究了现状、同类城市的做法和依据，建议启动。（样例）"}
    deciding.step(matter, "study", _act(matter, head, at), study)
    started = {"text": "同意启动，明确承办单位。（样例）"}
    deciding.step(matter, "start", _act(matter, analyst, at), started)
    draft = Draft(sample.text, sample.summary, "起草说明（样例）。")
    making.lay_down(matter, _act(matter, head, at), draft)
    until = timezone.localdate(at) + timedelta(days=days)
    making.open_up(matter, _act(matter, head, at), until=until, how=WAYS)
    matter.refresh_from_db()
    return matter


def _comments(sample: Sample, persons: list[Participant], analyst: Actor, *, at: datetime) -> None:
    """Let people comment, and the analyst show it; the last comment waits."""
    for n, (article, text) in enumerate(sample.comments):
        made = taking.comment(persons[n % len(persons)], text, article=article, at=at)
        if n + 1 < len(sample.comments) or len(sample.comments) < 4:
            judging.judge(made, ground="", actor=analyst, at=at + DAY)


def _act(matter: DecisionMatter, actor: Actor, at: datetime) -> Act:
    """Return an act of somebody who has just looked at the matter."""
    matter.refresh_from_db()
    return Act(actor, at, matter.version)
