"""Words that several sections share: verdicts in two words, channels, columns, units of time."""

from __future__ import annotations

from shixiao.effect.verdicts import BETTER, COPIED, UNKNOWN, WORSE
from shixiao.terms import Severity, SubjectKind, Text

# Gravest first: the order in which subjects are shown.
VERDICTS: dict[str, Text] = {
    COPIED: Text("机械套用", "copied mechanically"),
    WORSE: Text("负担加重", "burden increased"),
    BETTER: Text("实质优化", "substantively improved"),
    UNKNOWN: Text("证据不足", "insufficient evidence"),
}
VERDICT_TONES = {COPIED: "red", WORSE: "red", BETTER: "green", UNKNOWN: "grey"}

GATE: dict[str, tuple[Text, str]] = {
    "ok": (Text("正常", "Fine"), "plain"),
    "warn": (Text("提醒", "Warning"), "amber"),
    "not_assessable": (Text("不能评估", "Not assessable"), "grey"),
}

CHANNELS: dict[str, Text] = {
    "online": Text("网上", "Online"),
    "counter": Text("窗口", "Counter"),
    "phone": Text("电话", "Phone"),
    "other": Text("其他", "Other"),
}

COLUMNS: dict[str, Text] = {
    "channel": Text("渠道", "Channel"),
    "region": Text("地区", "Region"),
    "month": Text("月份", "Month"),
    "period": Text("时期", "Period"),
    "service_id": Text("服务", "Service"),
    "department_id": Text("部门", "Department"),
    "source": Text("日志", "Log"),
}

SUBJECTS: dict[SubjectKind, Text] = {
    SubjectKind.SERVICE: Text("项服务", "services"),
    SubjectKind.LOG: Text("个日志", "logs"),
    SubjectKind.DEPARTMENT: Text("个部门", "departments"),
    SubjectKind.CITY: Text("个城市", "cities"),
    SubjectKind.APP: Text("个应用", "apps"),
    # Of systems only platforms are spoken of: the index scores no other.
    SubjectKind.SYSTEM: Text("个平台", "platforms"),
    SubjectKind.DATASET: Text("个数据集", "datasets"),
    SubjectKind.EVALUATOR: Text("名体验员", "evaluators"),
}

ONE_SUBJECT: dict[SubjectKind, Text] = {
    SubjectKind.SERVICE: Text("服务", "Service"),
    SubjectKind.LOG: Text("日志", "Log"),
    SubjectKind.DEPARTMENT: Text("部门", "Department"),
    SubjectKind.CITY: Text("全部办件", "All cases"),
    SubjectKind.APP: Text("应用", "App"),
    SubjectKind.SYSTEM: Text("平台", "Platform"),
    SubjectKind.DATASET: Text("数据集", "Dataset"),
    SubjectKind.EVALUATOR: Text("体验员", "Evaluator"),
}

# How grave a finding is: a word and the tone of its tag.
SEVERITIES: dict[Severity, tuple[Text, str]] = {
    Severity.VETO: (Text("触碰红线", "Red line"), "red"),
    Severity.HIGH: (Text("严重", "Grave"), "red"),
    Severity.MEDIUM: (Text("较重", "Serious"), "amber"),
    Severity.LOW: (Text("较轻", "Minor"), "grey"),
    Severity.INFO: (Text("供参考", "For information"), "plain"),
}
LEAD = Text("线索", "lead")
BREACH = Text("违规", "breach")

# Tables of the evidence package, as a reader calls them.
TABLES: dict[str, Text] = {
    "accounts": Text("账号", "accounts"),
    "apps": Text("应用", "apps"),
    "cases": Text("办件", "cases"),
    "events": Text("办理环节", "steps"),
    "forms": Text("表单", "forms"),
    "groups": Text("人群", "groups"),
    "messages": Text("来信", "messages"),
    "ratings": Text("评价", "ratings"),
    "requirements": Text("办事要求", "requirements"),
    "usage": Text("使用情况", "usage"),
}

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
