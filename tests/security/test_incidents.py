"""Clocks of incidents against days worked out by hand, nights and holidays included.

The calendar of 2026 by the notice of the State Council: 15 to 23 February (Spring Festival) and
1 to 7 October off; 14 and 28 February, 20 September and 10 October are working days.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from shixiao.rules import load_calendar, load_pack
from shixiao.security.incidents import (
    Case,
    Duty,
    Grade,
    Kind,
    Operator,
    duties,
    least_grade,
    summary,
)

ZONE = ZoneInfo("Asia/Shanghai")
GIVEN = {"rules": load_pack(), "calendar": load_calendar("cn"), "zone": ZONE}
# Known → report to the data authority (24 h), to the province (4 h), notice to persons (3 working
# days, up to midnight), summary (30 days, on a holiday the next working day), each by hand.
TABLE = [
    ("2026-03-02 10:00", "2026-03-03 10:00", "2026-03-02 14:00", "2026-03-06", "2026-04-02"),
    ("2026-02-13 22:30", "2026-02-14 22:30", "2026-02-14 02:30", "2026-02-26", "2026-03-17"),
    ("2026-02-16 23:30", "2026-02-17 23:30", "2026-02-17 03:30", "2026-02-27", "2026-03-19"),
    ("2026-02-14 09:00", "2026-02-15 09:00", "2026-02-14 13:00", "2026-02-27", "2026-03-17"),
    ("2026-02-25 17:00", "2026-02-26 17:00", "2026-02-25 21:00", "2026-03-01", "2026-03-28"),
    ("2026-09-04 08:00", "2026-09-05 08:00", "2026-09-04 12:00", "2026-09-10", "2026-10-09"),
    ("2026-09-30 20:15", "2026-10-01 20:15", "2026-10-01 00:15", "2026-10-11", "2026-10-31"),
]


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(("known", "authority", "province", "persons", "summed"), TABLE)
def test_clocks_are_those_worked_out_by_hand(
    known: str, authority: str, province: str, persons: str, summed: str
) -> None:
    case = Case(Kind.LEAK, Grade.LARGER, Operator.OTHER, personal=True, public=False)
    found = {due.duty: due.at for due in duties(case, local(known), **GIVEN)}
    assert found == {
        Duty.AUTHORITY: local(authority),
        Duty.CYBERSPACE: local(province),
        Duty.PERSONS: local(persons),
    }
    assert summary(local(known), **GIVEN).at == local(summed)


@pytest.mark.parametrize(
    ("case", "wanted"),
    [
        (Case(Kind.OUTAGE, Grade.GENERAL, Operator.OTHER, False, False), {"authority": 24}),
        (
            Case(Kind.ATTACK, Grade.EXTREME, Operator.CRITICAL, False, True),
            {"authority": 24, "cyberspace": 1},
        ),
        (
            Case(Kind.DEFECT, Grade.MAJOR, Operator.CENTRAL, False, True),
            {"authority": 24, "cyberspace": 2, "defect": 24},
        ),
        (Case(Kind.DEFECT, Grade.GENERAL, Operator.OTHER, False, False), {"authority": 24}),
    ],
)
def test_who_has_to_be_told_follows_from_what_happened(case: Case, wanted: dict[str, int]) -> None:
    start = local("2026-10-02 03:00")
    found = {d.duty: (d.at - start).total_seconds() / 3600 for d in duties(case, start, **GIVEN)}
    assert found == wanted


@pytest.mark.parametrize(
    ("persons", "grade"),
    [
        (0, Grade.GENERAL),
        (999_999, Grade.GENERAL),
        (1_000_000, Grade.LARGER),
        (10_000_000, Grade.MAJOR),
        (100_000_000, Grade.EXTREME),
    ],
)
def test_so_many_persons_allow_no_lower_grade(persons: int, grade: Grade) -> None:
    assert least_grade(persons, load_pack()) is grade
