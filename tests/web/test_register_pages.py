"""Pages of the register of systems, with rows on them, and what each says to whom."""

from __future__ import annotations

import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from shixiao.records.models import Inspection, Probing, System, Weakness
from shixiao.seals import SigningKey
from shixiao.terms import Text
from shixiao.web.systems.showing import STEPS
from shixiao.workflows.actors import NOBODY
from shixiao.workflows.systems import (
    admitting,
    consenting,
    interest,
    probing,
    runners,
    weaknesses,
)
from shixiao.workflows.systems.weaknesses import Asking
from tests import systems
from tests.cast import NOW, TODAY, Cast, make_cast
from tests.conftest import ROOT
from tests.web.browsing import Reader
from tests.web.looking import Look, faults
from tests.workflows.test_systems import CONSENT

SHOTS = os.environ.get("SHOTS_OF_REGISTER")  # a folder, to look at the pages
MADE_UP = {"会议室预约", "预约会议室，不处理群众的事项。", "机房一号"}


def consented(cast: Cast, system: System) -> System:
    """Let the head consent to probes of a system."""
    consenting.consent(system, CONSENT, actor=cast.actor("zhou"), at=NOW)
    return system


def filled(cast: Cast) -> list[tuple[str, str]]:
    """Make systems at every step, and return the pages that show them, each with who looks."""
    held = systems.admitted(cast, systems.complete(cast, systems.made(cast)))
    waiting = systems.complete(cast, systems.made(cast, "rooms-2"))
    systems.proposed(cast, waiting)
    shut = systems.admitted(cast, systems.complete(cast, systems.made(cast, "rooms-3")))
    why = Text("复测发现一票否决项。", "A run found a veto.")
    admitting.shut(shut, reason=why, at=NOW)
    poor = systems.made(cast, "rooms-4", people=30_000, signs_in=True)
    systems.complete(cast, poor)
    failing = ["headers.csp", "certificate.expired", "cookies.secure"]
    at = NOW + timedelta(hours=1)
    run = systems.probed(cast, poor, at=at, failing=failing, blind=["fuzz", "slow", "injection"])
    csp = Weakness.objects.get(system=poor, check_id="headers.csp")
    asked = Asking("王五", "下个版本修", "防火墙规则", TODAY + timedelta(days=30))
    weaknesses.ask_waiver(csp, asked, actor=cast.actor("wei"), at=NOW)
    ruling = interest.propose(poor, reason="只预约会议室。", actor=cast.actor("li"), at=NOW)
    interest.confirm(ruling, actor=cast.actor("chen"), at=NOW)
    interest.contest(ruling, statement="排队的人受影响。", actor=NOBODY, at=NOW)
    consenting.consent(poor, CONSENT, actor=cast.actor("zhou"), at=NOW)
    queued = probing.ask(
        poor,
        target=systems.ADDRESS,
        profile="web",
        lent={},
        actor=cast.actor("wei"),
        at=NOW,
    )
    Probing.objects.filter(pk=queued.pk).update(
        state="running", started=NOW, progress=Text("正在测试：证书", "Testing: certificate")
    )
    key = SigningKey(b"\x05" * 32).public.base64
    near = runners.register(
        cast.places["health"], "机房一号", key, actor=cast.actor("zhou"), at=NOW
    )
    job = probing.ask(
        consented(cast, waiting),
        target=systems.ADDRESS,
        profile="web",
        lent={},
        origin="runner",
        actor=cast.actor("wei"),
        at=NOW,
    )
    taken = probing.ask(
        consented(cast, shut),
        target=systems.ADDRESS,
        profile="web",
        lent={},
        origin="runner",
        actor=cast.actor("wei"),
        at=NOW,
    )
    Probing.objects.filter(pk=taken.pk).update(state="running", started=NOW, runner=near)
    owner, analyst, inspector = "system_owner:wei", "analyst:li", "inspector:qian"
    acts = ("edit", "release", "need", "pledge", "paper", "probe", "enter", "sbom", "retire")
    return [
        ("/register/", ""),
        ("/register/?state=suspended", inspector),
        ("/register/add/", owner),
        (reverse("registered", args=[held.code]), ""),
        (reverse("registered", args=[shut.code]), ""),
        (reverse("registered", args=[poor.code]), inspector),
        (reverse("registered", args=[poor.code]), owner),
        (reverse("registered", args=[waiting.code]), analyst),
        (reverse("registered_assessment", args=[poor.code]), analyst),
        (reverse("registered_assessment", args=[waiting.code]), inspector),
        (reverse("registered_contest", args=[poor.code]), ""),
        (reverse("probing", args=[run.code]), owner),
        (reverse("probing", args=[queued.code]), owner),
        ("/register/runners/", "head:zhou"),
        ("/register/bundles/", analyst),
        (reverse("probing", args=[job.code]), owner),
        (reverse("probing", args=[taken.code]), owner),
        (reverse("weakness", args=[csp.code]), analyst),
        (reverse("weakness", args=[csp.code]), owner),
        (reverse("registered_act", args=[poor.code, "consent"]), "head:zhou"),
        (reverse("registered_act", args=[held.code, "suspend"]), analyst),
        *[(reverse("registered_act", args=[poor.code, act]), owner) for act in acts],
    ]


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("language", "screen", "elder", "each"),
    [
        ("en", "desktop", "", 9),  # one page of nine, where there is little time
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


@pytest.mark.django_db
def test_a_system_is_registered_by_the_form_and_a_mistake_is_explained(
    cast: Cast, place: Path
) -> None:
    told = {
        "identifier": "desk",
        "department": "health",
        "name_zh": "服务台",
        "name_en": "Desk",
        "kind": "app",
        "about": "排号。",
        "exposure": "internal",
        "grade": "general_1",
        "people": "200",
        "addresses": "生产 https://desk.example.gov.cn",
        "responsible": "王五",
        "post": "科长",
        "contact": "0571",
    }
    owner = client(cast, "wei")
    wrong = owner.post("/register/add/", told | {"addresses": "线上 desk"})
    assert wrong.status_code == 422
    assert "第 1 行" in wrong.content.decode()
    assert owner.post("/register/add/", told).status_code == 302
    made = System.objects.get(identifier="desk")
    edit = reverse("registered_act", args=[made.code, "edit"])
    assert "生产 https://desk.example.gov.cn" in owner.get(edit).content.decode()
    changed = {k: v for k, v in told.items() if k not in {"identifier", "department"}}
    assert owner.post(edit, changed | {"people": "900", "seen": "0"}).status_code == 302
    stale = owner.post(edit, changed | {"people": "901", "seen": "0"})
    assert stale.status_code == 422
    made.refresh_from_db()
    assert made.people == 900
    assert client(cast, "wu").get(edit).status_code == 403


@pytest.mark.django_db
def test_the_public_sees_how_a_system_stands_and_no_weakness_of_it(cast: Cast, place: Path) -> None:
    system = systems.complete(cast, systems.made(cast))
    at = NOW + timedelta(hours=1)
    systems.probed(cast, system, at=at, failing=["headers.csp"])
    weakness = Weakness.objects.get(system=system)
    address = reverse("registered", args=[system.code])
    public = client(cast).get(address).content.decode()
    assert "已登记，待准入" in public
    assert weakness.code not in public
    assert "王五" not in public
    assert weakness.code in client(cast, "wei").get(address).content.decode()
    for name in ("registered_assessment",):
        assert client(cast).get(reverse(name, args=[system.code])).status_code in (302, 403)
        assert client(cast, "wu").get(reverse(name, args=[system.code])).status_code == 403
    assert client(cast, "wu").get(reverse("weakness", args=[weakness.code])).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_by_the_pages_two_people_admit_a_system_and_gates_get_the_list(
    cast: Cast, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    system = systems.complete(cast, systems.made(cast))
    first, second = client(cast, "li"), client(cast, "chen")
    act = reverse("registered_act", args=[system.code, "propose"])
    assert first.post(act, {"reason": "材料齐全"}).status_code == 302
    proposal = system.admissions.get()
    answer = reverse("registered_answer", args=[system.code, proposal.pk])
    assert first.post(answer, {"confirmed": "yes"}).status_code == 403
    assert second.post(answer, {"confirmed": "yes"}).status_code == 302
    listed = client(cast).get("/register/systems.json")
    assert listed.json()["document"]["systems"][0]["status"] == "admitted"
    again = client(cast).get("/register/systems.json", headers={"if-none-match": listed["ETag"]})
    assert again.status_code == 304
    jws = client(cast).get(reverse("registered_certificate", args=[system.code]))
    assert jws.content.count(b".") == 2


@pytest.mark.django_db
def test_a_result_from_near_the_target_is_entered_and_a_wrong_one_is_explained(
    cast: Cast, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    system = systems.complete(cast, systems.made(cast))
    act, owner = reverse("registered_act", args=[system.code, "enter"]), client(cast, "wei")
    wrong = owner.post(act, {"file": SimpleUploadedFile("x.json", b"{}")})
    assert wrong.status_code == 422
    assert "x.json" in wrong.content.decode()
    data = systems.run_of(["headers"], failing=["headers.csp"])
    right = owner.post(act, {"file": SimpleUploadedFile("x.json", data)})
    assert right.status_code == 302
    page = owner.get(right["Location"]).content.decode()
    assert "headers.csp" not in page


@pytest.mark.django_db
def test_anybody_contests_a_ruling_without_an_account(cast: Cast, place: Path) -> None:
    system = systems.made(cast, people=30_000)
    ruling = interest.propose(system, reason="不影响。", actor=cast.actor("li"), at=NOW)
    address = reverse("registered_contest", args=[system.code])
    assert client(cast).get(address).status_code == 404
    interest.confirm(ruling, actor=cast.actor("sun"), at=NOW)
    assert client(cast).post(address, {"statement": ""}).status_code == 422
    assert client(cast).post(address, {"statement": "影响我排队。"}).status_code == 302
    contest = ruling.contests.get()
    answer = reverse("registered_contest_answer", args=[system.code, contest.pk])
    assert client(cast, "li").post(answer, {"upheld": "yes", "answer": "对"}).status_code == 403
    assert client(cast, "qian").post(answer, {"upheld": "yes", "answer": "对"}).status_code == 302
    assert interest.standing(system) is None


def test_every_step_of_a_system_has_its_name() -> None:
    kept = set()
    for path in sorted((ROOT / "src/shixiao/workflows").rglob("*.py")):
        calls = re.findall(
            r"\bkeep\(\s*[\w.]*system,\s*f?\"([a-z_{}.]+)\"", path.read_text("utf-8")
        )
        kept |= set(calls)
    assert {"inspected", "inspected_{held.outcome}"} <= kept
    kept -= {"inspected_{held.outcome}", "waiver_{outcome}"}
    assert kept <= set(STEPS)
    assert {f"inspected_{outcome}" for outcome in Inspection.Outcome.values} <= set(STEPS)
