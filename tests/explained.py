"""A benefit whose decisions are explained: scheme, table, and one decision as it is sent."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from shixiao.fairness.decisions import (
    Record,
    RuleTable,
    Scheme,
    read_record,
    read_scheme,
    read_table,
)

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
SCHEME: dict[str, Any] = {
    "about": {"zh": "临时救助", "en": "emergency aid"},
    "outcomes": {
        "grant": {"name": {"zh": "准予", "en": "granted"}, "adverse": False},
        "refuse": {"name": {"zh": "不予准许", "en": "refused"}, "adverse": True},
    },
    "factors": {
        "income": {
            "name": {"zh": "家庭人均月收入", "en": "monthly income per head"},
            "register": {"zh": "民政收入核对库", "en": "income register"},
            "can": "correct",
            "how": {"zh": "带工资条到民政窗口更正。", "en": "Bring payslips to the counter."},
        },
        "hardship": {
            "name": {"zh": "困难类型", "en": "kind of hardship"},
            "register": {"zh": "申请表", "en": "application form"},
            "can": "change",
            "how": {"zh": "补交诊断证明。", "en": "Hand in the diagnosis."},
            "values": {
                "illness": {"zh": "大病", "en": "illness"},
                "disaster": {"zh": "灾害", "en": "disaster"},
            },
        },
        "age": {
            "name": {"zh": "年龄", "en": "age"},
            "register": {"zh": "人口库", "en": "population register"},
            "can": "neither",
        },
    },
    "groups": [
        "age_band",
        {
            "id": "sex",
            "name": {"zh": "性别", "en": "sex"},
            "values": {"F": {"zh": "女", "en": "women"}, "M": {"zh": "男", "en": "men"}},
        },
    ],
    "people": {"zh": "民政窗口，0571-1", "en": "the counter of civil affairs, 0571-1"},
    "reconsideration": {"zh": "市人民政府", "en": "the city government"},
    "court": {"zh": "市中级人民法院", "en": "the intermediate court"},
    "irreversible": False,
}
RULES = [
    ("R1", ">= 3000", "", "", "refuse"),
    ("R2", "", '"illness","disaster"', "", "grant"),
    ("R3", "< 1000", "", "", "grant"),
    ("R4", "", "", ">= 60", "grant"),
    ("R5", "", "", "", "refuse"),
]
SENT: dict[str, Any] = {
    "decision_id": "2026-001",
    "system_id": "aid",
    "version": "1.0",
    "ts": "2026-02-20T10:00:00+08:00",
    "began": "2026-02-18T10:00:00+08:00",
    "told": "2026-02-21",
    "person": "p-17",
    "channel": "online",
    "arm": "algorithm",
    "arm_probability": 0.5,
    "inputs": {"income": 1500, "hardship": "none", "age": 40},
    "factors": [
        {
            "name": "income",
            "value": 1500,
            "source": "民政收入核对库",
            "day": "2026-01-31",
            "article": "社会救助暂行办法第四十七条",
        }
    ],
    "rules": ["R5"],
    "recommended": "refuse",
    "final": "refuse",
    "official_id": "o-3",
    "system_role": "advice",
    "human_role": "复核并决定",
    "groups": {"age_band": "18-44", "sex": "F"},
    "article": "社会救助暂行办法第四十七条",
    "explanation": "人均月收入 1,500 元，未达到救助条件。",
}


def sent(**changed: Any) -> dict[str, Any]:
    """Return a decision as it is sent; a part that is None is left out."""
    return {name: value for name, value in (SENT | changed).items() if value is not None}


def record(**changed: Any) -> Record:
    return read_record(sent(**changed), now=NOW, zone=ZONE)


def scheme(**changed: Any) -> Scheme:
    return read_scheme(SCHEME | changed)


def content(rules: list[tuple[str, str, str, str, str]] | None = None) -> dict[str, Any]:
    """Return the table as JSON Decision Model."""
    rows = [
        {"_id": name, "a": income, "b": hardship, "c": age, "o": f'"{result}"'}
        for name, income, hardship, age, result in (rules or RULES)
    ]
    fields = [("a", "income"), ("b", "hardship"), ("c", "age")]
    inner = {
        "hitPolicy": "first",
        "inputs": [{"id": place, "field": field, "name": field} for place, field in fields],
        "outputs": [{"id": "o", "field": "result", "name": "result"}],
        "rules": rows,
    }
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in"},
        {"id": "t", "type": "decisionTableNode", "name": "t", "content": inner},
        {"id": "out", "type": "outputNode", "name": "out"},
    ]
    edges = [
        {"id": "1", "sourceId": "in", "targetId": "t", "type": "edge"},
        {"id": "2", "sourceId": "t", "targetId": "out", "type": "edge"},
    ]
    return {"nodes": nodes, "edges": edges}


def table(rules: list[tuple[str, str, str, str, str]] | None = None) -> RuleTable:
    return read_table(json.dumps(content(rules)).encode())
