"""From a consultation to a gate that opens: comment, vote, reply, hearing by lot, decision."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from shixiao.records.models import DecisionMatter, StatementVote, System
from shixiao.workflows.consultations import (
    deciding,
    grouping,
    hearings,
    judging,
    making,
    replying,
    taking,
)
from shixiao.workflows.consultations.making import Draft
from shixiao.workflows.systems import dossier
from tests import consulting as way
from tests import systems
from tests.cast import NOW, Cast, make_cast
from tests.rounds import with_ledger
from tests.web.browsing import Reader, follow, overflow, violations
from tests.web.looking import (
    CHINESE,
    ELSEWHERE,
    SMALL_TARGETS,
    SMALL_TEXT,
    Look,
    faults,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("SHOTS_OF_CONSULTATIONS")  # a folder, to look at the pages
DAY = timedelta(days=1)
MADE_UP = {"部门"}
OPTIONS = """市民预约办法
方案一：保留现场号源
第一条 现场号源不少于三成。
第二条 爽约三次的，一个月内不得预约。
方案二：全部预约
第一条 现场不再放号，由窗口代为预约。
"""
OFFICER, ANALYST = "officer:zhao", "analyst:li"
LOOKS = [
    ("en", "desktop", ""),
    ("zh", "desktop", ""),
    ("zh", "phone", "largest"),
    ("en", "phone", "on"),
]


def told(cast: Cast, n: int = 26) -> DecisionMatter:
    """Return a matter that was talked about, grouped and partly replied to, with a hearing."""
    start = timezone.now() - 45 * DAY
    system = systems.complete(cast, systems.made(cast, "benefit", people=2_000_000), at=start)
    matter = way.opened(cast, system, start)
    way.announced(cast, matter, start, days=52)
    way.registered(matter, ["s0"] * 6 + ["s1"] * 5 + ["s2"] * 2, start)
    way.argued(cast, matter, start)
    statements = way.stated(cast, matter, 10, start)
    people = way.joined(matter, n, start)
    StatementVote.objects.bulk_create(
        StatementVote(
            statement=statement,
            participant=person,
            value=0 if (i * 7 + k * 3) % 11 == 0 else 1 if (i % 2 == 0) == (k < 5) else -1,
            first=start + i * timedelta(hours=3),
            at=start + i * timedelta(hours=3),
        )
        for i, person in enumerate(people)
        for k, statement in enumerate(statements)
    )
    template = "我们强烈要求保留人工窗口，老年人不会使用手机预约，请不要取消现场号源。"
    li = cast.actor("li", today=timezone.localdate())
    for i in range(7):
        row = taking.comment(people[i], template + ("" if i else "我母亲七十八岁。"), at=start)
        judging.judge(row, ground="", actor=li, at=start)
    row = taking.comment(people[8], "第三条处罚太重，建议改成一个月。", article="第三条", at=start)
    judging.judge(row, ground="", actor=li, at=start)
    row = taking.comment(people[9], "买房找我 https://ads.example", at=start)
    judging.judge(row, ground="advert", actor=li, at=start)
    taking.comment(people[10], "还没有审核的意见。", at=start)
    with_ledger()
    way.seated(cast, matter, start + 28 * DAY)
    after = way.closed(cast, matter, start)
    making.lay_down(matter, way.act(cast, "zhao", matter, after), Draft(way.REVISED, way.SUMMARY))
    group = matter.groups.get(kind="copies")
    given = replying.Reply("partly", "Counters and telephone stay.", ("第二条",))
    zhao = cast.actor("zhao", today=timezone.localdate(after))
    replying.reply(group, way.Act(zhao, after, 0), given)
    return matter


def _suspended(cast: Cast) -> list[tuple[str, str]]:
    """Return pages of a decision that is suspended."""
    matter = way.through(cast, at=timezone.now() - 150 * DAY)
    act = way.act(cast, "li", matter, timezone.now())
    deciding.step(matter, "suspend", act, {"reason": "汛情紧急，先停止执行。"})
    return [(f"/consultations/{matter.code}/{rest}", ANALYST) for rest in ("", "do/resume/")]


def _of_two_drafts(cast: Cast) -> list[tuple[str, str]]:
    """Return pages of a matter that puts two drafts to the public."""
    matter = way.drafted(cast, at=timezone.now())
    act = way.act(cast, "zhao", matter, timezone.now())
    making.lay_down(matter, act, Draft(OPTIONS, way.SUMMARY))
    until = timezone.localdate() + 31 * DAY
    making.open_up(matter, way.act(cast, "zhao", matter, timezone.now()), until=until, how="网站")
    place = f"/consultations/{matter.code}/"
    other = way.drafted(cast, at=timezone.now())
    laying = (f"/consultations/{other.code}/do/draft/", OFFICER)
    return [(place, ""), (f"{place}comment/?article=方案二 第一条", ""), laying]


@pytest.mark.parametrize(("language", "screen", "elder"), LOOKS)
def test_the_pages_break_no_rule_fit_the_screen_and_keep_to_their_language(
    reader: Reader, place: Path, language: str, screen: str, elder: str
) -> None:
    cast = make_cast()
    matter = told(cast)
    open_ = way.opened(cast, at=timezone.now() - DAY)
    way.announced(cast, open_, timezone.now() - DAY)
    way.stated(cast, open_, 3, timezone.now())
    (person,) = way.joined(open_, at=timezone.now())
    taking.comment(person, "待审的一条意见。", at=timezone.now())
    one, other = f"/consultations/{matter.code}/", f"/consultations/{open_.code}/"
    pages = [
        ("/consultations/", ""),
        (one, ""),
        (one, OFFICER),
        (one, ANALYST),
        (other, ""),
        (f"{other}comment/", ""),
        (f"{other}vote/", ""),
        (f"{other}state/", ""),
        (f"{other}mine/", ""),
        (f"{other}judge/", ANALYST),
        (f"{other}enter/", OFFICER),
        (f"{one}results/", ""),
        (f"{one}results/", OFFICER),
        (f"{one}changes/", ""),
        (f"{one}groups/{matter.groups.get(kind='copies').number}/", OFFICER),
        (f"{one}hearing/", ""),
        (f"{one}hearing/", ANALYST),
        (f"{other}hearing/register/", ""),
        (f"{other}hearing/mine/", ""),
        ("/consultations/add/", OFFICER),
        (f"{one}do/revise/", OFFICER),
        (f"{one}do/postpone/", ANALYST),
        *_suspended(cast),
        *_of_two_drafts(cast),
    ]
    look = Look(language, screen, elder)
    found = faults(reader, enumerate(pages), look, made_up=MADE_UP, shots=SHOTS, prefix="con-")
    assert found == [], "\n".join(map(str, found))


@dataclass
class Clock:
    """The site's clock, which a test sets forward."""

    now: datetime


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    held = Clock(NOW)
    monkeypatch.setattr(timezone, "now", lambda: held.now)
    return held


