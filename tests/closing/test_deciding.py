"""On its day a case passes by an interval, against untouched peers, or it stays open."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shixiao.checkup.closing import Outcome
from shixiao.terms import BadInput
from tests.closing.readings import (
    CORRECTED,
    EARLIER,
    RULES,
    after,
    before,
    decided,
    finding,
    plan,
    readings,
    shares,
)

FALLEN = 0.5  # what peers show of their earlier shares, where everybody falls


def test_a_real_improvement_passes_and_says_all_that_it_rests_on():
    made = plan(before())
    found = decided(made, after(made, 0.2))
    assert found.outcome is Outcome.PASSED
    assert found.change is not None
    assert found.change.high is not None
    assert found.change.high < 1
    assert found.before is not None
    assert found.before.value == pytest.approx(0.35)
    assert found.after is not None
    assert found.after.value == pytest.approx(0.2, abs=0.01)
    assert found.expected is not None
    assert found.expected > found.after.value
    assert found.peers == 20
    assert found.plan_sha256 == made.sha256
    for text in (found.says.zh, found.says.en):
        assert "{" not in text
        assert "35.0%" in text
        assert "20" in text
    data = found.to_json()
    assert (data["outcome"], data["n"], data["minimum"]) == ("passed", found.n, made.minimum)
    assert data["change"]["level"] == 0.95


def test_a_sham_correction_does_not_pass():
    made = plan(before())
    found = decided(made, after(made, 0.34))
    assert found.outcome is Outcome.NOT_PASSED
    assert "not passed" in found.says.en
    assert "未通过" in found.says.zh


def test_what_falls_for_everybody_is_nobodys_merit():
    made = plan(before())
    later = after(made, 0.35 * FALLEN, factor=FALLEN)
    assert decided(made, later).outcome is Outcome.NOT_PASSED
    # Against its own past alone the same fall would look like a triumph.
    assert decided(made, after(made, 0.35 * FALLEN)).outcome is Outcome.PASSED


def test_below_the_minimum_nothing_is_compared_and_the_case_stays_open():
    made = plan(before())
    found = decided(made, after(made, 0.05, n=made.minimum - 1))
    assert found.outcome is Outcome.INSUFFICIENT
    assert found.change is None
    assert found.after is None
    assert f"{made.minimum - 1:,}" in found.says.en
    assert f"{made.minimum:,}" in found.says.zh


def test_nobody_looks_before_the_day():
    made = plan(before())
    assert made.day is not None
    with pytest.raises(BadInput, match="nobody looks before the day"):
        decided(made, after(made, 0.1), on=made.day - timedelta(days=1))


def test_a_case_that_needs_a_field_test_cannot_be_closed_by_numbers():
    small = plan(readings(shares(0.35, 60), EARLIER))
    with pytest.raises(BadInput, match="drawn field test"):
        decided(small, before(), on=CORRECTED)


def test_a_late_correction_shortens_the_days_and_never_moves_them():
    made = plan(before())
    assert made.after is not None
    late = made.after.start + timedelta(days=3)
    counted = made.counted(late)
    assert counted is not None
    assert counted.end == made.after.end
    assert counted.start > late
    found = decided(made, readings(shares(0.2, made.minimum), counted), corrected=late)
    assert found.counted == counted
    over = decided(made, before(), corrected=made.after.end)
    assert over.outcome is Outcome.INSUFFICIENT
    assert "no day is left" in over.says.en


def test_readings_of_other_days_are_a_mistake_of_the_caller():
    made = plan(before())
    with pytest.raises(ValueError, match="other days"):
        decided(made, readings(shares(0.2, 900), EARLIER, last_day=made.day))


def test_evidence_that_ends_too_early_is_refused():
    made = plan(before())
    short = readings(shares(0.2, 900), made.after, last_day=EARLIER.end)
    with pytest.raises(BadInput, match="give a newer package"):
        decided(made, short)


def test_two_periods_by_different_rules_or_code_cannot_be_compared():
    made = plan(before())
    later = after(made, 0.2)
    with pytest.raises(BadInput, match="different rules"):
        decided(made, replace(later, rules_sha256="0" * 64))
    with pytest.raises(BadInput, match="one version of the code"):
        decided(made, replace(later, code_version="0.0.0"))


def test_touched_peers_are_left_out_and_too_few_leave_the_case_open():
    made = plan(before())
    touched = {("service", f"S{i:02d}") for i in range(1, 6)}
    assert decided(made, after(made, 0.2), touched=touched).peers == 15
    most = {("service", f"S{i:02d}") for i in range(1, 15)}
    found = decided(made, after(made, 0.2), touched=most)
    assert found.outcome is Outcome.INSUFFICIENT
    assert "only 6 untouched peers" in found.says.en


def test_a_subject_that_is_gone_from_either_period_leaves_the_case_open():
    made = plan(before())
    later = after(made, 0.2)
    gone = readings([(0, 0), *shares(0.35, 2000)[1:]], EARLIER)
    assert decided(made, later, earlier=gone).outcome is Outcome.INSUFFICIENT
    empty = readings([(0, 0), *shares(0.2, 900)[1:]], made.counted(CORRECTED))
    assert decided(made, empty).outcome is Outcome.INSUFFICIENT


def test_a_later_round_asks_for_a_surer_interval():
    first, second = plan(before()), plan(before(), round=2)
    one = decided(first, after(first, 0.25, n=5000))
    two = decided(second, after(second, 0.25, n=5000))
    assert one.change is not None
    assert two.change is not None
    assert two.change.level > one.change.level
    assert (two.change.high or 0) > (one.change.high or 0)
    assert "97.5%" in two.says.en


def test_a_register_is_read_as_it_stands_and_fields_struck_out_do_not_count_against_it():
    question = ("repeated_filling", "asked_again", "")
    seen = readings(shares(0.4, 800), None, question=question)
    made = plan(seen, finding=finding(question))
    assert made.after is None
    assert made.minimum == RULES.number("C-05", "cases")
    struck = [(120, 600), *shares(0.4, 800)[1:]]
    later = readings(struck, None, question=question)
    found = decided(made, later, earlier=seen)
    assert found.outcome is Outcome.PASSED
    assert found.counted is None
    assert decided(made, seen, earlier=seen).outcome is Outcome.NOT_PASSED
