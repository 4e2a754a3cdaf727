"""Relapse: the same finding, back within the time of rule C-08, on cases after the correction."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from shixiao.checkup.closing.plan import ClosingPlan
from shixiao.checkup.closing.readings import Readings
from shixiao.rules import RulePack
from shixiao.terms import BadInput, Text

SAYS = Text(
    "{name}：{closed} 销号，{on} 的评估里同一问题线索再次立起，在 {months} 个月以内，"
    "属于反弹，案件重启。",
    "{name}: closed on {closed}, and the same finding is back in the evaluation of {on}, within "
    "{months} months: a relapse, the case is reopened.",
)


@dataclass(frozen=True, slots=True)
class Relapse:
    """A closed case whose finding came back.

    Attributes:
        finding: id of the finding.
        closed: when the case was closed.
        on: day of the evaluation that shows it again.
        says: the same in a sentence.
    """

    finding: str
    closed: date
    on: date
    says: Text


def relapse(
    plan: ClosingPlan, later: Readings, *, closed: date, on: date, rules: RulePack
) -> Relapse | None:
    """Say whether a closed case has relapsed.

    Args:
        plan: of the closed case; its finding is known again by kind, measure, subject and locator.
        later: readings of days after the correction; of the whole register where it has no dates.
        closed: the day of closing.
        on: the day of the later evaluation.
        rules: C-08.

    Returns:
        None where the finding is not back, or came back after the time.

    Raises:
        BadInput: the later evaluation mixes in cases from before the correction, which would show
            the old finding again.
    """
    if plan.after is not None and (later.window is None or later.window.start < plan.after.start):
        raise BadInput(
            Text(
                "这次评估含有整改以前的办件，看不出是不是反弹；"
                f"请只评估 {plan.after.start} 以后的办件",
                "this evaluation mixes in cases from before the correction, so a relapse cannot be "
                f"told; evaluate cases from {plan.after.start} on",
            )
        )
    reading = later.of(plan.target).get(plan.target.key)
    months = int(rules.number("C-08"))
    if reading is None or not reading.flagged or not closed <= on <= _months_on(closed, months):
        return None
    name = plan.target.subject.name
    says = SAYS.format(name=name, closed=closed, on=on, months=months)
    return Relapse(plan.finding, closed, on, says)


def _months_on(day: date, months: int) -> date:
    """Return the day that many months on, the last of the month where there is no such day."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
