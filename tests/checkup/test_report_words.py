"""How the report says numbers, names and dates, and what it says where a number is missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shixiao.checkup import Evaluation, Question, evaluate
from shixiao.checkup.report import report_html
from shixiao.checkup.report.speech import Speech, Unit, spaced, unit_of
from shixiao.effect import Comparison, measure, measures
from shixiao.settings import Settings
from shixiao.terms import Estimate, Text

DAYS = Unit(1.0, Text("天", "days"))
PERCENT = Unit(100.0, Text("%", "%"), "%")


@pytest.mark.parametrize(
    ("estimate", "unit", "language", "said"),
    [
        (Estimate(8.6, 8.1, 9.2, 300), DAYS, "zh", "8.6 天 [8.1 – 9.2]"),
        (Estimate(0.4149, 0.36, 0.4501, 300), DAYS, "en", "0.41 days [0.36 – 0.45]"),
        (Estimate(0.0345, 0.021, 0.0512, 300), PERCENT, "zh", "3.5% [2.1 – 5.1]"),
        (Estimate(0.0, 0.0, 0.0062, 620), PERCENT, "zh", "0% [0 – 0.62]"),
        (Estimate.fact(7, 1), DAYS, "en", "7.0 days"),
        (Estimate(5.0, 2.0, None, 40), DAYS, "zh", "5.0 天 [2.0 以上]"),
        (Estimate(5.0, None, 9.0, 40), DAYS, "en", "5.0 days [9.0 or less]"),
        (
            Estimate(2.1, 2.0, 2.4, 9),
            Unit(1.0, Text("工作日", "d")),
            "zh",
            "2.1 个工作日 [2.0 – 2.4]",
        ),
    ],
)
def test_an_estimate_is_said_with_its_interval_and_never_three_decimals(
    estimate: Estimate, unit: Unit, language: str, said: str
) -> None:
    assert Speech(language).in_words(estimate, unit) == said


def test_an_insufficient_estimate_is_a_sentence_even_when_a_value_was_seen() -> None:
    few = Estimate.insufficient(3, Text("只有 3 件", "only 3 cases"), value=4.2)
    cell = Speech("en").estimate(few, DAYS)
    assert (cell.text, cell.sentence, cell.interval) == ("Only 3 cases.", True, "")


@pytest.mark.parametrize(
    ("days", "name"), [(12.0, "days"), (0.5, "hours"), (0.02, "minutes"), (0.0001, "minutes")]
)
def test_calendar_time_is_told_in_the_unit_that_fits_the_longest(days: float, name: str) -> None:
    unit = unit_of(measure("elapsed_median"), [Estimate.fact(days, 20), Estimate.fact(0.0, 20)])
    assert unit.name.en == name


@pytest.mark.parametrize(
    ("tight", "loose"),
    [
        ("Internet与Desk相比", "Internet 与 Desk 相比"),
        ("共12项服务", "共 12 项服务"),
        ("2026年11月23日起", "2026年11月23日起"),
        ("占3.5%的办件", "占 3.5% 的办件"),
        ("没有字母", "没有字母"),
    ],
)
def test_chinese_keeps_a_space_from_latin_and_digits_but_not_in_dates(
    tight: str, loose: str
) -> None:
    assert spaced(tight) == loose
    assert spaced(loose) == loose


@pytest.mark.parametrize(
    ("column", "value", "zh", "en"),
    [
        ("channel", "online", "网上", "Online"),
        ("channel", "Internet", "Internet", "Internet"),
        ("month", "2026-01", "2026年1月", "January 2026"),
        ("month", "2026-13", "2026-13", "2026-13"),
        ("region", "online", "online", "online"),
        (
            "period",
            "2025-01-01..2025-06-30",
            "2025年1月1日至2025年6月30日",
            "1 January 2025 – 30 June 2025",
        ),
    ],
)
def test_values_of_known_columns_have_names(column: str, value: str, zh: str, en: str) -> None:
    assert Speech("zh").arm(column, value) == zh
    assert Speech("en").arm(column, value) == en


def test_a_name_of_5000_characters_is_shortened_and_kept_whole_in_its_title() -> None:
    cell = Speech("zh").named("证" * 5000)
    assert len(cell.text) < 100
    assert cell.title == "证" * 5000


def test_ids_are_never_given_twice_and_tell_the_language() -> None:
    speech = Speech("en")
    ids = [speech.id("plot") for _ in range(3)]
    assert len(set(ids)) == 3
    assert all(name.startswith("en-") for name in ids)


# ── a small log without map, guide or outcomes ────────────────────────────────────────────────


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Evaluation:
    """One log: 60 cases by each of two channels, 3 by a third, one name of 5,000 characters."""
    rows = ["case_id,activity,ts,channel"]
    for case in range(123):
        channel = "post" if case < 3 else ("online" if case % 2 else "counter")
        for step, name in enumerate(("申请", "受" * 5000, "办结")):
            day = 1 + (case + step * (2 if channel == "online" else 4)) % 27
            rows.append(f"c{case},{name},2026-03-{day:02d}T0{step}:00:00,{channel}")
    path = tmp_path_factory.mktemp("small") / "small.csv"
    path.write_text("\n".join(rows) + "\n", "utf-8")
    question = Question(paths=(path,), comparison=Comparison("channel", "online", "counter"))
    return evaluate(question, settings=settings, progress=lambda _: None)


@pytest.fixture(scope="module")
def said(small: Evaluation) -> str:
    """The page as a reader reads it: without tags and style."""
    page = re.sub(r"<style>.*?</style>", "", report_html(small), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


def test_every_reason_why_a_measure_is_missing_is_told_in_both_languages(
    small: Evaluation, said: str
) -> None:
    told = [small.missing[m.metric] for m in measures() if m.metric in small.missing]
    assert told
    flat = said.replace(" ", "").casefold()
    for reason in told:
        assert reason.zh.replace(" ", "").casefold() in flat
        assert reason.en.replace(" ", "").casefold() in flat


def test_an_arm_with_too_few_cases_has_a_sentence_in_the_place_of_its_numbers(said: str) -> None:
    assert re.search(r"post 3 [^0-9]*3 件，至少需要 11 件", said)


def test_chinese_sentences_call_channels_by_their_names(said: str) -> None:
    chinese = said[: said.index("Know this before reading the numbers")]
    assert not re.search(r"online(?!=)", chinese.replace("channel=online:counter", ""))


def test_a_long_activity_name_is_cut_in_the_text(said: str) -> None:
    assert "受" * 200 not in said


def test_warnings_and_rules_carry_names_and_the_numbers_of_the_pack(
    small: Evaluation, said: str
) -> None:
    assert small.rules.hash in said
    assert all(item.sha256 in said for item in small.store.meta.inputs)
    used = [rule for rule in small.rules.rules.values() if rule.id.startswith("E-")]
    assert all(rule.name.zh in said and rule.name.en in said for rule in used)


def test_five_logs_in_one_run_are_banded_and_drawn_without_a_rank_list(
    tmp_path: Path, settings: Settings
) -> None:
    paths = []
    for number in range(5):
        rows = ["case_id,activity,ts"]
        for case in range(60):
            for step in range(2 + number // 3 * 4):
                rows.append(f"c{case},step {step % 2},2026-03-{1 + step:02d}T09:00:00")
        paths.append(tmp_path / f"town{number}.csv")
        paths[-1].write_text("\n".join(rows) + "\n", "utf-8")
    found = evaluate(Question(paths=tuple(paths)), settings=settings, progress=lambda _: None)
    assert found.rankings
    page = report_html(found)
    assert "第 1 档" in page
    assert "Band 1" in page
    assert "town0.csv 等 5 个日志" in page
    assert re.search(r"\d–\d / 5", page)
