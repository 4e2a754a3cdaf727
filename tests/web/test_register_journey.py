"""From a need to a system that is admitted, shut and retired, with a live target, as people go."""

from __future__ import annotations

import os
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.db import connections
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from shixiao.cli import cli
from shixiao.records.models import Probing, System
from shixiao.settings import Site
from shixiao.workflows import jobs
from shixiao.workflows.systems import reviewing, watching
from tests import systems
from tests.cast import Cast, make_cast
from tests.security.lab import Asked, Behaviour, Reply, hardened, serving
from tests.security.lab_tls import Made, authority, context_of, written
from tests.web.browsing import Reader, follow, overflow, violations

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("SHOTS_OF_REGISTER")  # a folder, to look at the pages
OWNER, HEAD, ANALYST, INSPECTOR = "system_owner:wei", "head:zhou", "analyst:li", "inspector:chen"
MANUAL = "https://www.example.gov.cn/by-hand"
WORDS = {
    "zh": {
        "lacks": "还不能准入",
        "running": "正在测试",
        "done": "处不符合",
        "mended": "已整改",
        "admissible": "依现有证据可以准入",
        "admitted": "已准入",
        "changed": "网站的证书换了",
        "shut": "已暂停",
        "hand": "人工办理说明",
        "retired": "已停用",
    },
    "en": {
        "lacks": "It cannot be admitted yet",
        "running": "Testing:",
        "done": "checks do not hold",
        "mended": "mended",
        "admissible": "The evidence allows its admission",
        "admitted": "Admitted",
        "changed": "the certificate of the site changed",
        "shut": "Suspended",
        "hand": "How it is done by hand",
        "retired": "Retired",
    },
}


PLANNED = """\
service_id,channel,item_id,item_name,kind
S1,counter,1,身份证原件,material
S1,counter,2,到窗口取号,visit
S1,online,1,手机号码,field
"""


@dataclass
class Desk:
    """A small system on loopback, whose pages and certificate can be changed while it runs."""

    context: ssl.SSLContext
    folder: Path
    policy: bool = False

    def answer(self, asked: Asked) -> Reply:
        """Answer; without a content security policy as long as nobody mended it."""
        usual: Behaviour = hardened(strict_transport_security="max-age=63072000")
        if not self.policy:
            usual = hardened(
                strict_transport_security="max-age=63072000", content_security_policy=None
            )
        reply = usual(asked)
        known = asked.path.partition("?")[0] == "/" and asked.method in {"GET", "HEAD"}
        return reply if known else Reply(404, b"<!doctype html><p>404", reply.headers)

    def renew(self) -> None:
        """Show another certificate from now on."""
        new = written(self.folder, "new.pem", Made(issuer=authority()).certificate())
        self.context.load_cert_chain(new, self.folder / "key.pem")


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    environment = {
        "SHIXIAO_DATA": str(tmp_path / "site"),
        "SHIXIAO_PROBE_NETWORKS": "127.0.0.0/8",
    }
    with override_settings(SITE=Site.from_environment(environment)):
        yield tmp_path


@dataclass
class Journey:
    """What people of one language do on one screen."""

    reader: Reader
    language: str
    screen: str
    shots: int = 0

    @property
    def word(self) -> dict[str, str]:
        return WORDS[self.language]

    @property
    def system(self) -> System:
        return System.objects.get(identifier="desk")

    def at(self, path: str, role: str = "") -> Page:
        """Open a page that has to be accessible and no wider than the screen."""
        page = self.reader.at(path, role=role, language=self.language, screen=self.screen)
        assert violations(page) == []
        assert overflow(page) == 0
        self.picture(page)
        return page

    def picture(self, page: Page) -> None:
        """Keep a picture where a folder for them is named."""
        if SHOTS:
            self.shots += 1
            name = f"journey-{self.language}-{self.screen}-{self.shots:02}.png"
            page.screenshot(path=f"{SHOTS}/{name}", full_page=True)

    def own(self, role: str = "") -> Page:
        """Open the page of the system."""
        return self.at(reverse("registered", args=[self.system.code]), role)

    def act(self, doing: str, role: str, **given: object) -> Page:
        """Fill in the form of something that can be done with the system, and send it."""
        return self.send(reverse("registered_act", args=[self.system.code, doing]), role, **given)

    def send(self, path: str, role: str, **given: object) -> Page:
        """Fill in the form of a page and send it."""
        page = self.at(path, role)
        for name, value in given.items():
            field = page.locator(f"main form.form [name={name}]")
            kind = field.first.get_attribute("type")
            if kind in {"radio", "checkbox"}:
                for each in value if isinstance(value, list) else [value]:
                    page.check(f"main form.form [name={name}][value='{each}']")
            elif kind == "file":
                field.set_input_files(str(value))
            elif field.evaluate("e => e.tagName") == "SELECT":
                page.select_option(f"main form.form [name={name}]", value=str(value))
            else:
                field.fill(str(value))
        follow(page, page.locator("main form.form button.button").first)
        assert page.locator("main .errors").count() == 0, page.locator("main").inner_text()
        return page


