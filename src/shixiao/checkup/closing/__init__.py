"""销号: a case is closed by numbers, planned when it opens and measured again on its day only.

``plan_closing`` fixes what is measured, when, and how much it takes; ``remeasure`` measures both
periods with one version of code and rules and says passed, not passed or insufficient.
"""

from shixiao.checkup.closing.deciding import decide
from shixiao.checkup.closing.plan import ClosingPlan, Way
from shixiao.checkup.closing.planning import extended, plan_closing
from shixiao.checkup.closing.readings import Reading, Readings, SubjectKey, Target
from shixiao.checkup.closing.relapse import Relapse, relapse
from shixiao.checkup.closing.remeasurement import Outcome, Remeasurement
from shixiao.checkup.closing.remeasuring import halves, measure, remeasure

__all__ = [
    "ClosingPlan",
    "Outcome",
    "Reading",
    "Readings",
    "Relapse",
    "Remeasurement",
    "SubjectKey",
    "Target",
    "Way",
    "decide",
    "extended",
    "halves",
    "measure",
    "plan_closing",
    "relapse",
    "remeasure",
]
