"""Test contacts: one verdict each, shares with intervals."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shixiao.voice.handling import Contact, shares

RIGHT = Contact("web", "health", ("二楼", "三楼"), True, "health", 0, "请到二楼办理。")


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({}, "right"),
        ({"arrived": False}, "lost"),
        ({"department": "housing"}, "misrouted"),
        ({"transfers": 1}, "misrouted"),
        ({"department": "", "reply": ""}, "unanswered"),
        ({"reply": ""}, "unanswered"),
        ({"reply": "已收悉。"}, "wrong"),
        ({"reply": "已收悉。", "words": ()}, "right"),
    ],
)
def test_the_first_thing_that_went_wrong_is_the_outcome(
    changed: dict[str, object], outcome: str
) -> None:
    assert replace(RIGHT, **changed).outcome == outcome  # type: ignore[arg-type]


def test_shares_have_wilson_intervals_and_nothing_is_said_of_what_was_not_tested() -> None:
    found = shares("web", ["lost", *["right"] * 9])
    lost = found.of["lost"]
    assert (lost.value, lost.n) == (0.1, 10)
    assert lost.low == pytest.approx(0.0179, abs=1e-3)
    assert lost.high == pytest.approx(0.4042, abs=1e-3)
    assert shares("phone", []).of["lost"].value is None
