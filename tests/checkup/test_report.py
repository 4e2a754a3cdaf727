"""The report: one self-contained page, both languages whole, nothing unsaid and nothing leaking."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from shixiao.checkup import Evaluation, Question, evaluate
from shixiao.checkup.report import report_html
from shixiao.effect import Comparison, measures
from shixiao.potemkin import write_example_city
from shixiao.settings import Settings

VOID = {"meta", "input", "br", "img", "link", "hr", "col"}
HOSTILE = '<script>alert("x")</script>'


class Outline(HTMLParser):
    """Checks that tags nest, and gathers headings, links and ids."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.loads: list[str] = []
        self.ids: Counter[str] = Counter()
        self.links: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        for name, value in attrs:
            if name == "id":
                self.ids[value or ""] += 1
            if name == "src" or (name == "href" and tag in ("link", "use", "image")):
                self.loads.append(value or "")
            if name == "href" and tag == "a":
                self.links.append(value or "")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text.append(data)


def outline(page: str) -> Outline:
    parser = Outline()
    parser.feed(page)
    parser.close()
    assert parser.open == []
    return parser


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Evaluation:
    folder = write_example_city(tmp_path_factory.mktemp("city") / "city")
    question = Question(paths=(folder,), comparison=Comparison("channel", "online", "counter"))
    return evaluate(question, settings=settings, progress=lambda _: None)


@pytest.fixture(scope="module")
def page(city: Evaluation) -> str:
    return report_html(city)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> str:
    """The report of a log whose every name tries to be markup."""
    rows = ["case_id,activity,ts,channel"]
    for case in range(120):
        for step in range(3):
            name = HOSTILE.replace('"', '""') + str(step)
            rows.append(
                f'c{case},"{name}",2026-03-{2 + step:02d}T09:00:00,{"<b>&" if case % 2 else "x"}'
            )
    path = tmp_path_factory.mktemp("hostile") / "log.csv"
    path.write_text("\n".join(rows) + "\n", "utf-8")
    question = Question(paths=(path,), comparison=Comparison("channel", "<b>&", "x"))
    return report_html(evaluate(question, settings=settings, progress=lambda _: None))


def test_the_page_is_well_formed_and_loads_nothing(page: str) -> None:
    found = outline(page)
    assert found.loads == []
    assert found.tags["script"] == 0
    assert found.tags["svg"] > 20
    assert not re.findall(r"url\((?!#)", page)


def test_no_id_is_used_twice_and_every_link_leads_somewhere(page: str) -> None:
    found = outline(page)
    assert [name for name, n in found.ids.items() if n > 1] == []
    assert [
        link for link in found.links if link.startswith("#") and link[1:] not in found.ids
    ] == []


def test_both_languages_have_the_same_sections(page: str) -> None:
    marks = list(re.finditer(r'class="half (zh|en)( wrap)?"', page))
    ends = [mark.start() for mark in marks[1:]] + [len(page)]
    counts: dict[str, Counter[str]] = {"zh": Counter(), "en": Counter()}
    for mark, end in zip(marks, ends, strict=True):
        counts[mark[1]].update(re.findall(r"<h[1-4]\b", page[mark.start() : end]))
    assert counts["zh"] == counts["en"]
    assert counts["zh"]["<h1"] == 1


def test_every_verdict_ground_and_missing_evidence_is_told(city: Evaluation, page: str) -> None:
    said = " ".join("".join(outline(page).text).split())
    for verdict in city.verdicts:
        assert verdict.subject.name.zh in said
        assert verdict.subject.name.en in said
    for item in measures():
        reason = city.missing.get(item.metric)
        if reason is not None:
            assert reason.zh in said


def test_no_code_of_a_measure_or_verdict_is_shown(page: str) -> None:
    said = " ".join(outline(page).text)
    codes = [m.id for m in measures() if "_" in m.id]
    codes += ["mechanical_copy", "burden_increased", "substantively_improved", "not_assessable"]
    assert [code for code in codes if code in said] == []


def test_the_same_evaluation_gives_the_same_bytes(city: Evaluation, page: str) -> None:
    assert report_html(city) == page


def test_names_that_try_to_be_markup_stay_names(hostile: str) -> None:
    found = outline(hostile)
    assert found.tags["script"] == 0
    said = "".join(found.text)
    assert "<script>alert" in said
    assert "<b>&" in said


def test_without_a_comparison_the_report_says_how_to_ask_for_one(
    tmp_path: Path, settings: Settings
) -> None:
    path = tmp_path / "log.csv"
    rows = [
        f"c{i},{a},2026-03-0{d}T09:00:00" for i in range(60) for d, a in ((2, "申请"), (3, "办结"))
    ]
    path.write_text("case_id,activity,ts\n" + "\n".join(rows) + "\n", "utf-8")
    page = report_html(
        evaluate(Question(paths=(path,)), settings=settings, progress=lambda _: None)
    )
    assert "shixiao evaluate log.csv --periods" in "".join(outline(page).text)


@pytest.mark.browser
def test_the_page_fits_a_phone_and_switches_language_without_script(
    page: str, browser: Browser, tmp_path: Path
) -> None:
    file = tmp_path / "report.html"
    file.write_text(page, "utf-8")
    refused: list[str] = []
    with browser.new_context(
        viewport={"width": 390, "height": 800}, java_script_enabled=False
    ) as context:
        view = context.new_page()
        view.on(
            "request", lambda r: refused.append(r.url) if not r.url.startswith("file:") else None
        )
        view.goto(file.as_uri())
        shown = view.locator("h1:visible")
        assert shown.count() == 1
        assert "云泽市" in shown.inner_text()
        box = view.locator("main:visible, .half:visible").first.bounding_box()
        assert box is not None
        assert box["width"] <= 390
        view.locator("label[for=en]").click()
        assert "Yunze City" in view.locator("h1:visible").inner_text()
    assert refused == []
