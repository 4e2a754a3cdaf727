"""Facts about apps: every breach is named and nothing else; what is not stated is not judged."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from shixiao.checkup import Evaluation
from shixiao.terms import Severity
from tests.detectors.packages import Tables

HEADS = ("app_id", "name", "department_id", "filed", "launched", "functions", "forced", "kpi")
INNOCENT = ("A9", "市民通", "D0", 1, "2024-01-01", "query;payment", 0, "completion_rate")


def _apps(*rows: tuple[object, ...]) -> Tables:
    return {"apps": (HEADS, [INNOCENT, *rows])}


BREACHES = [
    (("A1", "甲", "D0", 1, "2024-01-01", "check_in;query", 0, ""), {"banned_function"}),
    (("A1", "甲", "D0", 1, "2024-01-01", "积分排名", 0, ""), {"banned_function"}),
    (("A1", "甲", "D0", 1, "2024-01-01", "在线时长统计", 0, ""), {"banned_function"}),
    (("A1", "甲", "D0", 1, "2024-01-01", "check_in(emergency)", 0, ""), set()),
    (("A1", "甲", "D0", 1, "2024-01-01", "防汛应急签到", 0, ""), set()),
    (("A1", "甲", "D0", 1, "2024-01-01", "social_security_check_in", 0, ""), {"banned_function"}),
    (("A1", "甲", "D0", 1, "2024-01-01", "workshop_booking;商业保险查询", 0, ""), set()),
    (("A1", "甲", "D0", 1, "2024-01-01", "广告推送", 0, ""), {"commercial_activity"}),
    (("A1", "甲", "D0", 1, "2024-01-01", "拍照留痕", 0, ""), {"forced_traces"}),
    (("A1", "甲", "D0", 1, "2024-01-01", "query", 1, ""), {"forced_use"}),
    (("A1", "甲", "D0", 1, "2024-01-01", "query", 0, "点赞数;办成率"), {"banned_kpi"}),
    (("A1", "甲", "D0", 1, "2024-01-01", "query", 0, "install_rate"), {"banned_kpi"}),
    (("A1", "甲", "D0", 1, "2024-01-01", "query", 0, "data_shared;数据共享率"), set()),
    (("A1", "甲", "D0", 0, "2026-03-01", "query", 0, ""), {"not_filed"}),
    (("A1", "甲", "D0", "", "2026-03-01", "query", "", ""), set()),
    (
        ("A1", "甲", "D0", 0, "2026-03-01", "check_in;广告推送", 1, "点赞数"),
        {"banned_function", "commercial_activity", "forced_use", "banned_kpi", "not_filed"},
    ),
]


@pytest.mark.parametrize(("row", "expected"), BREACHES)
def test_every_breach_is_named_and_nothing_else_is(
    run: Callable[[Tables], Evaluation], row: tuple[object, ...], expected: set[str]
) -> None:
    findings = [f for f in run(_apps(row)).checkup.findings if f.kind == "bans"]
    assert {f.measure for f in findings} == expected
    assert {f.subject.id for f in findings} <= {"A1"}
    assert all(not f.lead and f.p is None for f in findings)
    grave = {f.measure: f.severity for f in findings}
    assert all(
        s is (Severity.HIGH if m == "not_filed" else Severity.VETO) for m, s in grave.items()
    )


@pytest.mark.parametrize(
    ("launched", "last_day", "breach"),
    [
        ("2025-06-01", "2026-07-20", False),  # an old app whose six months still run
        ("2025-06-01", "2026-07-26", True),
        ("2026-02-01", "2026-07-20", True),  # a new app had to be filed before launch
        ("", "2026-07-20", True),
    ],
)
def test_apps_that_stood_before_have_six_months_to_file(
    run: Callable[[Tables], Evaluation], launched: str, last_day: str, breach: bool
) -> None:
    tables = _apps(("A1", "甲", "D0", 0, launched, "query", 0, ""))
    tables["usage"] = (("subject_id", "day", "completions"), [("A1", last_day, 3)])
    found = {f.measure for f in run(tables).checkup.findings if f.subject.id == "A1"}
    assert ("not_filed" in found) is breach


def test_two_apps_that_carry_the_same_services_overlap(
    run: Callable[[Tables], Evaluation],
) -> None:
    heads = ("app_id", "name", "department_id", "services")
    apps = [
        ("A1", "甲", "D0", "S1;S2;S3"),
        ("A2", "乙", "D0", "S3;S2;S1"),
        ("A3", "丙", "D0", "S1"),
    ]
    found = run({"apps": (heads, apps)}).checkup.findings
    assert [(f.kind, f.subject.id, f.locator) for f in found] == [("idle_app", "A1", "A2")]


def test_a_service_that_is_online_only_breaks_the_freedom_of_channel(
    run: Callable[[Tables], Evaluation],
) -> None:
    heads = ("service_id", "name", "department_id", "channels")
    rows = [
        ("S1", "甲", "D0", "online"),
        ("S2", "乙", "D0", "online;counter"),
        ("S3", "丙", "D0", ""),
    ]
    found = run({"services": (heads, rows)}).checkup.findings
    assert [(f.kind, f.measure, f.subject.id, f.lead) for f in found] == [
        ("exclusion", "online_only", "S1", False)
    ]
