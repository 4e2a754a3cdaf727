"""培训: courses, briefings and warning sessions, judged only by whether such findings fell.

Nobody's attendance and nobody's satisfaction is counted here: neither says what became of people.
"""

from shixiao.checkup.training.anonymise import Doubt, Replaced, Safe, anonymise
from shixiao.checkup.training.audiences import (
    Audience,
    Lesson,
    SessionKind,
    Tier,
    audiences,
    lesson,
    lessons,
)
from shixiao.checkup.training.effect import Outcome, TrainingEffect, training_effect
from shixiao.checkup.training.planning import TrainingPlan, plan_training
from shixiao.checkup.training.questions import CheckQuestion, Choice, check_questions
from shixiao.checkup.training.recognising import Known
from shixiao.checkup.training.warning_case import ClosedCase, WarningCase, draft_warning

__all__ = [
    "Audience",
    "CheckQuestion",
    "Choice",
    "ClosedCase",
    "Doubt",
    "Known",
    "Lesson",
    "Outcome",
    "Replaced",
    "Safe",
    "SessionKind",
    "Tier",
    "TrainingEffect",
    "TrainingPlan",
    "WarningCase",
    "anonymise",
    "audiences",
    "check_questions",
    "draft_warning",
    "lesson",
    "lessons",
    "plan_training",
    "training_effect",
]
