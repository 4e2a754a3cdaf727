"""What people bring in the example: matters in several states, and a need with a proposal.

The texts are samples; nobody wrote them. Fourteen people ask for the same thing in words of their
own, so that there is a topic with a need.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from django.utils import timezone

from shixiao.records.models import Organisation, Voice, VoiceTopic
from shixiao.voice.handling import Entry
from shixiao.workflows.actors import Actor
from shixiao.workflows.moving import Act
from shixiao.workflows.voices import handling, proposals, routing, saying, topics
from shixiao.workflows.voices.taking import Came, bring

DAY = timedelta(days=1)
PLACES = ("北苑社区", "南湖街道", "东门社区", "西山镇")
# What fourteen people say of one thing, which any department could be asked for.
HELP = (
    "老人卧床来不了大厅，能不能给老人上门帮办？",
    "我父亲八十岁走不动，希望给老人上门帮办，材料拍照带走就行。",
    "邻区给独居老人上门帮办，盼着也给我们小区的老人上门帮办。",
    "给老人上门帮办的电话没人接，老人在家等着办。",
    "老人腿脚不便，上门帮办要等两个星期，老人等不起。",
    "想问给老人上门帮办周末来不来，老人的子女平时上班。",
    "给老人上门帮办要填三张表，八十岁的老人填不了。",
    "上门帮办只办一件事，老人还有别的事，能不能给老人一次办完。",
    "子女都在外地，独居老人不会上网，盼着给老人上门帮办。",
    "我们小区一半是老人，请给老人定期上门帮办。",
    "给老人上门帮办要刷脸，老人刷不过，请保留身份证核验。",
    "八十岁的老人怎么申请上门帮办？子女不在，老人不会用手机。",
    "残疾老人也需要上门帮办，不要只给八十岁以上的老人。",
    "村里离大厅远，独居老人的事能不能给老人上门帮办。",
)


class Told(NamedTuple):
    """A matter and what became of it.

    ``end`` is how far it goes: received, assigned, replied, solved, again (not solved), noted.
    ``days`` is how many days ago it was brought.
    """

    kind: str
    text: str
    end: str
    days: int
    reply: str = ""
    level: int = 0
    place: str = ""


TOLD = (
    Told("complaint", "在窗口办居住证明，材料交了又让补两次，说法前后不一。", "solved", 20,
         "已查实：第一次漏告知租赁合同。即日起材料清单一次列全并贴在窗口；您的证明当天已办好，"
         "可以来取或者邮寄，电话 0000-0000000。"),
    Told("question", "网上申请提交后一直显示受理中，已经七天，什么时候能办好？", "replied", 9,
         "您的申请已于昨日办结，结果在网上“我的办件”里下载。超过承诺的五个工作日两天，"
         "是因为核验系统停机；以后停机会短信告知，电话 0000-0000000。"),
    Told("complaint", "窗口上午十一点半就不叫号了，牌子写的是十二点下班。", "again", 15,
         "已提醒窗口人员按公示的时间叫号到十二点，并每天抽查，电话 0000-0000000。"),
    Told("need", "希望办事大厅周六上午开放，上班的人平时请不了假。", "assigned", 4),
    Told("complaint", "自助机打印不出来，找不到人帮忙。", "assigned", 2),
    Told("question", "给外地父母办医保备案要带什么？", "received", 0),
    Told("praise", "三号窗口的同志帮老人把表填好了，很耐心，谢谢。", "noted", 6),
    Told("rating", "手续少了，一次办成。", "noted", 5, level=5),
    Told("rating", "等了两个小时。", "assigned", 1, level=2),
)  # fmt: skip
HEARD = (
    "已记下您的需求，并列入上门帮办的施策建议，由主管部门公开答复；答复和改变会在这里告诉您，"
    "电话 0000-0000000。"
)
PROMPT = 5  # days within which a matter of the example is answered
AGAIN = "昨天十一点四十去，还是不叫号。"
PROPOSAL = (
    "行动不便的老人和残疾人，一个电话就可以申请上门帮办，不用先到窗口；五个工作日内上门，"
    "几件事一次办完，刷脸不过的核验身份证。（样例）"
)
ANSWER = "电话申请和身份证核验本月起实行；五个工作日内上门先在城区试行，下季度到乡镇。（样例）"


def speak(department: Organisation, people: dict[str, Actor], now: datetime) -> None:
    """Bring matters, handle some, group them, and let the department answer a proposal.

    Args:
        department: where the example's officers work.
        people: ``analyst``, and ``head`` of that department.
        now: when.
    """
    for told in TOLD:
        _bring(told, department, people, now)
    for n, text in enumerate(HELP):
        days = 3 * n + 1
        reply = HEARD if days > PROMPT else ""
        told = Told("need", text, "assigned", days, reply, place=PLACES[n % len(PLACES)])
        _bring(told, department, people, now)
    routing.route_waiting(now=now)
    topics.group(now=now)
    topic = VoiceTopic.objects.order_by("-people", "-size").first()
    if topic is not None:
        _propose(topic, department, people, now)


def _bring(told: Told, department: Organisation, people: dict[str, Actor], now: datetime) -> None:
    at = now - told.days * DAY
    entry = Entry(told.kind, "web", told.text, level=told.level, place=told.place)
    row, _ = bring(entry, Came(at))
    if told.end in {"received", "noted"}:
        return
    row.refresh_from_db()
    routing.assign(row, Act(people["analyst"], at, row.version), department=department)
    if not told.reply:
        return
    row.refresh_from_db()
    answered = min(at + 3 * DAY, now)
    act = Act(people["head"], answered, row.version)
    handling.reply(row, act, reply=told.reply, anyway="样例答复。")
    row = Voice.objects.get(pk=row.pk)
    if told.end == "solved":
        saying.solved(row, at=answered + DAY)
    elif told.end == "again":
        saying.not_solved(row, AGAIN, at=answered + DAY)


def _propose(
    topic: VoiceTopic, department: Organisation, people: dict[str, Actor], now: datetime
) -> None:
    made = proposals.propose(
        topic, department=department, text=PROPOSAL, actor=people["analyst"], at=now
    )
    made.refresh_from_db()
    act = Act(people["head"], now, made.version)
    promised = timezone.localdate(now) + 60 * DAY
    proposals.answer(made, act, verb="adopt_part", reason=ANSWER, promised=promised)
