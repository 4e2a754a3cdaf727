"""Objections: their course as data, and panels without conflicts."""

from shixiao.fairness.objections.course import (
    Course,
    Told,
    ended,
    file,
    pass_day,
    step,
    suspends,
    table,
)
from shixiao.fairness.objections.panels import Candidate, Ties, excluded

__all__ = [
    "Candidate",
    "Course",
    "Ties",
    "Told",
    "ended",
    "excluded",
    "file",
    "pass_day",
    "step",
    "suspends",
    "table",
]
