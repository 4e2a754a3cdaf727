"""Answers are checked before they count, and become scores that can be worked out by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.effect.fieldtests import (
    Answer,
    Audience,
    Dimension,
    Kind,
    Mode,
    Value,
    check_answers,
    check_value,
    protocols,
    scores,
)
from shixiao.terms import BadInput
from tests.effect.fieldtests.samples import GOOD, NOW, STARTED, said, small

FINISHED = STARTED + timedelta(hours=1)


def check(answers, *, mode=Mode.ONLINE, audience=Audience.EVERYBODY, **times) -> None:
    span = {"started": STARTED, "finished": FINISHED, "now": NOW, **times}
    check_answers(small(), mode, audience, answers, **span)


def refused(answers, **given) -> str:
    with pytest.raises(BadInput) as found:
        check(answers, **given)
    assert found.value.text.zh
    return found.value.in_language("en")


def with_(**changed: Value) -> tuple[Answer, ...]:
    return said({**GOOD, **changed})


def without(*names: str) -> tuple[Answer, ...]:
    return tuple(answer for answer in said(GOOD) if answer.question not in names)


def test_a_whole_test_passes() -> None:
    check(said(GOOD))
    check(without("visits", "remark"))


def test_the_questions_of_a_step_that_was_not_reached_are_not_required() -> None:
    check(said({"worked": False, "clear": 0, "minutes": 9, "papers": 0}))


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        (with_(nothing=1), "no question “nothing”"),
        (with_(reader=True), "“Does a screen reader work?” is not asked when trying online"),
        (said({**GOOD, "worked": False}), "“Urged to rate?” is not asked after the answers"),
        ((*said(GOOD), said(GOOD)[0]), "“Did it work?” is answered twice"),
        (without("clear"), "“Is it clear?” is not answered yet"),
        (with_(worked=1), "“Did it work?” needs a yes or a no"),
        (with_(worked="yes"), "“Did it work?” needs a yes or a no"),
        (with_(clear=5), "“Is it clear?” needs a number from 0 to 4"),
        (with_(clear=True), "“Is it clear?” needs a whole number"),
        (with_(minutes=-1), "“How many minutes?” needs a number from 0 to 600"),
        (with_(minutes=601), "“How many minutes?” needs a number from 0 to 600"),
        (with_(minutes=3.5), "“How many minutes?” needs a whole number"),
        (with_(remark=" "), "“Remarks?” needs words"),
        (with_(remark=3), "“Remarks?” needs words"),
        (with_(remark="x" * 1001), "“Remarks?” takes at most 1000 characters"),
        (with_(remark="\ud800"), "“Remarks?” holds signs that cannot be shown"),
        (with_(remark="a\x00b"), "“Remarks?” holds signs that cannot be shown"),
    ],
)
def test_a_faulty_answer_is_refused_and_its_question_named(answers, sentence: str) -> None:
    assert sentence in refused(answers)


def test_by_phone_the_question_is_named_as_it_is_put_there() -> None:
    assert "“Did it work on the phone?” needs a yes" in refused(with_(worked=0), mode=Mode.PHONE)


@pytest.mark.parametrize(
    ("minutes", "sentence"),
    [
        (-1, "before the test began or before the answer ahead"),
        (61, "was answered after the test ended"),
    ],
)
def test_a_time_outside_the_test_is_refused(minutes: int, sentence: str) -> None:
    (first, *_) = said(GOOD)
    moved = replace(first, at=STARTED + timedelta(minutes=minutes))
    assert sentence in refused((moved, *said(GOOD)[1:]))


def test_times_that_run_backwards_are_refused() -> None:
    first, second, *rest = said(GOOD)
    swapped = (replace(first, at=second.at), replace(second, at=first.at), *rest)
    assert "“Is it clear?” was answered before" in refused(swapped)


@pytest.mark.parametrize(
    ("times", "sentence"),
    [
        ({"now": FINISHED - timedelta(seconds=1)}, "ends in the future"),
        ({"finished": STARTED - timedelta(seconds=1)}, "ends before it begins"),
        ({"started": datetime(2026, 11, 20)}, "need a zone"),
    ],
)
def test_a_test_that_cannot_have_been_is_refused(times, sentence: str) -> None:
    assert sentence in refused(said(GOOD), **times)


def test_a_time_without_a_zone_is_refused() -> None:
    (first, *rest) = said(GOOD)
    assert "without a zone" in refused((replace(first, at=first.at.replace(tzinfo=None)), *rest))


@pytest.mark.parametrize(
    ("question", "photos", "sentence"),
    [
        ("clear", ("0" * 64,), "takes no photos"),
        ("worked", ("0" * 63,), "by their SHA-256"),
        ("worked", ("0" * 64, "0" * 64), "all different"),
    ],
)
def test_photos_are_named_by_their_hash_where_they_are_taken(question, photos, sentence) -> None:
    answers = [replace(a, photos=photos) if a.question == question else a for a in said(GOOD)]
    assert sentence in refused(answers)


def test_a_mode_that_the_protocol_does_not_know_is_refused() -> None:
    with pytest.raises(BadInput, match="is not made for trying at the counter"):
        check_answers(
            protocols()["app"],
            Mode.COUNTER,
            Audience.EVERYBODY,
            (),
            started=STARTED,
            finished=FINISHED,
            now=NOW,
        )


ANY = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)


@given(st.sampled_from(list(small().all_questions)), ANY)
def test_a_value_is_scored_within_bounds_or_refused(name: str, value: object) -> None:
    question = small().all_questions[name]
    try:
        check_value(question, Mode.ONLINE, value)
    except BadInput:
        return
    score = question.score(value)  # type: ignore[arg-type] # what passed is a Value
    assert (score is None) == (question.kind is Kind.TEXT)
    assert score is None or 0 <= score <= 1


def test_scores_are_weighted_means_joined_geometrically() -> None:
    found = scores(small(), said(GOOD))
    usefulness = (3 * 1 + 1 * 0.75) / 4
    convenience = (1 * 0.5 + 3 * 0.75) / 4
    benefit = (1 * 1 + 1 * 0) / 2
    assert found == {
        "usefulness": pytest.approx(usefulness),
        "convenience": pytest.approx(convenience),
        "benefit": pytest.approx(benefit),
        "overall": pytest.approx(math.cbrt(usefulness * convenience * benefit)),
    }


def test_a_dimension_without_answers_has_no_score_and_then_there_is_none_over_all() -> None:
    found = scores(small(), said({"worked": False, "clear": 0, "minutes": 60, "papers": 9}))
    assert found == {"usefulness": 0, "convenience": 0, "benefit": None, "overall": None}


@given(
    st.fixed_dictionaries(
        {
            "worked": st.just(True),
            "clear": st.integers(0, 4),
            "minutes": st.integers(0, 600),
            "papers": st.integers(0, 50),
            "pushed": st.booleans(),
            "visits": st.integers(0, 20),
        }
    ),
    st.sampled_from(["minutes", "papers", "visits"]),
)
def test_less_burden_never_lowers_a_score(values: dict[str, Value], lighter: str) -> None:
    before = scores(small(), said(values))
    after = scores(small(), said({**values, lighter: 0}))
    for name in (*Dimension, "overall"):
        a, b = before[name], after[name]
        assert a is not None
        assert b is not None
        assert b >= a - 1e-12
