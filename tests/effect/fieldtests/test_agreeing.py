"""Agreement between evaluators, and between field tests and the log."""

from __future__ import annotations

import numpy as np
import pytest

from shixiao.effect.fieldtests import Mode, Outcome, against_log, agreement
from shixiao.rules import load_pack
from shixiao.statistics import krippendorff_alpha
from shixiao.terms import BadInput, Estimate, Status, Text
from tests.effect.fieldtests.samples import GOOD, made, small

RULES = load_pack()


def pair(item: str, first: dict, second: dict) -> list[dict]:
    return [
        made({**GOOD, **first}, item=item, evaluator="E-1"),
        made({**GOOD, **second}, item=item, evaluator="E-2"),
    ]


def agreed(sheets: list[dict]):
    return agreement(small(), sheets, draws=200, seed=1)


def test_evaluators_who_say_the_same_agree_fully() -> None:
    found = agreed([*pair("I-1", {}, {}), *pair("I-2", {"clear": 0}, {"clear": 0})])
    assert found.overall.value == pytest.approx(1)
    assert found.overall.n == 12  # six scored questions of two items
    assert (found.disputed, found.items) == ((), 2)


def test_alpha_is_that_of_the_scores_of_all_questions() -> None:
    sheets = [*pair("I-1", {"clear": 1}, {"clear": 4}), *pair("I-2", {"minutes": 10}, {})]
    # Worked out question by question: worked, clear, minutes, papers, pushed, visits.
    scores = [(1, 1), (0.25, 1), (0.5, 0.5), (0.75, 0.75), (1, 1), (0, 0)]
    scores += [(1, 1), (0.75, 0.75), (1, 0.5), (0.75, 0.75), (1, 1), (0, 0)]
    (overall,) = {
        krippendorff_alpha(
            np.repeat(np.arange(12), 2),
            np.array(scores).ravel(),
            scale="interval",
            draws=10,
            rng=np.random.default_rng(1),
        ).value
    }
    found = agreed(sheets)
    assert found.overall.value == pytest.approx(overall)
    assert {key: one.n for key, one in found.dimensions.items()} == {
        "usefulness": 4,
        "convenience": 4,
        "benefit": 4,
    }
    assert found.dimensions["benefit"].value == pytest.approx(1)


def test_the_questions_with_the_widest_differences_come_first() -> None:
    sheets = [*pair("I-1", {"clear": 1}, {"clear": 4}), *pair("I-2", {"minutes": 10}, {})]
    found = agreed(sheets).disputed
    assert [(one.question.id, one.difference, one.items) for one in found] == [
        ("clear", 0.375, 2),
        ("minutes", 0.25, 2),
    ]


def test_one_evaluator_an_item_says_nothing_of_agreement() -> None:
    found = agreed([made(item="I-1"), made(item="I-2", evaluator="E-2")])
    assert found.overall.status is Status.INSUFFICIENT
    assert found.items == 0


def test_an_item_tried_online_and_by_phone_is_not_the_same_item() -> None:
    found = agreed([made(), made(mode=Mode.PHONE, evaluator="E-2")])
    assert found.overall.n == 0


def test_the_order_of_sheets_does_not_matter() -> None:
    sheets = [*pair("I-1", {"clear": 1}, {}), *pair("I-2", {}, {"papers": 3})]
    assert agreed(sheets) == agreed(sheets[::-1])


def test_a_sheet_of_another_protocol_is_refused() -> None:
    sheet = {**made(), "protocol": {"id": "other", "version": "1.0.0", "sha256": "0" * 64}}
    with pytest.raises(BadInput, match="another protocol"):
        agreed([sheet])


def log(value: float, half: float) -> Estimate:
    return Estimate(value, value - half, value + half, 500)


NOTHING = Estimate.not_assessable(Text("缺少表 cases。", "The table cases is missing."))
NEAR = [0.70, 0.71, 0.69, 0.70, 0.70, 0.71]
SPREAD = [0.2, 0.9, 0.6]


@pytest.mark.parametrize(
    ("tests", "logged", "outcome", "words"),
    [
        (NEAR, log(71, 1), Outcome.AGREE, "they agree within 10 points"),
        (NEAR, log(90, 2), Outcome.LOWER, "20 points lower (18 to 22)"),
        (NEAR, log(50, 2), Outcome.HIGHER, "20 points higher (18 to 22)"),
        (SPREAD, log(60, 2), Outcome.NOT_COMPARABLE, "more tests are needed"),
        (NEAR[:2], log(70, 1), Outcome.NOT_COMPARABLE, "2 field tests and at least 3"),
        ([], log(70, 1), Outcome.NOT_COMPARABLE, "0 field tests and at least 3"),
        (NEAR, NOTHING, Outcome.NOT_COMPARABLE, "The table cases is missing"),
        (NEAR, Estimate(70, None, None, 9), Outcome.NOT_COMPARABLE, "no interval"),
    ],
)
def test_field_tests_and_log_are_compared_in_words(tests, logged, outcome, words: str) -> None:
    (found, *_) = against_log({"usefulness": tests}, {"usefulness": logged}, rules=RULES)
    assert found.outcome is outcome
    assert words in found.sentence.en
    assert found.sentence.zh.startswith("实用性：")


def test_a_clear_difference_that_is_small_is_agreement() -> None:
    (found, *_) = against_log({"usefulness": NEAR}, {"usefulness": log(74, 0.5)}, rules=RULES)
    assert (found.difference.high or 0) < 0
    assert found.outcome is Outcome.AGREE


def test_dimensions_that_one_side_lacks_are_not_comparable() -> None:
    tests = {"usefulness": NEAR, "convenience": NEAR}
    found = against_log(tests, {"usefulness": log(71, 1)}, rules=RULES)
    assert [one.outcome for one in found[1:]] == [Outcome.NOT_COMPARABLE] * 2
    assert "log has no score" in found[1].sentence.en


def test_a_test_without_a_score_in_the_dimension_does_not_count() -> None:
    tests = {"usefulness": [*NEAR, None]}
    (found, *_) = against_log(tests, {"usefulness": log(71, 1)}, rules=RULES)
    assert found.field.n == 6


def test_the_interval_of_the_difference_covers_the_true_one() -> None:
    rng, covered, rounds = np.random.default_rng(5), 0, 1500
    truth, logged, error = 0.7, 80.0, 3.0  # beta(7, 3) has mean 0.7
    for _ in range(rounds):
        tests = rng.beta(7, 3, 8).tolist()
        seen = logged + error * rng.standard_normal()
        one = {"usefulness": log(seen, 1.96 * error)}
        (found, *_) = against_log({"usefulness": tests}, one, rules=RULES)
        low, high = found.difference.low, found.difference.high
        assert low is not None
        assert high is not None
        covered += low <= 100 * truth - logged <= high
    assert 0.93 <= covered / rounds <= 0.97
