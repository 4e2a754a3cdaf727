"""Decisions explained: records, tables, replay, what would change a result, and checks of all."""

from shixiao.fairness.decisions.cells import (
    Counts,
    Place,
    Use,
    added,
    counts_of,
    cube_of,
    less,
    place_of,
    uses_of,
)
from shixiao.fairness.decisions.checks import (
    MOST_NAMED,
    Seen,
    completeness,
    consistency,
    faithfulness,
    findings,
    parts,
)
from shixiao.fairness.decisions.counterfactuals import (
    OTHER,
    Change,
    Part,
    Way,
    Ways,
    ways_out,
)
from shixiao.fairness.decisions.reading import read_file, read_row
from shixiao.fairness.decisions.record import FIELDS, Factor, Record, Scalar, read_record
from shixiao.fairness.decisions.replay import Replayed, Replayer
from shixiao.fairness.decisions.scheme import FactorTerms, Outcome, Scheme, read_scheme
from shixiao.fairness.decisions.tables import RuleTable, TableRule, Test, read_table

__all__ = [
    "FIELDS", "MOST_NAMED", "OTHER", "Change", "Counts", "Factor", "FactorTerms", "Outcome", "Part",
    "Place", "Record", "Replayed", "Replayer", "RuleTable", "Scalar", "Scheme", "Seen", "TableRule",
    "Test", "Use", "Way", "Ways", "added", "completeness", "consistency", "counts_of", "cube_of",
    "faithfulness", "findings", "less", "parts", "place_of", "read_file", "read_record", "read_row",
    "read_scheme", "read_table", "uses_of", "ways_out",
]  # fmt: skip
