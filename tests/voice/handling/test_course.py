"""The course of a matter: clocks by kind and preset, ping-pong, stops, reopening."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shixiao.rules import load_calendar, load_pack
from shixiao.terms import BadInput
from shixiao.voice.handling import Course, Policy, ended, pass_day, receive, step, table

DAY = date(2026, 3, 2)  # a Monday
POLICY = Policy(load_pack(), load_calendar("cn"))
WORDS = {
    "department": "health",
    "reason": "因为",
    "reply": "已修复。",
    "basis": "survey",
    "ground": "elsewhere",
    "answer": "solved",
}


def walked(kind: str, *verbs: str, on: date = DAY, policy: Policy = POLICY) -> Course:
    course = receive(kind, on, policy)
    for verb in verbs:
        course, _ = step(course, verb, on, WORDS, policy)
    return course


@pytest.mark.parametrize(
    ("kind", "preset", "due"),
    [
        ("need", "standard", date(2026, 3, 23)),
        ("need", "hotline", date(2026, 3, 19)),
        ("need", "quick", date(2026, 3, 5)),
        ("rating", "standard", date(2026, 3, 23)),
        ("rating", "quick", date(2026, 3, 9)),
    ],
)
def test_the_day_of_the_reply_is_that_of_kind_and_preset(kind: str, preset: str, due: date) -> None:
    assert walked(kind, "assign", policy=replace(POLICY, preset=preset)).due == due


def test_it_is_routed_within_a_working_day() -> None:
    assert receive("need", date(2026, 3, 6), POLICY).due == date(2026, 3, 9)


def test_a_transfer_keeps_the_day_and_the_second_goes_to_the_inspectors_for_good() -> None:
    course = walked("need", "assign")
    once, told = step(course, "transfer", DAY + timedelta(days=3), WORDS, POLICY)
    assert (once.state, once.transfers, once.due, told.kind) == (
        "assigned", 1, course.due, "transferred",
    )  # fmt: skip
    twice, told = step(once, "transfer", DAY + timedelta(days=4), WORDS, POLICY)
    assert (twice.state, twice.due, told.kind) == ("escalated", course.due, "escalated")
    settled, _ = step(twice, "settle", DAY + timedelta(days=5), WORDS, POLICY)
    assert (settled.state, settled.due, settled.transfers) == ("assigned", course.due, 0)
    with pytest.raises(BadInput, match="inspectors gave it"):
        step(settled, "transfer", DAY, WORDS, POLICY)


def test_a_clock_stops_for_a_listed_reason_and_goes_on_with_the_days_that_were_left() -> None:
    course = walked("need", "assign")
    with pytest.raises(BadInput) as refused:
        step(course, "pause", DAY, WORDS | {"basis": "busy"}, POLICY)
    assert refused.value.column == "basis"
    stopped, _ = step(course, "pause", date(2026, 3, 9), WORDS, POLICY)
    assert (stopped.due, stopped.left) == (None, 10)
    again, _ = step(stopped, "resume", date(2026, 4, 13), WORDS, POLICY)
    assert again.due == date(2026, 4, 27)


def test_the_time_is_extended_once() -> None:
    once, _ = step(walked("need", "assign"), "extend", DAY, WORDS, POLICY)
    assert once.due == date(2026, 4, 14)
    with pytest.raises(BadInput, match="once"):
        step(once, "extend", DAY, WORDS, POLICY)


def test_not_solved_opens_it_again_and_the_clock_starts_anew() -> None:
    replied = walked("need", "assign", "reply")
    on = date(2026, 3, 12)
    again, told = step(replied, "reopen", on, WORDS, POLICY)
    assert (again.state, again.began, again.due) == ("assigned", on, date(2026, 4, 2))
    assert (again.reopened, again.solved, told.kind) == (1, False, "reopened")


def test_silence_closes_as_not_said_and_it_can_be_opened_for_sixty_days() -> None:
    replied = walked("need", "assign", "reply")
    assert replied.due == date(2026, 3, 16)
    assert pass_day(replied, date(2026, 3, 16), POLICY) is None
    found = pass_day(replied, date(2026, 3, 17), POLICY)
    assert found is not None
    closed, told = found
    assert (closed.state, closed.solved, told.kind) == ("closed", None, "lapsed")
    last = closed.since + timedelta(days=60)
    assert step(closed, "reopen", last, WORDS, POLICY)[0].state == "assigned"
    with pytest.raises(BadInput, match="60 days"):
        step(closed, "reopen", last + timedelta(days=1), WORDS, POLICY)


def test_what_is_late_is_told_once() -> None:
    found = pass_day(walked("need", "assign"), date(2026, 3, 24), POLICY)
    assert found is not None
    late, told = found
    assert (told.kind, late.overdue) == ("overdue", True)
    assert pass_day(late, date(2026, 3, 25), POLICY) is None


@pytest.mark.parametrize("path", [["reply"], ["pause", "resume", "reply"], ["reply", "reopen"]])
def test_a_day_that_passed_stays_known_whatever_is_done_after_it(path: list[str]) -> None:
    course, on = walked("need", "assign"), date(2026, 3, 24)
    found = pass_day(course, on, POLICY)
    assert found is not None
    for start in (course, found[0]):
        moved = start
        for verb in path:
            moved, _ = step(moved, verb, on, WORDS, POLICY)
        assert moved.late
    assert not walked("need", "assign", *path).late


def test_a_day_that_passed_is_not_extended() -> None:
    with pytest.raises(BadInput, match="has passed"):
        step(walked("need", "assign"), "extend", date(2026, 3, 24), WORDS, POLICY)


def test_only_a_rating_is_reviewed_as_false() -> None:
    with pytest.raises(BadInput, match="Only ratings"):
        step(walked("need", "assign"), "dispute", DAY, WORDS, POLICY)
    appealed = walked("rating", "assign", "dispute")
    assert appealed.due == date(2026, 3, 9)
    kept, _ = step(appealed, "keep", DAY, WORDS, POLICY)
    assert (kept.state, kept.due) == ("assigned", date(2026, 3, 23))
    assert step(appealed, "exclude", DAY, WORDS, POLICY)[0].state == "closed"


def test_a_review_stops_the_clock_of_a_rating_and_is_asked_for_once_before_the_day() -> None:
    course = walked("rating", "assign")
    with pytest.raises(BadInput, match="day has passed"):
        step(course, "dispute", date(2026, 3, 24), WORDS, POLICY)
    appealed, _ = step(course, "dispute", date(2026, 3, 20), WORDS, POLICY)
    late = pass_day(appealed, date(2026, 3, 30), POLICY)
    assert late is not None
    kept, _ = step(late[0], "keep", date(2026, 3, 30), WORDS, POLICY)
    assert (kept.due, kept.overdue, kept.late) == (date(2026, 3, 31), False, False)
    with pytest.raises(BadInput, match="once"):
        step(kept, "dispute", date(2026, 3, 30), WORDS, POLICY)


def test_what_is_opened_again_goes_where_somebody_can_act() -> None:
    nobody = WORDS | {"department": ""}
    again, told = step(walked("praise", "note"), "reopen", date(2026, 3, 6), nobody, POLICY)
    assert (again.state, again.due, told.kind) == ("received", date(2026, 3, 9), "anew")
    false = walked("rating", "assign", "dispute", "exclude")
    again, told = step(false, "reopen", date(2026, 3, 6), WORDS, POLICY)
    assert (again.state, again.due, told.kind) == ("appealed", date(2026, 3, 13), "rejudged")
    kept, _ = step(again, "keep", date(2026, 3, 9), WORDS, POLICY)
    assert (kept.state, kept.excluded, kept.due) == ("assigned", False, date(2026, 3, 30))


@pytest.mark.parametrize("verb", table()["verbs"])
def test_what_a_verb_needs_is_asked_for_by_name(verb: str) -> None:
    entry = table()["verbs"][verb]
    course = Course("rating", entry["from"][0], DAY, DAY, "HND-02")
    for need in entry.get("needs", ()):
        with pytest.raises(BadInput) as refused:
            step(course, verb, DAY, WORDS | {need: " "}, POLICY)
        assert refused.value.column == need


@settings(max_examples=120, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(sorted(table()["verbs"])), st.integers(0, 9)),
                max_size=14),
       st.sampled_from(sorted(table()["kinds"])))  # fmt: skip
def test_on_every_path_somebody_has_a_day_or_the_clock_stands_lawfully(
    path: list[tuple[str, int]], kind: str
) -> None:
    course, on = receive(kind, DAY, POLICY), DAY
    for verb, days in path:
        on += timedelta(days=days)
        found = pass_day(course, on, POLICY)
        course = found[0] if found else course
        before = course
        try:
            course, told = step(course, verb, on, WORDS, POLICY)
        except BadInput:
            assert course == before
            continue
        assert told.kind in table()["notices"]
        if verb in {"transfer", "settle"}:
            assert course.due == before.due
        assert course.transfers < 2 or course.state in {"escalated", "withdrawn"}
        assert (course.due is None) == (ended(course.state) or course.state == "paused")
        if course.state in {"replied", "closed"}:
            again = "appealed" if course.excluded else "assigned"
            assert step(course, "reopen", on, WORDS, POLICY)[0].state == again
