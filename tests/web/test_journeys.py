"""A case from finding to closing, as people go it at a browser."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import override_settings
from django.utils import timezone
from playwright.sync_api import Page

from shixiao.records.models import Case, Evaluation, Finding, Organisation
from shixiao.settings import Site
from shixiao.workflows import evaluations, evidence, jobs, relapsing, remeasuring
from shixiao.workflows.actors import actor_of
from tests.detectors.packages import DEPARTMENTS, SERVICES, cases, write
from tests.web.browsing import Reader, follow, overflow, violations
from tests.web.people import person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

APPS = ("app_id", "name", "department_id", "filed", "launched", "functions", "forced", "kpi")
MONDAY = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
# Words of buttons and links, by language.
WORDS = {
    "zh": {
        "lead": "登记为案件线索",
        "file": "立案",
        "begin": "开始核查",
        "propose": "提出认定意见",
        "contest": "申辩",
        "reject": "申辩不成立",
        "decide": "作问责决定",
        "correct": "提出整改方案",
        "report": "报告整改完成",
        "close": "销号",
        "confirm": "确认",
        "closed": "销号",
        "passed": "通过",
        "evaluate": "评估",
        "publish": "公布",
    },
    "en": {
        "lead": "Enter as the lead of a case",
        "file": "File the case",
        "begin": "Begin the check",
        "propose": "Propose what is established",
        "contest": "Contest",
        "reject": "Reject the contest",
        "decide": "Decide on accountability",
        "correct": "Present the plan of correction",
        "report": "Report the correction",
        "close": "Close the case",
        "confirm": "Confirm",
        "closed": "Closed",
        "passed": "Passed",
        "evaluate": "Evaluate",
        "publish": "Publish",
    },
}
TABLES = {
    "departments": DEPARTMENTS,
    "services": SERVICES,
    "cases": cases(n=60, flag=lambda service, row: ("completed", 3.0)),
}
Fill = Callable[[Page], None]
PAPER = {"name": "paper.txt", "mimeType": "text/plain", "buffer": "逐条核对。".encode()}


@dataclass
class Clock:
    """The site's clock, which a test sets forward."""

    now: datetime

    def forward(self, **by: int) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    held = Clock(MONDAY)
    monkeypatch.setattr(timezone, "now", lambda: held.now)
    return held


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    with override_settings(SITE=Site.from_environment({"SHIXIAO_DATA": str(tmp_path / "site")})):
        yield tmp_path


def evaluated(folder: Path, *, filed: int, day: str) -> Evaluation:
    """Evaluate and publish a package with one app that is filed or not."""
    usage = [("A1", f"{day}", 5, 3, 9, 0, 0, 5, 2)]
    heads = ("subject_id", "day", "registrations", "active_users", "clicks", "comments", "likes")
    package = write(
        folder,
        {
            "departments": DEPARTMENTS,
            "apps": (APPS, [("A1", "健康助手", "D1", filed, "2026-02-01", "query", 0, "")]),
            "usage": ((*heads, "installs", "completions"), usage),
        },
    )
    bureau = person("analyst").posts.get().organisation
    actor = actor_of(person("analyst"), today=timezone.localdate())
    received = evidence.take_folder(package, organisation=bureau, actor=actor, at=timezone.now())
    asked = evaluations.ask(received, actor=actor, at=timezone.now())
    assert evaluations.run_waiting() == 1
    asked.refresh_from_db()
    assert asked.state == "done", asked.problem
    evaluations.publish(asked, actor=actor, at=timezone.now())
    return asked


def people_of_the_department() -> None:
    department = Organisation.objects.get(code="D1")
    for role in ("officer", "head"):
        person(role).posts.update(organisation=department)


@dataclass
class Journey:
    """A case on its way, as people of one language and screen see it."""

    reader: Reader
    language: str
    screen: str
    case: Case | None = None

    @property
    def word(self) -> dict[str, str]:
        return WORDS[self.language]

    def at(self, path: str, role: str) -> Page:
        """Open a page that has to be accessible and no wider than the screen."""
        self.reader.forget()
        page = self.reader.at(path, role=role, language=self.language, screen=self.screen)
        assert violations(page) == []
        assert overflow(page) == 0
        return page

    def of_case(self, role: str) -> Page:
        assert self.case is not None
        self.case.refresh_from_db()
        return self.at(f"/cases/{self.case.code}/", role)

    def act(self, name: str, role: str, fill: Fill = lambda page: None) -> None:
        page = self.of_case(role)
        follow(page, page.get_by_role("link", name=self.word[name], exact=True))
        assert violations(page) == []
        fill(page)
        follow(page, page.locator("main form.form button"))
        page.wait_for_url(f"**/cases/{self.case.code}/")

    def confirm(self) -> None:
        """Confirm what another proposed, as the second inspector."""
        page = self.of_case("inspector:second")
        follow(page, page.get_by_role("button", name=self.word["confirm"], exact=True))
        page.wait_for_url(f"**/cases/{self.case.code}/")


