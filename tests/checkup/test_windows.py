"""A window cuts everything that has a date by the day on which it began; registers stay whole."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from shixiao.checkup import Evaluation, Question, evaluate, result_json
from shixiao.settings import Settings
from shixiao.terms import Period
from tests.detectors import packages as p
from tests.detectors.packages import Tables, write

FIRST, SECOND = Period.parse("2026-01-05..2026-03-20"), Period.parse("2026-03-21..2026-06-03")


def _seen(
    tables: Tables, tmp_path: Path, settings: Settings, window: Period | None = None
) -> Evaluation:
    folder = tmp_path / "package"
    if not folder.exists():
        write(folder, tables)
    question = Question((folder,), findings_only=True, window=window)
    return evaluate(question, settings=settings, progress=lambda _: None)


def _rows(evaluation: Evaluation, measure: str) -> dict[str, int]:
    return {
        t.trial.subject.id: t.trial.estimate.n
        for t in evaluation.checkup.tried
        if t.trial.measure == measure
    }


@pytest.mark.parametrize(
    ("tables", "measure"),
    [
        (lambda: p.event_tables(trace="counter"), "counter_after_online"),
        (p.rating_tables, "within_seconds"),
        (p.group_tables, "completion_gap"),
        (lambda: p.event_tables(trace="batch"), "entered_in_batches"),
    ],
    ids=["cases", "ratings", "groups", "events"],
)
def test_two_windows_share_out_what_the_whole_holds(
    tables, measure: str, tmp_path: Path, settings: Settings
) -> None:
    whole, first, second = (
        _rows(_seen(tables(), tmp_path, settings, window), measure)
        for window in (None, FIRST, SECOND)
    )
    assert whole
    assert all(first[s] < n for s, n in whole.items())
    assert {s: first[s] + second[s] for s in whole} == whole


def test_what_one_window_shows_does_not_hang_on_the_other(
    tmp_path: Path, settings: Settings
) -> None:
    heads, rows = p.rating_tables()["ratings"]
    kept = [row for row in rows if row[3].date() <= FIRST.end]
    alone = {"services": p.SERVICES, "ratings": (heads, kept)}
    both = _seen(p.rating_tables(), tmp_path / "both", settings, FIRST)
    only = _seen(alone, tmp_path / "only", settings, FIRST)
    assert both.checkup.tests_json() == only.checkup.tests_json()


def test_a_rating_goes_with_the_case_that_it_is_about(tmp_path: Path, settings: Settings) -> None:
    late = datetime(2026, 4, 1, 9)
    cases = [
        (f"c{i}", "S00", "online", datetime(2026, 3, 1, 9) + timedelta(days=i)) for i in range(40)
    ]
    ratings = [(f"r{i}", "S00", 5, late, f"c{i}", late) for i in range(40)]
    ratings += [("own", "S00", 5, late, "", late)]
    tables: Tables = {
        "services": p.SERVICES,
        "cases": (("case_id", "service_id", "channel", "opened"), cases),
        "ratings": (("rating_id", "service_id", "level", "ts", "case_id", "closed_ts"), ratings),
    }
    first, second = (
        _rows(_seen(tables, tmp_path, settings, window), "within_seconds")["S00"]
        for window in (FIRST, SECOND)
    )
    assert (first, second) == (20, 21)


def test_registers_stay_whole_and_the_result_names_the_window(
    tmp_path: Path, settings: Settings
) -> None:
    whole = _seen(p.form_tables(), tmp_path, settings)
    cut = _seen(p.form_tables(), tmp_path, settings, SECOND)
    assert cut.checkup.tests_json() == whole.checkup.tests_json()
    assert result_json(cut)["window"] == str(SECOND)
    assert result_json(whole)["window"] is None


def test_a_window_is_for_findings_only() -> None:
    with pytest.raises(ValueError, match="findings only"):
        Question((Path("x"),), window=Period(date(2026, 1, 1), date(2026, 2, 1)))
