"""The course of Decree 713: its order and clocks hold on every path, and each demand can fail."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bars import decree713_walks as walks
from bars.decree713_walks import CALENDAR, RULES
from shixiao.terms import BadInput
from shixiao.voice.decree713 import (
    Happened,
    check,
    complete,
    possible,
    read_speakers,
    stages,
    standing,
    table,
    waiting,
)

MONDAY = date(2026, 3, 2)
MINUTES = "甲|委员|赞成|可行\n乙|委员|反对|成本不清\n丙|市长|赞成|同意实施"
WHOLE: list[tuple[str, date, dict[str, Any]]] = [
    ("propose", MONDAY, {}),
    ("study", MONDAY, {"text": "x"}),
    ("start", MONDAY, {"text": "x"}),
    ("draft", MONDAY, {}),
    ("open", MONDAY, {"until": "2026-04-02", "how": "政府网站"}),
    ("announce", MONDAY, {"day": "2026-04-20", "until": "2026-03-20", "size": 9, "place": "x",
                          "how": "按身份分层抽签"}),
    ("argue", date(2026, 3, 10), {"text": "x", "opinions": 3, "assessors": ["研究院"]}),
    ("assess", date(2026, 3, 11), {"assessor": "评估公司", "heard": "x", "text": "x",
                                   "measures": "x"}),
    ("choose", date(2026, 3, 23), {"announced": "1 2 3"}),
    ("deliver", date(2026, 4, 1), {"text": "x"}),
    ("close", date(2026, 4, 3), {}),
    ("hold", date(2026, 4, 20), {"minutes": "x"}),
    ("confirm", date(2026, 4, 21), {"waiting": 0}),
    ("conclude", date(2026, 4, 22), {"text": "x"}),
    ("revise", date(2026, 4, 22), {}),
    ("settle", date(2026, 4, 22), {"text": "x", "unanswered": 0}),
    ("submit", date(2026, 4, 22), {"text": "x"}),
    ("clear", date(2026, 5, 6), {"text": "x", "same_unit": False}),
    ("adopt", date(2026, 5, 7), {"meeting": "standing", "speakers": MINUTES, "head": "丙"}),
    ("report", date(2026, 5, 8), {"number": "x"}),
    ("publish", date(2026, 5, 9), {"number": "x", "how": "公报", "text": "x"}),
    ("archive", date(2026, 5, 9), {"lacking": []}),
    ("evaluate", date(2027, 5, 9), {"trigger": "needed", "assessor": "别家", "text": "x"}),
]  # fmt: skip


def upto(event: str) -> list[Happened]:
    """Go the whole way up to an event, without it."""
    log: list[Happened] = []
    for name, on, given_ in WHOLE:
        if name == event:
            return log
        check(log, name, on, given_, rules=RULES, calendar=CALENDAR)
        log.append(Happened(name, on, given_))
    return log


def refused(event: str, **changed: Any) -> BadInput:
    on, facts = next((on, facts) for name, on, facts in WHOLE if name == event)
    on = changed.pop("on", on)
    with pytest.raises(BadInput) as found:
        check(upto(event), event, on, facts | changed, rules=RULES, calendar=CALENDAR)
    return found.value


def test_a_matter_goes_the_whole_way_and_every_step_is_done() -> None:
    log = upto("end")
    assert [stage.state for stage in stages(log)] == ["done"] * 10
    assert complete(log, hearing=True)
    assert not complete(upto("publish"), hearing=True)


def test_a_decision_that_is_suspended_carries_nothing_until_it_is_taken_up_again() -> None:
    log = upto("end")
    on = log[-1].on
    for event, carries in (("suspend", False), ("resume", True), ("suspend", False)):
        other = "resume" if event == "suspend" else "suspend"
        for given_, why in (({"reason": " "}, event), ({"reason": "汛情"}, other)):
            with pytest.raises(BadInput):
                check(log, why, on, given_, rules=RULES, calendar=CALENDAR)
        check(log, event, on, {"reason": "汛情"}, rules=RULES, calendar=CALENDAR)
        log.append(Happened(event, on, {"reason": "汛情"}))
        assert complete(log, hearing=True) is carries
    with pytest.raises(BadInput):
        check(upto("publish"), "suspend", on, {"reason": "汛情"}, rules=RULES, calendar=CALENDAR)


@pytest.mark.parametrize(
    ("event", "changed", "article"),
    [
        ("open", {"until": "2026-03-20"}, "十五"),
        ("open", {"until": "2026-08-30"}, "最迟 2026-08-29"),
        ("close", {"on": date(2026, 4, 2)}, "15"),
        ("announce", {"day": "2206-04-20"}, "最迟 2026-08-29"),
        ("announce", {"day": "2026-03-31"}, ""),
        ("announce", {"until": "2026-03-05"}, ""),
        ("announce", {"size": 3}, ""),
        ("argue", {"opinions": 2}, ""),
        ("choose", {"on": date(2026, 3, 20)}, "16"),
        ("choose", {"on": date(2026, 4, 6)}, ""),
        ("deliver", {"on": date(2026, 4, 14)}, ""),
        ("hold", {"on": date(2026, 4, 19)}, "17"),
        ("confirm", {"waiting": 1}, "十七"),
        ("settle", {"unanswered": 1}, ""),
        ("clear", {"on": date(2026, 4, 30)}, "26"),
        ("clear", {"same_unit": True}, ""),
        ("adopt", {"head": "甲"}, "三十"),
        ("adopt", {"speakers": MINUTES.replace("|成本不清", "")}, ""),
        ("adopt", {"speakers": "丙|市长|赞成|x"}, "三十"),
        ("adopt", {"speakers": MINUTES.replace("赞成|可行", "反对|不行")}, "三十"),
        ("archive", {"lacking": [{"zh": "专家意见", "en": "opinions"}]}, ""),
        ("evaluate", {"assessor": "评估 公司"}, "三十六"),
        ("evaluate", {"assessor": "研究院"}, "三十六"),
    ],
)
def test_what_the_decree_asks_of_an_act_is_refused_without_it(
    event: str, changed: dict[str, Any], article: str
) -> None:
    assert article in refused(event, **changed).text.zh


def test_a_shorter_period_needs_a_reason_and_then_is_lawful() -> None:
    check(
        upto("open"),
        "open",
        MONDAY,
        {"until": "2026-03-20", "how": "网站", "reason": "汛期临近"},
        rules=RULES,
        calendar=CALENDAR,
    )


def test_a_hearing_is_not_postponed_into_a_mistyped_year() -> None:
    with pytest.raises(BadInput, match="Check the year") as found:
        given_ = {"day": "2062-05-01", "until": "2026-03-20", "reason": "x"}
        check(upto("choose"), "postpone", MONDAY + 21 * walks.DAY, given_, rules=RULES,
              calendar=CALENDAR)  # fmt: skip
    assert found.value.column == "day"


@pytest.mark.parametrize("before", ["draft", "open", "announce", "hold", "settle", "adopt"])
def test_a_procedure_can_be_stopped_with_a_reason_until_it_is_decided(before: str) -> None:
    log = upto(before)
    on = log[-1].on
    with pytest.raises(BadInput):
        check(log, "stop", on, {}, rules=RULES, calendar=CALENDAR)
    check(log, "stop", on, {"reason": "不再需要。"}, rules=RULES, calendar=CALENDAR)
    assert possible(standing([*log, Happened("stop", on)])) == []
    with pytest.raises(BadInput):
        check(upto("report"), "stop", date(2026, 5, 8), {"reason": "x"}, rules=RULES,
              calendar=CALENDAR)  # fmt: skip


def test_seven_working_days_are_counted_past_the_may_holiday() -> None:
    log = upto("clear")
    # 22 April is a Wednesday; 1 to 5 May are free.
    first = waiting(log, "clear", rules=RULES, calendar=CALENDAR).first
    assert first == date(2026, 5, 6)
    assert walks.working_days(date(2026, 4, 22), first) == 7


def test_a_defeated_draft_goes_back_to_legality_review() -> None:
    log = [*upto("adopt"), Happened("defer", date(2026, 5, 7))]
    names = {event.id for event in possible(standing(log))}
    assert {"submit", "revise"} <= names
    assert not names & {"adopt", "reject", "clear", "report"}


def test_everything_that_can_stand_keeps_the_published_order() -> None:
    states, steps, missed = walks.every_order()
    assert missed == []
    assert (states, steps) > (5_000, 8_000)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_no_walk_breaks_the_order_or_is_before_a_clock(seed: int) -> None:
    assert walks.walk(Random(seed))[1] == []  # noqa: S311 - no secret hangs on it


@pytest.mark.parametrize("event", ["submit", "settle", "choose", "adopt", "publish", "conclude"])
def test_the_demands_notice_a_table_that_forgot_what_comes_before(
    event: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = table()
    forgot = {**right.events, event: replace(right.events[event], after=(), owes={})}
    broken = replace(right, events=forgot)
    monkeypatch.setattr("shixiao.voice.decree713.course.table", lambda: broken)
    assert any(each.startswith(event) for each in walks.every_order(most=3_000)[2])


def test_the_articles_of_the_table_are_those_of_the_steps() -> None:
    for event in table().events.values():
        assert set(event.articles) <= set(table().steps[event.step].articles) | {14, 24, 29}
        assert all(10 <= each <= 37 for each in event.articles)


@pytest.mark.parametrize("line", ["甲", "甲|委员", "甲|委员|也许", "|委员|赞成", "甲|委员|反对"])
def test_a_line_of_the_minutes_that_says_too_little_is_refused_with_its_number(line: str) -> None:
    with pytest.raises(BadInput) as found:
        read_speakers(f"乙|委员|赞成\n{line}")
    assert found.value.row == 2
