"""From a silo to a use that a citizen sees, to misuse and suspension, as people go it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from bars.gateway_servers import GATEWAY, free_port, server
from shixiao.gateway.client import Client
from shixiao.records.models import Grant, SharingRequest
from shixiao.settings import Site
from shixiao.terms import BadInput
from shixiao.workflows import jobs
from tests.cast import make_cast
from tests.dealing import PROVIDER, REQUESTER, Deal, dealing
from tests.exchanging import LIN, RECIPIENT, gateway_of
from tests.silos import published_silo
from tests.web.browsing import Reader, follow, overflow, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
KIND = "公租房申请"
SHOTS = os.environ.get("SHOTS_OF_SHARING")  # a folder, to look at the pages
WORDS = {
    "zh": {
        "silo": "户籍证明",
        "checked": "已核验：账本里有这一条，说的是您",
        "housing": "住房局",
        "browsing": "疑似没有办件就查数据",
        "suspended": "已暂停，限期整改",
    },
    "en": {
        "silo": "Proof of residence",
        "checked": "Checked: it stands in the log, and is about you",
        "housing": "Housing Department",
        "browsing": "Looks like browsing",
        "suspended": "Suspended, to be rectified",
    },
}


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    with override_settings(SITE=Site.from_environment({"SHIXIAO_DATA": str(tmp_path / "site")})):
        yield tmp_path


@dataclass
class Journey:
    """What people of one language do on one screen."""

    reader: Reader
    deal: Deal
    language: str
    screen: str
    shots: int = 0

    @property
    def word(self) -> dict[str, str]:
        return WORDS[self.language]

    def at(self, path: str, role: str) -> Page:
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
            name = f"journey-{self.language}-{self.shots:02}.png"
            page.screenshot(path=f"{SHOTS}/{name}", full_page=True)

    def send(self, path: str, role: str, **given: object) -> Page:
        """Fill in the form of a page and send it."""
        page = self.at(path, role)
        for name, value in given.items():
            field = page.locator(f"main [name={name}]")
            if field.first.get_attribute("type") in {"radio", "checkbox"}:
                for each in value if isinstance(value, list) else [value]:
                    page.check(f"main [name={name}][value='{each}']")
            elif field.evaluate("e => e.tagName") == "SELECT":
                page.select_option(f"main [name={name}]", label=str(value))
            else:
                field.fill(str(value))
        named = page.locator(f"[name={next(iter(given), 'seen')}]")
        follow(page, page.locator("main form").filter(has=named).locator("button").last)
        return page

    def act(self, name: str, verb: str, role: str, **given: object) -> Page:
        row = SharingRequest.objects.get()
        code = row.grant.code if name == "grant_act" else row.code
        return self.send(reverse(name, args=[code, verb]), role, **given)


def found_silo(on: Journey) -> str:
    """Find what housing asks for although health holds it; return where the request is written."""
    page = on.at("/silos/", "officer:wu")
    assert on.word["silo"] in page.locator("main").inner_text()
    return str(page.locator("main a[href*='silo=']").get_attribute("href"))


def granted(on: Journey) -> Grant:
    """Ask, agree, deliver; say where the data lie, and which key the recipient has."""
    item, today = on.deal.item, timezone.localdate()
    on.send(
        found_silo(on),
        "officer:wu",
        fields_=["姓名"],
        basis="《社会救助暂行办法》第十一条",
        ends=today + timedelta(days=300),
    )
    request = SharingRequest.objects.get()
    assert set(request.fields) == {"公民身份号码", "姓名"}
    assert (request.case_types, request.mode) == ([KIND], "interface")
    on.act("request_act", "file", f"head:{REQUESTER}")
    days = today + timedelta(days=100)
    on.act("request_act", "agree", f"head:{PROVIDER}", reassess_on=days, provider_person="周某")
    on.act("request_act", "deliver", f"head:{PROVIDER}", reason="接口已开通")
    on.send(
        reverse("dataset_source", args=[item.code]),
        "data_officer:chu",
        system="register",
        table="people",
        key="id_number",
        column_0="id_number",
        column_1="name",
    )
    grant = Grant.objects.get()
    on.send(
        reverse("grant_key", args=[grant.code]),
        "officer:wu",
        caller="housing-desk",
        public=RECIPIENT.public.base64,
    )
    return grant


@contextmanager
def gateway(on: Journey, folder: Path) -> Iterator[str]:
    """Run the provider's gateway, which follows what the site publishes."""
    port = free_port()
    address, told = f"http://127.0.0.1:{port}", f"{on.reader.site}{reverse('exchange_grants')}"
    place = gateway_of(
        on.deal.item, KIND, folder / "gateway", grants=told, port=port, public_url=address
    )
    with server(port, *GATEWAY, str(place.path)):
        yield address


