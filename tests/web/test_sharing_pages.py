"""Pages of the catalogue, of requests, disputes, corrections and grants, with rows on them."""

from __future__ import annotations

import base64
import os
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import CatalogueItem, DataAsset, Dispute, Grant, Harvest, SharingRequest
from shixiao.seals import SigningKey, VerifyKey
from shixiao.sharing.assets import Regime, checklist
from shixiao.sharing.grants import read_index
from shixiao.terms import Text
from shixiao.workflows import assets, files, meetings
from shixiao.workflows.catalogue import harvesting
from shixiao.workflows.catalogue.harvesting import Origin
from shixiao.workflows.duties import standing as duties
from shixiao.workflows.grants import keeping
from shixiao.workflows.grants.keeping import Use
from shixiao.workflows.moving import Act
from shixiao.workflows.requests import answering, disputing
from tests.cast import NOW, TODAY, Cast, make_cast, make_evaluation
from tests.dealing import HEALTH, PROVIDER, REQUESTER, Deal, dealing
from tests.deals import gateway_at, passed
from tests.silos import published_silo
from tests.web.browsing import Reader, follow
from tests.web.looking import Look, faults
from tests.workflows.test_assets import card

SHOTS = os.environ.get("SHOTS_OF_SHARING")  # a folder, to look at the pages
MADE_UP = {"市政务数据平台", "户籍人口基本信息", "公民身份号码", "姓名", "核对户籍", "公租房申请"}


