"""The front page: what a citizen sees first, one field for every number, and lines of the inbox."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shixiao.fairness.decisions import read_row
from shixiao.records.models import (
    Account,
    DecisionMatter,
    Evaluation,
    LeafRow,
    Objection,
    OpinionGroup,
    Standing,
)
from shixiao.terms import Estimate, Text
from shixiao.voice.handling import Entry
from shixiao.web.follow.views import MOST_TRIES
from shixiao.workflows import search
from shixiao.workflows.cases import opening
from shixiao.workflows.consultations import taking as opinions
from shixiao.workflows.decisions import taking as decisions
from shixiao.workflows.voices.taking import Came, bring
from tests import consulting as way
from tests import deciding
from tests.cast import Cast, make_cast, make_evaluation
from tests.explained import ZONE, sent
from tests.web.browsing import Reader
from tests.web.looking import Look, faults

SHOTS = os.environ.get("SHOTS_OF_FRONT")  # a folder, to look at the pages
pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
Slip = tuple[dict[str, str], str]  # what stands on a slip, and words of the page that it leads to


@pytest.fixture(autouse=True)
def _place(place: Path) -> None:
    """Files go to a folder of the test, and tries of other tests do not count."""
    cache.clear()


def browser(account: Account | None = None, language: str = "en") -> Client:
    client = Client(headers={"host": "localhost"})
    client.cookies["language"] = language
    if account is not None:
        client.force_login(account)
    return client


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return str(answer.content.decode())


# ── people like me ────────────────────────────────────────────────────────────────────────────────


def share(value: float, n: int) -> dict[str, Any]:
    return {"completion": Estimate(value, value - 0.05, value + 0.05, n).to_json()}


PEOPLE = {
    "": {"": share(0.8, 400)},
    "age_band": {"18-34": share(0.9, 200), "75+": {"completion": None}},
    "channel": {"online": share(0.85, 300), "counter": share(0.6, 100)},
}


def published(cast: Cast) -> Evaluation:
    """Publish an evaluation with a city and two services, the second without any group."""
    evaluation = make_evaluation(cast, published=timezone.now())
    for kind, subject, people in (
        ("city", "C", PEOPLE),
        ("service", "S1", PEOPLE),
        ("service", "S2", {"": {"": share(0.7, 50)}}),
    ):
        name = Text(f"社保登记{subject}", f"Insurance {subject}")
        Standing.objects.create(
            evaluation=evaluation, kind=kind, subject=subject, slug=subject.lower(), name=name,
            detail={"scores": {}, "people": people, "page": "", "hours": None},
        )  # fmt: skip
    search.index_standings(evaluation)
    return evaluation


def cells(page: str) -> list[str]:
    """Return what stands in the cells of the table, row by row, without marks."""
    found = re.findall(r'<td role="cell"[^>]*>(.*?)</td>', page, re.S)
    plain = (re.sub(r"<svg.*?</svg>|<[^>]+>", " ", cell, flags=re.S) for cell in found)
    return [" ".join(cell.split()) for cell in plain]


def test_a_search_says_how_well_a_service_works_for_whoever_asks(cast: Cast) -> None:
    published(cast)
    client = browser()
    front = text(client, "/")
    assert "75 and over" in front
    assert "Everybody" in front
    page = text(client, "/search/?q=insurance&as0=18-34&as1=counter")
    assert "Completed: 18 to 34" in page
    assert cells(page)[:3] == [
        "90.0% [85.0 – 95.0] 200 cases", "60.0% [55.0 – 65.0] 100 cases",
        "80.0% [75.0 – 85.0] 400 cases",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "first", "second"),
    [
        ("as0=75%2B", "Not public: it tells of too few people", "Not known"),
        ("as1=online", "85.0% [80.0 – 90.0] 300 cases", "Not known"),
        # Nothing chosen, or nothing that could be: all cases stand in the first column.
        ("", "80.0% [75.0 – 85.0]", "70.0% [65.0 – 75.0]"),
        ("as0=nobody", "80.0% [75.0 – 85.0]", "70.0% [65.0 – 75.0]"),
        ("as7=75%2B", "80.0% [75.0 – 85.0]", "70.0% [65.0 – 75.0]"),
    ],
)
def test_what_is_withheld_or_absent_is_said_in_the_place_of_the_number(
    cast: Cast, asked: str, first: str, second: str
) -> None:
    published(cast)
    found = cells(text(browser(), f"/search/?q=insurance&{asked}"))
    half = len(found) // 2
    assert found[0].startswith(first)
    assert found[half].startswith(second)


def test_the_page_of_a_service_says_who_gets_it_done(cast: Cast) -> None:
    published(cast)
    page = text(browser(), "/services/s1/")
    assert "Who gets it done" in page
    assert cells(page) == [
        "90.0% [85.0 – 95.0] 200 cases", "Not public: it tells of too few people, or such a number"
        " follows from it.", "60.0% [55.0 – 65.0] 100 cases", "85.0% [80.0 – 90.0] 300 cases",
    ]  # fmt: skip
    assert "Who gets it done" not in text(browser(), "/services/s2/")


def test_a_search_asks_the_database_as_often_for_one_service_as_for_twenty(cast: Cast) -> None:
    evaluation = published(cast)
    with CaptureQueriesContext(connection) as few:
        text(browser(), "/search/?q=insurance&as0=75%2B")
    for n in range(18):
        Standing.objects.create(
            evaluation=evaluation, kind="service", subject=f"T{n}", slug=f"t{n}",
            name=Text(f"社保{n}", f"Insurance T{n}"), detail={"scores": {}, "people": PEOPLE},
        )  # fmt: skip
    search.index_standings(evaluation)
    with CaptureQueriesContext(connection) as many:
        assert "20 services found" in text(browser(), "/search/?q=insurance&as0=75%2B")
    assert len(many) == len(few)


# ── the front page ────────────────────────────────────────────────────────────────────────────────


def test_a_citizen_sees_the_ways_on_and_an_officer_the_city(cast: Cast) -> None:
    page = text(browser(), "/")
    places = [page.index(mark) for mark in (
        'class="ask"', 'id="ways"', 'id="follow"', 'id="open"', 'id="city"',
    )]  # fmt: skip
    assert places == sorted(places)
    for way_on in ("/voice/", "/consultations/", "/algorithms/", "/decisions/", "/account/data/",
                   "/ledger/check/"):  # fmt: skip
        assert f'href="{way_on}"' in page
    assert page.count('role="search"') == 1
    officer = text(browser(cast.accounts["zhao"]), "/")
    assert 'id="ways"' not in officer
    assert 'class="seek"' in officer


def test_what_is_open_stands_on_the_front_page_with_days_left(cast: Cast) -> None:
    with CaptureQueriesContext(connection) as empty:
        assert "Nothing is open now" in text(browser(), "/")
    matter = open_since(cast, 1)
    way.announced(cast, matter, timezone.now() - DAY)
    for n in range(3):
        open_since(cast, n + 2)
    with CaptureQueriesContext(connection) as four:
        page = text(browser(), "/")
    assert page.count(f'href="/consultations/{matter.code}/"') == 1
    assert f'href="/consultations/{matter.code}/hearing/"' in page
    assert "Hearing: Rules for booking" in page
    assert "Registration open" in page
    assert len(four) == len(empty)
    DecisionMatter.objects.filter(pk=matter.pk).update(state="ended")  # it was stopped
    assert matter.code not in text(browser(), "/")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("language", "screen", "elder", "each"),
    [
        ("en", "phone", "", 3),  # two pages, where there is little time
        pytest.param("en", "phone", "", 1, marks=pytest.mark.slow),
        pytest.param("en", "desktop", "", 1, marks=pytest.mark.slow),
        pytest.param("zh", "desktop", "", 1, marks=pytest.mark.slow),
        pytest.param("zh", "phone", "largest", 1, marks=pytest.mark.slow),
    ],
)
def test_the_pages_break_no_rule_fit_the_screen_and_keep_to_their_language(
    reader: Reader, language: str, screen: str, elder: str, each: int
) -> None:
    cast = make_cast()
    published(cast)
    matter = open_since(cast, 1)
    way.announced(cast, matter, timezone.now() - DAY)
    pages = [("/search/?q=insurance&as0=75%2B&as1=online", ""), ("/services/s1/", ""),
             ("/inbox/", "officer:zhao"), ("/", ""), ("/follow/", ""),
             ("/inbox/", "analyst:li")]  # fmt: skip
    some = list(enumerate(pages))[::each]
    look = Look(language, screen, elder)
    assert faults(reader, some, look, made_up=(), shots=SHOTS) == []


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_service_is_found_with_the_keyboard_alone(reader: Reader) -> None:
    published(make_cast())
    page = reader.at("/", language="en")
    page.locator("#id_q").focus()
    page.keyboard.type("insurance")
    for _ in range(2):  # past the button to the first choice
        page.keyboard.press("Tab")
    page.keyboard.type("75")
    page.keyboard.press("Tab")
    page.keyboard.type("Online")
    page.locator("#id_q").press("Enter")
    page.wait_for_url("**/search/**")
    said = page.locator("table").inner_text()
    assert "Completed: 75 and over" in said
    assert "Completed: Online" in said


# ── one field for every number ────────────────────────────────────────────────────────────────────


def a_matter(cast: Cast) -> Slip:
    row, query = bring(Entry("need", "web", "路灯不亮，请修。"), Came(timezone.now()))
    return {"number": row.code.lower().replace("-", " "), "code": query}, "路灯不亮"


def a_report(cast: Cast) -> Slip:
    _, leaf, query = opening.complain(
        name="表格下不了", story="点了没反应。", contact="", department=None, subject=("", ""),
        once="", at=timezone.now(),
    )  # fmt: skip
    return {"number": leaf.code, "code": query}, "表格下不了"


def a_decision(cast: Cast) -> Slip:
    aid, now = deciding.laid_down(cast), timezone.now()
    told = {
        "ts": (now - 2 * DAY).isoformat(),
        "began": None,
        "told": (now - DAY).date().isoformat(),
    }
    actor = cast.actor("chu", today=timezone.localdate())
    delivery = decisions.begin(aid, name="test", actor=actor, at=now)
    rows = [(1, read_row(sent(**told), now=now, zone=ZONE))]
    (answer,) = decisions.take(delivery, rows, actor=actor, at=now)
    return {"number": answer.receipt, "code": answer.query}, "objections/decision"


def an_objection(cast: Cast) -> Slip:
    slip, _ = a_decision(cast)
    said = browser().post("/objections/decision/", slip | {"statement": "Wrong income."})
    query = re.search(r'Query code</dt><dd class="keys">([^<]+)<', said.content.decode())
    assert query is not None
    return {"number": Objection.objects.get().code, "code": query[1]}, "silence means it is"


@pytest.mark.parametrize("brought", [a_matter, a_report, a_decision, an_objection])
def test_a_number_is_recognised_and_shown_with_its_query_code(
    cast: Cast, brought: Callable[[Cast], Slip]
) -> None:
    slip, words = brought(cast)
    shown = browser().post("/follow/", slip)
    assert shown.status_code == 200
    assert words in shown.content.decode()
    lacking = browser().post("/follow/", {"number": slip["number"]})
    assert lacking.status_code == 422
    assert "This is the number of" in lacking.content.decode()
    wrong = browser().post("/follow/", slip | {"code": "AAAA-AAAA-A"})
    assert wrong.status_code == 422
    assert words not in wrong.content.decode()


def a_consultation(cast: Cast) -> tuple[str, str]:
    matter = open_since(cast, 1)
    return matter.code, f"/consultations/{matter.code}/"


def a_code_of_taking_part(cast: Cast) -> tuple[str, str]:
    matter = open_since(cast, 1)
    _, code = opinions.join(matter, source="10.0.0.1", at=timezone.now())
    return code, f"/consultations/{matter.code}/mine/"


def a_registration(cast: Cast) -> tuple[str, str]:
    matter = open_since(cast, 1)
    way.announced(cast, matter, timezone.now() - DAY)
    matter.refresh_from_db()
    ((seat, _),) = way.registered(matter, ["s0"], timezone.now())
    return seat.code, f"/consultations/{matter.code}/hearing/mine/"


def a_receipt(cast: Cast) -> tuple[str, str]:
    open_since(cast, 1)
    leaf = LeafRow.objects.filter(event="consultation.moved").first()
    assert leaf is not None
    return leaf.code, f"/receipts/{leaf.code}/"


@pytest.mark.parametrize(
    "known", [a_consultation, a_code_of_taking_part, a_registration, a_receipt]
)
def test_a_number_with_a_page_of_its_own_leads_there(
    cast: Cast, known: Callable[[Cast], tuple[str, str]]
) -> None:
    number, page = known(cast)
    led = browser().post("/follow/", {"number": number})
    assert (led.status_code, led.headers["Location"]) == (302, page)
    assert browser().get(page).status_code == 200


@pytest.mark.parametrize(
    ("number", "says"),
    [
        ("", "Fill this in."),
        ("K7Q2", "mistyped"),
        ("0000-0001-1", "mistyped"),
        ("0000-0000-0", "There is no such number"),
        ("<b>0000</b>", "mistyped"),
    ],
)
def test_a_number_that_is_none_is_said_so_at_the_field(cast: Cast, number: str, says: str) -> None:
    answer = browser().post("/follow/", {"number": number})
    assert answer.status_code == 422
    assert says in answer.content.decode()


def test_guesses_are_limited_and_right_numbers_are_not_counted(cast: Cast) -> None:
    slip, _ = a_matter(cast)
    client = browser()
    for _ in range(MOST_TRIES + 2):
        assert client.post("/follow/", {"number": slip["number"]}).status_code == 422
    for _ in range(MOST_TRIES):
        assert client.post("/follow/", {"number": "0000-0000-0"}).status_code == 422
    assert client.post("/follow/", {"number": "0000-0000-0"}).status_code == 403


# ── the inbox ─────────────────────────────────────────────────────────────────────────────────────


def open_since(cast: Cast, days: int, of: int = 40) -> DecisionMatter:
    """Return a matter that was opened so many days ago, for so many."""
    return way.opened(cast, at=timezone.now() - days * DAY, days=of)


def owed(cast: Cast, who: str) -> str:
    page = text(browser(cast.accounts[who]), "/inbox/")
    found = re.search(r"<h2>Consultations and hearings</h2>(.*?)</ul>", page, re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split()) if found else ""


def test_each_finds_in_the_inbox_what_a_matter_owes_him(cast: Cast) -> None:
    now = timezone.now()
    matter = way.proposed(cast, at=now - DAY)
    assert "Propose" not in owed(cast, "zhao")
    assert "by Case officer" in owed(cast, "zhao") or "by " in owed(cast, "zhao")
    assert matter.code in owed(cast, "zhao")  # the department studies it
    assert matter.code not in owed(cast, "li")
    way.deciding.step(matter, "study", way.act(cast, "zhao", matter, now - DAY), {"text": "依据。"})
    assert "Start the procedure" in owed(cast, "li")  # the authority starts it
    assert matter.code not in owed(cast, "zhao")


def test_comments_to_judge_and_groups_to_reply_to_stand_in_the_inbox(cast: Cast) -> None:
    matter = open_since(cast, 42)
    (person,) = way.joined(matter, at=timezone.now() - 2 * DAY)
    opinions.comment(person, "老人不会用手机。", article="第二条", at=timezone.now() - 2 * DAY)
    assert "comments and statements to judge: 1" in owed(cast, "li")
    assert "to judge" not in owed(cast, "zhao")  # the drafting department does not judge
    way.closed(cast, matter)
    OpinionGroup.objects.create(
        matter=matter, number=99, kind="topic", title=Text("话题 99", "Topic 99"), size=0
    )
    said = owed(cast, "zhao")
    assert "groups of opinion to reply to: 1" in said  # none is owed to one that everybody left
    assert "Publish how opinions were used" not in said  # not before all are replied to


def test_the_inbox_asks_as_often_for_one_matter_as_for_many(cast: Cast) -> None:
    open_since(cast, 1)
    client = browser(cast.accounts["zhao"])
    text(client, "/inbox/")
    with CaptureQueriesContext(connection) as one:
        text(client, "/inbox/")
    for n in range(4):
        open_since(cast, n + 2)
    with CaptureQueriesContext(connection) as five:
        text(client, "/inbox/")
    assert len(five) == len(one)
