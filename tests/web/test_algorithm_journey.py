"""An algorithm from its first line to the gate: entered, published, held against its log, shut."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page

from shixiao.fairness.algorithms.fields import form
from shixiao.records.models import Algorithm, System
from shixiao.settings import Site
from shixiao.workflows.systems import interest, reviewing
from tests import algorithms, panels, systems
from tests.cast import Cast, make_cast
from tests.fairness.algorithms.made import ENTRY
from tests.rounds import with_ledger
from tests.web.browsing import Reader, follow, overflow, violations

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("SHOTS_OF_ALGORITHMS")  # a folder, to look at the pages
OWNER, HEAD = "system_owner:wei", "head:zhou"
WORDS = {
    "zh": {
        "agrees": "没有核对不等于相符",
        "alone": "登记为人作决定，实际无人参与",
        "authority": "没有授权",
        "shut": "已暂停",
        "gone": "划去的是原来的",
    },
    "en": {
        "agrees": "not checked is not agreement",
        "alone": "and nobody did",
        "authority": "Without authority",
        "shut": "Suspended",
        "gone": "Struck through is what was there",
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
    language: str
    screen: str
    elder: str
    shots: int = 0

    @property
    def row(self) -> Algorithm:
        return Algorithm.objects.get(system__identifier="desk")

    def at(self, path: str, role: str = "") -> Page:
        """Open a page that has to be accessible and no wider than the screen."""
        page = self.reader.at(
            path, role=role, language=self.language, screen=self.screen, elder=self.elder
        )
        assert violations(page) == []
        assert overflow(page) <= 0
        if SHOTS:
            self.shots += 1
            name = f"journey-{self.language}-{self.screen}-{self.shots:02}.png"
            page.screenshot(path=f"{SHOTS}/{name}", full_page=True)
        return page

    def act(self, doing: str, **given: object) -> None:
        """Fill in the form of something that can be done with the entry, and send it."""
        page = self.at(reverse("algorithm_act", args=[self.row.code, doing]), OWNER)
        for name, value in given.items():
            field = page.locator(f"main form.form [name={name}]")
            kind = field.first.get_attribute("type")
            if kind in {"radio", "checkbox"}:
                page.check(f"main form.form [name={name}][value='{value}']")
            elif kind == "file":
                field.set_input_files(str(value))
            elif field.evaluate("e => e.tagName") == "SELECT":
                page.select_option(f"main form.form [name={name}]", value=str(value))
            else:
                field.fill(str(value))
        follow(page, page.locator("main form.form button.button").first)
        assert page.locator("main .errors").count() == 0, page.locator("main").inner_text()

    def published(self) -> None:
        """Propose the draft, and let another person publish it."""
        self.act("propose", reason="按实际使用情况登记。")
        page = self.at(reverse("algorithm_draft", args=[self.row.code]), HEAD)
        follow(page, page.locator("main form.form button[name=confirmed][value=yes]").first)


def filled(on: Journey) -> None:
    """Fill in every section, the questionnaire and the documents."""
    for section in form().sections:
        told: dict[str, object] = {}
        for field in form().own:
            value = ENTRY.get(field.id)
            if field.section != section or value is None:
                continue
            if field.twin:
                told |= {f"{field.id}_{key}": value[key] for key in ("zh", "en")}
            else:
                told[field.id] = "\n".join(value) if isinstance(value, list) else value
        if told:
            on.act(section, **told)
    on.act("questions", **{name: given[0] for name, given in algorithms.answers().items() if given})
    on.act("papers", approval="卫健〔2026〕1 号")


def counted(on: Journey, folder: Path) -> None:
    """Enter counts by which most decisions were made without anybody."""
    alone = folder / "counts.csv"
    alone.write_text(algorithms.COUNTS.replace("2.0,algorithm,1", "2.0,algorithm,0"), "utf-8")
    factors = folder / "factors.csv"
    factors.write_text(algorithms.FACTORS, "utf-8")
    last = timezone.localdate()
    days = {"first": (last - timedelta(days=28)).isoformat(), "last": last.isoformat()}
    on.act("log", **days, counts=alone, factors=factors)


def admitted(cast: Cast, system: System) -> None:
    """Let two people admit the system, on everything that is asked of it."""
    now = timezone.now()
    systems.complete(cast, system, at=now)
    ruling = interest.propose(system, reason="只预约会议室。", actor=cast.actor("li"), at=now)
    interest.confirm(ruling, actor=cast.actor("chen"), at=now)
    assert systems.admitted(cast, system, at=now).state == "admitted"


@pytest.mark.parametrize(
    ("language", "screen", "elder"), [("zh", "phone", "on"), ("en", "desktop", "off")]
)
def test_an_entry_is_read_by_everybody_and_a_log_that_disagrees_shuts_the_system(
    reader: Reader, data: Path, language: str, screen: str, elder: str
) -> None:
    cast, word = make_cast(), WORDS[language]
    on = Journey(reader, language, screen, elder)
    system = systems.made(cast, "desk", at=timezone.now(), decides=True)
    page = on.at(reverse("registered", args=[system.code]), OWNER)
    begin = reverse("registered_algorithm", args=[system.code])
    follow(page, page.locator(f"main form[action='{begin}'] button"))
    filled(on)
    on.published()
    one = reverse("algorithm", args=[on.row.code])
    assert word["agrees"] in on.at(one).locator("main").inner_text()
    admitted(cast, system)
    on.act("purpose", volume=12_600)
    on.published()
    told = on.at(reverse("algorithm_history", args=[on.row.code])).locator("main").inner_text()
    assert word["gone"] in told
    counted(on, data)
    reviewing.review_all(now=timezone.now())
    told = on.at(one).locator("main").inner_text()
    assert word["alone"] in told
    assert word["authority"] in told
    assert word["shut"] in on.at(reverse("registered", args=[system.code])).inner_text("main")
    assert reader.complaints == []


@pytest.mark.parametrize(
    ("language", "screen", "elder"), [("zh", "desktop", "off"), ("en", "phone", "on")]
)
def test_a_panel_answers_every_lead_signs_alone_and_everybody_reads_the_dissent(
    reader: Reader, data: Path, language: str, screen: str, elder: str
) -> None:
    cast, now = make_cast(), timezone.now()
    with_ledger()
    panels.experts(cast)
    row = algorithms.begun(cast, systems.made(cast, "desk", at=now))
    algorithms.published(cast, row, at=now)
    review = panels.audited(cast, row, at=now - 2 * panels.DAY)
    on = Journey(reader, language, screen, elder)
    seats = [f"expert:{seat.account.login}" for seat, _ in panels.panel(review)]
    at = reverse("review", args=[review.code])
    sign = reverse("review_act", args=[review.code, "sign"])
    early = on.at(sign, seats[0])
    early.check("main form.form [name=outcome][value=keep]")
    early.fill("main form.form [name=opinion]", "可以。")
    follow(early, early.locator("main form.form button.button"))
    assert early.locator("main .errors").count() == 1  # nothing is answered yet
    page = on.at(reverse("review_act", args=[review.code, "reply"]), seats[0])
    for box in page.locator("main form.form textarea").all():
        box.fill("已查明，见附件。")
    follow(page, page.locator("main form.form button.button"))
    for who, outcome, opinion in zip(seats, ("keep", "correct"), ("可以。", "先改。"), strict=True):
        assert "可以。" not in on.at(at, who).inner_text("main")
        page = on.at(sign, who)
        page.check(f"main form.form [name=outcome][value={outcome}]")
        page.fill("main form.form [name=opinion]", opinion)
        follow(page, page.locator("main form.form button.button"))
        assert page.locator("main .errors").count() == 0
    told = on.at(at).inner_text("main")
    assert "可以。" in told
    assert {"zh": "不同意见", "en": "dissent"}[language] in told
    assert at in on.at(reverse("algorithm", args=[row.code])).content()
    assert reader.complaints == []