@dataclass
class Journey:
    """Pages as people of one language, screen and print see them."""

    reader: Reader
    language: str
    screen: str
    elder: str

    def look(self, page: Page, name: str) -> None:
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/way-{name}-{self.language}.png", full_page=True)
        assert violations(page) == []
        assert overflow(page) <= 0
        if self.elder:
            assert page.evaluate(SMALL_TEXT, 18) == []
            assert page.evaluate(SMALL_TARGETS, 60) == []
        if self.language == "en":
            assert set(CHINESE.findall(page.evaluate(ELSEWHERE))) <= MADE_UP

    def at(self, path: str, role: str, name: str) -> Page:
        self.reader.forget()
        page = self.reader.at(
            path, role=role, language=self.language, screen=self.screen, elder=self.elder
        )
        self.look(page, name)
        return page

    def say(self, zh: str, en: str) -> str:
        return en if self.language == "en" else zh


def code_on(page: Page) -> str:
    found = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]", page.inner_text("dl.facts"))
    assert found is not None
    return found[0]


def send(page: Page) -> None:
    follow(page, page.locator("main form.form button").first)


def opened_by_pages(go: Journey, cast: Cast, system: System, clock: Clock) -> DecisionMatter:
    """Propose a matter, have it started, lay the draft down and open it."""
    page = go.at("/consultations/add/", OFFICER, "propose")
    for name, value in {"name_zh": "预约办法", "name_en": "Rules for booking",
                        "about": "Queues are long."}.items():  # fmt: skip
        page.fill(f"#id_{name}", value)
    page.select_option("#id_system", system.code)
    send(page)
    matter = DecisionMatter.objects.get()
    home = f"/consultations/{matter.code}/"
    page = go.at(f"{home}do/study/", OFFICER, "study")
    page.fill("#id_text", "Problem, basis, plan.")
    send(page)
    deciding.step(matter, "start", way.act(cast, "li", matter, clock.now), {"text": "启动。"})
    page = go.at(f"{home}do/draft/", OFFICER, "draft")
    page.fill("#id_draft", way.TEXT)
    page.fill("#id_summary", "Book first.")
    send(page)
    page = go.at(f"{home}do/open/", OFFICER, "open")
    page.fill("#id_until", (timezone.localdate() + 31 * DAY).isoformat())
    page.fill("#id_how", "Website, counters.")
    send(page)
    way.announced(cast, matter, clock.now)
    return matter


def spoken(go: Journey, cast: Cast, matter: DecisionMatter, clock: Clock) -> tuple[str, str]:
    """Comment, vote by keyboard and register; return the code and the query code."""
    home = f"/consultations/{matter.code}/"
    citizen = go.at(home, "", "citizen")
    follow(citizen, citizen.locator(".article a.button").nth(1))
    go.look(citizen, "comment")
    citizen.fill("#id_text", "Elders cannot use a phone.")
    send(citizen)
    go.look(citizen, "commented")
    code = code_on(citizen)
    way.stated(cast, matter, 2, clock.now)
    citizen.goto(go.reader.site + f"{home}vote/")
    go.look(citizen, "vote")
    citizen.locator("button[name=vote]").first.focus()
    with citizen.expect_navigation():
        citizen.keyboard.press("Enter")
    assert StatementVote.objects.get().value == 1
    citizen.goto(go.reader.site + f"{home}hearing/register/")
    for name, value in {"name": "Zhang", "contact": "1380", "statement": "Hear me."}.items():
        citizen.fill(f"#id_{name}", value)
    citizen.select_option("#id_side", "s0")
    send(citizen)
    go.look(citizen, "registered")
    return code, code_on(citizen)


