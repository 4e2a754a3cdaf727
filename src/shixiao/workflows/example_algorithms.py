"""An algorithm in the example: its entry published, held against a log that disagrees with it.

The counts are samples and were made up; no decision stands behind them.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from shixiao.fairness.algorithms.questions import Part, questionnaire
from shixiao.records.models import System
from shixiao.workflows.actors import Actor
from shixiao.workflows.algorithms import drafting, logs, privacy, publishing

ENTRY = {
    "name": {"zh": "补贴资格预审（样例）", "en": "Pre-check of allowances (example)"},
    "summary": {
        "zh": "按公开的规则给出补贴资格的初步意见，由窗口人员审定。",
        "en": "It gives a first opinion on allowances by public rules; an official decides.",
    },
    "status": "use",
    "category": "high",
    "theme": "社会救助",
    "form": "内部系统",
    "team": "救助科（样例）",
    "owner_post": "科长",
    "contact": "0000-0000000",
    "goal": "把材料齐全、条件明确的申请先挑出来，缩短等待。",
    "alternatives": "全部人工初审，平均多等 6 天（样例）。",
    "volume": 12_000,
    "role": "advises",
    "discretions": ["补贴档次"],
    "human_share": 100,
    "human_work": "窗口人员看到每一条理由，可以改变意见并写明原因。",
    "explanation": "看家庭收入、人口和户籍，按办法规定的标准计算，逐项列出。",
    "notice": "申请页第一步写明使用算法，并说明可以要求人工办理。",
    "appeals": "向受理机关提出异议；六十日内可以申请行政复议。异议不停止期限计算。",
    "lawful_basis": "社会救助暂行办法第十条",
    "inputs": [
        "家庭收入 | 税务 | 社会救助暂行办法第十条",
        "家庭人口 | 公安 | 社会救助暂行办法第十条",
    ],
    "model": "写明的规则，不含机器学习。",
    "versions": ["1.0"],
    "risks": ["收入数据迟到造成误判 | 以申请人提交的材料为准，人工复核"],
}
CHOSEN = {
    "scale": "most",
    "discretion": "bound",
    "personal": "sensitive",
    "rights": "moderate",
    "living": "high",
    "reversible": "likely",
    "lasting": "months",
    "dignity": "moderate",
    "sources": "several",
    "attention": "high",
    "barriers": "assessed_some",
}
COUNTS = """\
version,arm,human,n,selected,tn,fn,tp,fp,advised,overrides,raised,heard,appealed,answered,upheld
1.0,random,1,110,30,74,6,22,8,110,7,1,110,6,5,2
1.0,algorithm,1,815,240,0,0,170,70,815,52,6,815,40,33,9
1.1,algorithm,0,60,18,0,0,12,6,60,0,0,60,3,2,1
"""
FACTORS = """\
factor,n,source,article
家庭收入,985,税务,社会救助暂行办法第十条
家庭人口,985,公安,社会救助暂行办法第十条
银行流水,60,银行,
"""
PERIOD = timedelta(days=29)
IN_FORCE = timedelta(days=300)


def enter(identifier: str, people: dict[str, Actor], now: datetime) -> None:
    """Enter the algorithm of a system of the example, publish it and hold it against a log.

    Args:
        identifier: of the system.
        people: ``system-owner`` and ``head`` of its department.
        now: when.
    """
    system = System.objects.get(identifier=identifier)
    owner, head, today = people["system-owner"], people["head"], timezone.localdate(now)
    row = drafting.begin_entry(system, actor=owner, at=now)
    row = drafting.save_fields(row, ENTRY, seen=row.version, actor=owner)
    row = drafting.save_answers(row, _answers(), {}, seen=row.version, actor=owner)
    papers = {"approval": "样例〔2026〕1 号"}
    row = drafting.save_papers(row, papers, seen=row.version, actor=owner)
    edition = publishing.propose(
        row, reason="首次登记（样例）。", seen=row.version, actor=owner, at=now
    )
    publishing.confirm(edition, actor=head, at=now)
    logs.take_in(
        row,
        ("counts.csv", COUNTS.encode()),
        ("factors.csv", FACTORS.encode()),
        first=today - PERIOD,
        last=today,
        actor=owner,
        at=now,
    )
    told = privacy.Told(
        ("automated_decision", "sensitive_information"),
        "读取家庭收入和人口，只用于资格预审，办结后三十日删除（样例）。",
        dict.fromkeys(privacy.CONTENTS, (True, "已核对（样例）。")),
        today + IN_FORCE,
    )
    privacy.confirm(privacy.assess(system, told, actor=owner, at=now), actor=head, at=now)


def _answers() -> dict[str, tuple[str, ...]]:
    """Answer every question of risk: as chosen, and elsewhere with the fewest points."""
    found: dict[str, tuple[str, ...]] = {"matters": ("benefit",), "vulnerable": ("poor", "old")}
    for question in questionnaire().questions:
        if question.part is Part.RISK and not question.field:
            least = min(question.options, key=lambda option: option.points)
            found.setdefault(question.id, (CHOSEN.get(question.id, least.id),))
    return found
