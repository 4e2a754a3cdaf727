"""Many ask for the same; it becomes a need, a proposal and a change, and each is told."""

from __future__ import annotations

import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from shixiao.records.models import NeedProposal, Voice, VoiceTopic
from shixiao.voice.handling import Entry
from shixiao.workflows.draws import Public
from shixiao.workflows.moving import Act
from shixiao.workflows.voices import channels, handling, linking, routing, saying, topics
from shixiao.workflows.voices.taking import Came, bring
from tests.cast import Cast, make_cast
from tests.rounds import with_ledger
from tests.web.browsing import Reader, overflow, violations
from tests.web.looking import CHINESE, ELSEWHERE, SMALL_TARGETS, SMALL_TEXT, Look, faults

SHOTS = os.environ.get("SHOTS_OF_VOICES")  # a folder, to look at the pages
MADE_UP = {"部门", "卫生健康局", "住房局"}
LOOKS = [
    ("en", "desktop", ""),
    ("zh", "desktop", ""),
    ("zh", "phone", "largest"),
    ("en", "phone", "on"),
]
OTHERS = (
    "地铁站出口的自行车乱停乱放", "学校门口早晨堵车严重", "菜市场的鱼摊污水横流",
    "公交车三路总是晚点", "河边的垃圾没有人清理", "小区电梯年久失修", "工地夜里施工噪声大",
    "公园的健身器材坏了", "超市卖过期牛奶", "医院停车场收费贵", "广场舞音响太吵",
    "快递柜乱收费", "驾校退费难", "燃气表读数不准", "自来水发黄有味",
)  # fmt: skip
ENDS = ("外婆", "爷爷", "母亲", "邻居", "父亲", "老伴")
REPLY = "已与社区食堂商定，3月起为高龄老人送餐上门，申请电话 12345678，腿脚不便的可由家人代办。"


def meal(n: int) -> str:
    return f"希望社区食堂给高龄老人送餐上门，{ENDS[n % 6]}腿脚不便出不了门，请问怎么申请。"


def spoken(n: int = 13) -> list[tuple[Voice, str]]:
    """Let many ask for meals and others for other things."""
    now = timezone.now()
    for text in OTHERS:
        bring(Entry("complaint", "web", f"{text}，没有人管。"), Came(now))
    return [
        bring(Entry("need", "web", meal(k), place="和平里", contact=f"138000000{k:02}"),
              Came(now + timedelta(seconds=k)))
        for k in range(n)
    ]  # fmt: skip


def world(cast: Cast) -> dict[str, str]:
    """Bring matters into every state, and give the addresses of pages."""
    with_ledger()
    now, today = timezone.now(), timezone.localdate()
    people = spoken()
    li, zhao, wu = (cast.actor(name, today=today) for name in ("li", "zhao", "wu"))
    linking.compare(now=now + timedelta(minutes=1))

    def act(actor: object, row: Voice) -> Act:
        row.refresh_from_db()
        return Act(actor, timezone.now(), row.version)  # type: ignore[arg-type]

    rows = [row for row, _ in people]
    for row in rows[:5]:
        routing.assign(row, act(li, row), department=cast.places["health"], reason="养老服务")
    handling.transfer(rows[0], act(zhao, rows[0]), department="housing", reason="属小区食堂")
    handling.transfer(rows[0], act(wu, rows[0]), department="health", reason="属养老服务")
    handling.reply(rows[1], act(zhao, rows[1]), reply=REPLY, anyway="已电话核实")
    saying.not_solved(rows[1], "还没有人来送", at=timezone.now())
    handling.reply(rows[2], act(zhao, rows[2]), reply=REPLY, anyway="同类答复")
    waiting, _ = bring(Entry("complaint", "web", "你们这些废物，楼道漏电没人管！"), Came(now))
    Voice.objects.filter(pk=waiting.pk).update(
        looked=True, marks="urgent,insult", urgent=True,
        suggested={"department": "housing", "label": "住房局", "runner_up": "卫生健康局",
                   "confidence": 0.83, "margin": 0.4, "why": ["楼道", "漏电"], "model": "x"},
    )  # fmt: skip
    topics.group(now=timezone.now())
    topic = VoiceTopic.objects.order_by("-people").first()
    assert topic is not None
    pool = [channels.Item("web", "health", f"门诊第{n}窗几点开门？", ("八点",)) for n in range(6)]
    pool += [channels.Item("phone", "housing", f"公租房第{n}次要什么？", ()) for n in range(6)]
    round_ = channels.plan(pool, public=Public("开奖号码", today + timedelta(days=1)),
                           ends=today + timedelta(days=7), actor=cast.actor("chen", today=today),
                           at=now)  # fmt: skip
    return {
        "escalated": rows[0].code,
        "reopened": rows[1].code,
        "assigned": rows[3].code,
        "waiting": waiting.code,
        "topic": topic.code,
        "round": round_.code,
    }


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("language", "screen", "elder"), LOOKS)
def test_the_pages_break_no_rule_fit_the_screen_and_keep_to_their_language(
    reader: Reader, place: Path, language: str, screen: str, elder: str
) -> None:
    made = world(make_cast())
    pages = [
        ("/voice/?place=二号窗口&kind=rating", ""),
        ("/voice/follow/", ""),
        ("/voice/channels/", ""),
        ("/needs/", ""),
        (f"/needs/{made['topic']}/", "analyst:li"),
        (f"/needs/{made['topic']}/propose/", "analyst:li"),
        ("/matters/?queue=route", "analyst:li"),
        ("/matters/?queue=handle", "officer:zhao"),
        (f"/matters/{made['waiting']}/", "analyst:li"),
        (f"/matters/{made['reopened']}/", "officer:zhao"),
        (f"/matters/{made['escalated']}/", "inspector:chen"),
        (f"/matters/{made['assigned']}/do/reply/", "officer:zhao"),
        (f"/matters/{made['assigned']}/group/", "officer:zhao"),
        ("/matters/policy/", "analyst:li"),
        ("/matters/import/", "analyst:li"),
        ("/channels/", "inspector:chen"),
        (f"/channels/{made['round']}/", "inspector:chen"),
    ]
    look = Look(language, screen, elder)
    found = faults(reader, enumerate(pages), look, made_up=MADE_UP, shots=SHOTS, prefix="voice-")
    assert found == []


