"""Poor evidence is assessed where possible and said to be wanting elsewhere; nothing is hidden."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta

import pytest

from shixiao.checkup import Evaluation, result_json
from shixiao.checkup.detectors import registry
from shixiao.checkup.detectors.trial import Outcome, Screening
from shixiao.checkup.scene import Scene
from tests.detectors import packages as p
from tests.detectors.packages import Tables

Run = Callable[[Tables], Evaluation]


def test_a_package_of_messages_alone_is_evidence_for_replies(run: Run) -> None:
    result = result_json(run(p.reply_tables()))
    assert result["process"]["cases"] == 0
    assert [f["kind"] for f in result["findings"]] == ["template_reply"]
    days = {m["measure"] for m in result["measures"]}
    assert {"reply_days", "reply_late", "reply_twin"} <= days
    missing = {m["measure"]: m["reason"]["en"] for m in result["not_assessable"]}
    assert missing["steps"] == "there is no table events"
    assert missing["vanity.month_end"] == "there is no table usage"


def test_every_measure_that_was_not_tried_says_what_it_would_need(run: Run) -> None:
    evaluation = run({"apps": (("app_id", "name", "department_id"), [("A1", "甲", "D0")])})
    tried = {(t.kind, t.trial.measure) for t in evaluation.checkup.tried}
    missing = {(kind, measure) for kind, measure, _ in evaluation.checkup.missing}
    for detector in registry.detectors():
        for measure in detector.measures:
            assert (detector.kind, measure) in tried | missing, (detector.kind, measure)


def test_negative_counts_are_not_assessable_and_say_so(run: Run) -> None:
    tables = p.usage_tables(trace="month_end")
    heads, rows = tables["usage"]
    spoiled = [(*row[:2], -5, row[3]) if row[0] == "A3" else row for row in rows]
    checkup = run({**tables, "usage": (heads, spoiled)}).checkup
    mine = [t for t in checkup.tried if t.trial.subject.id == "A3" and t.kind == "vanity"]
    assert {t.outcome for t in mine} == {Outcome.NOT_ASSESSABLE}
    reason = mine[0].trial.estimate.reason
    assert reason is not None
    assert "负数" in reason.zh
    assert {f.subject.id for f in checkup.findings} == {"A0"}


def test_ratings_without_cases_and_ids_that_do_not_join_are_still_compared(run: Run) -> None:
    tables = p.rating_tables()
    heads, rows = tables["ratings"]
    strange = [(*row, "no-such-case") for row in rows]
    checkup = run({**tables, "ratings": ((*heads, "case_id"), strange)}).checkup
    assert [f.subject.id for f in checkup.findings] == ["S00"]


def test_apps_without_an_owner_are_read_against_the_bans(run: Run) -> None:
    heads = ("app_id", "name", "department_id", "functions")
    rows = [("A1", "甲", "", "打卡签到"), ("A2", "乙", "D0", "查询")]
    assert [f.subject.id for f in run({"apps": (heads, rows)}).checkup.findings] == ["A1"]


def test_half_filled_columns_count_only_what_is_known(run: Run) -> None:
    tables = p.account_tables()
    heads, rows = tables["accounts"]
    half = [(*row[:4], "" if int(str(row[0]).split("-")[1]) % 2 else row[4]) for row in rows]
    checkup = run({**tables, "accounts": (heads, half)}).checkup
    staff = [t for t in checkup.tried if t.trial.measure == "opened_by_staff"]
    assert {t.trial.estimate.n for t in staff} == {250}
    assert {t.outcome for t in staff} == {Outcome.INSUFFICIENT}


def test_usage_of_one_day_is_insufficient_and_names_the_days_needed(run: Run) -> None:
    days = [("A1", date(2026, 1, 1) + timedelta(days=k), 5, 5) for k in range(3)]
    tables: Tables = {"usage": (("subject_id", "day", "registrations", "completions"), days)}
    tried = [t for t in run(tables).checkup.tried if t.trial.measure == "stretch"]
    assert [t.outcome for t in tried] == [Outcome.INSUFFICIENT]
    assert "180" in (tried[0].trial.estimate.reason or tried[0].trial.subject.name).en


def test_a_detector_that_fails_ends_the_run_loudly(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = registry.detectors()[0]

    def broken(_: Scene) -> Iterable[Screening]:
        raise ZeroDivisionError("a defect of ours")

    object.__setattr__(first, "look", broken)
    monkeypatch.setattr("shixiao.checkup.findings.detectors", lambda: (first,))
    try:
        with pytest.raises(ZeroDivisionError):
            run(p.silent_tables())
    finally:
        registry.detectors.cache_clear()
