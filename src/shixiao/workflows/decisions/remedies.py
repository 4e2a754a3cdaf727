"""Remedies: until when a person may object, apply for reconsideration and bring suit.

The statutory ones run from the day on which the person knew; an objection does not stop them. Where
no notice is on record the day of the decision stands for it, which is never too late.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from shixiao.fairness.decisions import Record, Scheme
from shixiao.rules import Rule, deadline_by_months, load_calendar
from shixiao.terms import Text
from shixiao.workflows.clock import due_day, pack, rule

OBJECT, RECONSIDER, SUE, AFTER = "OBJ-01", "REV-F", "LIT-F", "LIT-R"
HERE = Text("本站，或任何一个政务服务窗口", "here, or at any counter of government services")
WARNING = Text(
    "提出异议不影响申请行政复议和提起诉讼的期限：这些期限照常进行，请不要等异议的结果。",
    "An objection does not stop the time to apply for reconsideration or to bring suit: both go on"
    " running, so do not wait for its result.",
)
AFTERWARDS = Text(
    "对行政复议决定不服的，收到决定书之日起 15 日内可以起诉；依法须先申请复议的，先申请复议。",
    "Against a decision on reconsideration suit may be brought within 15 days of receipt; where"
    " the law wants reconsideration first, it comes first.",
)


@dataclass(frozen=True, slots=True)
class Remedy:
    """A way to have a decision looked at again: its rule, its last day, and where to go."""

    rule: Rule
    due: date
    where: Text


def known_on(record: Record) -> date:
    """Return the day from which remedies run."""
    return record.told or timezone.localdate(record.ts)


def remedies(record: Record, scheme: Scheme) -> tuple[Remedy, ...]:
    """Return the remedies against a decision with their last days, the objection first."""
    start = known_on(record)
    months = int(pack().number(SUE))
    days = {OBJECT: due_day(OBJECT, start), RECONSIDER: due_day(RECONSIDER, start)}
    days[SUE] = deadline_by_months(start, months, load_calendar("cn")).due
    where = {OBJECT: HERE, RECONSIDER: scheme.reconsideration, SUE: scheme.court}
    return tuple(Remedy(rule(name), due, where[name]) for name, due in days.items() if due)
