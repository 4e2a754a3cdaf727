"""匹配: which data element already answers what a form asks, and why."""

from shixiao.sharing.matching.benchmark import (
    PARTS,
    Prediction,
    Question,
    Score,
    elements,
    grade,
    predictions,
    questions,
    read_predictions,
)
from shixiao.sharing.matching.files import Requirement, read_elements, read_requirements
from shixiao.sharing.matching.items import Element, Item
from shixiao.sharing.matching.learned import Decision, Learned, confirm, read_learned
from shixiao.sharing.matching.matching import Candidate, Match, match

__all__ = [
    "PARTS",
    "Candidate",
    "Decision",
    "Element",
    "Item",
    "Learned",
    "Match",
    "Prediction",
    "Question",
    "Requirement",
    "Score",
    "confirm",
    "elements",
    "grade",
    "match",
    "predictions",
    "questions",
    "read_elements",
    "read_learned",
    "read_predictions",
    "read_requirements",
]
