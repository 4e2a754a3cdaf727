"""Grading: counts that add up, what is undefined, and average precision worked out by hand."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import shixiao.cli
from shixiao.potemkin.city.strengths import KINDS
from shixiao.potemkin.score import pooled, score

SUBJECTS = [f"S{n:04d}" for n in range(12)]


def subject(id_, kind="service"):
    return {"kind": kind, "id": id_, "name": {"zh": id_, "en": id_}}


def truth(plants=(), implied=(), decoys=()):
    return {
        "schema": "shixiao/truth/1",
        "plants": [
            {"kind": kind, "strength": strength, "subject": subject(id_)}
            for kind, strength, id_ in plants
        ],
        "implied": [{"kind": kind, "subject": subject(id_)} for kind, id_ in implied],
        "decoys": [
            {"name": name, "subject": subject(id_), "kinds": list(kinds)}
            for name, id_, kinds in decoys
        ],
    }


def result(*findings, tests=None):
    found = {"findings": [{"kind": kind, "subject": subject(id_)} for kind, id_ in findings]}
    if tests is not None:
        found["tests"] = [
            {"kind": kind, "measure": "m", "subject": subject(id_), "p": p}
            for kind, id_, p in tests
        ]
    return found


plants_of_one = st.lists(
    st.tuples(
        st.sampled_from(sorted(KINDS)), st.sampled_from([1.3, 2.0]), st.sampled_from(SUBJECTS)
    ),
    unique_by=lambda plant: (plant[0], plant[2]),
    max_size=20,
)
findings_of_one = st.lists(
    st.tuples(st.sampled_from(sorted(KINDS)), st.sampled_from(SUBJECTS)), max_size=30
)


@given(plants_of_one, findings_of_one)
def test_counts_add_up(plants, findings):
    graded = score(truth(plants), result(*findings))
    for kind, strengths in graded["kinds"].items():
        assert sum(f["planted"] for f in strengths.values()) == sum(k == kind for k, _, _ in plants)
        flagged = {id_ for k, id_ in findings if k == kind}
        found = sum(figures["found"] for figures in strengths.values())
        false = {figures["false"] for figures in strengths.values()}
        assert len(false) == 1
        assert found + false.pop() == len(flagged)
        for figures in strengths.values():
            if figures["precision"] is not None:
                assert figures["precision"] + figures["fdr"] == pytest.approx(1)
            assert (figures["recall"] is None) == (figures["planted"] == 0)


@given(plants_of_one)
def test_a_perfect_result_has_precision_recall_and_average_precision_one(plants):
    graded = score(truth(plants), result(*((kind, id_) for kind, _, id_ in plants)))
    for strengths in graded["kinds"].values():
        for figures in strengths.values():
            if figures["planted"]:
                assert figures["precision"] == figures["recall"] == 1
                assert figures["average_precision"] == 1
                assert figures["fdr"] == 0


@given(st.lists(st.tuples(plants_of_one, findings_of_one), min_size=1, max_size=4))
def test_pooling_adds_the_counts_of_cities(cities):
    scores = [score(truth(plants), result(*findings)) for plants, findings in cities]
    together = pooled(scores)
    for kind, strengths in together["kinds"].items():
        for name, figures in strengths.items():
            each = [s["kinds"][kind][name] for s in scores if name in s["kinds"][kind]]
            for key in ("planted", "found", "false"):
                assert figures[key] == sum(one[key] for one in each)


def test_what_is_undefined_is_none_and_never_zero():
    figures = score(truth(), result())["kinds"]["half_online"]["2"]
    assert figures == {
        "planted": 0,
        "found": 0,
        "false": 0,
        "precision": None,
        "recall": None,
        "fdr": None,
        "average_precision": None,
    }
    assert score(truth(), result())["kinds"]["bans"].keys() == {"fact"}


def test_every_kind_has_an_entry_even_one_that_is_not_known_here():
    graded = score(truth(), result(("something_new", "S0001")))
    assert graded["kinds"].keys() == {*KINDS, "something_new"}
    assert graded["kinds"]["something_new"]["2"]["false"] == 1


def test_what_a_plant_implies_is_neither_found_nor_false():
    graded = score(
        truth([("mechanical_copy", 2.0, "S0001")], implied=[("half_online", "S0001")]),
        result(("half_online", "S0001")),
    )
    assert graded["kinds"]["half_online"]["2"]["false"] == 0
    assert graded["kinds"]["half_online"]["2"]["precision"] is None


def test_a_subject_planted_at_another_strength_is_not_false():
    graded = score(
        truth([("rating", 1.3, "S0001"), ("rating", 2.0, "S0002")]),
        result(("rating", "S0001"), ("rating", "S0003")),
    )
    assert graded["kinds"]["rating"]["1.3"]["found"] == 1
    assert graded["kinds"]["rating"]["2"] == {
        "planted": 1,
        "found": 0,
        "false": 1,
        "precision": 0,
        "recall": 0,
        "fdr": 1,
        "average_precision": 0,
    }


def test_average_precision_follows_the_order_of_p_by_hand():
    planted = [("rating", 2.0, id_) for id_ in ("S0001", "S0003", "S0006")]
    tests = [
        ("rating", "S0001", 0.001),  # hit: 1 of 1
        ("rating", "S0001", 0.9),  # the smallest p of a subject counts
        ("rating", "S0002", 0.002),
        ("rating", "S0003", 0.003),  # hit: 2 of 3
        ("rating", "S0004", 0.5),
        ("rating", "S0005", 0.6),
        ("rating", "S0006", 0.6),  # tied with one that is not planted: 3 of 6
        ("rating", "S0007", None),
    ]
    graded = score(truth(planted), result(("rating", "S0001"), tests=tests))
    expected = (1 / 1 + 2 / 3 + 3 / 6) / 3
    assert graded["kinds"]["rating"]["2"]["average_precision"] == pytest.approx(expected)


def test_a_decoy_is_flagged_only_by_the_kinds_that_must_not_name_it():
    decoys = [
        ("loved_service", "S0001", ["rating"]),
        ("loved_service", "S0002", ["rating"]),
        ("small_noisy", "S0003", ["rating", "deadline"]),
    ]
    graded = score(
        truth(decoys=decoys),
        result(("rating", "S0001"), ("deadline", "S0002"), ("deadline", "S0003")),
    )
    assert graded["decoys"] == {
        "loved_service": {"present": 2, "flagged": 1},
        "small_noisy": {"present": 1, "flagged": 1},
    }


@settings(max_examples=30)
@given(plants_of_one, findings_of_one)
def test_scores_keep_to_the_published_schema(plants, findings):
    place = Path(shixiao.cli.__file__).parent / "schemas" / "score.schema.json"
    graded = score(truth(plants), result(*findings))
    jsonschema.validate(graded, yaml.safe_load(place.read_text("utf-8")))
