"""匹配: which data element already answers what a form asks, and why."""

from shixiao.sharing.matching.alike import alike
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
from shixiao.sharing.matching.files import Bounds, Requirement, read_elements, read_requirements
from shixiao.sharing.matching.items import Element, Item
from shixiao.sharing.matching.learned import (
    Decision,
    Learned,
    confirm,
    fitted,
    read_learned,
    written,
)
from shixiao.sharing.matching.matching import Candidate, Match, match
from shixiao.sharing.matching.told import (
    ANSWER,
    ToldCandidate,
    ToldItem,
    ToldMatches,
    read_matches,
    told,
)
from shixiao.sharing.matching.wording import folded_name, wording_of

__all__ = [
    "ANSWER",
    "PARTS",
    "Bounds",
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
    "ToldCandidate",
    "ToldItem",
    "ToldMatches",
    "alike",
    "confirm",
    "elements",
    "fitted",
    "folded_name",
    "grade",
    "match",
    "predictions",
    "questions",
    "read_elements",
    "read_learned",
    "read_matches",
    "read_predictions",
    "read_requirements",
    "told",
    "wording_of",
    "written",
]
