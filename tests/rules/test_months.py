"""Periods by the month end on the same day, the last day, or the next working day."""

from __future__ import annotations

from datetime import date

import pytest

from shixiao.rules import deadline_by_months, load_calendar


@pytest.mark.parametrize(
    ("start", "months", "due"),
    [
        ("2026-02-24", 6, "2026-08-24"),
        ("2025-08-31", 6, "2026-02-28"),  # a Saturday that was worked instead of a holiday
        ("2025-12-15", 2, "2026-02-24"),  # 15 February 2026 begins the Spring Festival
        ("2025-11-30", 3, "2026-02-28"),
    ],
)
def test_a_period_by_months_ends(start: str, months: int, due: str) -> None:
    found = deadline_by_months(date.fromisoformat(start), months, load_calendar("cn"))
    assert found.due.isoformat() == due
