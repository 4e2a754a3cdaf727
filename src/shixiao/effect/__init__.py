"""实效: from an event log to what a service does for people: journeys, burden, verdicts."""

from shixiao.effect.arm_cells import ArmCells
from shixiao.effect.breakdown import Arm, Measured, Sums, estimate_of_sums, measure_grouping
from shixiao.effect.catalogue import Measure, Statistic, measure, measures
from shixiao.effect.chains import Chain, chains
from shixiao.effect.comparison import Compared, chance, compare, compared_cells, pooled
from shixiao.effect.copying import CopyIndex, copy_index, in_steps
from shixiao.effect.journeys import Journey, Leg, typical_journeys
from shixiao.effect.map_rows import Held, map_rows
from shixiao.effect.people import measure_people
from shixiao.effect.people_names import attribute_name, value_name
from shixiao.effect.process import (
    ActivityStatistics,
    Edge,
    Variant,
    activity_statistics,
    directly_follows,
    start_and_end_activities,
    variants,
)
from shixiao.effect.profile import CaseProfile, case_profile
from shixiao.effect.requirements import FACTS, Asked, Material, asked_by_service
from shixiao.effect.stepmap import StepMap, step_map
from shixiao.effect.subjects import (
    Comparison,
    Grouping,
    check_column,
    groupings,
    names,
    whole,
    with_periods,
)
from shixiao.effect.verdicts import Burden, Evidenced, burdens_of, may_be_copied, verdict
from shixiao.effect.worktime import DAY, calendar_table, day_of, month_table

__all__ = [
    "DAY",
    "FACTS",
    "ActivityStatistics",
    "Arm",
    "ArmCells",
    "Asked",
    "Burden",
    "CaseProfile",
    "Chain",
    "Compared",
    "Comparison",
    "CopyIndex",
    "Edge",
    "Evidenced",
    "Grouping",
    "Held",
    "Journey",
    "Leg",
    "Material",
    "Measure",
    "Measured",
    "Statistic",
    "StepMap",
    "Sums",
    "Variant",
    "activity_statistics",
    "asked_by_service",
    "attribute_name",
    "burdens_of",
    "calendar_table",
    "case_profile",
    "chains",
    "chance",
    "check_column",
    "compare",
    "compared_cells",
    "copy_index",
    "day_of",
    "directly_follows",
    "estimate_of_sums",
    "groupings",
    "in_steps",
    "map_rows",
    "may_be_copied",
    "measure",
    "measure_grouping",
    "measure_people",
    "measures",
    "month_table",
    "names",
    "pooled",
    "start_and_end_activities",
    "step_map",
    "typical_journeys",
    "value_name",
    "variants",
    "verdict",
    "whole",
    "with_periods",
]
