"""Pages of incidents: a journey by forms, who sees what, and the notice a person finds."""

from __future__ import annotations

import os
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shixiao.records.models import Gateway, Incident, IncidentPerson, IncidentReceipt
from shixiao.workflows import identities
from shixiao.workflows.gateways import persons
from shixiao.workflows.gateways.persons import Answer, Told
from shixiao.workflows.incidents import reporting, telling
from shixiao.workflows.incidents.reporting import Judgement, Report
from shixiao.workflows.incidents.telling import PersonalNotice
from shixiao.workflows.moving import Act
from tests.cast import Cast, make_cast
from tests.deals import gateway_at
from tests.inspecting import admitted
from tests.web.browsing import Reader
from tests.web.looking import CHINESE, Look, faults
from tests.web.test_inspection_pages import SCREENS, client

SHOTS = os.environ.get("SHOTS_OF_SHARING")  # a folder, to look at the pages
HOUR = timedelta(hours=1)
NOTICE = PersonalNotice(
    "姓名、住址", "账号被盗用", "可能接到诈骗电话", "已停用账号", "不要透露验证码", "0571-0000000"
)
SAID = "名册外泄 网上出现了名册。 已停用账号 省网信办值班室 " + " ".join(
    (NOTICE.categories, NOTICE.cause, NOTICE.harm, NOTICE.advice)
)
MADE_UP = set(CHINESE.findall(SAID)) | {"系统"}


def made(cast: Cast, *, drill: bool) -> Incident:
    """Report an incident two hours ago, graded, contained, told of and with persons listed."""
    now = timezone.now()
    system = admitted(cast, "drilled" if drill else "rent", cast.places["health"])
    told = Report("leak", "名册外泄", "网上出现了名册。", now - 2 * HOUR, system, None, drill)
    today = timezone.localdate(now)
    actor = cast.actor("li", today=today)
    row = reporting.report(told, actor=actor, at=now - HOUR)
    judged = Judgement("larger", "other", True, False, 300)
    reporting.classify(row, Act(actor, now - HOUR, 0), judged)
    reporting.contain(row, Act(actor, now, 1), contained="已停用账号", shut=False)
    telling.inform(row, Act(actor, now, 2), duty="cyberspace", reference="省网信办值班室")
    telling.notify(row, Act(actor, now, 3), NOTICE)
    row.refresh_from_db()
    return row


def listed(cast: Cast, row: Incident) -> None:
    """Let two persons stand on its list, and one gateway be silent."""
    gateway = gateway_at(cast, "health")
    for n in range(2):
        IncidentPerson.objects.create(
            incident=row,
            gateway=gateway,
            pseudonym=f"{n:032x}",
            receipts=[f"{n:032x}"],
            proven=n == 0,
            place=n,
        )
        IncidentReceipt.objects.create(incident=row, receipt=f"{n:032x}")
    row.listed, row.silent = timezone.now(), [gateway.code]
    row.save()


def filled(cast: Cast) -> list[tuple[str, str]]:
    """Return the pages that show incidents, each with who looks."""
    row, drill = made(cast, drill=False), made(cast, drill=True)
    listed(cast, row)
    fresh = reporting.report(
        Report(
            "outage", "名册外泄", "网上出现了名册。", timezone.now(), None, row.department, False
        ),
        actor=cast.actor("zhao", today=timezone.localdate()),
        at=timezone.now(),
    )

    def act(of: Incident, verb: str) -> str:
        return reverse("incident_act", args=[of.code, verb])

    return [
        ("/incidents/", "analyst:li"),
        ("/inbox/", "head:zhou"),
        ("/incidents/", "officer:wu"),
        ("/incidents/add/", "head:zhou"),
        (reverse("incident", args=[row.code]), "analyst:li"),
        (reverse("incident", args=[drill.code]), "head:zhou"),
        (reverse("incident", args=[fresh.code]), "officer:zhao"),
        (act(fresh, "contain"), "analyst:li"),
        (act(fresh, "classify"), "head:zhou"),
        (act(row, "inform"), "head:zhou"),
        (act(row, "trace"), "head:zhou"),
        (act(row, "ask_open"), "head:zhou"),
        (act(drill, "settle"), "head:zhou"),
        (act(fresh, "dismiss"), "inspector:chen"),
    ]


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("language", "screen", "elder"), SCREENS)
def test_the_pages_break_no_rule_fit_the_screen_and_keep_to_their_language(
    reader: Reader, place: Path, language: str, screen: str, elder: str
) -> None:
    some = enumerate(filled(make_cast()))
    look = Look(language, screen, elder)
    assert faults(reader, some, look, made_up=MADE_UP, shots=SHOTS, prefix="inc-") == []


