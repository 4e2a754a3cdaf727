"""词汇: the value objects that every layer speaks. Nothing here reads, writes or computes."""

from shixiao.terms.estimate import Estimate, Status, significant
from shixiao.terms.finding import EvidenceReference, Finding, Innocent
from shixiao.terms.period import Period
from shixiao.terms.problem import BadInput, Unavailable
from shixiao.terms.subject import Subject, SubjectKind
from shixiao.terms.text import Text
from shixiao.terms.verdict import Severity, Verdict

__all__ = [
    "BadInput",
    "Estimate",
    "EvidenceReference",
    "Finding",
    "Innocent",
    "Period",
    "Severity",
    "Status",
    "Subject",
    "SubjectKind",
    "Text",
    "Unavailable",
    "Verdict",
    "significant",
]
