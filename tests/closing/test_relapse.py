"""A finding that is back within the year reopens its case; an old one seen again does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from shixiao.checkup.closing import ClosingPlan, Readings, relapse
from shixiao.terms import BadInput, Period
from tests.closing.readings import QUESTION, RULES, WORST, before, plan, readings, shares

CLOSED = date(2026, 5, 31)
LATER = Period(date(2026, 6, 1), date(2026, 12, 31))


def _later(*, flagged: bool, window: Period | None = LATER) -> Readings:
    seen = readings(shares(0.35, 900), window)
    found = dict(seen.tests[QUESTION])
    found[WORST] = replace(found[WORST], flagged=flagged)
    return replace(seen, tests={QUESTION: found})


@pytest.fixture
def closed() -> ClosingPlan:
    return plan(before())


@pytest.mark.parametrize(
    ("flagged", "on", "back"),
    [
        (True, date(2027, 1, 15), True),
        (True, date(2027, 5, 31), True),
        (True, date(2027, 6, 1), False),
        (False, date(2027, 1, 15), False),
    ],
    ids=["within the year", "on its last day", "after it", "not found again"],
)
def test_only_the_same_finding_within_the_year_is_a_relapse(closed, flagged, on, back):
    found = relapse(closed, _later(flagged=flagged), closed=CLOSED, on=on, rules=RULES)
    assert (found is not None) == back
    if found is not None:
        assert found.finding == closed.finding
        assert "reopened" in found.says.en
        assert "反弹" in found.says.zh


@pytest.mark.parametrize("window", [None, Period(date(2025, 1, 1), LATER.end)])
def test_cases_from_before_the_correction_would_show_the_old_finding_again(closed, window):
    with pytest.raises(BadInput, match="from before the correction"):
        relapse(
            closed,
            _later(flagged=True, window=window),
            closed=CLOSED,
            on=date(2027, 1, 1),
            rules=RULES,
        )


def test_a_leap_day_has_its_anniversary_at_the_end_of_february(closed):
    leap = date(2028, 2, 29)
    seen = _later(flagged=True)
    assert relapse(closed, seen, closed=leap, on=date(2029, 2, 28), rules=RULES)
    assert relapse(closed, seen, closed=leap, on=date(2029, 3, 1), rules=RULES) is None