def saying(**given: str) -> Fill:
    """Return what fills in fields, and puts a paper where a field asks for a file."""

    def fill(page: Page) -> None:
        for name, value in given.items():
            if value == "paper":
                page.set_input_files(f"[name={name}]", PAPER)
            elif page.locator(f"[name={name}][type=radio]").count():
                page.check(f"[name={name}][value={value}]")
            elif page.locator(f"select[name={name}]").count():
                page.select_option(f"[name={name}]", label=value)
            else:
                page.fill(f"[name={name}]", value)

    return fill


DECISION = saying(
    decision="reminder",
    basis="某办法第十条",
    person="周某，处长",
    statement="本人认可。",
    reason="首次发生。",
)
PROPOSAL = saying(outcome="substantiated", reason="备案名单里没有。", attach_report="paper")


@pytest.mark.parametrize(
    ("language", "screen"),
    [
        pytest.param("zh", "phone", marks=pytest.mark.slow),
        pytest.param("en", "desktop", marks=pytest.mark.slow),
        pytest.param("zh", "desktop", marks=pytest.mark.slow),
        pytest.param("en", "phone", marks=pytest.mark.slow),
    ],
)
def test_a_finding_becomes_a_case_and_the_case_is_closed_by_its_numbers(
    reader: Reader, data: Path, clock: Clock, language: str, screen: str
) -> None:
    evaluated(data / "before", filed=0, day="2026-02-27")
    people_of_the_department()
    person("inspector", "second")
    finding = Finding.objects.get(kind="bans", measure="not_filed")
    go = Journey(reader, language, screen)
    page = go.at(f"/findings/{finding.code}/", "analyst")
    follow(page, page.get_by_role("button", name=go.word["lead"]))
    go.case = Case.objects.get()

    handler = str(person("analyst"))
    named = saying(handler=handler, responsible="周某", responsible_post="处长")
    go.act("file", "inspector", named)
    go.act("begin", "analyst")
    go.act("propose", "analyst", PROPOSAL)
    go.act("contest", "officer", saying(statement="正在办理备案。", attach_statement="paper"))
    go.act("reject", "inspector", saying(reason="上线前就应备案。"))
    go.act("decide", "inspector", DECISION)
    go.confirm()
    go.act("correct", "head", saying(reason="两周内备案。", attach_plan="paper"))
    clock.forward(days=14)
    today = timezone.localdate().isoformat()
    go.act("report", "officer", saying(corrected=today, reason="已备案。", attach_proof="paper"))

    assert remeasuring.remeasure_due(now=clock.now) == 0  # its day has not come
    clock.now = datetime.combine(go.case.plan.day, MONDAY.timetz()) + timedelta(days=1)
    evaluated(data / "after", filed=1, day=clock.now.date().isoformat())
    assert remeasuring.remeasure_due(now=clock.now) == 1
    assert remeasuring.remeasure_due(now=clock.now) == 0  # the same evidence is not asked twice
    assert go.of_case("analyst").get_by_text(go.word["passed"], exact=True).count() > 0
    go.act("close", "analyst", saying(reason="复评通过。"))
    go.confirm()

    page = go.of_case("")
    assert page.locator("p.answer").inner_text().startswith(go.word["closed"])
    assert "周某" not in page.content()
    finding.refresh_from_db()
    assert finding.state == "fixed"

    clock.forward(days=60)
    assert relapsing.reopen_relapsed(now=clock.now) == 0
    evaluated(data / "relapse", filed=0, day=clock.now.date().isoformat())
    assert relapsing.reopen_relapsed(now=clock.now) == 1
    go.case.refresh_from_db()
    finding.refresh_from_db()
    assert (go.case.state, go.case.reopened, finding.returned) == ("checking", 1, 1)


@pytest.mark.parametrize(
    ("language", "screen"), [("en", "phone"), pytest.param("zh", "desktop", marks=pytest.mark.slow)]
)
def test_evidence_becomes_a_published_dashboard(
    reader: Reader, data: Path, language: str, screen: str
) -> None:
    go, word = Journey(reader, language, screen), WORDS[language]
    package = write(data / "city", TABLES)
    archive = shutil.make_archive(str(data / "city"), "zip", package)
    person("analyst")
    page = go.at("/evidence/add/", "analyst")
    page.set_input_files("[name=file]", archive)
    page.locator("main form.form button").click()
    page.wait_for_url(re.compile(r"/evidence/[0-9a-f-]+/$"))
    assert jobs.check_evidence() == 1
    page = go.at(page.url.removeprefix(reader.site), "analyst")
    follow(page, page.get_by_role("button", name=word["evaluate"]))
    page.wait_for_url("**/evaluations/*/")
    there = page.url.removeprefix(reader.site)
    assert jobs.evaluate() == 1
    assert go.at("/", "").locator("main table").count() == 0  # nothing is public yet
    page = go.at(there, "analyst")
    follow(page, page.get_by_role("button", name=word["publish"], exact=True))
    page.wait_for_url(f"**{there}")
    page = go.at("/", "")
    assert page.locator("p.answer").count() == 1
    page = go.at("/services/", "")
    assert page.locator("main table tbody tr").count() == 12
    follow(page, page.locator("main table tbody a").first)
    assert page.locator("h1").count() == 1
    assert violations(page) == []
