"""体检: the pure place that combines the wings into an answer: evaluation, ranking, report."""

from shixiao.checkup.evaluation import Evaluation, evaluate
from shixiao.checkup.question import DEFAULT_SEED, Question
from shixiao.checkup.result import result_json

__all__ = ["DEFAULT_SEED", "Evaluation", "Question", "evaluate", "result_json"]
