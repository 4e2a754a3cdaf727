"""What every case is measured to be, drawn as tables and computed on every engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from shixiao.effect import case_profile, step_map
from shixiao.effect.profile import CaseProfile
from shixiao.evidence import Engine, Store
from shixiao.rules import load_calendar, load_pack
from shixiao.terms import Text
from tests.spec.conftest import drawn

HOUR = 3_600_000_000
DAY = 24 * HOUR

EVENTS = """
| case_id | activity | ts               | actor     | place   | resource | department_id | clock   | legal_basis |
| c1      | 网上申请 | 2026-02-12T09:00 | applicant | online  | 甲       | d1            | start   |             |
| c1      | 受理     | 2026-02-12T15:00 | official  | other   | 乙       | d1            |         |             |
| c1      | 补正告知 | 2026-02-13T09:00 | official  | other   | 乙       | d1            | suspend | 许可法第四十五条 |
| c1      | 补正     | 2026-02-24T09:00 | applicant | online  | 甲       | d1            | resume  |             |
| c1      | 录入     | 2026-02-24T10:00 | official  | other   | 丙       | d2            |         |             |
| c1      | 领证     | 2026-02-25T09:00 | applicant | counter | 丙       | d2            | stop    |             |
| c2      | 窗口申请 | 2026-03-02T09:00 | applicant | counter | 丁       | d1            |         |             |
| c2      | 交材料   | 2026-03-02T09:30 | applicant | counter | 丁       | d1            |         |             |
| c2      | 交材料   | 2026-03-06T09:00 | applicant | counter |          | d1            |         |             |
| c3      | 网上申请 | 2026-03-02T09:00 | applicant | online  | 甲       | d1            |         |             |
| c3      | 受理     | 2026-03-02T09:00 | official  | other   | 甲       | d1            |         |             |
"""
CASES = """
| case_id | service_id | channel | opened           | closed           | outcome   |
| c1      | s1         | online  | 2026-02-12T09:00 | 2026-02-25T09:00 | completed |
| c2      | s1         | counter | 2026-03-02T09:00 | 2026-03-06T09:00 | abandoned |
| c3      | s1         | online  | 2026-03-02T09:00 |                  | open      |
"""
SERVICES = """
| service_id | name       | department_id | statutory_days | promised_days |
| s1         | 居住证办理 | d1            | 4              | 3             |
"""
DEPARTMENTS = """
| department_id | name   |
| d1            | 公安局 |
| d2            | 数据局 |
"""
MAP = """
| activity | step | visible | visit | rekey | resubmit |
| 网上申请 | 申请 | 1       | 0     | 0     | 0        |
| 窗口申请 | 申请 | 1       | 1     | 0     | 0        |
| 受理     | 受理 | 0       | 0     | 0     | 0        |
| 补正告知 | 补正 | 1       | 0     | 0     | 1        |
| 补正     | 补正 | 1       | 0     | 0     | 0        |
| 录入     | 录入 | 0       | 0     | 1     | 0        |
| 领证     | 领证 | 1       | 1     | 0     | 0        |
| 交材料   | 交件 | 1       | 1     | 0     | 0        |
"""
# c1 runs 12–25 February 2026: nine working days lie between, five of them in the suspension
# (13, 14 [make-up], 24 February …); the table below was counted by hand on the 2026 notice.
EXPECTED = """
| case_id | steps | repeats | rework | handoffs | department_handoffs | visible_steps | resubmissions | rekeys | visits | dropout | completed |
| c1      | 6     | 0       | 0      | 3        | 1                   | 4             | 1             | 1      | 1      | 1       | 1         |
| c2      | 3     | 1       | 1      | 0        | 0                   | 3             | 0             | 0      | 2      |         | 0         |
| c3      | 2     | 0       | 0      | 0        | 0                   | 1             | 0             | 0      | 0      | 0       |           |
"""


def profile_of(store: Store, engine: Engine) -> CaseProfile:
    return case_profile(
        store,
        engine,
        steps=step_map(store, engine),
        calendar=load_calendar("cn"),
        rules=load_pack("cn-2026"),
    )


def columns(profile: CaseProfile, engine: Engine, *names: str) -> dict[str, list[object]]:
    rows = engine.rows(profile.table.select("case_id", *names))
    return {row[0]: list(row[1:]) for row in zip(*rows.values(), strict=True)}


def test_every_metric_is_what_the_table_says(
    package: Callable[..., Path], prepared: Callable[..., Store], engine: Engine
) -> None:
    store = prepared(
        package(
            events=EVENTS, cases=CASES, services=SERVICES, departments=DEPARTMENTS, activity_map=MAP
        )
    )
    profile = profile_of(store, engine)
    head, *rows = drawn(EXPECTED)
    expected = {row[0]: [int(cell) if cell else None for cell in row[1:]] for row in rows}
    assert columns(profile, engine, *head[1:]) == expected
    assert profile.missing == {}


def test_time_is_counted_in_calendar_days_and_working_days_without_lawful_stops(
    package: Callable[..., Path], prepared: Callable[..., Store], engine: Engine
) -> None:
    store = prepared(
        package(
            events=EVENTS, cases=CASES, services=SERVICES, departments=DEPARTMENTS, activity_map=MAP
        )
    )
    found = columns(
        profile_of(store, engine),
        engine,
        "elapsed",
        "working",
        "counted_days",
        "within_statutory",
        "within_promised",
        "elapsed_cell",
    )
    # 12 Feb 09:00 to 25 Feb 09:00 is 13 calendar days. Working days after 12 Feb: 13, 14 (make-up),
    # 24, 25 Feb; the suspension from 13 Feb 09:00 to 24 Feb 09:00 takes out 14 and 24 Feb.
    assert found["c1"][:5] == [13 * DAY, 2 * DAY, 2, 1, 1]
    # 13 days are 1,123,200 seconds: three digits of them are kept for counting.
    assert found["c1"][5] == 1_120_000
    # 2 March 09:00 to 6 March 09:00: four days, no holiday, no stop.
    assert found["c2"][:5] == [4 * DAY, 4 * DAY, 4, 1, 0]
    # An open case has no duration yet.
    assert found["c3"][0] is None
    assert found["c3"][3] is None


def test_a_suspension_without_legal_basis_does_not_stop_the_clock(
    package: Callable[..., Path], prepared: Callable[..., Store], engine: Engine
) -> None:
    unlawful = EVENTS.replace("许可法第四十五条", "")
    lawful_elsewhere = unlawful.replace(
        "| c2      | 窗口申请 | 2026-03-02T09:00 | applicant | counter | 丁       | d1            |         |             |",
        "| c2      | 窗口申请 | 2026-03-02T09:00 | applicant | counter | 丁       | d1            | suspend | 某法第一条 |",
    )
    store = prepared(
        package(events=lawful_elsewhere, cases=CASES, services=SERVICES, departments=DEPARTMENTS)
    )
    found = columns(profile_of(store, engine), engine, "working", "counted_days")
    assert found["c1"] == [4 * DAY, 4]


def test_what_is_not_recorded_is_missing_and_never_zero(
    package: Callable[..., Path], prepared: Callable[..., Store], engine: Engine
) -> None:
    bare = """
    | case_id | activity | ts               |
    | c1      | 受理     | 2026-02-12T09:00 |
    | c1      | 办结     | 2026-02-13T09:00 |
    """
    profile = profile_of(prepared(package(events=bare)), engine)
    assert set(profile.missing) == {
        "handoffs",
        "department_handoffs",
        "visible_steps",
        "rekeys",
        "resubmissions",
        "visits",
        "dropout",
        "within_statutory",
        "within_promised",
        "completed",
    }
    assert not set(profile.missing) & set(profile.table.columns)
    assert columns(profile, engine, "steps", "elapsed")["c1"] == [2, DAY]


def test_an_activity_is_named_in_english_where_the_package_names_it(
    package: Callable[..., Path], prepared: Callable[..., Store], engine: Engine
) -> None:
    named = MAP.replace("| activity |", "| activity | activity_en |").replace(
        "| 受理     |", "| 受理     | Accept |"
    )
    rows = [
        line if "activity_en" in line or "Accept" in line else line.replace(" | ", " |  | ", 1)
        for line in named.strip().splitlines()
    ]
    steps = step_map(prepared(package(events=EVENTS, activity_map="\n".join(rows))), engine)
    assert steps.name_of("受理") == Text("受理", "Accept")
    assert steps.name_of("录入") == Text("录入", "录入")
    assert steps.name_of("") == Text("—", "—")
