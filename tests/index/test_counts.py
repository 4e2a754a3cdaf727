"""What the sources count, drawn as tables and worked out by hand, on every engine."""

from __future__ import annotations

import pytest

from bars.scenes import scene_of
from shixiao.checkup.index.groundwork import groundwork
from shixiao.checkup.index.sources import sources

EVENTS = """
| case_id | activity | ts               | place   | actor     |
| c1      | 申请     | 2026-01-05T09:00 | online  | applicant |
| c1      | 办结     | 2026-01-06T09:00 | other   | official  |
| c2      | 申请     | 2026-01-05T09:00 | counter | applicant |
| c2      | 补正     | 2026-01-06T09:00 | online  | applicant |
| c2      | 领取     | 2026-01-07T09:00 | counter | applicant |
| c3      | 申请     | 2026-01-20T09:00 | online  | applicant |
| c4      | 申请     | 2026-03-20T09:00 | online  | applicant |
| c5      | 申请     | 2026-04-30T09:00 | online  | applicant |
"""
# p1: c1 ends on 6 January and c3 follows on the 20th: repeat. c3 ends on 21 January, c4 follows in
# March: none. c2 of p2 ends on 7 January, a message follows on the 8th: repeat. c4 is the last.
CASES = """
| case_id | service_id | channel | opened           | closed           | outcome   | person_key |
| c1      | s1         | online  | 2026-01-05T09:00 | 2026-01-06T09:00 | completed | p1         |
| c2      | s1         | counter | 2026-01-05T09:00 | 2026-01-07T09:00 | completed | p2         |
| c3      | s1         | online  | 2026-01-20T09:00 | 2026-01-21T09:00 | rejected  | p1         |
| c4      | s1         | online  | 2026-03-20T09:00 | 2026-03-21T09:00 | completed | p1         |
| c5      | s1         | online  | 2026-04-30T09:00 |                  | open      | p3         |
"""
GROUPS = """
| case_id | attribute | value |
| c1      | age       | 18-39 |
| c2      | age       | 60-74 |
| c3      | age       | 60-74 |
| c4      | age       | 18-39 |
"""
MESSAGES = """
| message_id | ts               | text | kind | person_key | service_id | solved |
| m1         | 2026-01-08T09:00 | 甲   | 投诉 | p2         | s1         | 1      |
| m2         | 2026-01-09T09:00 | 乙   | 咨询 | p9         | s1         | 0      |
| m3         | 2026-01-09T09:00 | 丙   | 咨询 | p9         |            | 0      |
"""
MAP = """
| activity | step | visible | visit | resubmit |
| 申请     | 申请 | 1       | 0     | 0        |
| 补正     | 补正 | 1       | 0     | 1        |
| 领取     | 领取 | 1       | 1     | 0        |
| 办结     | 办结 | 0       | 0     | 0        |
"""
TESTS = """
| test_id | service_id | evaluator_id | step | passed |
| t1      | s1         | v1           | 登录 | 1      |
| t1      | s1         | v1           | 提交 | 1      |
| t2      | s1         | v2           | 登录 | 1      |
| t2      | s1         | v2           | 提交 | 0      |
| t3      | s1         | v3           | 登录 | 1      |
"""


@pytest.fixture(scope="module")
def grounds():
    """What was counted of these tables, by engine: once, for Spark takes its time."""
    return {}


@pytest.fixture
def ground(package, prepared, engine, grounds):
    if id(engine) not in grounds:
        store = prepared(
            package(
                events=EVENTS,
                cases=CASES,
                groups=GROUPS,
                messages=MESSAGES,
                activity_map=MAP,
                field_tests=TESTS,
            )
        )
        grounds[id(engine)] = groundwork(scene_of(store, engine))
    return grounds[id(engine)]


@pytest.mark.parametrize(
    ("indicator", "value", "n"),
    [
        ("completion", 3 / 4, 4),
        ("first_time_right", 2 / 3, 3),
        ("visits", 2 / 4, 4),
        ("repeat_contact", 2 / 4, 4),
        ("field_pass", 2 / 3, 3),
        ("complaints", 1 / 5, 1),
    ],
)
def test_a_source_counts_what_the_tables_say(ground, indicator, value, n):
    (peers,) = [p for p in sources()[indicator](ground) if p.seen]
    raw = peers.seen["s1"].raw
    assert raw.value == pytest.approx(value)
    assert raw.n == n


def test_cases_are_counted_by_group_and_channel(ground):
    assert ground.groups["s1", "online", "age", "18-39"] == (2, 2)
    assert ground.groups["s1", "online", "age", "60-74"] == (1, 0)
    assert ground.groups["s1", "counter", "age", "60-74"] == (1, 1)


def test_the_gap_of_a_group_is_completion_of_all_minus_its_own(ground):
    found = {p.facet: p.seen["s1"].raw.value for p in sources()["equity_gap"](ground) if p.seen}
    assert found == {
        "age=18-39": pytest.approx(3 / 4 - 1),
        "age=60-74": pytest.approx(3 / 4 - 1 / 2),
    }