def filled(cast: Cast) -> tuple[Deal, list[tuple[str, str]]]:
    """Make a deal at every step, and return the pages that show it, each with who looks."""
    deal = dealing(cast)
    grant = deal.active()
    use = Use("公租房申请", "逐件核对户籍", "免交复印件 120 份", "不落地")
    keeping.record_use(grant, use, actor=deal.actor("wu"), at=deal.at)
    gateway = gateway_at(cast, "health")
    for case, outcome in (("GZF-1", ""), ("GZF-2", ""), *[("GZF-9", "case_unknown")] * 3):
        passed(gateway, grant, case, outcome)
    suspended = deal.active()
    keeping.suspend(suspended, deal.act(PROVIDER, suspended), misuse="没有办件，批量查询")
    published_silo(cast)
    duties.count_all(now=NOW)
    dispute = deal.disputed()
    disputing.escalate(dispute, deal.act(REQUESTER, dispute), reason="三次协商未果")
    inspector = deal.actor("chen")
    meeting = meetings.call(TODAY, "市政务服务中心二楼", actor=inspector, at=NOW)
    resolution = meetings.resolve(
        meeting,
        Act(inspector, NOW, meeting.version),
        holder=cast.places["health"],
        text="向住房局开放户籍核验接口，只返回是否相符",
        dispute=dispute,
    )
    waiting = deal.request()
    answering.notify(waiting, deal.act(PROVIDER, waiting), missing="缺使用依据的附件")
    asked = deal.request()
    act = deal.act(PROVIDER, asked)
    answering.ask_extension(asked, act, days=5, reason="数据量大")
    correction = deal.correction(records=3)
    faulty = replace(
        HEALTH,
        id="P-1",
        name=Text("个体统计台账", "Ledger"),
        sharing="not_shared",
        basis="内部规定",
    )
    platform = Origin("市政务数据平台")
    imported = harvesting.harvest([faulty], platform, actor=cast.actor("li"), at=NOW)
    waiting_import = harvesting.ask(platform, actor=cast.actor("li"), at=NOW)
    harvested = CatalogueItem.objects.get(identifier="P-1")
    asset = assets.recognise_asset(
        card(), organisation=cast.places["health"], actor=cast.actor("chu"), at=NOW
    )
    cost = {"component": "cleaning", "number": "1"}
    assets.enter(
        asset,
        "cost",
        day=TODAY,
        amount=Decimal("12345.67"),
        detail=cost,
        actor=cast.actor("chu"),
        at=NOW,
    )
    head, analyst = f"head:{REQUESTER}", "analyst:li"
    return deal, [
        ("/catalogue/", ""),
        ("/catalogue/?q=户籍", analyst),
        ("/catalogue/statistics/", ""),
        ("/sharing/network/", ""),
        ("/catalogue/import/", analyst),
        (reverse("dataset_import", args=[imported.code]), analyst),
        (reverse("dataset_import", args=[waiting_import.code]), analyst),
        ("/catalogue/add/", "data_officer:chu"),
        (reverse("dataset", args=[deal.item.code]), head),
        (reverse("dataset", args=[harvested.code]), ""),
        (reverse("dataset_act", args=[deal.item.code, "change"]), analyst),
        (reverse("request_add", args=[deal.item.code]), head),
        (reverse("correction_add", args=[deal.item.code]), head),
        ("/requests/", ""),
        (reverse("request", args=[grant.request.code]), head),
        (reverse("request", args=[waiting.code]), f"head:{REQUESTER}"),
        (reverse("request", args=[asked.code]), ""),
        (reverse("request_act", args=[asked.code, "agree"]), f"head:{PROVIDER}"),
        (reverse("request_act", args=[asked.code, "refuse"]), f"head:{PROVIDER}"),
        ("/disputes/", ""),
        (reverse("dispute", args=[dispute.code]), ""),
        (reverse("dispute_act", args=[dispute.code, "settle"]), "inspector:chen"),
        ("/silos/", f"head:{REQUESTER}"),
        ("/sharing/", ""),
        (reverse("sharing_department", args=["health"]), ""),
        ("/sharing/bulletins/", analyst),
        (reverse("bulletin", args=["2026-03"]), analyst),
        ("/meetings/", ""),
        (reverse("meeting", args=[meeting.code]), "inspector:chen"),
        (reverse("meeting_resolve", args=[meeting.code]), "inspector:chen"),
        (reverse("meeting_act", args=[meeting.code, "hold"]), "inspector:chen"),
        (reverse("resolution", args=[resolution.code]), f"head:{PROVIDER}"),
        (reverse("resolution_act", args=[resolution.code, "report"]), f"head:{PROVIDER}"),
        ("/corrections/", ""),
        (reverse("correction", args=[correction.code]), f"head:{PROVIDER}"),
        ("/grants/", ""),
        (reverse("grant", args=[grant.code]), head),
        (reverse("grant", args=[suspended.code]), ""),
        (reverse("grant_act", args=[grant.code, "suspend"]), f"head:{PROVIDER}"),
        (reverse("grant_use", args=[grant.code]), head),
        (reverse("grant_key", args=[grant.code]), head),
        (reverse("dataset_source", args=[deal.item.code]), "data_officer:chu"),
        ("/inbox/", f"head:{PROVIDER}"),
        ("/gateways/", analyst),
        ("/gateways/add/", analyst),
        (reverse("gateway", args=[gateway.code]), analyst),
        (reverse("grant_exchanges", args=[grant.code]), head),
        (reverse("account_uses"), "citizen:han"),
        (reverse("person", args=[cast.accounts["han"].pk]), "administrator:shen"),
        ("/assets/", "data_officer:chu"),
        ("/assets/add/", "data_officer:chu"),
        (reverse("asset", args=[asset.code]), "data_officer:chu"),
        (reverse("asset_enter", args=[asset.code, "income"]), "data_officer:chu"),
    ]


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("language", "screen", "elder", "each"),
    [
        ("en", "desktop", "", 8),  # one page of eight, where there is little time
        pytest.param("en", "desktop", "", 1, marks=pytest.mark.slow),
        pytest.param("zh", "phone", "largest", 1, marks=pytest.mark.slow),
        pytest.param("zh", "desktop", "", 1, marks=pytest.mark.slow),
        pytest.param("en", "phone", "on", 1, marks=pytest.mark.slow),
    ],
)
def test_the_pages_break_no_rule_fit_the_screen_and_keep_to_their_language(
    reader: Reader, place: Path, language: str, screen: str, elder: str, each: int
) -> None:
    _, pages = filled(make_cast())
    some = list(enumerate(pages))[::each]
    look = Look(language, screen, elder)
    assert faults(reader, some, look, made_up=MADE_UP, shots=SHOTS) == []


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_page_of_an_import_follows_the_worker_without_being_reloaded(
    reader: Reader, place: Path
) -> None:
    cast = make_cast()
    rows = "资源标识,目录名称,提供单位代码\nA,婚姻登记,health\n"
    origin = Origin("平台", file=files.store(rows.encode(), at=NOW), called="目录.csv")
    made = harvesting.ask(origin, actor=cast.actor("li"), at=NOW)
    page = reader.at(reverse("dataset_import", args=[made.code]), role="analyst:li")
    assert "等待开始" in page.content()
    Harvest.objects.update(progress=Text("已读入并核对 2,000 条", "2,000 read"))
    page.get_by_text("已读入并核对 2,000 条").wait_for(timeout=20_000)
    harvesting.run_waiting()
    page.get_by_text("共读入 1 条：新增 1").wait_for(timeout=20_000)