def drawn(go: Journey, cast: Cast, matter: DecisionMatter, clock: Clock) -> None:
    """Freeze the pool, and draw by the value of the day after."""
    home = f"/consultations/{matter.code}/"
    clock.now = NOW + 25 * DAY
    page = go.at(f"{home}do/freeze/", ANALYST, "freeze")
    page.fill("#id_source", "Lottery")
    page.fill("#id_source_day", (timezone.localdate() + DAY).isoformat())
    send(page)
    clock.now += DAY
    page = go.at(f"{home}do/choose/", ANALYST, "choose")
    page.fill("#id_announced", "03 11 17")
    send(page)
    given = {"text": "草案和说明"}
    deciding.step(matter, "deliver", way.act(cast, "li", matter, clock.now), given)
    assert "Zhang" in go.at(f"{home}hearing/", "", "drawn").inner_text("main")


def answered(go: Journey, matter: DecisionMatter, clock: Clock) -> None:
    """Let the consultation close, revise the draft and reply to every group."""
    home = f"/consultations/{matter.code}/"
    clock.now = NOW + 33 * DAY
    grouping.close_due(now=clock.now)
    page = go.at(f"{home}do/revise/", OFFICER, "revise")
    page.fill("#id_draft", way.REVISED)
    page.fill("#id_summary", "Book first; counters stay.")
    send(page)
    for group in matter.groups.all():
        page = go.at(f"{home}groups/{group.number}/", OFFICER, f"reply-{group.number}")
        page.check("input[name=outcome][value=partly]")
        page.fill("#id_reason", "Counters and telephone stay.")
        page.check("input[name=articles][value='第二条']")
        send(page)


def held(go: Journey, cast: Cast, matter: DecisionMatter, clock: Clock, query: str) -> None:
    """Hold the hearing; the citizen signs at the browser, the others sign, it is concluded."""
    home = f"/consultations/{matter.code}/"
    seat = matter.seats.order_by("at").first()
    assert seat is not None
    clock.now = NOW + 49 * DAY
    assert timezone.localdate() == matter.hearing.day
    page = go.at(f"{home}do/hold/", ANALYST, "hold")
    page.fill("#id_minutes", "Everybody spoke.")
    send(page)
    citizen = go.at(f"{home}hearing/mine/", "", "seat-code")
    citizen.fill("#id_number", seat.code)
    citizen.fill("#id_query", query)
    send(citizen)
    go.look(citizen, "record")
    follow(citizen, citizen.locator("button[value=sign]"))
    seat.refresh_from_db()
    assert seat.signed == "signed"
    for each in hearings.participants(matter).filter(signed=""):
        hearings.sign(each, agrees=True, at=clock.now)
    hearings.confirm(matter, way.act(cast, "li", matter, clock.now))
    act = way.act(cast, "li", matter, clock.now)
    hearings.conclude(matter, act, text="写入第二条。")


@pytest.mark.parametrize(("language", "screen", "elder"), [LOOKS[0], LOOKS[2]])
def test_a_consultation_is_replied_to_heard_by_lot_and_decided_and_the_gate_opens(
    reader: Reader, place: Path, clock: Clock, language: str, screen: str, elder: str
) -> None:
    cast, go = make_cast(), Journey(reader, language, screen, elder)
    system = systems.complete(cast, systems.made(cast, "benefit", people=2_000_000))
    with_ledger()
    refusal = go.say("须先完成征求意见", "its consultation is not complete")
    gate = f"/register/{system.code}/assessment/"
    assert refusal in go.at(gate, ANALYST, "gate-shut").inner_text("main")
    matter = opened_by_pages(go, cast, system, clock)
    home = f"/consultations/{matter.code}/"
    code, query = spoken(go, cast, matter, clock)
    way.registered(matter, ["s0", "s1", "s1", "s2"], clock.now)
    way.argued(cast, matter, clock.now)
    drawn(go, cast, matter, clock)
    answered(go, matter, clock)
    held(go, cast, matter, clock, query)
    page = go.at(f"{home}do/settle/", OFFICER, "settle")
    page.fill("#id_text", "All replied to.")
    send(page)
    citizen = go.at(f"{home}mine/", "", "code")
    citizen.fill("#id_code", code)
    send(citizen)
    go.look(citizen, "mine")
    assert "Counters and telephone stay." in citizen.inner_text("main")
    assert dossier.dossier_of(system, now=clock.now).consulted is False
    clock.now = way.decided(cast, matter, clock.now)
    assert refusal not in go.at(gate, ANALYST, "gate-open").inner_text("main")
    assert dossier.dossier_of(system, now=clock.now).consulted is True
