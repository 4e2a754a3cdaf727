"""`shixiao deadline` as a caller meets it."""

import json

import pytest
from click.testing import CliRunner

from shixiao.cli.deadline import deadline
from shixiao.terms import BadInput


def run(arguments, language="zh"):
    return CliRunner().invoke(deadline, arguments.split(), env={"SHIXIAO_LANGUAGE": language})


def test_the_json_is_the_contract_and_nothing_else():
    answer = json.loads(run("--from 2026-02-12 --working-days 10 --json").output)
    assert set(answer) == {"due", "provisional", "counted", "skipped"}
    assert (answer["due"], answer["provisional"], answer["counted"]) == ("2026-03-04", False, 10)
    assert answer["skipped"][0] == {
        "date": "2026-02-15",
        "reason": {"zh": "春节", "en": "Spring Festival"},
    }
    assert len(answer["skipped"]) == 10


@pytest.mark.parametrize(
    ("arguments", "due", "counted"),
    [
        ("--from 2026-02-12 --working-days 20", "2026-03-18", 20),
        ("--from 2026-02-12 --working-days 10 --extend 10", "2026-03-18", 20),
        ("--from 2026-03-02 --working-days 5 --suspend 2026-03-03:2026-03-04", "2026-03-11", 5),
        ("--from 2026-09-21 --days 10", "2026-10-08", 10),
        ("--from 2026-09-21 --days 10 --calendar weekdays", "2026-10-01", 10),
        ("--from 2026-09-19 --days 0 --calendar none", "2026-09-19", 0),
    ],
)
def test_options_change_the_count(arguments, due, counted):
    answer = json.loads(run(arguments + " --json").output)
    assert (answer["due"], answer["counted"]) == (due, counted)


def test_several_suspensions_carry_their_reasons():
    arguments = (
        "--from 2026-03-02 --working-days 2 --json "
        "--suspend 2026-03-03:2026-03-03:鉴定 --suspend 2026-03-05:2026-03-05"
    )
    reasons = [item["reason"]["zh"] for item in json.loads(run(arguments).output)["skipped"]]
    assert reasons == ["鉴定", "依法中止计时"]


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("zh", ["到期日：2026-03-04（星期三）", "2026-02-15–02-23 春节", "2026-03-01 周末"]),
        ("en", ["Due: 2026-03-04 (Wednesday)", "2026-02-15–02-23 Spring Festival"]),
    ],
)
def test_a_person_reads_the_day_and_ranges_of_skipped_days(language, lines):
    output = run("--from 2026-02-12 --working-days 10", language).output
    assert all(line in output for line in lines)
    assert "provisional" not in output
    assert "暂定" not in output


@pytest.mark.parametrize(
    ("arguments", "wording"),
    [
        ("--from 2026-12-20 --working-days 20", "the holiday notice for 2027 is not out yet"),
        ("--from 2001-03-01 --working-days 3", "the calendar has no holidays of 2001"),
    ],
)
def test_an_unannounced_year_is_said_to_be_provisional(arguments, wording):
    assert f"provisional: {wording}" in run(arguments, "en").output
    assert json.loads(run(arguments + " --json").output)["provisional"] is True


def test_a_range_over_the_new_year_shows_both_years():
    arguments = "--from 2025-12-25 --days 1 --suspend 2025-12-26:2026-01-05:evidence"
    assert "2025-12-26–2026-01-05 evidence" in run(arguments, "en").output


def test_nothing_skipped_is_not_announced():
    assert "Not counted" not in run("--from 2026-03-02 --working-days 2", "en").output


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ("--from 2026-02-12", "either --working-days or --days"),
        ("--from 2026-02-12 --days 1 --working-days 1", "either --working-days or --days"),
        ("--from 12.2.2026 --days 1", "“12.2.2026” of --from is no date"),
        ("--from 2026-02-30 --days 1", "“2026-02-30” of --from is no date"),
        ("--from 2026-02-12 --days -1", "not -1"),
        ("--from 2026-02-12 --days 10001", "not 10001"),
        ("--from 2026-02-12 --days 1 --extend -1", "not -1"),
        ("--from 2026-02-12 --days 1 --suspend 2026-02-14", "of --suspend is no date"),
        ("--from 2026-02-12 --days 1 --suspend 2026-02-14:2026-02-13", "before it starts"),
        ("--from 2026-02-12 --days 1 --calendar mars", "no calendar “mars”"),
        ("--from 1066-10-14 --days 1", "1066-10-14 lies outside"),
    ],
)
def test_bad_input_is_one_sentence(arguments, why):
    error = run(arguments).exception
    assert isinstance(error, BadInput)
    assert why in str(error)
