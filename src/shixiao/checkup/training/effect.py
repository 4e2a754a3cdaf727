"""What did a course change? One sentence: whether findings of its kind fell, and to what.

Dates of start are drawn (``planning``); departments that started are compared with departments
that did not yet, and each with its own past (``statistics.stepped_wedge``). The reading is made
once, after the periods that were planned: whoever looks every quarter meets a lucky one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from shixiao.rules import RulePack
from shixiao.statistics import WedgeEffect, wedge_effect
from shixiao.terms import BadInput, Estimate, Status, Text, significant

Cell = tuple[str, int]  # department, number of the period


class Outcome(StrEnum):
    """What came out."""

    FELL = "fell"
    ROSE = "rose"
    UNCHANGED = "unchanged"
    UNDECIDED = "undecided"
    NOT_DRAWN = "not_drawn"


SAYS = {
    Outcome.FELL: Text(
        "培训以后，此类发现降到原来的 {value}（{level} 区间 {low}–{high}）。",
        "After the training such findings fell to {value} of what they were ({level} interval "
        "{low}–{high}).",
    ),
    Outcome.ROSE: Text(
        "培训以后，此类发现升到原来的 {value}（{level} 区间 {low}–{high}），没有见效。",
        "After the training such findings rose to {value} of what they were ({level} interval "
        "{low}–{high}); it did not work.",
    ),
    Outcome.UNCHANGED: Text(
        "培训前后看不出变化：此类发现为原来的 {value}（{level} 区间 {low}–{high}），没有减半。",
        "No change is seen: such findings are at {value} of what they were ({level} interval "
        "{low}–{high}); they were not halved.",
    ),
    Outcome.UNDECIDED: Text("还不能判断：{reason}", "It cannot be judged yet. {reason}"),
    Outcome.NOT_DRAWN: Text("判断不了效果：{reason}", "The effect cannot be judged. {reason}"),
}
DESCRIBED = Text(
    "{said}开始以后的发现为开始以前的 {value}，只是描述。",
    "{said} Findings after the start are at {value} of those before, which is a description only.",
)
TOO_EARLY = Text(
    "方案定下看 {planned} 个时期，现在有 {periods} 个，还差 {more} 个；不到时候不先看。",
    "{planned} periods were planned and {periods} have passed, {more} are lacking; nobody looks "
    "before the time.",
)


@dataclass(frozen=True, slots=True)
class TrainingEffect:
    """The one figure that is shown of a course.

    Attributes:
        outcome: in a word.
        says: in a sentence.
        ratio: new findings per judged subject after over before; 0.52 is a fall to 52 %.
        p: chance that the lot alone shows as much; None where nothing was tested.
        before: findings before the start.
        after: findings from the start on.
    """

    outcome: Outcome
    says: Text
    ratio: Estimate
    p: float | None
    before: int
    after: int

    def to_json(self) -> dict[str, Any]:
        """Return plain values for pages."""
        return {
            "outcome": str(self.outcome),
            "says": self.says.to_json(),
            "ratio": self.ratio.to_json(),
            "p": significant(self.p),
            "before": self.before,
            "after": self.after,
        }


def training_effect(
    findings: Mapping[Cell, int],
    judged: Mapping[Cell, float],
    starts: Mapping[str, int],
    *,
    periods: int,
    drawn: bool,
    rules: RulePack,
    seed: int,
    planned: int | None = None,
) -> TrainingEffect:
    """Judge a course by the findings of its kind.

    Args:
        findings: (department, period) → new findings of the kind; none where absent.
        judged: (department, period) → subjects that were judged; absent where none was, so that
            the cell says nothing.
        starts: department → period (from 0) from which the course counts.
        periods: how many have passed.
        drawn: True when a lot gave the starts.
        rules: TRN-02 and TRN-03.
        seed: of the deals.
        planned: periods after which the plan looks; None where there was no plan.

    Raises:
        BadInput: no department, no period, a finding of a department or period that takes no part,
            or one where nothing was judged.
    """
    departments = sorted(starts)
    _check(findings, judged, starts, periods)
    if drawn and planned is not None and periods < planned:
        reason = TOO_EARLY.format(planned=planned, periods=periods, more=planned - periods)
        return TrainingEffect(
            Outcome.UNDECIDED,
            SAYS[Outcome.UNDECIDED].format(reason=reason),
            Estimate.insufficient(0, reason),
            None,
            0,
            0,
        )
    # A plan is read at its period: later ones would let the reader choose when to stop.
    span = min(periods, planned) if drawn and planned is not None else periods
    cells = [[(department, period) for period in range(span)] for department in departments]
    found = wedge_effect(
        np.array([[findings.get(cell, 0) for cell in row] for row in cells]),
        np.array([[judged.get(cell, 0.0) for cell in row] for row in cells]),
        np.array([starts[department] for department in departments]),
        drawn=drawn,
        draws=int(rules.number("TRN-02", "deals")),
        rng=np.random.default_rng(seed),
        level=rules.number("TRN-02", "level"),
        fewest_units=int(rules.number("TRN-03", "departments")),
        fewest_findings=int(rules.number("TRN-03", "findings")),
    )
    outcome = _outcome(found.ratio)
    return TrainingEffect(
        outcome, _said(outcome, found), found.ratio, found.p, found.before, found.after
    )


def _check(
    findings: Mapping[Cell, int],
    judged: Mapping[Cell, float],
    starts: Mapping[str, int],
    periods: int,
) -> None:
    if not starts or periods < 1:
        raise BadInput(
            Text(
                "没有参加培训的部门或没有时期；至少各要一个",
                "there is no department or no period; at least one of each is needed",
            )
        )
    for (department, period), number in findings.items():
        if number and (
            department not in starts
            or period not in range(periods)
            or not judged.get((department, period))
        ):
            raise BadInput(
                Text(
                    f"部门“{department}”第 {period + 1} 个时期有发现，却不在日程里或没有评估对象；"
                    "请补上评估对象数，或去掉这些发现",
                    f"department “{department}” has findings in period {period + 1} that is not in "
                    "the schedule or had nothing judged; add how many subjects were judged, or "
                    "leave these findings out",
                )
            )


def _outcome(ratio: Estimate) -> Outcome:
    if ratio.status is Status.NOT_ASSESSABLE:
        return Outcome.NOT_DRAWN
    if not ratio.ok or ratio.low is None or ratio.high is None:
        return Outcome.UNDECIDED
    if ratio.high < 1.0:
        return Outcome.FELL
    return Outcome.ROSE if ratio.low > 1.0 else Outcome.UNCHANGED


def _said(outcome: Outcome, found: WedgeEffect) -> Text:
    ratio = found.ratio
    value = _percent(ratio.value)
    if outcome in (Outcome.NOT_DRAWN, Outcome.UNDECIDED):
        said = SAYS[outcome].format(reason=ratio.reason)
        described = outcome is Outcome.NOT_DRAWN and ratio.value is not None
        return DESCRIBED.format(said=said, value=value) if described else said
    return SAYS[outcome].format(
        value=value,
        level=_percent(ratio.level),
        low=_percent(ratio.low),
        high=_percent(ratio.high),
    )


def _percent(value: float | None) -> str:
    return "—" if value is None else f"{value:.0%}"
