"""The result as tables for a spreadsheet: every number of result.json, one sheet per kind."""

from __future__ import annotations

from collections.abc import Sequence

from shixiao.checkup.evaluation import Evaluation
from shixiao.effect import measure, measures
from shixiao.exports import Cell, Sheet
from shixiao.terms import Estimate, Subject, Text, significant

SUBJECT = (
    Text("对象类别", "Kind"),
    Text("对象编号", "Id"),
    Text("对象", "Subject"),
    Text("英文名", "Name in English"),
)
ESTIMATE = (
    Text("数值", "Value"),
    Text("下限", "Low"),
    Text("上限", "High"),
    Text("件数", "n"),
    Text("状态", "Status"),
    Text("说明", "Reason"),
    Text("英文说明", "Reason in English"),
)
FIGURE_UNITS = {"reply_days": "天", "reply_late": "%", "reply_twin": "%"}
MEASURE = (Text("指标", "Measure"), Text("英文指标", "Measure in English"), Text("单位", "Unit"))


def sheets(evaluation: Evaluation) -> list[Sheet]:
    """Return the sheets that every evaluation has."""
    return [
        _verdicts(evaluation),
        _comparisons(evaluation),
        _measures(evaluation),
        _rankings(evaluation),
        _activities(evaluation),
        _edges(evaluation),
        _quality(evaluation),
        _missing(evaluation),
        _inputs(evaluation),
    ]


def subject_cells(subject: Subject) -> list[Cell]:
    """Return a subject as the columns of SUBJECT."""
    return [str(subject.kind), subject.id, subject.name.zh, subject.name.en]


def estimate_cells(estimate: Estimate) -> list[Cell]:
    """Return an estimate as the columns of ESTIMATE."""
    reason = estimate.reason
    return [
        significant(estimate.value),
        significant(estimate.low),
        significant(estimate.high),
        estimate.n,
        str(estimate.status),
        reason.zh if reason else None,
        reason.en if reason else None,
    ]


def _names(identifier: str) -> list[Cell]:
    found = measure(identifier)
    return [found.name.zh, found.name.en, found.unit.zh]


def _verdicts(evaluation: Evaluation) -> Sheet:
    heads = (
        *SUBJECT,
        Text("结论", "Verdict"),
        Text("英文结论", "Verdict in English"),
        Text("依据", "Grounds"),
        Text("缺少的证据", "Missing evidence"),
    )
    rows = [
        (
            *subject_cells(v.subject),
            v.text.zh,
            v.text.en,
            "\n".join(ground.zh for ground in v.grounds),
            "\n".join(text.zh for text in v.missing),
        )
        for v in evaluation.verdicts
    ]
    return Sheet("结论 Verdicts", heads, rows)


def _comparisons(evaluation: Evaluation) -> Sheet:
    heads = (
        *SUBJECT,
        *MEASURE,
        Text("甲组", "Arm a"),
        Text("乙组", "Arm b"),
        Text("甲组件数", "n of a"),
        Text("乙组件数", "n of b"),
        *ESTIMATE,
        Text("依据未确认的环节对应", "Rests on unconfirmed map rows"),
    )
    rows = [
        (
            *subject_cells(c.subject),
            *_names(c.measure),
            c.comparison.a,
            c.comparison.b,
            *c.cases,
            *estimate_cells(c.ratio),
            int(c.suggested),
        )
        for c in evaluation.compared
    ]
    return Sheet("比较 Comparisons", heads, rows)


def _measures(evaluation: Evaluation) -> Sheet:
    heads = (*SUBJECT, *MEASURE, Text("分组列", "Split by"), Text("组", "Arm"), *ESTIMATE)
    rows = [
        (
            *subject_cells(m.subject),
            *_names(m.measure),
            m.arm.column if m.arm else None,
            m.arm.value if m.arm else None,
            *estimate_cells(m.estimate),
        )
        for m in evaluation.measured
    ]
    rows += [
        (
            *subject_cells(f.subject),
            f.name.zh,
            f.name.en,
            FIGURE_UNITS[f.measure],
            None,
            None,
            *estimate_cells(f.estimate),
        )
        for f in evaluation.figures
    ]
    return Sheet("度量 Measures", heads, rows)


def _rankings(evaluation: Evaluation) -> Sheet:
    heads = (
        *MEASURE,
        Text("分组列", "Column"),
        Text("对象", "Subject"),
        Text("档", "Band"),
        Text("最好名次", "Best rank"),
        Text("最差名次", "Worst rank"),
        Text("共", "Of"),
        *ESTIMATE,
    )
    rows = [
        (
            *_names(ranking.measure),
            ranking.column,
            place.id,
            place.band,
            place.low,
            place.high,
            place.of,
            *estimate_cells(estimate),
        )
        for ranking in evaluation.rankings
        for place, estimate in ranking.places
    ]
    return Sheet("排位 Rankings", heads, rows)


def _activities(evaluation: Evaluation) -> Sheet:
    heads = (
        Text("环节", "Activity"),
        Text("事件数", "Events"),
        Text("办件数", "Cases"),
        Text("返工办件数", "Cases with rework"),
        Text("之前等待中位（秒）", "Median wait before (s)"),
    )
    rows: Sequence[Sequence[Cell]] = [
        [a.name, a.events, a.cases, a.rework_cases, a.wait_median] for a in evaluation.activities
    ]
    return Sheet("环节 Activities", heads, rows)


def _edges(evaluation: Evaluation) -> Sheet:
    heads = (Text("从", "From"), Text("到", "To"), Text("次数", "Count"))
    rows: Sequence[Sequence[Cell]] = [[e.source, e.target, e.count] for e in evaluation.edges]
    return Sheet("走向 Edges", heads, rows)


def _quality(evaluation: Evaluation) -> Sheet:
    heads = (
        Text("指标", "Figure"),
        Text("英文", "In English"),
        *ESTIMATE,
        Text("判定", "Verdict"),
        Text("规则", "Rule"),
    )
    rows = [
        [f.title.zh, f.title.en, *estimate_cells(f.estimate), f.verdict, f.rule]
        for f in evaluation.quality.figures
    ]
    return Sheet("证据质量 Quality", heads, rows)


def _missing(evaluation: Evaluation) -> Sheet:
    heads = (*MEASURE, Text("原因", "Reason"), Text("英文原因", "Reason in English"))
    rows = [
        [*_names(m.id), reason.zh, reason.en]
        for m in measures()
        if (reason := evaluation.missing.get(m.metric)) is not None
    ]
    return Sheet("不能评估 Not assessable", heads, rows)


def _inputs(evaluation: Evaluation) -> Sheet:
    heads = (Text("文件", "File"), Text("SHA-256", "SHA-256"), Text("行数", "Rows"))
    meta = evaluation.store.meta
    rows: list[list[Cell]] = [[i.name, i.sha256, i.rows] for i in meta.inputs]
    rows.append([f"rules {evaluation.rules.name}", evaluation.rules.hash, None])
    return Sheet("来源 Inputs", heads, rows)
