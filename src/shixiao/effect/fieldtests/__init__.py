"""体验测试: a service is tried by a protocol; answers become scores and a sheet to be signed."""

from shixiao.effect.fieldtests.kinds import Audience, Dimension, Kind, Mode, Target, Unit
from shixiao.effect.fieldtests.protocol import Condition, Goalposts, Protocol, Question, Step, Value
from shixiao.effect.fieldtests.reading import read_protocol
from shixiao.effect.fieldtests.shipped import protocols

__all__ = [
    "Audience",
    "Condition",
    "Dimension",
    "Goalposts",
    "Kind",
    "Mode",
    "Protocol",
    "Question",
    "Step",
    "Target",
    "Unit",
    "Value",
    "protocols",
    "read_protocol",
]
