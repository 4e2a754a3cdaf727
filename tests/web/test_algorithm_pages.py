"""Pages of the register of algorithms, with rows on them, and what each says to whom."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from shixiao.records.models import Account, Algorithm, AlgorithmLog, AlgorithmReview, System
from shixiao.web.algorithms import views
from shixiao.workflows.algorithms import drafting, privacy, publishing
from shixiao.workflows.algorithms.standing import all_published
from shixiao.workflows.reviews import convening, signing
from tests import algorithms, panels, systems
from tests.cast import NOW, Cast, make_cast
from tests.fairness.algorithms.made import ENTRY
from tests.rounds import with_ledger
from tests.web.browsing import Reader
from tests.web.looking import CHINESE, Look, faults

SHOTS = os.environ.get("SHOTS_OF_ALGORITHMS")  # a folder, to look at the pages
# What people of the invented city wrote into the boxes of forms.
WRITTEN = json.dumps([ENTRY, [each.to_json() for each in algorithms.CHAIN]], ensure_ascii=False)
MADE_UP = {
    "公开数值没有揭晓。",
    "会议室预约",
    "预约会议室，不处理群众的事项。",
    "卫健〔",
    "〕",
    "号",
    "罚款幅度",
}
MADE_UP |= set(CHINESE.findall(WRITTEN))
ALONE = algorithms.COUNTS.replace("2.0,algorithm,1", "2.1,algorithm,0")


def filled(cast: Cast) -> list[tuple[str, str]]:
    """Make entries at every step, and return the pages that show them, each with who looks."""
    wei = cast.actor("wei")
    first = algorithms.begun(cast, systems.made(cast, "allowance", kind="algorithm", decides=True))
    algorithms.published(cast, first)
    told = {"volume": 9_000, "contact": "0571-54321", "goal": "尽快、公平地发放补贴。"}
    first = drafting.save_fields(first, told, seen=first.version, actor=wei)
    algorithms.published(cast, first)
    algorithms.logged(cast, first)
    algorithms.assessed(cast, first.system)
    grave = algorithms.begun(
        cast,
        systems.made(cast, "fines", kind="algorithm", decides=True),
        entry=ENTRY | {"discretions": ["罚款幅度"], "website": "https://www.example.gov.cn/fines"},
        chain=algorithms.CHAIN,
        highest=True,
    )
    algorithms.published(cast, grave)
    algorithms.logged(cast, grave, counts=ALONE, factors="factor,n\n民族,900\n")
    waits = algorithms.begun(cast, systems.made(cast, "queue", kind="algorithm", decides=True))
    publishing.propose(waits, reason="首次登记。", seen=waits.version, actor=wei, at=NOW)
    privacy.assess(waits.system, algorithms.PIA, actor=wei, at=NOW)
    bare = drafting.begin_entry(systems.made(cast, "new", decides=True), actor=wei, at=NOW)
    reviews = reviewed(cast, first, grave)
    owner, head, analyst = "system_owner:wei", "head:zhou", "analyst:li"
    doings = ("oversight", "data", "authority", "questions", "mitigation", "log", "privacy")
    return [
        ("/algorithms/", ""),
        (reverse("algorithm", args=[grave.code]), ""),
        (reverse("algorithm_draft", args=[bare.code]), owner),
        (reverse("algorithm_history", args=[first.code]), ""),
        ("/algorithms/articles/?law=行政处罚法&article=第41条", ""),
        ("/algorithms/", analyst),
        (reverse("algorithm", args=[first.code]), ""),
        (reverse("algorithm_draft", args=[waits.code]), head),
        (reverse("registered", args=[first.system.code]), ""),
        (reverse("registered", args=[bare.system.code]), owner),
        (reverse("algorithm_draft", args=[grave.code]), owner),
        *[(reverse("algorithm_act", args=[grave.code, doing]), owner) for doing in doings],
        (reverse("algorithm_act", args=[bare.code, "propose"]), owner),
        (reverse("algorithm_review", args=[waits.code]), analyst),
        *reviews,
    ]


def reviewed(cast: Cast, done: Algorithm, under_way: Algorithm) -> list[tuple[str, str]]:
    """Make a review that is done and one under way, and return the pages that show them."""
    with_ledger()
    panels.experts(cast, 6)
    past = panels.signed(panels.replied(panels.audited(cast, done)), ["keep", "correct"])
    review = panels.audited(cast, under_way)
    lead = panels.panel(review)[0][0]
    who = f"expert:{lead.account.login}"
    li, later = cast.actor("li"), NOW + 3 * panels.DAY
    broken = panels.convened(cast, done, later)
    act = panels.act(li, broken, later)
    broken = convening.abandon(broken, act, reason="公开数值没有揭晓。")
    return [
        (reverse("review", args=[past.code]), ""),
        (reverse("review", args=[review.code]), who),
        (reverse("review_act", args=[review.code, "reply"]), who),
        (reverse("review_act", args=[review.code, "sign"]), who),
        (reverse("review_act", args=[review.code, "abandon"]), "analyst:li"),
        (reverse("review", args=[broken.code]), ""),
    ]


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("language", "screen", "elder", "each"),
    [
        ("en", "desktop", "", 5),  # one page of five, where there is little time
        pytest.param("en", "desktop", "", 1, marks=pytest.mark.slow),
        pytest.param("zh", "phone", "largest", 1, marks=pytest.mark.slow),
        pytest.param("zh", "desktop", "", 1, marks=pytest.mark.slow),
        pytest.param("en", "phone", "on", 1, marks=pytest.mark.slow),
    ],
)
def test_the_pages_break_no_rule_fit_the_screen_and_keep_to_their_language(
    reader: Reader, place: Path, language: str, screen: str, elder: str, each: int
) -> None:
    some = list(enumerate(filled(make_cast())))[::each]
    look = Look(language, screen, elder)
    assert faults(reader, some, look, made_up=MADE_UP, shots=SHOTS) == []


# ── without a browser ────────────────────────────────────────────────────────────────────────────


def client(cast: Cast, name: str = "") -> Client:
    made = Client(headers={"host": "localhost"})
    if name:
        made.force_login(cast.accounts[name])
    return made


@pytest.fixture
def row(cast: Cast, place: Path) -> Algorithm:
    return algorithms.begun(cast, systems.made(cast, "allowance", kind="algorithm", decides=True))


def address(row: Algorithm, name: str = "algorithm", *rest: str) -> str:
    return reverse(name, args=[row.code, *rest])


@pytest.mark.django_db
def test_a_draft_is_hidden_and_an_edition_public(cast: Cast, row: Algorithm) -> None:
    assert client(cast).get(address(row)).status_code == 404
    assert client(cast, "wu").get(address(row, "algorithm_draft")).status_code == 403
    assert client(cast, "wei").get(address(row)).status_code == 302
    assert "补贴资格预审" not in client(cast).get("/algorithms/").content.decode()
    algorithms.published(cast, row)
    page = client(cast).get(address(row)).content.decode()
    assert "救助科" in page
    assert "卫健〔2026〕1 号" in page
    assert reverse("registered", args=[row.system.code]) in page
    back = client(cast).get(reverse("registered", args=[row.system.code])).content.decode()
    assert address(row) in back
    assert "补贴资格预审" in client(cast).get("/algorithms/?q=资格").content.decode()
    assert "补贴资格预审" not in client(cast).get("/algorithms/?q=罚款").content.decode()
    assert "补贴资格预审" not in client(cast).get("/algorithms/?level=4").content.decode()


@pytest.mark.django_db
def test_an_entry_is_begun_filled_in_and_published_by_forms(cast: Cast, place: Path) -> None:
    system = systems.made(cast, "allowance", kind="algorithm", decides=True)
    owner = client(cast, "wei")
    begin = reverse("registered_algorithm", args=[system.code])
    assert client(cast, "wu").post(begin).status_code == 403
    assert owner.post(begin).status_code == 302
    row = Algorithm.objects.get(system=system)
    for section in ("basic", "purpose", "oversight", "law", "data", "technology", "risk"):
        told: dict[str, object] = {}
        for name, value in ENTRY.items():
            if isinstance(value, dict):
                told |= {f"{name}_zh": value["zh"], f"{name}_en": value["en"]}
            else:
                told[name] = "\n".join(value) if isinstance(value, list) else str(value)
        row.refresh_from_db()
        path = address(row, "algorithm_act", section)
        assert owner.post(path, told | {"seen": str(row.version)}).status_code == 302
    row.refresh_from_db()
    assert row.draft["fields"]["volume"] == 12_000
    chain = address(row, "algorithm_act", "authority")
    wrong = owner.post(chain, {"chain": "凭感觉 | 法 | 1 | x", "seen": str(row.version)})
    assert wrong.status_code == 422
    assert "第 1 行读不了" in wrong.content.decode()
    short = owner.post(chain, {"chain": "自动化 | 法 | 1", "seen": str(row.version)})
    assert "第 1 条没有写全" in short.content.decode()
    line = "自动化 | 行政处罚法 | 41 | 利用电子技术监控设备"
    assert owner.post(chain, {"chain": line, "seen": str(row.version)}).status_code == 302
    row.refresh_from_db()
    assert line in owner.get(chain).content.decode()
    asked = {name: list(given) for name, given in algorithms.answers().items()}
    told = {name: given for name, given in asked.items() if given} | {"seen": str(row.version)}
    assert owner.post(address(row, "algorithm_act", "questions"), told).status_code == 302
    row.refresh_from_db()
    propose = address(row, "algorithm_act", "propose")
    sent = owner.post(propose, {"reason": "首次登记。", "seen": str(row.version)})
    assert sent.status_code == 302
    waits = row.editions.get()
    answer = address(row, "algorithm_answer", str(waits.pk))
    assert owner.post(answer, {"confirmed": "yes"}).status_code == 403
    assert client(cast, "zhou").post(answer, {"confirmed": "yes"}).status_code == 302
    row.refresh_from_db()
    assert row.level == 1


@pytest.mark.django_db
def test_a_draft_with_one_language_is_shown(cast: Cast, row: Algorithm) -> None:
    half = {"name_zh": "补贴资格预审", "name_en": "", "summary_zh": "", "summary_en": "By rules."}
    path = address(row, "algorithm_act", "basic")
    owner = client(cast, "wei")
    assert owner.post(path, half | {"seen": str(row.version)}).status_code == 302
    page = owner.get(address(row, "algorithm_draft")).content.decode()
    assert "By rules." in page
    assert "还缺英文" in page
    assert "By rules." in owner.get(path).content.decode()


@pytest.mark.django_db
def test_a_wrong_value_is_told_at_its_field(cast: Cast, row: Algorithm) -> None:
    path = address(row, "algorithm_act", "purpose")
    wrong = client(cast, "wei").post(path, {"volume": "很多", "seen": str(row.version)})
    assert wrong.status_code == 422
    assert "id_volume_error" in wrong.content.decode()
    stale = client(cast, "wei").post(path, {"volume": "3", "seen": "0"})
    assert stale.status_code == 422


@pytest.mark.django_db
def test_a_log_is_entered_by_files_and_a_bad_one_explained(cast: Cast, row: Algorithm) -> None:
    path = address(row, "algorithm_act", "log")
    given = {"first": "2026-02-01", "last": "2026-03-01", "seen": "0"}
    bad = SimpleUploadedFile("counts.csv", b"version,n\n2.0,-1\n")
    wrong = client(cast, "wei").post(path, given | {"counts": bad})
    assert wrong.status_code == 422
    assert "不是件数" in wrong.content.decode()
    good = SimpleUploadedFile("counts.csv", algorithms.COUNTS.encode())
    assert client(cast, "wei").post(path, given | {"counts": good}).status_code == 302
    assert row.logs.get().seen["decisions"] == 1_000


@pytest.mark.django_db
def test_editions_are_compared_and_exported(cast: Cast, row: Algorithm) -> None:
    algorithms.published(cast, row)
    wei = cast.actor("wei")
    row = drafting.save_fields(row, {"volume": 9_000}, seen=row.version, actor=wei)
    algorithms.published(cast, row)
    page = client(cast).get(address(row, "algorithm_history")).content.decode()
    assert "<del>" in page
    assert "9,000" in page
    for query in ("?from=1&to=2", "?from=2&to=1", "?from=x&to=99", "?to=1"):
        assert client(cast).get(address(row, "algorithm_history") + query).status_code == 200
    for standard in ("atrs", "nl", "filing"):
        for kind in ("json", "csv"):
            path = address(row, "algorithm_export", standard, kind)
            assert client(cast).get(path).status_code == 200
    first = client(cast).get(address(row, "algorithm_export", "atrs", "json") + "?edition=1")
    assert json.loads(first.content)["2.2.5 frequency_usage"] == "12000"
    nothing = address(row, "algorithm_export", "atrs", "xml")
    assert client(cast).get(nothing).status_code == 404


@pytest.mark.django_db
def test_old_editions_and_other_departments_cost_a_list_nothing(
    cast: Cast, row: Algorithm, django_assert_max_num_queries: Any
) -> None:
    algorithms.published(cast, row)
    wei = cast.actor("wei")
    for volume in (9_000, 9_500):
        row = drafting.save_fields(row, {"volume": volume}, seen=row.version, actor=wei)
        algorithms.published(cast, row)
    assert [e.number for e in all_published([row]).values()] == [3]
    for name in ("a", "b", "c"):
        chained = systems.made(cast, name, kind="algorithm", decides=True)
        algorithms.published(cast, algorithms.begun(cast, chained, chain=algorithms.CHAIN))
    found = "/algorithms/articles/?law=行政处罚法&article=41"
    with CaptureQueriesContext(connection) as one:
        client(cast).get(found)
    more = systems.made(cast, "d", kind="algorithm", decides=True)
    algorithms.published(cast, algorithms.begun(cast, more, chain=algorithms.CHAIN))
    with django_assert_max_num_queries(len(one)):
        page = client(cast).get(found).content.decode()
    assert page.count(reverse("algorithm", args=[Algorithm.objects.get(system=more).code])) == 1


@pytest.mark.django_db
def test_drafts_of_others_do_not_hide_ones_own(
    cast: Cast, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a1", "a2", "z"):
        algorithms.begun(cast, systems.made(cast, name, kind="algorithm", decides=True))
    System.objects.filter(identifier__in=["a1", "a2"]).update(department=cast.places["housing"])
    monkeypatch.setattr(views, "DRAFTS", 1)
    own = Algorithm.objects.get(system__identifier="z")
    assert address(own) in client(cast, "wei").get("/algorithms/").content.decode()


@pytest.mark.django_db
def test_hostile_words_are_shown_as_words(cast: Cast, row: Algorithm) -> None:
    told = {"goal": "<script>alert(1)</script>", "website": 'https://x/"><b>'}
    drafting.save_fields(row, told, seen=row.version, actor=cast.actor("wei"))
    row.refresh_from_db()
    algorithms.published(cast, row)
    page = client(cast).get(address(row)).content.decode()
    assert "<script>alert" not in page
    assert '"><b>' not in page


# ── reviews ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_a_review_is_opened_drawn_and_fixed_by_forms(
    cast: Cast, row: Algorithm, monkeypatch: pytest.MonkeyPatch
) -> None:
    algorithms.published(cast, row)
    with_ledger()
    panels.experts(cast)
    li = client(cast, "li")
    opening = address(row, "algorithm_review")
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    assert client(cast, "wei").get(opening).status_code == 403
    told = {"source": "福利彩票", "source_day": "2026-03-02"}
    assert li.post(opening, told).status_code == 422  # it could be known today
    assert li.post(opening, told | {"source_day": "2026-03-03"}).status_code == 302
    review = AlgorithmReview.objects.get()
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + 2 * panels.DAY)
    li = client(cast, "li")  # a session does not last two days
    drawing = reverse("review_act", args=[review.code, "draw"])
    assert li.post(drawing, {"announced": "07", "seen": "0"}).status_code == 302
    assert li.post(drawing, {"announced": "08", "seen": "0"}).status_code == 422
    review.refresh_from_db()
    (lead, _), (other, _) = panels.panel(review)
    fixing = reverse("review_act", args=[review.code, "fix"])
    given = {"criterion": "error", "reason": "先不冤枉人。", "seen": str(review.version)}
    assert client_of(other.account).post(fixing, given).status_code == 403
    assert client_of(lead.account).post(fixing, given).status_code == 302
    counting = reverse("review_act", args=[review.code, "audit"])
    counts = SimpleUploadedFile("counts.csv", panels.COUNTS)
    review.refresh_from_db()
    seen = {"seen": str(review.version)}
    assert li.post(counting, seen | {"counts": counts}).status_code == 302
    page = client(cast).get(reverse("review", args=[review.code])).content.decode()
    assert "先不冤枉人。" in page
    assert "还没有答复" in page


@pytest.mark.django_db
def test_opinions_are_seen_once_all_have_signed(cast: Cast, row: Algorithm) -> None:
    algorithms.published(cast, row)
    with_ledger()
    panels.experts(cast)
    review = panels.replied(panels.audited(cast, row))
    at = reverse("review", args=[review.code])
    (first, actor), (second, _) = panels.panel(review)
    review = signing.sign(
        review, panels.act(actor, review), outcome="correct", opinion="先改再用。"
    )
    assert "先改再用。" not in client_of(second.account).get(at).content.decode()
    other = panels.panel(review)[1][1]
    signing.sign(review, panels.act(other, review), outcome="suspend", opinion="应当停用。")
    page = client(cast).get(at).content.decode()
    assert "先改再用。" in page
    assert "应当停用。" in page
    assert "不同意见" in page
    assert "暂停使用" in client(cast).get(address(row)).content.decode()
    assert first.account.name in page


@pytest.mark.django_db
def test_a_review_of_few_decisions_says_that_they_are_few(cast: Cast, row: Algorithm) -> None:
    algorithms.published(cast, row)
    with_ledger()
    panels.experts(cast)
    review = panels.audited(cast, row)
    at = reverse("review", args=[review.code])
    for n, public, inside in ((7, "少于 11 件", " 7 件"), (1_012, " 1,012 件", " 1,012 件")):
        review.audit = review.audit | {"decisions": n}
        review.save()
        assert f"依据{public}决定" in client(cast).get(at).content.decode()
        assert f"依据{inside}决定" in client(cast, "li").get(at).content.decode()


@pytest.mark.django_db
def test_a_page_says_whether_its_log_was_counted_or_entered(cast: Cast, row: Algorithm) -> None:
    algorithms.published(cast, row)
    log = algorithms.logged(cast, row)
    assert "由部门登记的计数" in client(cast).get(address(row)).content.decode()
    AlgorithmLog.objects.filter(pk=log.pk).update(sent=True, by=None)
    assert "由系统送来的决定自动计数" in client(cast).get(address(row)).content.decode()


def client_of(account: Account) -> Client:
    made = Client(headers={"host": "localhost"})
    made.force_login(account)
    return made
