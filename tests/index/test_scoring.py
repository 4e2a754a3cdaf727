"""Scoring: what must hold whatever the numbers."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.checkup.index import DIMENSIONS, indicator, indicators
from shixiao.checkup.index.catalogue import Goalposts, goalposts_of
from shixiao.checkup.index.scoring import arithmetic, geometric, in_proportion, normalised
from shixiao.checkup.index.sources import sources
from shixiao.rules import load_pack
from shixiao.terms import BadInput

PACK = load_pack()
PAGE = Path(__file__).parents[2] / "docs/how-to/set-weights.md"
VALUES = st.floats(-100, 100, allow_nan=False)
SCORES = st.lists(st.floats(0, 100), min_size=3, max_size=3)
WEIGHTS = st.lists(st.floats(0.01, 10), min_size=3, max_size=3)


@given(VALUES, st.sampled_from(indicators()))
def test_a_score_lies_between_0_and_100(value, item):
    assert 0 <= normalised(value, goalposts_of(item, PACK)) <= 100


@given(VALUES, VALUES, st.sampled_from(indicators()))
def test_a_better_value_never_scores_less(one, other, item):
    better, worse = (max, min) if item.better == "higher" else (min, max)
    posts = goalposts_of(item, PACK)
    assert normalised(better(one, other), posts) >= normalised(worse(one, other), posts)


@pytest.mark.parametrize(
    ("value", "score"), [(0.4, 0), (0.5, 0), (0.725, 50), (0.95, 100), (1.0, 100)]
)
def test_goalposts_score_0_and_100_and_in_proportion_between(value, score):
    assert normalised(value, Goalposts(0.5, 0.95, "I-31")) == pytest.approx(score)


@given(SCORES, WEIGHTS)
def test_the_geometric_mean_is_at_most_the_arithmetic(scores, weights):
    w = in_proportion(weights)
    assert geometric(scores, w) <= arithmetic(scores, w) + 1e-9


@given(SCORES, WEIGHTS, st.integers(0, 2), st.floats(0, 50))
def test_a_whole_never_falls_when_a_part_rises(scores, weights, part, rise):
    w = in_proportion(weights)
    risen = np.array(scores)
    risen[part] = min(100, risen[part] + rise)
    assert arithmetic(risen, w) >= arithmetic(scores, w) - 1e-9
    assert geometric(risen, w) >= geometric(scores, w) - 1e-9


def test_one_dimension_at_0_cannot_be_made_up_for():
    assert geometric([100.0, 100.0, 0.0], in_proportion([1, 1, 1])) == 0


def test_every_indicator_has_a_source_and_rules_that_say_its_goalposts_and_weight():
    derived = {item.id for item in indicators() if item.of}
    assert set(sources()) == {item.id for item in indicators()} - derived
    for item in indicators():
        assert item.dimension in DIMENSIONS
        assert PACK.number(item.weight, item.id) > 0
        assert goalposts_of(item, PACK).rule == item.goalposts


def test_no_indicator_reads_a_vanity_count():
    vanity = PACK.value("I-16")
    read = {need for item in indicators() for needs in item.needs for need in needs.split("|")}
    assert set(vanity.values()) == {0}
    assert not {f"usage.{name}" for name in vanity} & read
    with pytest.raises(KeyError):
        indicator("registrations")


def test_the_page_on_weights_shows_a_pack_that_loads(tmp_path):
    (overlay,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S)
    (tmp_path / "panel.yaml").write_text(overlay, "utf-8")
    pack = load_pack("cn-2026", tmp_path / "panel.yaml")
    assert pack.number("I-02", "completion") == 5
    assert goalposts_of(indicator("visits"), pack) == Goalposts(1, 0, "I-35")


def test_vanity_weights_cannot_be_overridden(tmp_path):
    (tmp_path / "panel.yaml").write_text(
        "topic: {zh: 甲, en: A}\nrules:\n  - id: I-16\n    name: {zh: 甲, en: A}\n"
        "    kind: policy\n    value: {registrations: 1}\n"
        "    source: {title: {zh: 甲, en: A}}\n    confidence: own\n    checked: own\n",
        "utf-8",
    )
    with pytest.raises(BadInput, match="I-16"):
        load_pack("cn-2026", tmp_path / "panel.yaml")
