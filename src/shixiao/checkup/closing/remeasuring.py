"""Re-measuring from files: both periods through one version of detectors and rules."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import date, timedelta

from shixiao.checkup.closing.deciding import check_day, decide
from shixiao.checkup.closing.plan import ClosingPlan, Way
from shixiao.checkup.closing.readings import Readings, SubjectKey
from shixiao.checkup.closing.remeasurement import Remeasurement
from shixiao.checkup.evaluation import evaluate
from shixiao.checkup.question import Question
from shixiao.checkup.result import result_json
from shixiao.rules import load_pack
from shixiao.settings import Settings
from shixiao.terms import Period, Text

Progress = Callable[[Text], None]


def measure(
    question: Question, window: Period | None, *, settings: Settings, progress: Progress
) -> Readings:
    """Read every subject's measures in some days of the evidence."""
    asked = replace(question, window=window, findings_only=True)
    evaluation = evaluate(asked, settings=settings, progress=progress)
    return Readings.of_result(result_json(evaluation))


def halves(period: Period) -> tuple[Period, Period]:
    """Cut a period in two, to learn the ups and downs of peers from."""
    middle = period.start + (period.end - period.start) // 2
    return Period(period.start, middle), Period(middle + timedelta(days=1), period.end)


def remeasure(
    plan: ClosingPlan,
    question: Question,
    *,
    on: date,
    corrected: date,
    settings: Settings,
    progress: Progress,
    touched: Collection[SubjectKey] = (),
    earlier: Question | None = None,
    by_records: bool = False,
) -> Remeasurement:
    """Carry out a plan on its day.

    Args:
        plan: what was fixed when the case opened.
        question: the evidence that holds the days after the correction, and its rules.
        on: today.
        corrected: the day on which the correction was really done.
        settings: of this machine.
        progress: is told what is being done.
        touched: subjects with an open case, or corrected in either period: no peers.
        earlier: the evidence that holds the earlier period, where it is another package; registers
            have no dates, so there it is the one that the finding rests on.
        by_records: the finding rests on a site's own records, which reach further than the rest.

    Raises:
        BadInput: as ``decide``, or the evidence is wrong.
        Unavailable: the engine cannot be reached.
    """
    check_day(plan, on)
    counted = plan.counted(corrected)
    by_cases = plan.way is Way.NUMBERS
    # The same packs for both: the later question decides.
    first = replace(earlier or question, packs=question.packs, seed=question.seed)
    after = measure(question, counted, settings=settings, progress=progress)
    before = (
        measure(first, plan.earlier if by_cases else None, settings=settings, progress=progress)
        if plan.way is not Way.FACT
        else after
    )
    return decide(
        plan,
        before,
        after,
        on=on,
        corrected=corrected,
        rules=load_pack(*question.packs),
        touched=touched,
        by_records=by_records,
    )
