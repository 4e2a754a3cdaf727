"""The course of an objection: in whatever order things happen, nothing that is owed is missed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bars import objection_walks as walks
from bars.objection_walks import CALENDAR, GIVEN, RULES
from shixiao.fairness.objections import Candidate, Ties, excluded, file, step, suspends, table
from shixiao.fairness.objections import course as course_module
from shixiao.terms import BadInput

MONDAY = date(2026, 3, 2)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10**9))
def test_no_path_misses_a_notice_a_deadline_a_remedy_or_a_reason(seed: int) -> None:
    assert list(walks.walk(seed)) == []


@pytest.mark.parametrize(
    ("verb", "part", "value"),
    [
        ("refuse", "by_due", False),
        ("extend", "by_due", False),
        ("reject", "remedies", False),
        ("refuse", "needs", []),
        ("accept", "tells", "refused"),
        ("carry", "remedies", False),
    ],
)
def test_a_table_that_forgot_something_fails_the_same_walks(
    monkeypatch: pytest.MonkeyPatch, verb: str, part: str, value: object
) -> None:
    whole = table()
    broken = {**whole, "verbs": {**whole["verbs"], verb: {**whole["verbs"][verb], part: value}}}
    monkeypatch.setattr(course_module, "table", lambda: broken)
    assert any(fault for seed in range(300) for fault in walks.walk(seed))


def test_every_state_that_waits_leads_to_an_end() -> None:
    leads = {
        (state, entry["to"])
        for entry in table()["verbs"].values()
        if "to" in entry
        for state in entry["from"]
    }
    ends = {state for state, entry in table()["states"].items() if not entry["owner"]["zh"]}
    reach = set(ends)
    for _ in table()["states"]:
        reach |= {state for state, to in leads if to in reach}
    assert reach == set(table()["states"])
    assert {kind["tells"] for kind in table()["verbs"].values()} < set(table()["notices"])


@pytest.mark.parametrize(
    ("automatic", "irreversible", "stays"),
    [(True, False, True), (False, True, True), (False, False, False)],
)
def test_the_effect_stays_where_the_rule_says(
    automatic: bool, irreversible: bool, stays: bool
) -> None:
    assert suspends(automatic=automatic, irreversible=irreversible, rules=RULES) is stays


@pytest.mark.parametrize(
    ("verb", "given"),
    [
        ("accept", {}),
        ("refuse", {"reason": " "}),
        ("uphold", GIVEN),
        ("deem", {}),
        ("carry", GIVEN),
    ],
)
def test_what_cannot_be_done_is_refused(verb: str, given: dict[str, str]) -> None:
    course, _ = file(MONDAY, suspended=False, rules=RULES, calendar=CALENDAR)
    with pytest.raises(BadInput):
        step(course, verb, MONDAY, given, rules=RULES, calendar=CALENDAR)


def test_whoever_has_ties_is_left_out_with_the_reason() -> None:
    people = [
        Candidate("free"),
        Candidate("works", employers=frozenset({"d1"})),
        Candidate("related", relations=frozenset({"d0"})),
        Candidate("sells", suppliers=frozenset({"Acme  Ltd"})),
        Candidate("judged", employers=frozenset({"d9"})),
    ]
    ties = Ties(frozenset({"d0", "d1"}), "ACME Ltd", frozenset({"judged"}))
    assert set(excluded(people, ties)) == {"works", "related", "sells", "judged"}
    assert set(excluded(people, Ties(frozenset(), "", frozenset()))) == set()


@pytest.mark.parametrize("verb", ["accept", "refuse"])
def test_what_silence_accepted_is_neither_accepted_nor_refused_any_more(verb: str) -> None:
    course, _ = file(date(2026, 3, 2), suspended=False, rules=RULES, calendar=CALENDAR)
    assert course.due == date(2026, 3, 9)
    moved, _ = step(course, verb, course.due, GIVEN, rules=RULES, calendar=CALENDAR)
    assert moved.state != "filed"
    with pytest.raises(BadInput, match="silence"):
        step(course, verb, date(2026, 3, 10), GIVEN, rules=RULES, calendar=CALENDAR)
    for other in ("deem", "withdraw"):
        step(course, other, date(2026, 3, 10), GIVEN, rules=RULES, calendar=CALENDAR)


def test_a_time_that_is_over_is_not_extended() -> None:
    course, _ = file(date(2026, 3, 2), suspended=False, rules=RULES, calendar=CALENDAR)
    course, _ = step(course, "accept", date(2026, 3, 2), GIVEN, rules=RULES, calendar=CALENDAR)
    assert course.due is not None
    step(course, "extend", course.due, GIVEN, rules=RULES, calendar=CALENDAR)
    with pytest.raises(BadInput, match="not extended any more"):
        late = course.due + timedelta(days=1)
        step(course, "extend", late, GIVEN, rules=RULES, calendar=CALENDAR)
