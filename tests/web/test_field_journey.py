"""A third-party evaluation from its commission to publication, as people go it at a browser."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from shixiao.records.models import (
    Assignment,
    Commission,
    Evaluation,
    Evidence,
    Organisation,
    Sheet,
    Standing,
)
from shixiao.terms import Text
from tests.rounds import POINTS, answers, with_ledger
from tests.web.browsing import Reader, follow, overflow, violations
from tests.web.people import person
from tests.web.test_journeys import Clock

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MONDAY = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
LETTER = {"name": "letter.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\nletter"}
WORDS = {
    "zh": {
        "offline": "没有网络",
        "sent": "已交到服务器",
        "make": "在这台设备上生成密钥",
        "sign": "用这台设备的密钥签字",
        "signed": "已签字",
        "alpha": "α = ",
        "fits": "签名与内容相符",
        "changed": "已被改动",
        "publish": "公布",
    },
    "en": {
        "offline": "No connection",
        "sent": "Sent at",
        "make": "Make a key on this device",
        "sign": "Sign with the key on this device",
        "signed": "Signed",
        "alpha": "α = ",
        "fits": "The signature fits",
        "changed": "Changed",
        "publish": "Publish",
    },
}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    held = Clock(MONDAY)
    monkeypatch.setattr(timezone, "now", lambda: held.now)
    return held


@pytest.fixture
def service(place: Path) -> Standing:
    """One service of one department, in a published evaluation."""
    bureau = person("analyst").posts.get().organisation
    person("head")
    evidence = Evidence.objects.create(
        name="package",
        organisation=bureau,
        received=MONDAY,
        folder="evidence/none",
        state="accepted",
        sha256="0" * 64,
    )
    evaluation = Evaluation.objects.create(
        evidence=evidence,
        seed=1,
        asked=MONDAY,
        state="done",
        result_sha256="1" * 64,
        published=MONDAY,
    )
    names = ("usefulness", "convenience", "benefit", "overall")
    scores = {name: POINTS | {"status": "ok", "reason": None} for name in names}
    with_ledger()
    return Standing.objects.create(
        evaluation=evaluation,
        kind="service",
        subject="S1",
        slug="s1",
        name=Text("不动产转移登记", "Transfer of property"),
        department="D-LAND",
        cases=800,
        detail={"scores": scores, "page": "", "rank": None, "cap": [], "hours": None},
    )


class Journey:
    """People of one language and screen; each evaluator has a device of his own."""

    def __init__(self, reader: Reader, language: str, screen: str) -> None:
        self.reader, self.language, self.screen = reader, language, screen
        self.word = WORDS[language]

    def at(self, path: str, role: str) -> Page:
        self.reader.forget()
        page = self.reader.at(path, role=role, language=self.language, screen=self.screen)
        self.look(page)
        return page

    def look(self, page: Page) -> None:
        assert violations(page) == []
        assert overflow(page) == 0

    def act(self, code: str, verb: str, role: str, **given: str | list[str]) -> Page:
        page = self.at(f"/commissions/{code}/do/{verb}/", role)
        fill(page, **given)
        follow(page, page.locator("main form.form button"))
        page.wait_for_url(f"**/commissions/{code}/")
        self.look(page)
        return page


def fill(page: Page, **given: str | list[str]) -> None:
    for name, value in given.items():
        marked = page.locator(f"[name={name}][type=checkbox], [name={name}][type=radio]")
        if marked.count():
            for each in [value] if isinstance(value, str) else value:
                page.check(f"[name={name}][value='{each}']")
        else:
            page.fill(f"[name={name}]", str(value))


def give(page: Page, assignment: Assignment, part: slice, *, good: bool) -> None:
    """Answer some of what is asked, as a person does: mark, type, go on."""
    for question, value in list(answers(assignment, good=good).items())[part]:
        if isinstance(value, bool):
            page.check(f"[name='{question}'][value={'yes' if value else 'no'}]")
        elif page.locator(f"[name='{question}'][type=radio]").count():
            page.check(f"[name='{question}'][value='{value}']")
        else:
            page.fill(f"[name='{question}']", str(value))
            page.locator(f"[name='{question}']").blur()


@pytest.mark.parametrize(
    ("language", "screen"),
    [
        pytest.param("zh", "phone", marks=pytest.mark.slow),
        pytest.param("en", "phone", marks=pytest.mark.slow),
        pytest.param("zh", "desktop", marks=pytest.mark.slow),
        pytest.param("en", "desktop", marks=pytest.mark.slow),
    ],
)
def test_a_third_party_evaluation_from_commission_to_publication(
    reader: Reader, service: Standing, clock: Clock, language: str, screen: str
) -> None:
    go = Journey(reader, language, screen)
    code = commissioned(go, clock)
    devices = have_tested(go, code)
    go.act(code, "seal", "analyst")
    go.act(code, "comment", "head", comment="指南将在两周内改好。")
    page = go.act(code, "publish", "analyst")
    page = go.at(f"/commissions/{code}/", "")
    assert "指南将在两周内改好。" in page.content()
    assert go.word["alpha"] in page.content()
    assert person("evaluator", "eva1").name not in page.content()
    unchanged_then_changed(go, page)
    for draw in page_links(go.at("/draws/", ""), "/draws/"):
        go.at(draw, "")
    go.at("/bodies/E-ONE/", "")
    for device in devices:
        device.close()


def test_answers_of_one_device_outlive_those_of_another(
    reader: Reader, service: Standing, clock: Clock
) -> None:
    go = Journey(reader, "zh", "phone")
    code = commissioned(go, clock)
    row = Assignment.objects.filter(item__commission__code=code).first()
    assert row is not None
    role, there = f"evaluator:{row.evaluator.account.login}", f"/fieldwork/{row.item.code}/"
    phone, desk = go.at(there, role), go.at(there, role)
    phone.context.set_offline(True)
    phone.check("[name=found][value=yes]")
    expect(phone.locator("#kept")).to_contain_text(go.word["offline"])
    desk.check("[name=found][value=no]")
    expect(desk.locator("#kept")).to_contain_text(go.word["sent"])
    phone.context.set_offline(False)
    phone.goto(f"{reader.site}{there}")
    expect(phone.locator("#kept")).to_contain_text("另一台设备")
    assert phone.locator("[name=found][value=yes]").is_checked()
    assert Sheet.objects.get(assignment=row).answers["found"]["value"] is False
    phone.locator("summary", has_text="在别的设备上答过").click()
    phone.locator("form[data-over] button").click()
    expect(phone.locator("#kept")).to_contain_text(go.word["sent"])
    assert Sheet.objects.get(assignment=row, state="draft").answers["found"]["value"] is True
    reader.complaints.clear()


def commissioned(go: Journey, clock: Clock) -> str:
    """Commission, ask, declare, freeze and draw; return the code of the commission."""
    for login in ("eva1", "eva2"):
        person("evaluator", login)
    page = go.at("/commissions/add/", "analyst")
    land = Organisation.objects.get(code="D-LAND")
    fill(
        page,
        name="二季度体验",
        name_en="Second quarter",
        kind="occasional",
        departments=[str(land.pk)],
        starts="2026-03-10",
        ends="2026-03-30",
        modes=["online"],
        audiences=["everybody"],
        services="1",
    )
    page.set_input_files("[name=letter]", LETTER)
    page.locator("main form.form button").click()
    page.wait_for_url("**/commissions/*/")
    go.look(page)
    code = str(Commission.objects.get().code)
    body = str(Organisation.objects.get(code="E-ONE").pk)
    go.act(code, "invite", "analyst", bodies=[body], leads=body)
    for login in ("eva1", "eva2"):
        page = go.at(f"/commissions/{code}/declare/", f"evaluator:{login}")
        page.check("[name=true]")
        follow(page, page.locator("main form.form button"))
        page.wait_for_url(f"**/commissions/{code}/")
    given = {"source": "双色球第 2026025 期", "source_day": "2026-03-08"}
    go.act(code, "freeze", "analyst", **given)
    clock.forward(days=9)
    page = go.act(code, "draw", "analyst", announced="03 09 17 22 28 31 + 07")
    said = page.locator("main").inner_text()
    assert "不动产转移登记" not in said
    assert "Transfer of property" not in said
    return code


def have_tested(go: Journey, code: str) -> list[Page]:
    """Have two evaluators test the item, the first offline for a while; return their pages."""
    rows = Assignment.objects.filter(item__commission__code=code)
    devices = []
    for n, row in enumerate(rows.select_related("evaluator__account", "item__commission")):
        role = f"evaluator:{row.evaluator.account.login}"
        page = go.at("/fieldwork/", role)
        page.locator("main ul.inbox a").first.click()
        page.wait_for_url(f"**/fieldwork/{row.item.code}/")
        go.look(page)
        if n == 0:
            answered_offline(go, page, row)
        else:
            give(page, row, slice(0, None), good=False)
            expect(page.locator("#kept")).to_contain_text(go.word["sent"])
        signed(go, page, row, first=n == 0)
        devices.append(page)
    return devices


def answered_offline(go: Journey, page: Page, row: Assignment) -> None:
    """Answer the first half, lose the connection, reload, answer the rest, come back."""
    give(page, row, slice(0, 6), good=True)
    expect(page.locator("#kept")).to_contain_text(go.word["sent"])
    page.wait_for_function("navigator.serviceWorker.ready")
    page.reload()  # so that the worker has the page
    page.context.set_offline(True)
    page.reload()
    give(page, row, slice(6, None), good=True)
    expect(page.locator("#kept")).to_contain_text(go.word["offline"])
    before = Sheet.objects.get(assignment=row)
    page.context.set_offline(False)
    expect(page.locator("#kept")).to_contain_text(go.word["sent"])
    after = Sheet.objects.get(assignment=row)
    assert after.pk == before.pk
    assert len(after.answers) == len(answers(row))
    go.reader.complaints.clear()  # the browser says that it had no connection


def signed(go: Journey, page: Page, row: Assignment, *, first: bool) -> None:
    """Make a key on the device, and sign with it."""
    site = go.reader.site
    page.goto(f"{site}/fieldwork/key/")
    go.look(page)
    page.get_by_role("button", name=go.word["make"]).click()
    page.wait_for_selector(".banner.success")
    page.goto(f"{site}/fieldwork/{row.item.code}/sign/")
    go.look(page)
    page.get_by_role("button", name=go.word["sign"]).click()
    page.wait_for_url(f"**/fieldwork/{row.item.code}/")
    go.look(page)
    row.refresh_from_db()
    assert row.state == "signed"
    mine = Sheet.objects.get(assignment=row)
    assert page.goto(f"{site}/sheets/{mine.code}/").status == 200
    others = Sheet.objects.filter(assignment__item=row.item, state="signed").exclude(pk=mine.pk)
    if first:
        assert not others.exists()
    else:
        assert page.goto(f"{site}/sheets/{others.get().code}/").status == 200
        go.look(page)


def unchanged_then_changed(go: Journey, page: Page) -> None:
    """Look at a signed score, change it behind the site's back, and look again."""
    sheet = Sheet.objects.filter(state="signed").first()
    assert sheet is not None
    page = go.at(f"/sheets/{sheet.code}/", "")
    assert go.word["fits"] in page.content()
    document = json.loads(sheet.document)
    document["scores"]["overall"] = "0.5000"
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    Sheet.objects.filter(pk=sheet.pk).update(document=text)
    page = go.at(f"/sheets/{sheet.code}/", "")
    assert go.word["changed"] in page.content()


def page_links(page: Page, below: str) -> list[str]:
    """Return the addresses below another to which a page links."""
    found = page.locator(f"main ul.inbox a[href^='{below}']")
    return [str(each.get_attribute("href")) for each in found.all()]
