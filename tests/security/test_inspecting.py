"""Weights of systems in the draw of inspections: each factor by its rule, and the cycle."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from shixiao.rules import load_pack
from shixiao.security.inspecting import Risk, factors, is_due, least, weight

LOWEST = Risk("general_1", "internal", 0, {}, 0)


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({}, 1),
        ({"grade": ""}, 3),
        ({"grade": "core", "exposure": "internet"}, 15),
        ({"days": 45}, 1.5),
        ({"days": 10_000}, 4),
        ({"days": None}, 4),
        ({"weaknesses": {"veto": 1, "high": 2, "medium": 5, "low": 0}}, 4),
        ({"weaknesses": {"high": 1, "low": 2}}, 1.6),
        ({"told": 3}, 1.75),
        ({"told": 99}, 3),
        ({"grade": "important", "exposure": "government", "days": 90, "told": 1}, 20),
    ],
)
def test_a_weight_is_the_product_of_its_factors(changed: dict[str, object], wanted: float) -> None:
    found = factors(replace(LOWEST, **changed), load_pack())  # type: ignore[arg-type]
    assert weight(found) == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("last", "due"),
    [
        (None, True),
        (date(2025, 6, 30), True),  # 365 days later the period ends
        (date(2025, 7, 1), False),
    ],
)
def test_a_cycle_that_ends_within_the_period_leaves_nothing_to_chance(
    last: date | None, due: bool
) -> None:
    assert is_due(last, date(2026, 6, 30), load_pack()) is due


@pytest.mark.parametrize(("systems", "wanted"), [(0, 0), (1, 1), (20, 1), (21, 2), (100, 5)])
def test_at_least_a_twentieth_is_drawn(systems: int, wanted: int) -> None:
    assert least(systems, load_pack()) == wanted
