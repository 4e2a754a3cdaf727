"""Entries of the register of algorithms, made in one go: filled in, published, with a log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from shixiao.fairness.algorithms.authority import Authority, Power
from shixiao.fairness.algorithms.questions import NONE, Part, questionnaire
from shixiao.records.models import Algorithm, AlgorithmEdition, AlgorithmLog, System
from shixiao.workflows.algorithms import drafting, logs, privacy, publishing
from tests.cast import NOW, Cast
from tests.fairness.algorithms.made import ENTRY

COUNTS = """\
version,arm,human,n,selected,tn,fn,tp,fp,advised,overrides,raised,heard,appealed,answered,upheld
2.0,random,1,120,20,90,10,12,8,120,8,2,120,5,4,1
2.0,algorithm,1,880,100,0,0,60,40,880,60,9,880,40,30,8
"""
FACTORS = """\
factor,n,source,article
收入,1000,税务,社会救助暂行办法第十条
人口,1000,公安,社会救助暂行办法第十条
"""
FIRST, LAST = date(2026, 2, 1), date(2026, 3, 1)
CHAIN = (
    Authority(
        Power.AUTOMATION, "", "行政处罚法", "第四十一条", "利用电子技术监控设备收集、固定违法事实"
    ),
)


def answers(highest: bool = False) -> dict[str, tuple[str, ...]]:
    """Answer every question of risk, with the fewest points or with the most."""
    found: dict[str, tuple[str, ...]] = {}
    for question in questionnaire().questions:
        if question.part is not Part.RISK or question.field:
            continue
        ordered = sorted(question.options, key=lambda option: option.points)
        if question.many:
            every = tuple(o.id for o in ordered if o.id != NONE)
            found[question.id] = every if highest else (NONE,)
        else:
            found[question.id] = ((ordered[-1] if highest else ordered[0]).id,)
    return found


def begun(
    cast: Cast,
    system: System,
    *,
    at: datetime = NOW,
    entry: Mapping[str, Any] = ENTRY,
    chain: tuple[Authority, ...] = (),
    highest: bool = False,
) -> Algorithm:
    """Fill in the draft of a system."""
    wei = cast.actor("wei")
    row = drafting.begin_entry(system, actor=wei, at=at)
    row = drafting.save_fields(row, entry, seen=row.version, actor=wei)
    row = drafting.save_authorities(row, chain, seen=row.version, actor=wei)
    row = drafting.save_answers(row, answers(highest), {}, seen=row.version, actor=wei)
    papers = {"approval": "卫健〔2026〕1 号", "hearing": ""}
    return drafting.save_papers(row, papers, seen=row.version, actor=wei)


def published(cast: Cast, row: Algorithm, *, at: datetime = NOW) -> AlgorithmEdition:
    """Publish the draft by two people."""
    edition = publishing.propose(
        row, reason="首次登记。", seen=row.version, actor=cast.actor("wei"), at=at
    )
    # From level 3 on the bureau or the government approves, and the bureau confirms.
    who = "zhou" if edition.level < 3 else "li"
    done = publishing.confirm(edition, actor=cast.actor(who), at=at)
    row.refresh_from_db()
    return done


def logged(
    cast: Cast,
    row: Algorithm,
    *,
    counts: str = COUNTS,
    factors: str | None = FACTORS,
    at: datetime = NOW,
) -> AlgorithmLog:
    """Enter counts of the log."""
    return logs.take_in(
        row,
        ("counts.csv", counts.encode()),
        ("factors.csv", factors.encode()) if factors else None,
        first=FIRST,
        last=LAST,
        actor=cast.actor("wei"),
        at=at,
    )


PIA = privacy.Told(
    ("automated_decision", "sensitive_information"),
    "读取收入和人口，只用于资格预审。",
    dict.fromkeys(privacy.CONTENTS, (True, "已核对。")),
    date(2026, 12, 31),
)


def assessed(cast: Cast, system: System, *, at: datetime = NOW) -> None:
    """Have an impact assessment on personal data confirmed."""
    row = privacy.assess(system, PIA, actor=cast.actor("wei"), at=at)
    privacy.confirm(row, actor=cast.actor("zhou"), at=at)
