"""法规: statute → parameter as data, the working-day calendar, and statutory clocks."""

from shixiao.rules.calendar import WorkingCalendar
from shixiao.rules.calendars import load_calendar
from shixiao.rules.clocks import Clock, Deadline, StartRule, Suspension, Unit, deadline
from shixiao.rules.days import DayKind, DayRow, days_csv, merge_days, read_days
from shixiao.rules.deadline_table import deadline_table
from shixiao.rules.layers import load_pack
from shixiao.rules.months import deadline_by_months
from shixiao.rules.notice import import_notice
from shixiao.rules.pack import RulePack, affected
from shixiao.rules.pages import rules_page
from shixiao.rules.rule import Checked, Kind, Rule, Source, Value

__all__ = [
    "Checked",
    "Clock",
    "DayKind",
    "DayRow",
    "Deadline",
    "Kind",
    "Rule",
    "RulePack",
    "Source",
    "StartRule",
    "Suspension",
    "Unit",
    "Value",
    "WorkingCalendar",
    "affected",
    "days_csv",
    "deadline",
    "deadline_by_months",
    "deadline_table",
    "import_notice",
    "load_calendar",
    "load_pack",
    "merge_days",
    "read_days",
    "rules_page",
]
