"""What a field test may vary in: the way a service is tried, for whom, and how one answers."""

from __future__ import annotations

from enum import StrEnum

from shixiao.terms import Text


class Mode(StrEnum):
    """How the service is tried; the values are those of the evidence column ``channel``."""

    ONLINE = "online"
    PHONE = "phone"
    COUNTER = "counter"


class Audience(StrEnum):
    """For whom it is tried."""

    EVERYBODY = "everybody"
    ELDERS = "elders"
    DISABLED = "disabled"


class Dimension(StrEnum):
    """What a question speaks to; the three dimensions of the index."""

    USEFULNESS = "usefulness"
    CONVENIENCE = "convenience"
    BENEFIT = "benefit"


class Kind(StrEnum):
    """How a question is answered."""

    YES_NO = "yes_no"
    SCALE = "scale"
    NUMBER = "number"
    TEXT = "text"


class Unit(StrEnum):
    """What a number counts."""

    MINUTES = "minutes"
    VISITS = "visits"
    MATERIALS = "materials"
    TIMES = "times"
    DAYS = "days"


class Target(StrEnum):
    """What a protocol is made to try."""

    SERVICE = "service"
    APP = "app"


MODE_NAMES = {
    Mode.ONLINE: Text("网上", "online"),
    Mode.PHONE: Text("电话", "by phone"),
    Mode.COUNTER: Text("窗口", "at the counter"),
}
AUDIENCE_NAMES = {
    Audience.EVERYBODY: Text("一般群众", "everybody"),
    Audience.ELDERS: Text("老年人", "elders"),
    Audience.DISABLED: Text("残疾人", "people with disabilities"),
}
DIMENSION_NAMES = {
    Dimension.USEFULNESS: Text("实用性", "usefulness"),
    Dimension.CONVENIENCE: Text("便捷性", "convenience"),
    Dimension.BENEFIT: Text("利民性", "benefit"),
}
KIND_NAMES = {
    Kind.YES_NO: Text("是或否", "yes or no"),
    Kind.SCALE: Text("0 至 4 级", "scale of 0 to 4"),
    Kind.NUMBER: Text("数字", "number"),
    Kind.TEXT: Text("文字，不计分", "words, not scored"),
}
UNIT_NAMES = {
    Unit.MINUTES: Text("分钟", "minutes"),
    Unit.VISITS: Text("次到场", "visits"),
    Unit.MATERIALS: Text("份材料", "materials"),
    Unit.TIMES: Text("次", "times"),
    Unit.DAYS: Text("天", "days"),
}