# ── without a browser ────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def deal(cast: Cast, place: Path) -> Deal:
    return dealing(cast)


def client(cast: Cast, name: str = "") -> Client:
    made = Client(headers={"host": "localhost"})
    if name:
        made.force_login(cast.accounts[name])
    return made


@pytest.mark.django_db
def test_outsiders_see_that_a_request_runs_and_not_what_is_said_in_it(deal: Deal) -> None:
    request = deal.request(scenario="极其秘密的场景")
    address = reverse("request", args=[request.code])
    assert "极其秘密的场景" not in client(deal.cast).get(address).content.decode()
    assert "极其秘密的场景" in client(deal.cast, PROVIDER).get(address).content.decode()
    assert "极其秘密的场景" in client(deal.cast, "wu").get(address).content.decode()


@pytest.mark.django_db
def test_a_draft_is_for_its_own_department_alone(deal: Deal) -> None:
    request = deal.request(filed=False)
    address = reverse("request", args=[request.code])
    assert client(deal.cast).get(address).status_code == 404
    assert client(deal.cast, PROVIDER).get(address).status_code == 404
    assert client(deal.cast, "wu").get(address).status_code == 200
    assert request.code not in client(deal.cast).get("/requests/").content.decode()


@pytest.mark.django_db
def test_the_person_who_answers_and_the_wrong_records_are_not_public(deal: Deal) -> None:
    made = deal.correction()
    pages = {reverse("dataset", args=[deal.item.code]): "周某"}
    pages[reverse("correction", args=[made.code])] = "张珊"
    grant = deal.active()
    pages[reverse("grant", args=[grant.code])] = "周某"
    for address, name in pages.items():
        assert name not in client(deal.cast).get(address).content.decode()
        assert name in client(deal.cast, "li").get(address).content.decode()
    for form in ("csv", "xlsx"):
        assert (
            "周某".encode() not in client(deal.cast, "li").get(f"/catalogue/?form={form}").content
        )


@pytest.mark.django_db
def test_every_verb_has_a_form_and_a_wrong_answer_is_explained(deal: Deal) -> None:
    request = deal.request()
    for verb in ("notify", "ask_extension", "agree", "refuse"):
        address = reverse("request_act", args=[request.code, verb])
        assert client(deal.cast, PROVIDER).get(address).status_code == 200
        assert client(deal.cast, PROVIDER).post(address, {}).status_code == 422
    answer = client(deal.cast, PROVIDER).post(
        reverse("request_act", args=[request.code, "refuse"]),
        {"seen": request.version, "refusal_basis": "《某局管理办法》第三条", "reason": "不便"},
    )
    assert "部门规章" in answer.content.decode()
    assert SharingRequest.objects.get().state == "asked"