@pytest.mark.django_db
def test_an_incident_goes_by_forms_from_the_report_to_its_end(cast: Cast, place: Path) -> None:
    now = timezone.localtime()
    told = {
        "kind": "attack",
        "title": "登录页被撞库",
        "story": "日志里有一万次失败登录。",
        "known": f"{now - HOUR:%Y-%m-%dT%H:%M}",
        "department": cast.places["health"].code,
    }
    officer, head, inspector = (client(cast, name) for name in ("zhao", "zhou", "chen"))
    assert officer.post("/incidents/add/", told | {"kind": "x"}).status_code == 422
    assert officer.post("/incidents/add/", told).status_code == 302
    row = Incident.objects.get()
    page = reverse("incident", args=[row.code])

    assert row.title in head.get("/inbox/").content.decode()
    assert reverse("incident", args=[row.code]) in head.get("/inbox/").content.decode()
    assert reverse("incident", args=[row.code]) not in officer.get("/inbox/").content.decode()

    def act(who: Client, verb: str, **said: object) -> int:
        row.refresh_from_db()
        address = reverse("incident_act", args=[row.code, verb])
        return who.post(address, {"seen": row.version} | said).status_code

    assert act(officer, "contain", contained="封禁地址") == 403
    graded = {"grade": "general", "operator": "other", "personal": "no", "persons": 0}
    assert act(head, "classify", **(graded | {"persons": 5_000_000})) == 422
    assert act(head, "classify", **graded) == 302
    assert act(head, "notify") == 409  # no personal information
    assert act(head, "contain", contained="封禁地址") == 302
    assert act(head, "inform", duty="authority", reference="数据局值班室") == 302
    assert act(head, "settle", cause="没有限制次数") == 302
    assert act(head, "inform", duty="summary", reference="总结〔2026〕1号") == 302
    assert act(head, "close", lessons="限制次数") == 403
    assert act(inspector, "close", lessons="限制次数", criteria=["drill"]) == 302
    seen = officer.get(page).content.decode()
    assert "已结束" in seen
    assert "限制次数" in seen


@pytest.mark.django_db
def test_others_know_nothing_of_an_incident_and_lists_open_by_two(cast: Cast, place: Path) -> None:
    row = made(cast, drill=False)
    listed(cast, row)
    page = reverse("incident", args=[row.code])
    assert row.title in client(cast, "zhao").get("/incidents/").content.decode()
    for name in ("wu", "zheng", "shen", "han"):
        assert client(cast, name).get(page).status_code == 404
        assert row.title not in client(cast, name).get("/incidents/").content.decode()
    assert client(cast).get(page).status_code == 302
    file = reverse("incident_persons", args=[row.code])
    head = client(cast, "zhou")
    trace = reverse("incident_act", args=[row.code, "trace"])
    times = {"since": "2026-01-01T00:00", "until": "2026-02-01T00:00"}
    assert head.post(trace, {"seen": row.version} | times).status_code == 422  # names no grant
    assert head.get(file).status_code == 403
    ask, consent = (reverse("incident_act", args=[row.code, v]) for v in ("ask_open", "open"))
    assert head.post(ask, {"seen": row.version, "reason": "电话通知"}).status_code == 302
    seen = {"seen": row.version + 1}
    assert head.post(consent, seen).status_code == 403
    assert client(cast, "sun").post(consent, seen).status_code == 302
    assert [len(p["receipts"]) for p in head.get(file).json()["persons"]] == [1, 1]
    with ZipFile(BytesIO(head.get(reverse("incident_notice", args=[row.code])).content)) as docx:
        written = docx.read("word/document.xml").decode()
    assert all(text in written for text in (NOTICE.categories, NOTICE.advice, NOTICE.contact))


@pytest.mark.django_db
def test_a_person_finds_the_notice_beside_the_use_that_is_concerned(
    cast: Cast, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = made(cast, drill=False)
    listed(cast, row)
    uses = tuple(use_of(row, f"{n:032x}") for n in (1, 7))
    monkeypatch.setattr(persons, "uses_of", lambda account: Answer(uses, (), (), 1))
    identities.prove(
        cast.accounts["han"], "11010119900307029X", actor=cast.actor("shen"), at=timezone.now()
    )
    seen = client(cast, "han").post(reverse("account_uses")).content.decode()
    assert seen.count("您的信息可能已经泄露") == 1
    assert NOTICE.advice in seen
    Incident.objects.update(drill=True)
    seen = client(cast, "han").post(reverse("account_uses")).content.decode()
    assert "您的信息可能已经泄露" not in seen


def use_of(row: Incident, receipt: str) -> Told:
    """Return one use of a person's data, as a gateway told it."""
    return Told(
        at=timezone.now(),
        department=row.department.name,
        dataset=None,
        grant=None,
        purpose="核对户籍",
        mode=persons.MODES["lookup"],
        case="GZF-1",
        fields=("姓名",),
        gateway=Gateway.objects.get(),
        receipt=receipt,
        proven=True,
        pending=False,
    )
