"""What may be asked: comparisons, periods, columns."""

from __future__ import annotations

import pytest

from shixiao.effect import Comparison
from shixiao.terms import BadInput


def test_a_comparison_names_a_column_and_two_arms() -> None:
    assert Comparison.parse("channel=Internet:Desk") == Comparison("channel", "Internet", "Desk")


@pytest.mark.parametrize("text", ["", "channel", "channel=a", "=a:b", "channel=:b", "channel=a:a"])
def test_a_text_that_is_no_comparison_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(BadInput):
        Comparison.parse(text)


def test_the_later_period_is_compared_with_the_earlier_one() -> None:
    found, (first, second) = Comparison.periods("2025-01-01..2025-06-30:2026-01-01..2026-06-30")
    assert (found.a, found.b) == (str(second), str(first))


@pytest.mark.parametrize(
    "text", ["2025-01-01..2025-06-30", "2025-01-01..2025-06-30:2025-06-30..2026-01-01", "a:b"]
)
def test_periods_that_overlap_or_are_none_are_refused(text: str) -> None:
    with pytest.raises(BadInput):
        Comparison.periods(text)
