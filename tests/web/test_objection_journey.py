"""A citizen reads the own decision and objects, on a phone in large print; a panel decides."""

from __future__ import annotations

import os
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
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
from tests import deciding
from tests.cast import Cast, make_cast
from tests.explained import ZONE, sent
from tests.rounds import with_ledger
from tests.web.browsing import Reader, overflow, violations
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


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("language", "screen", "elder"), LOOKS)
def test_a_citizen_reads_the_own_decision_and_objects(
    reader: Reader, place: Path, language: str, screen: str, elder: str
) -> None:
    cast = make_cast()
    answer = delivered(cast, deciding.laid_down(cast), 1)[0]
    english = language == "en"
    page = reader.at("/decisions/", language=language, screen=screen, elder=elder)
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
    row = Objection.objects.get()
    code = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]", page.inner_text("dl.facts"))
    assert code is not None
    page.click(f"main >> text={'Follow it' if english else '去查询'}")
    page.fill("#id_number", row.code)
    page.fill("#id_code", code[0])
    page.click("main form button")
    assert ("silence means it is" if english else "视为受理") in page.inner_text("main")
    seen(page, "followed", language, elder)
