"""Entries and logs made up for tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from shixiao.fairness.algorithms.seen import Seen
from shixiao.fairness.models import Input
from shixiao.terms import Subject, SubjectKind, Text

SUBJECT = Subject(SubjectKind.SYSTEM, "allowance", Text("补贴预审", "Allowances"))
ENTRY: dict[str, Any] = {
    "name": {"zh": "补贴资格预审", "en": "Pre-check of allowances"},
    "summary": {"zh": "按规则给出初步意见。", "en": "It gives a first opinion by rules."},
    "status": "use",
    "category": "high",
    "team": "救助科",
    "owner_post": "科长",
    "contact": "0571-12345",
    "goal": "尽快把补贴发给该得的人。",
    "alternatives": "试过全部人工办理，平均 14 天。",
    "volume": 12_000,
    "role": "advises",
    "human_share": 100,
    "human_work": "窗口人员看到理由后决定。",
    "explanation": "看收入、户籍和人口，按第七条计算。",
    "notice": "申请页第一步写明。",
    "appeals": "六十日内可以申请复议。",
    "lawful_basis": "社会救助暂行办法第十条",
    "inputs": ["收入 | 税务 | 社会救助暂行办法第十条", "人口 | 公安 | 社会救助暂行办法第十条"],
    "model": "规则",
    "versions": ["2.0"],
    "risks": ["误判 | 人工复核"],
}
SEEN = Seen(
    first=date(2026, 2, 1),
    last=date(2026, 3, 1),
    decisions=1_000,
    versions={"2.0": 1_000},
    with_person=1_000,
    alone=0,
    advised=1_000,
    overrides=60,
    heard=1_000,
    random=120,
    inputs={"收入": 1_000, "人口": 1_000},
    founded=(Input("收入", "税务", "第十条"), Input("人口", "公安", "第十条")),
)


def seen(**changed: object) -> Seen:
    """Return what the log says, with changes."""
    return replace(SEEN, **changed)  # type: ignore[arg-type]
