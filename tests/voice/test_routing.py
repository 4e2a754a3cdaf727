"""Routing: what people sorted is learnt, doubt goes to a person, and confidence is calibrated."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from shixiao.rules import load_pack
from shixiao.terms import BadInput
from shixiao.voice import Message, Router, held_against, train
from shixiao.voice.routing import _threshold
from tests.voice.messages import drawing, spoken

RULES = load_pack()


@cache
def learnt(wrong: float = 0.0) -> Router:
    rng, rows = drawing(4), spoken(400)
    labels = sorted({message.label for message in rows})
    given = [replace(m, label=rng.choice(labels)) if rng.random() < wrong else m for m in rows]
    return train(given, rules=RULES)


def test_new_messages_go_where_people_sent_their_like() -> None:
    fresh = spoken(80, seed=9)
    routes = learnt().routes(fresh)
    held = held_against(learnt(), fresh, routes)
    assert held["accuracy"] > 0.95
    assert learnt().macro_f1 > 0.95
    assert all(route.why and route.label != route.runner_up for route in routes)


def test_what_nobody_has_ever_written_goes_to_a_person() -> None:
    (route,) = learnt().routes([Message("1", "ᚠᚢᚦ")])
    assert not route.automatic


def test_where_people_disagree_nothing_goes_automatically() -> None:
    router = learnt(0.5)
    assert router.threshold is None
    assert not any(route.automatic for route in router.routes(spoken(20, seed=3)))


def test_confidence_rises_with_the_margin() -> None:
    router = learnt(0.2)
    routes = sorted(router.routes(spoken(60, seed=5)), key=lambda route: route.margin)
    confidence = [route.confidence for route in routes]
    assert confidence == sorted(confidence)
    assert sum(part["n"] for part in router.calibration()) == 400


def test_the_threshold_is_the_least_that_holds_the_target() -> None:
    margins = np.linspace(0, 1, 1_000)
    right = margins > 0.2
    threshold = _threshold(margins, right, 0.975)
    assert threshold is not None
    assert right[margins >= threshold].mean() >= 0.975
    assert threshold < 0.2


TOO_LITTLE = [
    ("nothing", []),
    ("one label", [replace(message, label="x") for message in spoken(60)]),
    ("a few", spoken(12)),
    ("empty texts", [replace(m, text="", title="") for m in spoken(60)]),
]


@pytest.mark.parametrize(("name", "rows"), TOO_LITTLE)
def test_what_cannot_be_learnt_from_is_one_sentence(name: str, rows: list[Message]) -> None:
    del name
    with pytest.raises(BadInput, match="nothing can be learnt"):
        train(rows, rules=RULES)
