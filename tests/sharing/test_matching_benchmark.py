"""The public benchmark, its scorer, and the weights that were fitted on its training part."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from bars.sharing_matching_fit import WRITTEN, fitted
from shixiao.datafiles import load_yaml
from shixiao.rules import load_pack
from shixiao.sharing.matching import Prediction, elements, grade, match, predictions, questions
from shixiao.sharing.matching.comparing import FEATURES, Pairs
from shixiao.sharing.matching.fitting import PRIOR, fit


def test_the_benchmark_is_as_large_as_it_says() -> None:
    every = [question for part in ("train", "heldout") for question in questions(part)]
    assert sum(bool(question.answers) for question in every) >= 360
    assert any(not question.answers for question in every)
    assert len(elements()) >= 2000
    assert len({element.department_id for element in elements()}) >= 40


def test_every_answer_is_an_element_and_every_id_its_own() -> None:
    ids = Counter(element.id for element in elements())
    assert max(ids.values()) == 1
    for part in ("train", "heldout"):
        asked = questions(part)
        assert len({question.item.id for question in asked}) == len(asked)
        assert all(question.answers <= ids.keys() for question in asked)


def test_no_family_and_no_wording_stands_in_both_parts() -> None:
    train, held = questions("train"), questions("heldout")
    families = {q.family for q in train} & {q.family for q in held}
    assert families == {"none"}
    assert not {q.item.name for q in train} & {q.item.name for q in held}


def test_a_score_is_what_is_counted_by_hand() -> None:
    asked = [question for question in questions("train") if question.answers][:4]
    right = [next(iter(sorted(question.answers))) for question in asked]
    given = {
        asked[0].item.id: Prediction((right[0],), none=False),
        asked[1].item.id: Prediction(("x", right[1]), none=False),
        asked[2].item.id: Prediction(("a", "b", "c", "d", "e", right[2]), none=True),
    }
    empty = [question for question in questions("train") if not question.answers][:2]
    given[empty[0].item.id] = Prediction(("x",), none=True)
    given[empty[1].item.id] = Prediction(("x",), none=False)
    score = grade(given, [*asked, *empty])
    assert (score.hit1.value, score.hit5.value) == (0.25, 0.5)
    assert score.mrr.value == pytest.approx((1 + 1 / 2) / 4)
    assert (score.none_right.value, score.none_wrong.value) == (0.5, 0.5)
    assert score.mrr.low is not None
    assert score.mrr.low <= 0.375


def test_the_training_part_is_answered() -> None:
    asked = questions("train")
    found = match([q.item for q in asked], elements(), threshold=load_pack().number("MAT-01"))
    score = grade(predictions(found), asked)
    assert score.hit1.value is not None
    assert score.hit1.value >= 0.9


def test_a_fit_learns_the_feature_that_decides_and_when_to_say_none() -> None:
    rng = np.random.default_rng(3)
    item = np.repeat(np.arange(60), 4)
    features = np.zeros((240, len(FEATURES)))
    features[:, FEATURES.index("raw")] = rng.random(240)
    right = np.zeros(240)
    right[::4] = 1
    features[:, FEATURES.index("about")] = right
    pairs = Pairs(item, np.tile(np.arange(4), 60), features)
    weights, outside = fit(pairs, right, range(60), ridge=0.001)
    learnt = dict(zip(FEATURES, weights.tolist(), strict=True))
    assert learnt["about"] > PRIOR["about"] + 2
    assert learnt["raw"] < PRIOR["raw"]
    assert learnt["holder_conflict"] == pytest.approx(PRIOR["holder_conflict"], abs=0.01)
    assert learnt["about"] > outside > learnt["raw"]


@pytest.mark.slow
def test_the_weights_are_those_that_a_fit_gives() -> None:
    content, threshold = fitted()
    written = load_yaml(WRITTEN.read_text("utf-8"))
    assert written["fitted_on"] == content["fitted_on"]
    for name in FEATURES:
        assert written["features"][name] == pytest.approx(content["features"][name], abs=0.01)
    assert written["outside"] == pytest.approx(content["outside"], abs=0.01)
    assert load_pack().number("MAT-01") == pytest.approx(threshold, abs=0.01)


def test_the_files_of_the_benchmark_can_be_given_to_the_command() -> None:
    folder = WRITTEN.parent / "benchmark"
    heads = (folder / "heldout.csv").read_text("utf-8").splitlines()[0].split(",")
    assert {"service_id", "channel", "item_id", "item_name", "kind"} <= set(heads)