@pytest.mark.django_db
def test_the_whole_way_is_walked_by_forms(deal: Deal) -> None:
    ask = reverse("request_add", args=[deal.item.code])
    given = {
        "kind": "share",
        "fields_": ["公民身份号码"],
        "purpose": "核对户籍",
        "basis": "《社会救助暂行办法》第十一条",
        "scenario": "办理公租房申请",
        "case_types": "公租房申请；低保",
        "mode": "interface",
        "starts": "2026-04-01",
        "ends": "2027-03-31",
    }
    assert client(deal.cast, "wu").post(ask, given).status_code == 302
    request = SharingRequest.objects.get()
    assert request.case_types == ["公租房申请", "低保"]

    def act(name: str, verb: str, **given: object) -> None:
        row = SharingRequest.objects.get()
        address = reverse("request_act", args=[row.code, verb])
        answer = client(deal.cast, name).post(address, {"seen": row.version, **given})
        assert answer.status_code == 302, answer.content.decode()

    act(REQUESTER, "file")
    act(
        PROVIDER,
        "agree",
        reassess_on=date(2026, 9, 1),
        provider_person="周某",
        masked=["公民身份号码"],
        rate=60,
    )
    act(PROVIDER, "deliver", reason="接口已开通")
    grant = Grant.objects.get()
    assert (grant.state, grant.terms) == ("active", {"masked": ["公民身份号码"], "rate": 60})


@pytest.mark.django_db
def test_a_dispute_is_settled_on_its_page(deal: Deal) -> None:
    dispute = deal.disputed()
    address = reverse("dispute_act", args=[dispute.code, "settle"])
    given = {"seen": 0, "decision": "share", "minutes": "应当共享，十日内开通"}
    assert client(deal.cast, PROVIDER).post(address, given).status_code == 403
    assert client(deal.cast, "chen").post(address, given).status_code == 302
    assert Dispute.objects.get().decision == "share"


@pytest.mark.django_db
def test_an_entry_is_compiled_submitted_and_told_what_it_lacks(deal: Deal) -> None:
    given = {"id": "N-1", "name": "新数据集", "sharing": "not_shared", "basis": "涉密"}
    officer = client(deal.cast, "chu")
    assert officer.post("/catalogue/add/", given).status_code == 302
    item = CatalogueItem.objects.get(identifier="N-1")
    submit = reverse("dataset_act", args=[item.code, "submit"])
    answer = officer.post(submit, {"seen": item.version})
    assert answer.status_code == 422
    assert "国务院决定" in answer.content.decode()
    assert client(deal.cast).get(reverse("dataset", args=[item.code])).status_code == 404
    edit = reverse("dataset_edit", args=[item.code])
    renamed = {"name": "改名的数据集", "seen": item.version}
    assert officer.post(edit, renamed).status_code == 302
    item.refresh_from_db()
    assert item.name.zh == "改名的数据集"


@pytest.mark.django_db
def test_a_catalogue_is_imported_from_a_file_or_says_where_it_is_wrong(
    deal: Deal, tmp_path: Path
) -> None:
    path = tmp_path / "目录.csv"
    path.write_bytes("资源标识,目录名称,提供单位代码\nA,婚姻登记,health\n".encode("gb18030"))
    analyst = client(deal.cast, "li")
    with path.open("rb") as file:
        asked = analyst.post("/catalogue/import/", {"source": "平台", "file": file})
    assert asked.status_code == 302
    assert "等待开始" in analyst.get(asked["Location"]).content.decode()
    with path.open("rb") as file:
        again = analyst.post("/catalogue/import/", {"source": "平台", "file": file})
    assert "正在导入" in again.content.decode()
    harvesting.run_waiting()
    assert "共读入 1 条：新增 1，" in analyst.get(asked["Location"]).content.decode()
    path.write_text("资源标识,目录名称,提供单位代码\nB,,health\n", "utf-8")
    with path.open("rb") as file:
        asked = analyst.post("/catalogue/import/", {"source": "平台", "file": file})
    harvesting.run_waiting()
    page = analyst.get(asked["Location"]).content.decode()
    assert "目录.csv，第 1 行，“目录名称”列：这一格是空的。" in page
    assert set(CatalogueItem.objects.values_list("identifier", flat=True)) == {"D-001", "A"}


