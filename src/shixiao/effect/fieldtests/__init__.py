"""体验测试: a service is tried by a protocol; answers become scores and a sheet to be signed."""

from shixiao.effect.fieldtests.agreeing import Agreement, Disputed, agreement, in_force
from shixiao.effect.fieldtests.answers import Answer, check_answers, check_value, values_of
from shixiao.effect.fieldtests.comparing import AgainstLog, Outcome, against_log
from shixiao.effect.fieldtests.kinds import Audience, Dimension, Kind, Mode, Target, Unit
from shixiao.effect.fieldtests.pages import protocols_page
from shixiao.effect.fieldtests.protocol import Condition, Goalposts, Protocol, Question, Step, Value
from shixiao.effect.fieldtests.reading import read_protocol
from shixiao.effect.fieldtests.scoring import OVERALL, scores
from shixiao.effect.fieldtests.sheet import (
    answers_of,
    check_sheet,
    scores_of,
    sheet,
    sheet_sha256,
    sheet_text,
)
from shixiao.effect.fieldtests.shipped import protocols, source_of
from shixiao.effect.fieldtests.tables import rows

__all__ = [
    "OVERALL",
    "AgainstLog",
    "Agreement",
    "Answer",
    "Audience",
    "Condition",
    "Dimension",
    "Disputed",
    "Goalposts",
    "Kind",
    "Mode",
    "Outcome",
    "Protocol",
    "Question",
    "Step",
    "Target",
    "Unit",
    "Value",
    "against_log",
    "agreement",
    "answers_of",
    "check_answers",
    "check_sheet",
    "check_value",
    "in_force",
    "protocols",
    "protocols_page",
    "read_protocol",
    "rows",
    "scores",
    "scores_of",
    "sheet",
    "sheet_sha256",
    "sheet_text",
    "source_of",
    "values_of",
]
