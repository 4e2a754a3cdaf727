"""The board of supervision, on real cases: what it counts, filters and hands out as files."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shixiao.records.models import Case, Step
from shixiao.workflows.cases.opening import observe, open_on_finding
from shixiao.workflows.cases.overview import stays, tally, watched
from shixiao.workflows.clock import due_day
from tests.cast import NOW, TODAY, Cast, make_evaluation, make_finding


def make(cast: Cast, due: date | None, *, place: str = "health", n: int = 0) -> Case:
    """Make a case whose present period ends on a day; with a number, on a finding."""
    if n:
        finding = make_finding(cast, make_evaluation(cast, published=NOW), place, n)
        case = open_on_finding(finding, actor=cast.actor("sun"), at=NOW)
    else:
        case = observe(
            name="取号",
            story="核对。",
            department=cast.places[place],
            actor=cast.actor("chen"),
            at=NOW,
        )
    Case.objects.filter(pk=case.pk).update(due=due, handler=cast.accounts["li"])
    case.refresh_from_db()
    return case


def someone(cast: Cast, name: str = "qian", language: str = "zh-hans") -> Client:
    client = Client(headers={"host": "localhost"})
    client.cookies["language"] = language
    client.force_login(cast.accounts[name])
    return client


DAYS_LEFT = [  # calendar days from Monday 2 March 2026 to the due day → marks
    (-7, {"overdue", "supervised"}),
    (-4, {"overdue"}),
    (0, {"soon"}),
    (3, {"soon"}),
    (4, set()),
    (None, set()),
]


@pytest.mark.parametrize(("days", "marks"), DAYS_LEFT)
def test_a_case_is_marked_by_the_rules_of_its_period(
    cast: Cast, days: int | None, marks: set[str]
) -> None:
    due = None if days is None else TODAY + timedelta(days=days)
    assert watched([make(cast, due)], TODAY)[0].marks == marks


def test_what_is_overdue_longest_stands_first_and_is_counted_once(cast: Cast) -> None:
    cases = [make(cast, TODAY + timedelta(days=d)) for d in (4, -30, 1, -7)]
    found = watched(cases, TODAY)
    assert [each.case.due for each in found] == sorted(c.due for c in cases if c.due)
    counts = tally(found)
    assert (counts.open, counts.overdue, counts.soon, counts.supervised) == (4, 2, 1, 2)


def test_days_in_a_state_count_stays_that_are_over_and_say_where_they_are_few(cast: Cast) -> None:
    for days in range(1, 7):
        case = make(cast, None)
        Step.objects.create(
            case=case,
            verb="file",
            from_state="lead",
            state="filed",
            at=NOW + timedelta(days=7 * days),
        )
    found = {stay.state.id: stay for stay in stays(Case.objects.all())}
    lead = found["lead"].days
    assert (lead.n, lead.value, lead.low, lead.high) == (6, 15, 5, 29)  # Qingming is no working day
    assert found["filed"].now == 6
    assert not found["filed"].days.ok
    assert "6" in found["filed"].days.reason.zh


def test_the_filter_in_the_address_holds_for_page_and_file(cast: Cast) -> None:
    today = timezone.localdate()
    late = make(cast, today - timedelta(days=60), place="housing")
    make(cast, today + timedelta(days=60))
    on_finding = make(cast, today - timedelta(days=60), n=1)
    client = someone(cast)
    page = client.get("/cases/board/?need=supervised&department=housing").content.decode()
    assert late.code in page
    assert on_finding.code not in page
    file = client.get("/cases/board/?need=supervised&form=csv&table=cases").content.decode()
    assert {late.code, on_finding.code} == {line.split(",")[0] for line in file.splitlines()[1:]}
    kinds = client.get("/cases/board/?kind=bans&form=xlsx&table=kinds").content
    rows = list(openpyxl.load_workbook(BytesIO(kinds)).active.values)
    assert rows[1][1:] == (1, 1, 0, 1)


@pytest.mark.parametrize("table", ["cases", "departments", "kinds", "states"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_every_table_can_be_kept(cast: Cast, table: str, form: str) -> None:
    make(cast, TODAY)
    answer = someone(cast).get(f"/cases/board/?form={form}&table={table}")
    assert answer.status_code == 200
    assert f"board-{table}.{form}" in answer["Content-Disposition"]


def test_the_board_takes_as_many_queries_for_forty_cases_as_for_four(cast: Cast) -> None:
    client, counts = someone(cast), []
    for size in (4, 36):
        for _ in range(size):
            make(cast, due_day("CASE-01", TODAY))
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/cases/board/").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 12


@pytest.mark.parametrize("name", ["sun", "zhao", "han"])
def test_nobody_else_sees_the_board(cast: Cast, name: str) -> None:
    assert someone(cast, name).get("/cases/board/").status_code == 403


def test_the_auditor_reads_the_board_in_english(cast: Cast) -> None:
    make(cast, timezone.localdate() - timedelta(days=60))
    page = someone(cast, "jiang", "en").get("/cases/board/").content.decode()
    assert "1 open: 1 overdue (1 of them supervised), 0 due soon." in page
