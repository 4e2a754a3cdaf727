"""考核办法体检: an appraisal scheme on the scales: what it rewards, and what should stand there."""

from shixiao.checkup.schemes.appraisal import (
    Appraisal,
    Judged,
    answer,
    appraise,
    class_name,
    percent,
    sentence,
)
from shixiao.checkup.schemes.cues import IndicatorClass
from shixiao.checkup.schemes.ranking import (
    NO_EVIDENCE,
    Placed,
    Reranking,
    bands,
    ranking_from_index,
    ranking_from_scores,
    rerank,
)
from shixiao.checkup.schemes.reading import read_scheme
from shixiao.checkup.schemes.result import appraisal_json, appraisal_xlsx
from shixiao.checkup.schemes.rounds import STATES, TRANSITIONS, Contest, Round, State
from shixiao.checkup.schemes.scheme import Indicator, Scheme
from shixiao.checkup.schemes.scores import Scores, read_scores

__all__ = [
    "NO_EVIDENCE",
    "STATES",
    "TRANSITIONS",
    "Appraisal",
    "Contest",
    "Indicator",
    "IndicatorClass",
    "Judged",
    "Placed",
    "Reranking",
    "Round",
    "Scheme",
    "Scores",
    "State",
    "answer",
    "appraisal_json",
    "appraisal_xlsx",
    "appraise",
    "bands",
    "class_name",
    "percent",
    "ranking_from_index",
    "ranking_from_scores",
    "read_scheme",
    "read_scores",
    "rerank",
    "sentence",
]