@pytest.mark.django_db
def test_counts_lead_to_the_entries_they_count(deal: Deal) -> None:
    page = client(deal.cast).get("/catalogue/statistics/").content.decode()
    assert "/catalogue/?domain=" in page
    shown = client(deal.cast).get("/catalogue/?domain=人口&grade=general_3").content.decode()
    assert deal.item.code in shown
    answer = client(deal.cast).get("/catalogue/statistics/?down=department&across=sharing&form=csv")
    assert "卫生健康局" in answer.content.decode()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_catalogue_is_searched_and_opened(reader: Reader) -> None:
    dealing(make_cast())
    page = reader.at("/catalogue/")
    page.fill("[name=q]", "户籍")
    follow(page, page.locator("form.filters button"))
    follow(page, page.locator("main ul.inbox a").first)
    assert page.locator("h1").inner_text() == "户籍人口基本信息"


@pytest.mark.django_db
def test_a_book_is_kept_by_forms_and_given_as_files(deal: Deal) -> None:
    officer = client(deal.cast, "chu")
    given = {"name": "户籍数据", "item": deal.item.code, "origin": "developed", "months": 36}
    given |= {"method": "straight_line", "in_use": "2026-01-10"}
    for question in checklist(Regime.ADMINISTRATIVE):
        given |= {f"holds_{question.id}": "yes", f"why_{question.id}": "见合同"}
    assert officer.post("/assets/add/", given).status_code == 302
    asset = DataAsset.objects.get()

    def enter(kind: str, **given: object) -> int:
        address = reverse("asset_enter", args=[asset.code, kind])
        return officer.post(address, {"day": "2026-01-15", **given}).status_code

    assert enter("cost", component="price", amount="3600.00", number="记-1") == 302
    assert enter("cost", component="price", amount="3600.001", number="记-1") == 422
    assert enter("impairment", amount="99999.00", reason="x") == 422
    assert enter("income", amount="100.00", shares="国库 60\n本单位 40") == 302
    assert enter("income", amount="100.00", shares="国库 六成") == 422
    assert (
        enter("income", amount="100.00", shares="国库\u3000\uff16\uff10%\n本单位\u300040%") == 302
    )
    assert enter("cost", component="price", amount="1.00", number="2", day="2100-01-01") == 422
    assert officer.get("/assets/?start=2026-01-01&end=9999-12-31").status_code < 500
    assert enter("disposal", percent="50", amount="10.00", reason="转让") == 302
    entry = asset.entries.get(kind="disposal")
    address = reverse("asset_cancel", args=[asset.code, entry.pk])
    assert officer.post(address, {"reason": "写错"}).status_code == 302
    page = officer.get(reverse("asset", args=[asset.code])).content.decode()
    assert "3,600.00" in page
    assert "写错" in page
    for form in ("xlsx", "csv"):
        answer = officer.get(f"/assets/?start=2026-01-01&end=2026-12-31&form={form}")
        assert answer.content[:2] == b"PK"
    assert client(deal.cast, "wu").get(reverse("asset", args=[asset.code])).status_code == 403


