"""Does each detector find what was put there, and nothing else, where shares are exact?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from shixiao.checkup import Evaluation
from shixiao.checkup.detectors.trial import Outcome
from shixiao.terms import Finding
from tests.detectors import packages as p
from tests.detectors.packages import Tables

PLANTED = [
    ("rating", "within_seconds", "S00", p.rating_tables),
    ("rating", "one_device_for_many", "S00", p.device_tables),
    ("rating", "identical_texts", "S00", p.text_tables),
    ("rating", "solicited_better", "S00", p.solicited_tables),
    ("template_reply", "alike_replies", "D0", p.reply_tables),
    ("template_reply", "answered_but_unsolved", "D0", lambda: p.reply_tables(trace="unsolved")),
    ("template_reply", "written_again", "D0", p.repeat_tables),
    ("repeated_filling", "asked_again", "D0", p.form_tables),
    ("vanity", "never_used_again", "A0", p.account_tables),
    ("vanity", "opened_by_staff", "A0", lambda: p.account_tables(trace="staff")),
    ("vanity", "month_end", "A0", lambda: p.usage_tables(trace="month_end")),
    ("vanity", "stretch", "A0", lambda: p.usage_tables(trace="stretch")),
    ("idle_app", "lapsed_accounts", "A0", lambda: p.account_tables(trace="lapsed")),
    ("idle_app", "days_without_completion", "A0", p.silent_tables),
    ("exclusion", "completion_gap", "S00", p.group_tables),
    ("deadline", "ends_on_last_day", "S00", p.deadline_tables),
    ("deadline", "closed_and_reopened", "S00", p.reopen_tables),
    ("deadline", "clock_stopped_without_basis", "S00", lambda: p.event_tables(trace="restart")),
    ("off_system", "entered_in_batches", "S00", lambda: p.event_tables(trace="batch")),
    ("off_system", "impossibly_fast", "S00", lambda: p.event_tables(trace="speed")),
    ("off_system", "outside_the_case", "S00", lambda: p.event_tables(trace="late")),
    ("half_online", "counter_after_online", "S00", lambda: p.event_tables(trace="counter")),
]


# These rest on sums of days or of whole arms; no row is more to blame than another.
WITHOUT_ROWS = (
    "month_end",
    "stretch",
    "days_without_completion",
    "solicited_better",
    "completion_gap",
)


@pytest.mark.parametrize(
    ("kind", "measure", "subject", "tables"), PLANTED, ids=[f"{k}-{m}" for k, m, _, _ in PLANTED]
)
def test_what_was_planted_is_found_with_its_rows_masked_and_nobody_else_is_named(
    run: Callable[[Tables], Evaluation],
    kind: str,
    measure: str,
    subject: str,
    tables: Callable[[], Tables],
) -> None:
    checkup = run(tables()).checkup
    findings = checkup.findings
    assert [(f.kind, f.measure, f.subject.id) for f in findings] == [(kind, measure, subject)]
    found = findings[0]
    assert found.lead
    assert found.p_adjusted is not None
    assert found.p_adjusted <= 0.05
    assert found.estimate.ok
    (flagged,) = (t.trial for t in checkup.tried if t.outcome is Outcome.FLAGGED)
    # What closes a case is there for every measure but the one whose days move.
    assert (flagged.observed is None) == (measure == "stretch")
    assert found.text.zh
    assert "{" not in found.text.zh + found.text.en + found.disproof.zh
    assert all(not innocent.explains for innocent in found.innocents)
    if measure not in WITHOUT_ROWS:
        _points_at_masked_rows(found)


def _points_at_masked_rows(found: Finding) -> None:
    (reference,) = found.evidence
    assert 0 < len(reference.keys) <= 20
    assert all("···" in key for key in reference.keys if len(key) > 4)
    assert len(reference.sha256) == 64


def test_a_lawful_suspension_of_the_clock_is_no_finding(
    run: Callable[[Tables], Evaluation],
) -> None:
    assert run(p.event_tables(trace="lawful")).checkup.findings == ()


def test_one_striking_month_explains_a_high_share(run: Callable[[Tables], Evaluation]) -> None:
    rows = []
    for i in range(12):
        usual = p.spread(i + 1, 600, 0.2, 0.2)
        for row in range(600):
            closed = p.START + timedelta(days=row % 150, minutes=row)
            quick = usual(row) or (i == 0 and closed.month == 3)
            late = timedelta(seconds=4) if quick else timedelta(hours=2)
            rows.append((f"r{i}-{row}", f"S{i:02d}", 5, closed + late, closed))
    heads = ("rating_id", "service_id", "level", "ts", "closed_ts")
    checkup = run({"services": p.SERVICES, "ratings": (heads, rows)}).checkup
    explained = [t for t in checkup.tried if t.outcome is Outcome.EXPLAINED]
    assert [(t.trial.measure, t.trial.subject.id) for t in explained] == [("within_seconds", "S00")]
    assert checkup.findings == ()


def test_too_few_rows_or_peers_are_insufficient_and_say_how_many_are_needed(
    run: Callable[[Tables], Evaluation],
) -> None:
    tables = p.rating_tables(n=100)
    checkup = run(tables).checkup
    quick = [t for t in checkup.tried if t.trial.measure == "within_seconds"]
    assert {t.outcome for t in quick} == {Outcome.INSUFFICIENT}
    reason = quick[0].trial.estimate.reason
    assert reason is not None
    assert "500" in reason.zh
    assert checkup.findings == ()
