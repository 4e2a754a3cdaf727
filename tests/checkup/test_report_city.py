"""The report of a city: nothing leaks, every page is linked both ways, odd cities read well."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

import pytest
from playwright.sync_api import Browser

from shixiao.checkup import Evaluation
from shixiao.checkup.detectors.registry import detectors
from shixiao.checkup.report import pages
from shixiao.checkup.report.addresses import addresses
from shixiao.checkup.report.findings import chance, tallies
from shixiao.checkup.report.lookup import Lookup
from shixiao.checkup.report.plain import plain
from shixiao.checkup.report.speech import Speech
from shixiao.checkup.summary import summary
from shixiao.effect import measures
from shixiao.settings import Settings
from tests.checkup import cities
from tests.checkup.test_report import outline

# Latin words that stand in Chinese text by right: units of statistics, files, names of methods.
LATIN = {
    "n", "p", "95", "SHA", "CSV", "XLSX", "DuckDB", "Spark", "Wilson", "Benjamini", "Hochberg",
    "English", "Asia", "Shanghai", "cn", "tables", "xlsx", "shixiao", "evaluate", "csv", "parquet",
    "json", "datapackage",
}  # fmt: skip


@pytest.fixture(scope="module")
def written(planted: Evaluation) -> dict[str, str]:
    return pages(Lookup(planted))


@pytest.fixture(scope="module")
def grim(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Evaluation:
    return cities.answered(cities.hostile(tmp_path_factory.mktemp("grim") / "p"), settings)


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Evaluation:
    return cities.answered(cities.messages(tmp_path_factory.mktemp("letters") / "p"), settings)


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Evaluation:
    return cities.answered(cities.apps(tmp_path_factory.mktemp("register") / "p"), settings)


def half(page: str, language: str) -> str:
    """Return what a reader of one language reads: words without tags, hashes and masked keys."""
    marks = [m.start() for m in re.finditer(r'<div class="half (?:zh|en) wrap"', page)]
    ends = [*marks[1:], page.index("</main>")]
    said = page[marks[language == "en"] : ends[language == "en"]]
    said = re.sub(r'<(code|dd class="keys"|span class="(?:hash|keys)")[^>]*>.*?</', "</", said)
    said = re.sub(r"<svg.*?</svg>", " ", said, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", said).split())


# ── every page ────────────────────────────────────────────────────────────────────────────────


def test_every_page_is_sound_and_every_link_leads_to_a_page_and_a_place(
    written: dict[str, str],
) -> None:
    outlines = {path: outline(page) for path, page in written.items() if path.endswith(".html")}
    for path, found in outlines.items():
        assert found.tags["script"] == 0
        assert [name for name, n in found.ids.items() if n > 1] == [], path
        for link in found.links:
            target, _, place = link.partition("#")
            where = str(PurePosixPath(path).parent / target) if target else path
            if where.startswith("services/../"):
                where = where.removeprefix("services/../")
            assert where in outlines, (path, link)
            assert not place or place in outlines[where].ids, (path, link)


def test_every_service_has_a_page_that_leads_back_and_is_listed(
    planted: Evaluation, written: dict[str, str]
) -> None:
    lookup = Lookup(planted)
    services = [s for s in lookup.all_subjects() if lookup.page(s)]
    assert len(services) == 30
    listed = outline(written["services/index.html"]).links
    for service in services:
        page = written[f"services/{lookup.page(service)}"]
        assert {"../report.html#zh", "../report.html#en"} <= set(outline(page).links)
        assert {f"{lookup.page(service)}#zh", f"{lookup.page(service)}#en"} <= set(listed)
        assert service.name.zh in half(page, "zh")
        assert service.name.en in half(page, "en")


def test_no_placeholder_and_no_code_is_shown(written: dict[str, str]) -> None:
    codes = {m.id for m in measures() if "_" in m.id} | {d.kind for d in detectors()}
    codes |= {"not_assessable", "to_be_corrected", "steps_kept_online", "veto"}
    codes = {code for code in codes if "_" in code}
    for path, page in written.items():
        if path.endswith(".html"):
            for language in ("zh", "en"):
                said = half(page, language)
                assert not re.search(r"[{}]|\bNone\b(?!\.| of)|\bnan\b", said), path
                assert [code for code in codes if code in said] == [], path


def test_chinese_halves_hold_no_english_sentences(written: dict[str, str]) -> None:
    for path in ("report.html", "summary.html", "services/index.html"):
        said = half(written[path], "zh")
        found = set(re.findall(r"\b[A-Za-z]{2,}(?: [A-Za-z]{2,}){2,}", said))
        assert found == set(), path
    assert set(re.findall(r"[A-Za-z]{2,}", half(written["summary.html"], "zh"))) <= LATIN


def test_no_english_half_holds_a_chinese_sentence(written: dict[str, str]) -> None:
    for path in ("summary.html", "services/index.html"):
        assert not re.search(r"[\u4e00-\u9fff]", half(written[path], "en")), path


# ── what the report says ──────────────────────────────────────────────────────────────────────


def test_every_finding_of_a_kind_up_to_twenty_stands_in_the_report_with_its_disproof(
    planted: Evaluation, written: dict[str, str]
) -> None:
    said = half(written["report.html"], "zh").replace(" ", "")
    assert planted.checkup.findings
    for finding in planted.checkup.findings:
        assert finding.text.zh.replace(" ", "") in said
        assert finding.disproof.zh.replace(" ", "") in said
        for innocent in finding.innocents:
            assert innocent.text.zh.rstrip("。").replace(" ", "") in said


def test_the_answer_counts_copies_leads_and_breaches(planted: Evaluation) -> None:
    findings = planted.checkup.findings
    copied = {f.subject.id for f in findings if f.kind == "mechanical_copy"}
    leads = sum(f.lead and f.kind != "mechanical_copy" for f in findings)
    breaches = sum(not f.lead for f in findings)
    said = summary(planted)[1].zh.replace(" ", "")
    assert said == (
        f"30项服务里有{len(copied)}项把窗口流程照搬到网上，另有{leads}条线索、{breaches}项违规。"
    )


def test_subjects_are_counted_once_as_tested_or_as_too_few(planted: Evaluation) -> None:
    lookup = Lookup(planted)
    for kind, tally in tallies(lookup).items():
        subjects = {t.trial.subject for t in lookup.tried if t.kind == kind}
        assert tally.tested + tally.insufficient + tally.unknown == len(subjects), kind


def test_a_kind_of_which_nothing_could_be_tested_is_not_shown_as_a_pass(
    planted: Evaluation, written: dict[str, str]
) -> None:
    lookup = Lookup(planted)
    empty = [k for k, t in tallies(lookup).items() if not t.tested]
    assert empty
    assert half(written["report.html"], "zh").count("记录太少，没有查") == len(empty)


@pytest.mark.parametrize(
    ("p", "said"), [(None, "—"), (0.0, "不到 0.1%"), (0.0009, "不到 0.1%"), (0.0123, "1.2%")]
)
def test_an_adjusted_p_is_said_as_a_chance(p: float | None, said: str) -> None:
    assert chance(Speech("zh"), p) == said


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_summary_has_four_parts_without_codes_or_terms_of_statistics(
    planted: Evaluation, language: str
) -> None:
    found = plain(Speech(language), Lookup(planted))
    lines = [*found.looked, *found.found, *found.limits, *found.steps]
    assert all((found.looked, found.found, found.limits, found.steps))
    assert all(line.endswith(("。", ".")) for line in lines)
    assert not re.search(r"[A-Z]-\d\d|置信|区间|interval|p-value|\bn = ", " ".join(lines))


@pytest.mark.parametrize(
    ("number", "zh", "en"),
    [
        (38_549.75, "3.9 万", "39,000"),
        (1_568_178, "160 万", "1,600,000"),
        (987, "990", "990"),
        (231_000_000, "2.3 亿", "230,000,000"),
        (0.0, "0", "0"),
    ],
)
def test_prose_says_large_numbers_in_round_figures(number: float, zh: str, en: str) -> None:
    assert Speech("zh").about(number) == zh
    assert Speech("en").about(number) == en


# ── odd cities ────────────────────────────────────────────────────────────────────────────────


def test_a_package_of_messages_answers_with_its_replies_not_with_nothing(
    letters: Evaluation,
) -> None:
    found = pages(Lookup(letters))
    assert set(found) == {"report.html", "summary.html"}
    for page in found.values():
        said = half(page, "zh").replace(" ", "")
        assert "读了200封有答复的来信" in said
        assert "50.0%过了15天才答复" in said
        assert "10.0%的答复除数字外与别的答复一字不差" in said
        assert "0件、0个步骤" not in said
    lines = [line.zh for line in summary(letters)]
    assert not any("0 件、0 个步骤" in line for line in lines)
    assert any("200 封" in line for line in lines)


def test_a_register_of_apps_answers_with_its_breaches(register: Evaluation) -> None:
    breaches = [f for f in register.checkup.findings if not f.lead]
    assert breaches
    said = half(pages(Lookup(register))["report.html"], "zh").replace(" ", "")
    assert f"查出{len(breaches)}项违规" in said
    assert "先处理" in said


def test_every_kind_that_lacks_its_table_is_told_as_not_assessable(letters: Evaluation) -> None:
    said = half(pages(Lookup(letters))["report.html"], "zh")
    lacking = {kind for kind, *_ in letters.checkup.missing}
    assert said.count("不能评估：") == len(lacking)


def test_hostile_names_stay_names_and_hostile_ids_stay_in_the_folder(grim: Evaluation) -> None:
    found = pages(Lookup(grim))
    for path, page in found.items():
        assert re.fullmatch(r"[\w-]+\.html|services/[\w-]+\.(html|css)", path)
        if path.endswith(".html"):
            assert outline(page).tags["script"] == 0
    assert "<script>alert" in "".join(outline(found["report.html"]).text)


def test_a_service_with_three_cases_gets_a_sentence_and_no_hours(grim: Evaluation) -> None:
    lookup = Lookup(grim)
    few = next(s for s in lookup.all_subjects() if s.id == "few")
    page = half(pages(lookup)[f"services/{lookup.page(few)}"], "zh")
    assert "还说不出办这件事要走多远" in page
    assert "至少需要 11 件" in page


@pytest.mark.parametrize(
    ("identifiers", "plain_names"),
    [
        (["S01", "s-2_x"], {"S01.html", "s-2_x.html"}),
        (["A", "a", "index", "CON", "../x", "长", ""], set()),
    ],
)
def test_pages_are_named_by_plain_ids_and_by_a_hash_otherwise(
    identifiers: list[str], plain_names: set[str]
) -> None:
    found = addresses(identifiers)
    assert len({name.casefold() for name in found.values()}) == len(identifiers)
    assert {n for n in found.values() if not n.startswith("x-")} == plain_names
    assert all(re.fullmatch(r"[\w-]+\.html", name, re.ASCII) for name in found.values())


@pytest.mark.browser
def test_city_pages_fit_a_phone_and_each_language_of_the_summary_one_sheet(
    written: dict[str, str], browser: Browser, tmp_path: Path
) -> None:
    for path, page in written.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(page, "utf-8")
    some = ["report.html", "summary.html", "services/index.html", "services/S0017.html"]
    with browser.new_context(viewport={"width": 390, "height": 800}) as context:
        view = context.new_page()
        for path in some:
            for language in ("zh", "en"):
                view.goto(f"{(tmp_path / path).as_uri()}#{language}")
                assert view.evaluate("document.documentElement.scrollWidth") <= 390, path
        view.goto((tmp_path / "summary.html").as_uri())
        paper = view.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 2