def until(what: Callable[[], bool]) -> None:
    """Wait for something that happens in another process."""
    for _ in range(400):
        if what():
            return
        time.sleep(0.05)
    raise AssertionError("it does not happen")


def identified(on: Journey) -> None:
    """Have the citizen's document seen, and read what the gateway's log says."""
    citizen = on.deal.cast.accounts["han"]
    on.send(reverse("person", args=[citizen.pk]), "administrator:shen", number=LIN)


def seen(on: Journey) -> None:
    """The citizen asks who used the data, and is told with a proof."""
    until(lambda: jobs.read_gateways() > 0)

    def told() -> bool:
        page = on.at(reverse("account_uses"), "citizen:han")
        follow(page, page.locator("main form button"))
        assert violations(page) == []
        on.picture(page)
        said = page.locator("main").inner_text()
        assert on.word["housing"] in said
        assert "GZF-1" in said
        return on.word["checked"] in said

    until(told)


def browsed(on: Journey, grant: Grant) -> None:
    """The provider is told that requests have no case that fits."""
    until(lambda: jobs.read_gateways() > 0)

    def warned() -> bool:
        jobs.read_gateways()
        page = on.at(reverse("grant", args=[grant.code]), f"head:{PROVIDER}")
        return on.word["browsing"] in page.locator("main").inner_text()

    until(warned)
    notice = on.at("/inbox/", f"head:{PROVIDER}").locator("main").inner_text()
    assert {"zh": "没有对应的办件", "en": "had no case that fits"}[on.language] in notice


@pytest.mark.parametrize(
    ("language", "screen"),
    [
        pytest.param("zh", "phone", marks=pytest.mark.slow),
        pytest.param("en", "desktop", marks=pytest.mark.slow),
    ],
)
def test_a_silo_is_found_its_data_asked_for_granted_used_seen_by_the_citizen_misused_and_suspended(
    reader: Reader, data: Path, language: str, screen: str
) -> None:
    cast = make_cast()
    on = Journey(reader, dealing(cast), language, screen)
    published_silo(cast)
    grant = granted(on)
    with gateway(on, data) as address:
        department = {"zh": "卫生健康局", "en": "Health Department"}[language]
        on.send("/gateways/add/", "analyst:li", department=department, address=address)
        recipient = Client(address, RECIPIENT, grant.code)

        def ask(case: str) -> str:
            try:
                dataset = grant.item.code
                recipient.look_up(dataset, purpose=grant.code, case=case, key=LIN)
            except BadInput as refusal:
                return refusal.text.en
            return ""

        until(lambda: ask("GZF-1") == "")
        identified(on)
        seen(on)
        for case in ("GZF-2", "none", "GZF-2"):
            assert ask(case) != ""
        browsed(on, grant)
        page = on.act("grant_act", "suspend", f"head:{PROVIDER}", misuse="没有办件，逐个查人")
        assert on.word["suspended"] in page.locator("main").inner_text()
        until(lambda: "no_grant" in ask("GZF-1") or "key_unknown" in ask("GZF-1"))
        recipient.close()
