"""核验: does a table follow the standards, measured row by row in the engine?"""

from shixiao.sharing.standards.conformance.deriving import bound_columns, derive_rules
from shixiao.sharing.standards.conformance.drafting import Draft, draft_mapping
from shixiao.sharing.standards.conformance.loading import Delivery, load
from shixiao.sharing.standards.conformance.measuring import measure
from shixiao.sharing.standards.conformance.reading import read_rules
from shixiao.sharing.standards.conformance.report import Report, RuleResult
from shixiao.sharing.standards.conformance.rule import Check, TableRule
from shixiao.sharing.standards.conformance.told import (
    ToldMapping,
    ToldReport,
    ToldRule,
    mapping_sheet,
    read_report,
    told,
)
from shixiao.sharing.standards.conformance.trend import Trend, trend_of

__all__ = [
    "Check",
    "Delivery",
    "Draft",
    "Report",
    "RuleResult",
    "TableRule",
    "ToldMapping",
    "ToldReport",
    "ToldRule",
    "Trend",
    "bound_columns",
    "derive_rules",
    "draft_mapping",
    "load",
    "mapping_sheet",
    "measure",
    "read_report",
    "read_rules",
    "told",
    "trend_of",
]
