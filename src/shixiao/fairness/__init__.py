"""公平: are the decisions of an automated system fair, and can that be known from its log?"""

from shixiao.fairness.audit import Asked, Audit, Cell, Result, audit
from shixiao.fairness.catalogue import LAYERS, Basis, Layer, Metric, metric, metrics
from shixiao.fairness.counting import Columns, count_decisions
from shixiao.fairness.cube import COUNTS, Cube
from shixiao.fairness.guard import HALF_WIDTH, NO_PREVALENCE, Ground, Plan, ground, plan
from shixiao.fairness.reading import is_counts, open_log, read_counts, write_counts
from shixiao.fairness.release import Release, release
from shixiao.fairness.scan import DRAWS, Disparity, Question, Scan, scan
from shixiao.fairness.suppression import Published, suppress
from shixiao.fairness.texts import named_group
from shixiao.fairness.told import heads, told, told_plan
from shixiao.fairness.workbench import Line, answer

__all__ = [
    "COUNTS",
    "DRAWS",
    "HALF_WIDTH",
    "LAYERS",
    "NO_PREVALENCE",
    "Asked",
    "Audit",
    "Basis",
    "Cell",
    "Columns",
    "Cube",
    "Disparity",
    "Ground",
    "Layer",
    "Line",
    "Metric",
    "Plan",
    "Published",
    "Question",
    "Release",
    "Result",
    "Scan",
    "answer",
    "audit",
    "count_decisions",
    "ground",
    "heads",
    "is_counts",
    "metric",
    "metrics",
    "named_group",
    "open_log",
    "plan",
    "read_counts",
    "release",
    "scan",
    "suppress",
    "told",
    "told_plan",
    "write_counts",
]