@pytest.mark.django_db
def test_a_grant_is_published_by_forms_and_fetched_by_gateways(
    deal: Deal, django_capture_on_commit_callbacks: Any
) -> None:
    grant = deal.active(starts=timezone.localdate(), ends=timezone.localdate() + timedelta(days=9))
    anybody = client(deal.cast)
    assert anybody.get("/exchange/grants.json").status_code == 404
    page = reverse("grant", args=[grant.code])
    assert "网关不放行" in anybody.get(page).content.decode()
    source = {"system": "people-db", "table": "people", "key": "id_number"}
    source |= {"column_0": "id_number", "column_1": "name"}
    key = {"caller": "rent-system", "public": SigningKey.new().public.base64}
    with django_capture_on_commit_callbacks(execute=True):
        place = reverse("dataset_source", args=[deal.item.code])
        assert client(deal.cast, "chu").post(place, source).status_code == 302
        address = reverse("grant_key", args=[grant.code])
        assert client(deal.cast, "wu").post(address, key | {"public": "x"}).status_code == 422
        assert client(deal.cast, "wu").post(address, key).status_code == 302
    assert "已发给网关" in anybody.get(page).content.decode()
    answer = anybody.get("/exchange/grants.json")
    assert grant.code in answer.content.decode()
    again = anybody.get("/exchange/grants.json", headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    public = VerifyKey(base64.b64decode(anybody.get("/exchange/key").content))
    read_index(answer.content, key=public, now=timezone.now(), max_age=60)


@pytest.mark.django_db
@pytest.mark.parametrize("month", ["9999-12", "0001-01", "1999-12", "2026-13", "2026-3", "none"])
@pytest.mark.parametrize("name", ["", "li"])
def test_a_month_without_a_bulletin_is_not_there(deal: Deal, month: str, name: str) -> None:
    assert client(deal.cast, name).get(f"/sharing/bulletins/{month}/").status_code == 404


@pytest.mark.django_db
def test_a_silo_leads_to_a_request_that_is_filled_in(deal: Deal) -> None:
    published_silo(deal.cast)
    page = client(deal.cast, "wu").get("/silos/").content.decode()
    assert "户籍证明" in page
    draft = f"{reverse('request_add', args=[deal.item.code])}?silo=S1%3AM1"
    assert draft in page
    written = client(deal.cast, "wu").get(draft).content.decode()
    assert "办理“公租房申请”时核对“户籍证明”" in written
    # The holder drafts nothing, nor does anybody without a department that asks.
    assert draft not in client(deal.cast, PROVIDER).get("/silos/").content.decode()
    assert draft not in client(deal.cast).get("/silos/").content.decode()


@pytest.mark.django_db
def test_hours_of_few_people_are_for_those_alone_who_read_the_whole_evaluation(deal: Deal) -> None:
    published_silo(deal.cast, cases=6)
    assert "人数太少不公开" in client(deal.cast).get("/silos/").content.decode()
    assert "人数太少不公开" not in client(deal.cast, "li").get("/silos/").content.decode()


@pytest.mark.django_db
def test_without_an_evaluation_or_its_tables_the_page_of_silos_says_so(deal: Deal) -> None:
    assert "还没有公布的评估" in client(deal.cast).get("/silos/").content.decode()
    make_evaluation(deal.cast, published=NOW, published_by=deal.cast.accounts["sun"])
    assert "没有可供查找孤岛的表" in client(deal.cast).get("/silos/").content.decode()


@pytest.mark.django_db
def test_a_silo_that_is_not_there_fills_in_nothing(deal: Deal) -> None:
    address = f"{reverse('request_add', args=[deal.item.code])}?silo=S9%3AM9"
    answer = client(deal.cast, "wu").get(address)
    assert answer.status_code == 200
    assert "办理“" not in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_days_that_are_proposed_stand_in_their_fields_in_either_language(
    deal: Deal, language: str
) -> None:
    asking = client(deal.cast, "wu")
    asking.cookies["django_language"] = language
    page = asking.get(reverse("request_add", args=[deal.item.code])).content.decode()
    assert f'name="starts" value="{timezone.localdate().isoformat()}"' in page
