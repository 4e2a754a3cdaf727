"""The design check as JSON (CONTRACTS: ``shixiao design``) and as a workbook."""

from __future__ import annotations

from collections import Counter
from typing import Any

from shixiao import __version__
from shixiao.checkup.design.checking import DesignCheck
from shixiao.checkup.design.judging import COPIED, UNKNOWN, holders_of
from shixiao.checkup.design.promising import Promise, State
from shixiao.checkup.design.wording import texts
from shixiao.exports import Cell, Sheet, workbook
from shixiao.terms import Text

SCHEMA = "shixiao/design/1"
ANSWER = Text(
    "{services} 个事项：{copied} 个机械套用，{unknown} 个无法判断。网上仍须到场 {visits} 次、"
    "签章 {signatures} 处，所要数据中 {held} 项其他部门已有。{targets} 个成效目标登记完整。",
    "Services: {services}; copied mechanically: {copied}; not assessable: {unknown}. What online "
    "still asks for: visits {visits}, signatures {signatures}, data that other departments hold "
    "{held}. Targets registered in full: {targets}.",
)


def answer(check: DesignCheck) -> Text:
    """Say what came out in one sentence."""
    found = Counter(one.verdict for one in check.judged)
    return ANSWER.format(
        services=f"{len(check.judged):,}",
        copied=f"{found[COPIED]:,}",
        unknown=f"{found[UNKNOWN]:,}",
        held=f"{sum(len(one.elsewhere) for one in check.judged):,}",
        visits=f"{sum(len(one.visits) for one in check.judged):,}",
        signatures=f"{sum(len(one.signatures) for one in check.judged):,}",
        targets=f"{sum(p.state is State.REGISTERED for p in check.promises):,}",
    )


def design_json(check: DesignCheck) -> dict[str, Any]:
    """Return everything that was found as plain JSON values."""
    return {
        "schema": SCHEMA,
        "inputs": [{"name": i.name, "sha256": i.sha256, "rows": i.rows} for i in check.inputs],
        "rules": {"pack": check.rules.name, "hash": check.rules.hash},
        "code_version": __version__,
        "notes": [note.to_json() for note in check.notes],
        "answer": answer(check).to_json(),
        "verdicts": [verdict.to_json() for verdict in check.verdicts],
        "findings": [finding.to_json() for finding in check.findings],
        "targets": [_target(promise) for promise in check.promises],
    }


def _target(promise: Promise) -> dict[str, Any]:
    row, target = promise.registered, promise.target
    return {
        "subject": promise.subject.to_json(),
        "state": str(promise.state),
        "measure": target.measure.id if target else row.measure,
        "baseline": row.baseline,
        "target": row.target,
        "due": row.due.isoformat() if row.due else None,
        "least_n": target.least_n if target else row.least_n,
        "registered": row.registered.isoformat() if row.registered else None,
        "why": [why.to_json() for why in promise.why],
    }


def design_xlsx(check: DesignCheck) -> bytes:
    """Return the check as a workbook: verdicts, items, what is held, targets."""
    return workbook([_verdicts(check), _items(check), _held(check), _targets(check)])


def _verdicts(check: DesignCheck) -> Sheet:
    heads = (
        Text("编码", "Code"),
        Text("名称", "Name"),
        Text("英文名称", "Name in English"),
        Text("结论", "Verdict"),
        Text("英文结论", "Verdict in English"),
        Text("理由", "Grounds"),
        Text("英文理由", "Grounds in English"),
        Text("缺少", "Missing"),
        Text("英文缺少", "Missing in English"),
    )
    rows = [
        (
            v.subject.id,
            v.subject.name.zh,
            v.subject.name.en,
            v.text.zh,
            v.text.en,
            " ".join(ground.zh for ground in v.grounds),
            " ".join(ground.en for ground in v.grounds),
            "；".join(text.zh for text in v.missing),
            "; ".join(text.en for text in v.missing),
        )
        for v in check.verdicts
    ]
    return Sheet("结论", heads, rows)


def _items(check: DesignCheck) -> Sheet:
    heads = (
        Text("事项", "Service"),
        Text("窗口要求", "Asked at the counter"),
        Text("网上要求", "Asked online"),
        Text("类别", "Kind"),
        Text("去向", "What became of it"),
        Text("英文去向", "In English"),
    )
    rows: list[tuple[Cell, ...]] = []
    for one in check.judged:
        for pair in one.pairs:
            fate = texts("fates")[pair.fate]
            rows.append(
                (
                    one.service.subject.id,
                    pair.counter.name.zh if pair.counter else None,
                    pair.online.name.zh if pair.online else None,
                    texts("kinds")[pair.item.kind].zh,
                    fate.zh,
                    fate.en,
                )
            )
    return Sheet("逐项", heads, rows)


def _held(check: DesignCheck) -> Sheet:
    heads = (
        Text("事项", "Service"),
        Text("要求", "Item"),
        Text("数据元", "Element"),
        Text("持有部门", "Held by"),
        Text("匹配得分", "Score of the match"),
    )
    rows = [
        (
            one.service.subject.id,
            held.item.name.zh,
            held.element.name,
            holders_of(held, check.design).zh,
            held.chance,
        )
        for one in check.judged
        for held in one.held
    ]
    return Sheet("政府已有", heads, rows)


def _targets(check: DesignCheck) -> Sheet:
    heads = (
        Text("对象", "Subject"),
        Text("度量", "Measure"),
        Text("基线", "Baseline"),
        Text("目标", "Target"),
        Text("到期日", "Due"),
        Text("最少件数", "Fewest cases"),
        Text("状态", "State"),
        Text("问题", "What is wrong"),
    )
    rows = [
        (
            p.subject.id,
            p.registered.measure,
            p.registered.baseline,
            p.registered.target,
            p.registered.due.isoformat() if p.registered.due else None,
            p.registered.least_n,
            texts("states")[p.state].zh,
            "；".join(why.zh for why in p.why),
        )
        for p in check.promises
    ]
    return Sheet("成效目标", heads, rows)
