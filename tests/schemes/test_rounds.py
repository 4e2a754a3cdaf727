"""A round keeps its promises whatever is asked of it, in whatever order."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.checkup.schemes import TRANSITIONS, Indicator, Round, Scheme, State
from shixiao.terms import BadInput

SCHEME = Scheme("s.csv", "0" * 64, (Indicator("办成率", "", 1.0, 1), Indicator("跑动", "", 1.0, 2)))
CHANGED = Scheme(
    "s.csv", "0" * 64, (Indicator("办成率", "改了", 1.0, 1), Indicator("跑动", "", 1.0, 2))
)
DAY = date(2026, 3, 2)
RESULT = {"weight_on_show": 0.0}


def contested() -> Round:
    measured = Round.freeze(SCHEME, on=DAY).measure(SCHEME, RESULT, on=DAY)
    return measured.contest("办成率", "口径不一", on=DAY)


def test_a_round_goes_from_frozen_to_published():
    done = contested().answer(1, "已统一口径", on=DAY).publish(on=DAY)
    assert done.state is State.PUBLISHED
    assert done.contests[0].answer == "已统一口径"


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda: Round.freeze(SCHEME, on=DAY).publish(on=DAY), "frozen"),
        (lambda: Round.freeze(SCHEME, on=DAY).measure(CHANGED, RESULT, on=DAY), "changed"),
        (lambda: Round.freeze(SCHEME, on=DAY).contest("办成率", "x", on=DAY), "frozen"),
        (lambda: contested().publish(on=DAY), "not answered"),
        (lambda: contested().contest("没有的指标", "x", on=DAY), "no indicator"),
        (lambda: contested().contest("跑动", " ", on=DAY), "reason"),
        (lambda: contested().answer(2, "x", on=DAY), "no contest 2"),
        (lambda: contested().answer(1, "x", on=DAY).answer(1, "y", on=DAY), "already"),
        (lambda: contested().answer(1, "x", on=DAY - timedelta(1)), "before the last step"),
        (
            lambda: contested().answer(1, "x", on=DAY).publish(on=DAY).measure(SCHEME, {}, on=DAY),
            "published",
        ),
    ],
)
def test_what_the_table_does_not_allow_is_refused(act, words):
    with pytest.raises(BadInput, match=words):
        act()


STEPS = st.lists(
    st.sampled_from(["measure", "measure_changed", "contest", "answer", "publish"]), max_size=15
)


@given(STEPS)
def test_no_order_of_steps_publishes_what_was_changed_or_left_unanswered(steps):
    kept = Round.freeze(SCHEME, on=DAY)
    published = None
    for number, step in enumerate(steps):
        before = kept
        try:
            kept = act_on(kept, step, number)
        except BadInput:
            assert kept is before
            continue
        assert step != "measure_changed"
        action = step.split("_", maxsplit=1)[0]
        assert TRANSITIONS[action, before.state] is kept.state
        if kept.state is State.PUBLISHED:
            published = kept
    if published is not None:
        assert kept == published
        assert all(contest.answer for contest in kept.contests)
        assert kept.results is not None
    assert kept.scheme_hash == SCHEME.hash
    assert Round.from_json(json.loads(json.dumps(kept.to_json())), file="r.json") == kept


def act_on(kept: Round, step: str, number: int) -> Round:
    match step:
        case "measure":
            return kept.measure(SCHEME, {"n": number}, on=DAY)
        case "measure_changed":
            return kept.measure(CHANGED, {"n": number}, on=DAY)
        case "contest":
            return kept.contest("跑动", "理由", on=DAY)
        case "answer":
            waiting = [c.number for c in kept.contests if c.answer is None]
            return kept.answer(waiting[0] if waiting else 1, "答复", on=DAY)
    return kept.publish(on=DAY)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda value: value | {"schema": "other"},
        lambda value: value | {"state": "finished"},
        lambda value: value | {"results": {"weight_on_show": 0.9}},
        lambda value: value | {"results": None},
        lambda value: value | {"surplus": 1},
        lambda value: value | {"contests": [{"number": 1}]},
        lambda value: {key: item for key, item in value.items() if key != "frozen_on"},
        lambda _: [],
    ],
)
def test_a_record_that_does_not_hold_together_is_refused(spoil):
    with pytest.raises(BadInput):
        Round.from_json(spoil(contested().to_json()), file="r.json")