def registered(on: Journey, address: str) -> None:
    """Register the system, its release, why it is wanted, and what it pledges."""
    on.send(
        "/register/add/",
        OWNER,
        identifier="desk",
        name_zh="排号",
        name_en="Queue",
        kind="service",
        about="按次序叫号，不存个人信息。",
        exposure="internal",
        grade="general_1",
        people=300,
        addresses=f"staging {address}",
        manual=MANUAL,
        responsible="王五",
        post="科长",
        contact="0571-0000000",
    )
    on.act("release", OWNER, label="1.0", sha256="ab" * 32, change="first")
    answers = {
        name: value
        for each in ("planned", "unique", "separate", "joined", "sharing")
        for name, value in ((each, "yes"), (f"{each}_why", "已核实"))
    }
    needed = {"people": 300, "complaints": "12345-2026-118", "searches": "排号 41"}
    on.act("need", OWNER, **needed, sources="窗口台账 2025", **answers)
    day = timezone.localdate() + timedelta(days=200)
    pledged = {"measure": "elapsed_median", "subject": "S1", "baseline": 3, "target": 1}
    on.act("pledge", OWNER, **pledged, least=60, day=day.isoformat(), source="窗口台账 2025")


def designed(on: Journey, cast: Cast, folder: Path) -> None:
    """Check the design by the command, enter what it said, and every other record."""
    (folder / "plan").mkdir()
    (folder / "plan" / "requirements.csv").write_text(PLANNED, "utf-8")
    asked = ["design", str(folder / "plan"), "--out", str(folder / "checked")]
    told = CliRunner().invoke(cli, asked)
    assert told.exit_code == 0, told.output
    now = timezone.now()
    systems.papers(cast, on.system, at=now, day=timezone.localdate(now), but=["design"])
    on.act(
        "paper",
        OWNER,
        criterion="design",
        number="设计核查 2026-1",
        holds="yes",
        day=timezone.localdate(now).isoformat(),
        file=folder / "checked" / "design.xlsx",
    )


def consented(on: Journey) -> None:
    """Let the head of the department consent in writing."""
    today = timezone.localdate()
    on.act(
        "consent",
        HEAD,
        hosts=["127.0.0.1"],
        networks="127.0.0.0/8",
        starts=today.isoformat(),
        ends=(today + timedelta(days=30)).isoformat(),
        rate=200,
        most=100_000,
        contact="0571-0000000",
        reference="同意书 2026-3",
    )


def probed(on: Journey, address: str, ca: Path) -> Page:
    """Ask for a run, follow it live while a worker runs it, and see what it found."""
    page = on.act("probe", OWNER, target=address, profile="web", ca=ca.read_text("utf-8"))

    def work() -> None:
        jobs.probe()
        connections.close_all()

    worker = threading.Thread(target=work)
    worker.start()
    page.get_by_text(on.word["running"]).first.wait_for(timeout=90_000)
    on.picture(page)
    worker.join(timeout=300)
    assert not worker.is_alive()
    page.locator("main .hash").first.wait_for(timeout=30_000)
    on.picture(page)
    run = Probing.objects.filter(system=on.system, origin="site").latest("asked")
    assert (run.state, run.problem, run.lent) == ("done", None, None)
    return page


def entered(on: Journey, address: str, folder: Path) -> None:
    """Enter what was looked at next to the storage, by the command there."""
    now = timezone.now()
    (folder / "near.json").write_bytes(
        systems.run_of(["components", "backup"], at=now, target=address)
    )
    on.act("enter", OWNER, file=folder / "near.json")


@pytest.mark.parametrize(
    ("language", "screen"),
    [("zh", "desktop"), ("en", "desktop"), ("zh", "phone"), ("en", "phone")],
)
def test_a_system_goes_from_its_need_to_its_end(
    reader: Reader, data: Path, language: str, screen: str
) -> None:
    cast, on = make_cast(), Journey(reader, language, screen)
    context = context_of(data, Made(issuer=authority()), authority()[0])
    desk = Desk(context, data)
    ca = written(data, "ca.pem", authority()[0])
    with serving(desk.answer, pair=context) as target:
        address = str(target)
        registered(on, address)
        designed(on, cast, data)
        consented(on)
        assert on.word["done"] in probed(on, address, ca).locator("main").inner_text()
        entered(on, address, data)
        found = on.system.weaknesses.get(check_id="headers.csp")
        desk.policy = True  # it is mended
        probed(on, address, ca)
        weakness = on.at(reverse("weakness", args=[found.code]), OWNER)
        assert on.word["mended"] in weakness.locator("main").inner_text()

        page = on.at(reverse("registered_assessment", args=[on.system.code]), ANALYST)
        assert on.word["admissible"] in page.locator("main").inner_text()
        on.act("propose", ANALYST, reason="材料齐全，测试通过。")
        page = on.at(reverse("registered_assessment", args=[on.system.code]), INSPECTOR)
        follow(page, page.locator("#proposal button[value=yes]"))
        page = on.own()
        assert on.word["admitted"] in page.locator("main").inner_text()
        assert page.locator("main a[href$='/certificate/']").count() == 1

        assert watching.watch_all(now=timezone.now()) == 0
        desk.renew()
        assert watching.watch_all(now=timezone.now()) == 1
        assert on.word["changed"] in on.own().locator("main").inner_text()
        reviewing.review_all(now=timezone.now() + timedelta(days=6))
        page = on.own()
        assert on.word["shut"] in page.locator("main").inner_text()
        assert page.get_by_text(on.word["hand"]).get_attribute("href") == MANUAL

    on.act("retire", OWNER, redirect="改到政务服务网", disposal="没有个人数据", filing="没有备案")
    assert on.word["retired"] in on.own().locator("main").inner_text()
