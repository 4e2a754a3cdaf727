"""From files: a case is opened on a real finding, corrected or not, and measured again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shixiao.checkup import Question, evaluate, result_json
from shixiao.checkup.closing import (
    ClosingPlan,
    Outcome,
    Readings,
    Way,
    halves,
    measure,
    plan_closing,
    remeasure,
)
from shixiao.rules import load_pack
from shixiao.settings import Settings
from shixiao.terms import BadInput, Period
from tests.detectors.packages import Tables, write

EARLIER = Period(date(2025, 7, 1), date(2025, 12, 27))
DAYS = 180
CORRECTED = date(2026, 1, 10)
SERVICES = 16
RULES = load_pack()
APPS = ("app_id", "name", "department_id", "filed", "launched", "functions", "forced", "kpi")


def ratings(corrected: float) -> Tables:
    """Ratings of a year: S00 has many within seconds, and this share once it was corrected."""
    rows: list[tuple[Any, ...]] = []
    for i in range(SERVICES):
        usual = 0.2 * (1 + 0.04 * (i % 5 - 2))
        for half, start in enumerate((datetime(2025, 7, 1, 9), datetime(2026, 1, 18, 9))):
            share = ((0.4, corrected)[half]) if i == 0 else usual
            for row in range(2400):
                closed = start + timedelta(days=row % DAYS, minutes=row)
                hit = int((row + 1) * share) > int(row * share)
                gap = timedelta(seconds=4) if hit else timedelta(hours=2)
                rows.append((f"r{i}-{half}-{row}", f"S{i:02d}", 5, closed + gap, closed))
    heads = ("service_id", "name", "department_id")
    return {
        "services": (heads, [(f"S{i:02d}", f"事项{i}", "D0") for i in range(SERVICES)]),
        "ratings": (("rating_id", "service_id", "level", "ts", "closed_ts"), rows),
    }


def quiet(_: object) -> None:
    return None


def opened(question: Question, settings: Settings) -> tuple[ClosingPlan, dict[str, Any]]:
    """Evaluate the earlier days and open a case on the only finding."""
    asked = Question(question.paths, findings_only=True, window=EARLIER)
    result = result_json(evaluate(asked, settings=settings, progress=quiet))
    (finding,) = result["findings"]
    first, second = (
        measure(question, part, settings=settings, progress=quiet) for part in halves(EARLIER)
    )
    plan = plan_closing(
        finding,
        Readings.of_result(result),
        earlier=EARLIER,
        corrected_by=CORRECTED,
        rules=RULES,
        halves=(first, second),
    )
    return plan, result


@pytest.mark.parametrize(
    ("share", "outcome"),
    [(0.2, Outcome.PASSED), (0.4, Outcome.NOT_PASSED)],
    ids=["corrected", "sham"],
)
def test_a_case_on_a_real_finding_is_closed_by_its_later_cases_alone(
    tmp_path: Path, settings: Settings, share: float, outcome: Outcome
) -> None:
    question = Question((write(tmp_path / "package", ratings(share)),))
    plan, result = opened(question, settings)
    assert plan.way is Way.NUMBERS
    assert plan.finding == result["findings"][0]["id"]
    assert plan.day is not None
    found = remeasure(
        plan, question, on=plan.day, corrected=CORRECTED, settings=settings, progress=quiet
    )
    assert found.outcome is outcome
    assert found.n >= plan.minimum
    assert found.peers == SERVICES - 1
    assert found.before is not None
    assert found.before.value == pytest.approx(0.4, abs=0.01)
    with pytest.raises(BadInput, match="nobody looks"):
        remeasure(
            plan, question, on=CORRECTED, corrected=CORRECTED, settings=settings, progress=quiet
        )


def register(functions: str | None) -> Tables:
    """Apps: A1 has these functions; None leaves it out."""
    rows: list[tuple[Any, ...]] = [("A9", "市民通", "D0", 1, "2024-01-01", "query", 0, "rate")]
    if functions is not None:
        rows.append(("A1", "甲", "D0", 1, "2024-01-01", functions, 0, ""))
    return {"apps": (APPS, rows)}


FACTS = [
    ("query", Outcome.PASSED, "the breach is gone"),
    ("check_in;query", Outcome.NOT_PASSED, "still in the new register"),
    ("", Outcome.INSUFFICIENT, "silence is no proof"),
    (None, Outcome.INSUFFICIENT, "silence is no proof"),
]


@pytest.mark.parametrize(
    ("functions", "outcome", "says"), FACTS, ids=["gone", "stays", "not stated", "not named"]
)
def test_a_breach_is_closed_by_the_new_register_and_silence_proves_nothing(
    tmp_path: Path,
    settings: Settings,
    functions: str | None,
    outcome: Outcome,
    says: str,
) -> None:
    old = Question((write(tmp_path / "old", register("check_in;query")),), findings_only=True)
    new = Question((write(tmp_path / "new", register(functions)),))
    result = result_json(evaluate(old, settings=settings, progress=quiet))
    (finding,) = result["findings"]
    plan = plan_closing(
        finding,
        Readings.of_result(result),
        earlier=EARLIER,
        corrected_by=CORRECTED,
        rules=RULES,
    )
    assert plan.way is Way.FACT
    assert plan.day == CORRECTED + timedelta(days=8)
    found = remeasure(
        plan, new, on=plan.day, corrected=CORRECTED, settings=settings, progress=quiet
    )
    assert found.outcome is outcome
    assert says in found.says.en


def test_a_register_without_the_column_is_no_proof_either(
    tmp_path: Path, settings: Settings
) -> None:
    old = Question((write(tmp_path / "old", register("check_in;query")),), findings_only=True)
    bare = (("app_id", "name", "department_id"), [("A1", "甲", "D0")])
    new = Question((write(tmp_path / "new", {"apps": bare}),))
    result = result_json(evaluate(old, settings=settings, progress=quiet))
    plan = plan_closing(
        result["findings"][0],
        Readings.of_result(result),
        earlier=EARLIER,
        corrected_by=CORRECTED,
        rules=RULES,
    )
    assert plan.day is not None
    found = remeasure(
        plan, new, on=plan.day, corrected=CORRECTED, settings=settings, progress=quiet
    )
    assert found.outcome is Outcome.INSUFFICIENT
    assert "cannot be checked" in found.says.en


def test_a_result_of_an_older_version_is_refused_in_a_sentence() -> None:
    strip: Callable[[dict[str, Any]], dict[str, Any]] = lambda d: {  # noqa: E731
        k: v for k, v in d.items() if k != "kept"
    }
    with pytest.raises(BadInput, match="evaluate again"):
        Readings.of_result(strip({"rules": {"hash": "x"}, "kept": []}))
