"""Decision matters made in steps: drafted, opened, talked about, replied to, heard, decided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from shixiao.records.models import (
    DecisionMatter,
    HearingSeat,
    Participant,
    System,
    VoteStatement,
)
from shixiao.terms import Text
from shixiao.workflows.actors import Actor, actor_of
from shixiao.workflows.consultations import (
    deciding,
    grouping,
    hearings,
    judging,
    making,
    replying,
    taking,
)
from shixiao.workflows.consultations.deciding import Opinion
from shixiao.workflows.consultations.hearings import Notice, Registration
from shixiao.workflows.consultations.making import Draft, Proposal
from shixiao.workflows.consultations.replying import Reply
from shixiao.workflows.draws import Public
from shixiao.workflows.moving import Act
from shixiao.workflows.sequencer import sequencer
from tests.cast import NOW, Cast

DAY = timedelta(days=1)
TEXT = """市民预约办法
第一条 为了方便群众办事，制定本办法。
第二条 预约可以在网上办理。
第三条 爽约三次的，三个月内不得预约。
"""
REVISED = TEXT.replace("在网上办理", "在网上、窗口或者电话办理").replace("三个月", "一个月")
SUMMARY = "以后办事可以先预约；爽约太多会暂停预约。"
MINUTES = "钱一|委员|赞成|可行\n孙二|委员|反对|窗口人手不够\n李三|市长|赞成|同意实施"
SIDES = "老年人 | 2\n办事群众 | 2\n窗口单位 | 1"


def on(start: datetime, days: int) -> datetime:
    """Return the moment so many days after the start."""
    return start + days * DAY


def act(cast: Cast, who: str | Actor, matter: DecisionMatter, at: datetime) -> Act:
    """Return an act of somebody who has just looked at the matter."""
    matter.refresh_from_db()
    actor = who if isinstance(who, Actor) else actor_of(
        cast.accounts[who], today=timezone.localdate(at)
    )  # fmt: skip
    return Act(actor, at, matter.version)


def proposed(cast: Cast, system: System | None = None, at: datetime = NOW) -> DecisionMatter:
    given = Proposal(
        Text("市民预约办法", "Rules for booking"), "policy", "people", "排队太久。", system
    )
    actor = actor_of(cast.accounts["zhao"], today=timezone.localdate(at))
    return making.propose(given, department=cast.places["health"], actor=actor, at=at)


def drafted(cast: Cast, system: System | None = None, at: datetime = NOW) -> DecisionMatter:
    matter = proposed(cast, system, at)
    deciding.step(matter, "study", act(cast, "zhao", matter, at), {"text": "问题、依据、方案。"})
    deciding.step(matter, "start", act(cast, "li", matter, at), {"text": "启动，卫健局承办。"})
    making.lay_down(matter, act(cast, "zhao", matter, at), Draft(TEXT, SUMMARY, "起草说明。"))
    return matter


def opened(
    cast: Cast, system: System | None = None, at: datetime = NOW, days: int = 31
) -> DecisionMatter:
    matter = drafted(cast, system, at)
    until = timezone.localdate(at) + days * DAY
    making.open_up(matter, act(cast, "zhao", matter, at), until=until, how="政府网站、公报、窗口")
    matter.refresh_from_db()
    return matter


def joined(matter: DecisionMatter, n: int = 1, at: datetime = NOW) -> list[Participant]:
    return [taking.join(matter, source=f"10.0.0.{i}", at=at)[0] for i in range(n)]


def stated(cast: Cast, matter: DecisionMatter, n: int, at: datetime = NOW) -> list[VoteStatement]:
    """Have statements proposed and shown."""
    found = []
    people = joined(matter, (n + 4) // 5, at)
    li = actor_of(cast.accounts["li"], today=timezone.localdate(at))
    for i in range(n):
        row = taking.state(people[i // 5], f"第 {i + 1} 条：应当保留窗口。", at=at)
        found.append(judging.judge(row, ground="", actor=li, at=at))
    return found  # type: ignore[return-value]


def closed(cast: Cast, matter: DecisionMatter, start: datetime = NOW) -> datetime:
    """Let the consultation close; return the morning after."""
    assert matter.until is not None
    after = datetime.combine(matter.until + DAY, time(10), timezone.get_default_timezone())
    grouping.close_due(now=after)
    matter.refresh_from_db()
    return after


def replied(cast: Cast, matter: DecisionMatter, at: datetime) -> None:
    """Revise the draft and reply to every group."""
    revised = Draft(REVISED, SUMMARY)
    making.lay_down(matter, act(cast, "zhao", matter, at), revised)
    zhao = actor_of(cast.accounts["zhao"], today=timezone.localdate(at))
    for group in matter.groups.all():
        given = Reply("partly", "窗口和电话也可以预约。", ("第二条",))
        replying.reply(group, Act(zhao, at, group.version), given)


def announced(
    cast: Cast, matter: DecisionMatter, at: datetime, days: int = 49, size: int = 5
) -> None:
    day = timezone.localdate(at) + days * DAY
    notice = Notice(day, "市民中心三楼", "按身份分层抽签", day - 25 * DAY, size, SIDES)
    hearings.announce(matter, act(cast, "li", matter, at), notice)


def registered(
    matter: DecisionMatter, sides: Sequence[str], at: datetime = NOW
) -> list[tuple[HearingSeat, str]]:
    return [
        hearings.register(
            matter, Registration(f"某人{n}", f"138{at:%j}{n:05}", side, "请听我说。"), at=at
        )
        for n, side in enumerate(sides)
    ]


def seated(cast: Cast, matter: DecisionMatter, at: datetime) -> datetime:
    """Freeze the pool and draw on the day after; return that day."""
    with sequencer() as opened_:
        opened_.integrate()
    later = on(at, 1)
    public = Public("福利彩票", timezone.localdate(later))
    hearings.freeze(matter, act(cast, "li", matter, at), public=public)
    hearings.choose(matter, act(cast, "li", matter, later), announced="03 11 17")
    return later


def heard(cast: Cast, matter: DecisionMatter, at: datetime) -> datetime:
    """Hold the hearing on its day and have everybody sign; return the day after."""
    day = datetime.combine(matter.hearing.day, time(10), timezone.get_default_timezone())
    hearings.hold(matter, act(cast, "li", matter, day), minutes="主持人介绍草案。各方陈述。")
    for seat in hearings.participants(matter):
        hearings.sign(seat, agrees=True, at=day)
    after = on(day, 1)
    hearings.confirm(matter, act(cast, "li", matter, after))
    hearings.conclude(matter, act(cast, "li", matter, after), text="保留窗口号源，写入第二条。")
    return after


def argued(cast: Cast, matter: DecisionMatter, at: datetime) -> None:
    """Have experts argue and risks assessed."""
    for n, says in enumerate(("for", "against", "changes")):
        given = Opinion(f"专家{n}", "大学", says, "论证意见。", interest=False, signed=True)
        deciding.enter_opinion(matter, act(cast, "zhao", matter, at), given)
    deciding.step(matter, "argue", act(cast, "zhao", matter, at), {"text": "已逐条研究。"})
    given_ = {"assessor": "评估公司", "heard": "公安局", "text": "风险点", "measures": "措施"}
    deciding.step(matter, "assess", act(cast, "zhao", matter, at), given_)


def decided(cast: Cast, matter: DecisionMatter, at: datetime) -> datetime:
    """Go from settled opinions to the published decision; return its day."""
    steps: list[tuple[str, str, int, dict[str, Any]]] = [
        ("submit", "zhao", 0, {"text": "全部材料"}),
        ("clear", "chen", 14, {"text": "合法。"}),
        ("adopt", "li", 15, {"meeting": "standing", "speakers": MINUTES, "head": "李三"}),
        ("report", "li", 15, {"number": "请示〔2026〕1 号"}),
        ("publish", "li", 16, {"number": "政发〔2026〕1 号", "how": "公报", "text": "采纳情况"}),
    ]
    for event, who, days, given in steps:
        deciding.step(matter, event, act(cast, who, matter, on(at, days)), given)
    matter.refresh_from_db()
    return on(at, 16)


def through(cast: Cast, system: System | None = None, at: datetime = NOW) -> DecisionMatter:
    """Go the whole way without a hearing."""
    matter = opened(cast, system, at)
    argued(cast, matter, at)
    (one,) = joined(matter, at=at)
    taking.comment(one, "老人不会用手机。", article="第二条", at=at)
    after = closed(cast, matter, at)
    replied(cast, matter, after)
    replying.settle(matter, act(cast, "zhao", matter, after), text="总体采纳情况。")
    decided(cast, matter, after)
    return matter


def today_of(at: datetime) -> date:
    return timezone.localdate(at)
