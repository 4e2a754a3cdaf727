"""A citizen reads the own decision and objects, on a phone in large print; a panel decides."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from shixiao.fairness.decisions import read_row
from shixiao.records.models import Account, Objection, System
from shixiao.workflows.actors import NOBODY, actor_of
from shixiao.workflows.decisions import checking, taking
from shixiao.workflows.decisions.taking import Answer
from shixiao.workflows.draws import Public
from shixiao.workflows.moving import Act
from shixiao.workflows.objections import filing, handling, judging
from shixiao.workflows.objections.filing import Said
from shixiao.workflows.systems import filing as filing_of_systems
from shixiao.workflows.systems import listing
from tests import algorithms, deciding, systems
from tests.cast import Cast, make_cast
from tests.explained import ZONE, sent
from tests.fairness.algorithms.made import ENTRY
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

SHOTS = os.environ.get("SHOTS_OF_SHARING")  # a folder, to look at the pages
MADE_UP = {"救助核定", "部门"}
DAY = timedelta(days=1)
LOOKS = [
    ("en", "desktop", ""),
    ("zh", "desktop", ""),
    ("zh", "phone", "largest"),
    ("en", "phone", "on"),
]


def delivered(cast: Cast, aid: System, n: int = 14) -> list[Answer]:
    """Deliver decisions of these days, one of which the table contradicts."""
    now = timezone.now()
    actor = cast.actor("chu", today=timezone.localdate())
    told = timezone.localdate(now - DAY).isoformat()
    moment = (now - 2 * DAY).isoformat()
    rows = [
        sent(decision_id=f"2026-{k:03}", ts=moment, began=None, told=told)
        | ({"recommended": "grant", "explanation": ""} if n > 1 and k == n - 1 else {})
        for k in range(n)
    ]
    read = [(k, read_row(row, now=now, zone=ZONE)) for k, row in enumerate(rows, 1)]
    delivery = taking.begin(aid, name="batch", actor=actor, at=now)
    return list(taking.take(delivery, read, actor=actor, at=now))


def judged(cast: Cast, aid: System) -> Objection:
    """Bring an objection of a group before its panel, with all opinions given."""
    with_ledger()
    now = timezone.now()
    for n in range(4):
        one = Account.objects.create_user(f"e{n}", name=f"E{n}")
        one.posts.create(organisation=cast.places["panel"], role="expert", starts=date(2026, 1, 1))
    row, _ = filing.against_system(aid, Said("Elders cannot use it.", voices=12),
                                   actor=NOBODY, at=now - 3 * DAY)  # fmt: skip
    li = cast.actor("li", today=timezone.localdate())

    def act(at: object = now) -> Act:
        row.refresh_from_db()
        return Act(li, at, row.version)  # type: ignore[arg-type]

    handling.accept(row, act(now - 3 * DAY), track="ordinary")
    public = Public("Lottery", timezone.localdate(now - DAY))
    judging.freeze(row, act(now - 2 * DAY), public=public)
    judging.draw(row, act(), announced="3 11 17")
    for member in judging.panel(row)[:2]:
        mine = Act(actor_of(member.account, today=timezone.localdate()), now, row.version)
        judging.opine(row, mine, upholds=True, outcome="redecide", opinion="No way for elders.")
    row.refresh_from_db()
    return row


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("language", "screen", "elder"), LOOKS)
def test_the_pages_break_no_rule_fit_the_screen_and_keep_to_their_language(
    reader: Reader, place: Path, language: str, screen: str, elder: str
) -> None:
    cast = make_cast()
    aid = deciding.laid_down(cast)
    delivered(cast, aid)
    checking.look_at_all(now=timezone.now())
    row = judged(cast, aid)
    left = next(m for m in judging.panel(row) if m.given is None)
    mine = f"expert:{left.account.login}"
    pages = [
        ("/decisions/", ""),
        (f"/decisions/systems/{aid.code}/", ""),
        (f"/decisions/systems/{aid.code}/", "system_owner:wei"),
        ("/decisions/look-up/", "officer:zhao"),
        ("/objections/", ""),
        (f"/objections/add/?system={aid.code}", ""),
        (f"/objections/sheet/{aid.code}/", ""),
        ("/objections/decision/", ""),
        (f"/objections/{row.code}/", ""),
        (f"/objections/{row.code}/", "analyst:li"),
        (f"/objections/{row.code}/", mine),
        (f"/objections/{row.code}/do/opine/", mine),
        (f"/objections/{row.code}/do/uphold/", "analyst:li"),
    ]
    look = Look(language, screen, elder)
    found = faults(reader, enumerate(pages), look, made_up=MADE_UP, shots=SHOTS, prefix="obj-")
    assert found == []


def seen(page: Page, name: str, language: str, elder: str) -> None:
    """Look at a page as it stands: rules of WCAG, width, large print, language."""
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/own-{name}-{language}-{elder or 'off'}.png", full_page=True)
    assert violations(page) == []
    assert overflow(page) <= 0
    if elder:
        assert page.evaluate(SMALL_TEXT, 18) == []
        assert page.evaluate(SMALL_TARGETS, 60) == []
    if language == "en":
        assert set(CHINESE.findall(page.evaluate(ELSEWHERE))) <= MADE_UP


def objected(page: Page, answer: Answer, language: str, elder: str) -> tuple[Objection, str]:
    """Read the own decision and object to it; return the objection and its query code."""
    english = language == "en"
    page.fill("#id_number", answer.receipt)
    page.fill("#id_code", answer.query)
    page.click("main form button")
    assert ("refused" if english else "不予准许") in page.inner_text("h1")
    seen(page, "decision", language, elder)
    page.click(f"main button:has-text('{'Object' if english else '提出异议'}')")
    page.fill("#id_statement", "I earn 900 a month.")
    seen(page, "object", language, elder)
    page.click("main form button")
    seen(page, "filed", language, elder)
    code = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]", page.inner_text("dl.facts"))
    assert code is not None
    page.click(f"main >> text={'Follow it' if english else '去查询'}")
    return Objection.objects.get(), code[0]


def follow_up(page: Page, row: Objection, code: str, says: str) -> None:
    """Follow an objection by number and query code."""
    page.fill("#id_number", row.code)
    page.fill("#id_code", code)
    page.click("main form button")
    assert says in page.inner_text("main")


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("language", "screen", "elder"), LOOKS)
def test_a_citizen_reads_the_own_decision_and_objects(
    reader: Reader, place: Path, language: str, screen: str, elder: str
) -> None:
    cast = make_cast()
    answer = delivered(cast, deciding.laid_down(cast), 1)[0]
    page = reader.at("/decisions/", language=language, screen=screen, elder=elder)
    row, code = objected(page, answer, language, elder)
    follow_up(page, row, code, "silence means it is" if language == "en" else "视为受理")
    seen(page, "followed", language, elder)


WORDS = {
    "zh": {
        "carried": "已落实",
        "granted": "准予",
        "upheld": "撤销原决定",
        "suspends": "暂停系统",
        "shut": "已暂停",
        "retest": "须提前复测",
        "refuses": "依现有证据不能准入",
        "reason": "异议 {code} 成立，暂停使用。",
    },
    "en": {
        "carried": "Carried out",
        "granted": "granted",
        "upheld": "the decision is quashed",
        "suspends": "the system is suspended",
        "shut": "Suspended",
        "retest": "To be tested again",
        "refuses": "The evidence does not allow its admission",
        "reason": "Objection {code} was upheld; it is shut.",
    },
}
BUREAU, DEPARTMENT = "analyst:li", "officer:zhao"
ENTRY_OF_AID = ENTRY | {
    "versions": ["1.0"],
    "inputs": ["家庭人均月收入 | 民政收入核对库 | 第四十七条"],
}


def admitted(cast: Cast) -> System:
    """Register the system with entry and admission; journeys of their own go these ways."""
    aid, now = deciding.laid_down(cast), timezone.now()
    wei = cast.actor("wei")
    filing_of_systems.file_need(aid, systems.NEED, actor=wei, at=now)
    filing_of_systems.pledge(aid, systems.PLEDGE, actor=wei, at=now)
    systems.papers(cast, aid, at=now, day=timezone.localdate(now))
    systems.probed(cast, aid, at=now)
    row = algorithms.begun(cast, aid, at=now, entry=ENTRY_OF_AID)
    algorithms.published(cast, row, at=now)
    aid.refresh_from_db()
    return systems.admitted(cast, aid, at=now)


@dataclass
class Chain:
    """Officials and experts of one language at a desk; the clock is set forward as days pass."""

    reader: Reader
    language: str
    monkeypatch: pytest.MonkeyPatch
    shots: int = 0

    def at(self, path: str, role: str = "") -> Page:
        """Open a page that has to be accessible and no wider than the screen."""
        page = self.reader.at(path, role=role, language=self.language)
        assert violations(page) == []
        assert overflow(page) <= 0
        if SHOTS:
            self.shots += 1
            page.screenshot(
                path=f"{SHOTS}/chain-{self.language}-{self.shots:02}.png", full_page=True
            )
        return page

    def act(self, row: Objection, verb: str, role: str, **given: str) -> None:
        """Fill in the form of a verb and send it."""
        page = self.at(reverse("objection_act", args=[row.code, verb]), role)
        for name, value in given.items():
            field = page.locator(f"main form.form [name={name}]")
            if field.evaluate("e => e.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        follow(page, page.locator("main form.form button.button"))
        assert page.locator("main .errors").count() == 0, page.inner_text("main")

    def days_pass(self, days: int) -> None:
        """Set the clock forward; sessions do not outlive it."""
        then = timezone.now() + days * DAY
        self.monkeypatch.setattr("django.utils.timezone.now", lambda: then)
        self.reader.forget()

    def upheld(self, row: Objection, outcome: str) -> None:
        """Bring an objection from its acceptance to what its drawn panel says."""
        self.act(row, "accept", BUREAU, track="ordinary")
        known = timezone.localdate(timezone.now() + DAY).isoformat()
        self.act(row, "freeze", BUREAU, source="Lottery", source_day=known)
        self.days_pass(2)
        self.act(row, "draw", BUREAU, announced="3 11 17")
        for member in judging.panel(row):
            who = f"expert:{member.account.login}"
            self.act(row, "opine", who, vote=outcome, opinion="The income was read wrongly.")
        self.act(row, "uphold", BUREAU, outcome=outcome, reason="So says the panel.")


def looked_again(on: Chain, row: Objection) -> None:
    """Look at every alike decision again, and correct it."""
    page = on.at(f"/objections/{row.code}/", DEPARTMENT)
    forms = page.locator("main section form.form")
    assert forms.count() == row.alike.count() == 2
    while forms.count():
        forms.first.locator("select").select_option("grant")
        forms.first.locator("input[name=reason]").fill("Read wrongly here, too.")
        follow(page, forms.first.locator("button"))
    assert set(row.alike.values_list("state", "decision__corrected")) == {("corrected", "grant")}


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_from_the_receipt_to_the_gate(
    reader: Reader, place: Path, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast, word = make_cast(), WORDS[language]
    aid = admitted(cast)
    with_ledger()
    for n in range(4):
        one = Account.objects.create_user(f"e{n}", name=f"E{n}")
        one.posts.create(organisation=cast.places["panel"], role="expert", starts=date(2026, 1, 1))
    answer = delivered(cast, aid, 4)[0]
    on, own = Chain(reader, language, monkeypatch), {"language": language, "screen": "phone"}

    citizen = reader.at("/decisions/", elder="on", **own)
    row, code = objected(citizen, answer, language, "on")
    on.upheld(row, "uphold")
    looked_again(on, row)
    on.act(row, "carry", DEPARTMENT, result="grant", reason="Paid on Friday.")
    citizen = reader.at("/objections/follow/", elder="on", **own)
    follow_up(citizen, row, code, word["carried"])
    seen(citizen, "carried", language, "on")
    citizen = reader.at("/decisions/", elder="on", **own)
    citizen.fill("#id_number", answer.receipt)
    citizen.fill("#id_code", answer.query)
    citizen.click("main form button")
    assert word["granted"] in citizen.inner_text("h1")
    seen(citizen, "corrected", language, "on")
    entry = reverse("algorithm", args=[aid.algorithm.code])
    told = on.at(entry).inner_text("main")
    assert row.code in told
    assert word["upheld"] in told
    assert word["retest"] in on.at(reverse("registered", args=[aid.code])).inner_text("main")

    group = reader.at(f"/objections/sheet/{aid.code}/", elder="on", **own)
    seen(group, "sheet", language, "on")
    group.goto(group.inner_text(".poster .keys >> nth=0"))
    group.fill("#id_statement", "Elders cannot use it.")
    group.fill("#id_voices", "12")
    seen(group, "group", language, "on")
    group.click("main form button")
    seen(group, "group-filed", language, "on")
    whole = Objection.objects.get(kind="system")
    on.upheld(whole, "suspend_system")
    on.act(whole, "carry", DEPARTMENT, reason="It is done by hand.")
    listed = json.loads(listing.read_published() or b"{}")
    assert '"suspended"' in json.dumps(listed)
    for address in (entry, reverse("registered", args=[aid.code])):
        told = on.at(address).inner_text("main")
        assert word["reason"].format(code=whole.code) in told
    assert word["shut"] in told
    told = on.at(reverse("registered_assessment", args=[aid.code]), BUREAU).inner_text("main")
    assert word["refuses"] in told
    assert reader.complaints == []