def seen(page: Page, name: str, language: str, elder: str) -> None:
    """Look at a page as it stands: rules of WCAG, width, large print, language."""
    if SHOTS:
        shot = f"{SHOTS}/need-{name}-{language}-{elder or 'off'}.png"
        page.screenshot(path=shot, full_page=True)
    assert violations(page) == []
    assert overflow(page) <= 0
    if elder:
        assert page.evaluate(SMALL_TEXT, 18) == []
        assert page.evaluate(SMALL_TARGETS, 60) == []
    if language == "en":
        assert set(CHINESE.findall(page.evaluate(ELSEWHERE))) <= MADE_UP


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("language", "screen", "elder"), LOOKS)
def test_a_need_of_many_becomes_a_change_and_each_is_told(
    reader: Reader, place: Path, language: str, screen: str, elder: str
) -> None:
    make_cast()
    spoken(12)
    english = language == "en"

    def at(path: str, role: str = "") -> Page:
        return reader.at(path, role=role, language=language, screen=screen, elder=elder)

    page = at("/voice/")
    page.check("input[name=kind][value=need]")
    page.fill("#id_text", meal(3))
    page.fill("#id_contact", "13900000000")
    page.click("main form.form button")
    seen(page, "brought", language, elder)
    row = Voice.objects.get(code=page.inner_text("section.finished strong"))
    shown = page.inner_text("section.receipt dd strong")
    query = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]", shown)
    assert query is not None
    topics.group(now=timezone.now())
    row.refresh_from_db()
    assert row.topic is not None
    assert row.topic.people == 13
    page = at("/needs/")
    seen(page, "needs", language, elder)
    page.click(f"main a[href='/needs/{row.topic.code}/']")
    seen(page, "need", language, elder)
    page = at(f"/needs/{row.topic.code}/propose/", "analyst:li")
    page.select_option("#id_department", "health")
    page.fill("#id_text", "社区食堂为高龄老人送餐上门。")
    page.click("main form.form button")
    seen(page, "proposed", language, elder)
    proposal = NeedProposal.objects.get()
    page = at(f"/proposals/{proposal.code}/do/adopt/", "head:zhou")
    page.fill("#id_reason", "高龄老人确有困难。")
    soon = timezone.localdate() + timedelta(days=30)
    page.fill("#id_promised", soon.isoformat())
    seen(page, "answering", language, elder)
    page.click("main form.form button")
    page = at(f"/proposals/{proposal.code}/do/change/", "head:zhou")
    page.fill("#id_reason", "送餐上门已在和平里开通。")
    page.click("main form.form button")
    seen(page, "changed", language, elder)
    page = at("/voice/follow/")
    page.fill("#id_number", row.code)
    page.fill("#id_code", query[0])
    page.click("main form.form button")
    assert "送餐上门已在和平里开通" in page.inner_text("main")
    assert ("a service changed" if english else "服务有了改变") in page.inner_text("main")
    seen(page, "told", language, elder)
