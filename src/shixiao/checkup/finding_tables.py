"""Sheets of a city: findings, every test behind them, the index with its parts, and savings."""

from __future__ import annotations

from collections.abc import Sequence

from shixiao.checkup.detectors.registry import Detector, detectors
from shixiao.checkup.index import DIMENSION_NAMES, GRADES, Score, indicators
from shixiao.checkup.report.lookup import Lookup
from shixiao.checkup.report.words import BREACH, LEAD, SEVERITIES
from shixiao.checkup.sharing_sheets import sharing_sheets
from shixiao.checkup.tables import ESTIMATE, SUBJECT, estimate_cells, subject_cells
from shixiao.effect import measure
from shixiao.exports import Cell, Sheet
from shixiao.terms import Finding, Text, significant

OUTCOMES = {
    "flagged": Text("列为线索或违规", "flagged"),
    "clear": Text("没有突出", "clear"),
    "explained": Text("突出但有正当原因", "explained"),
    "insufficient": Text("记录太少", "insufficient"),
    "not_assessable": Text("无法评估", "not assessable"),
}


def city_sheets(lookup: Lookup) -> list[Sheet]:
    """Return the sheets that only a city has."""
    kinds = {detector.kind: detector for detector in detectors()}
    return [
        _findings(lookup, kinds),
        _tests(lookup, kinds),
        _index(lookup),
        _parts(lookup),
        _savings(lookup),
        _not_assessable(lookup, kinds),
        *sharing_sheets(lookup.evaluation.sharing),
    ]


def _findings(lookup: Lookup, kinds: dict[str, Detector]) -> Sheet:
    heads = (
        Text("编号", "Id"),
        Text("类别", "Kind"),
        Text("英文类别", "Kind in English"),
        Text("性质", "Nature"),
        Text("轻重", "Severity"),
        Text("度量", "Measure"),
        *SUBJECT,
        Text("发现", "Finding"),
        Text("英文发现", "Finding in English"),
        *ESTIMATE,
        Text("同类通常", "Usual"),
        Text("p", "p"),
        Text("校正后的 p", "Adjusted p"),
        Text("排除过的正当原因", "Ruled out"),
        Text("什么能推翻它", "Disproof"),
        Text("规则", "Rule"),
        Text("依据", "Law"),
        Text("记录所在表", "Table of evidence"),
        Text("记录（已遮掩）", "Rows (masked)"),
        Text("文件 SHA-256", "SHA-256 of the file"),
    )
    rows = [_finding(finding, kinds[finding.kind]) for finding in lookup.findings]
    return Sheet("线索与违规 Findings", heads, rows)


def _finding(finding: Finding, detector: Detector) -> tuple[Cell, ...]:
    severity, _ = SEVERITIES[finding.severity]
    nature = LEAD if finding.lead else BREACH
    innocents = [i.text.zh for i in finding.innocents if not i.explains]
    return (
        finding.id,
        finding.name.zh,
        finding.name.en,
        f"{nature.zh} {nature.en}",
        f"{severity.zh} {severity.en}",
        detector.measures[finding.measure].name.zh,
        *subject_cells(finding.subject),
        finding.text.zh,
        finding.text.en,
        *estimate_cells(finding.estimate),
        significant(finding.usual),
        significant(finding.p),
        significant(finding.p_adjusted),
        "；".join(innocents) or None,
        finding.disproof.zh,
        finding.rule,
        "；".join(article.zh for article in finding.articles) or None,
        "、".join(e.table for e in finding.evidence) or None,
        " ".join(key for e in finding.evidence for key in e.keys) or None,
        " ".join(dict.fromkeys(e.sha256 for e in finding.evidence)) or None,
    )


def _tests(lookup: Lookup, kinds: dict[str, Detector]) -> Sheet:
    heads = (
        Text("类别", "Kind"),
        Text("度量", "Measure"),
        Text("英文度量", "Measure in English"),
        *SUBJECT,
        Text("细分", "Locator"),
        Text("结果", "Outcome"),
        Text("英文结果", "Outcome in English"),
        *ESTIMATE,
        Text("同类通常", "Usual"),
        Text("p", "p"),
        Text("校正后的 p", "Adjusted p"),
    )
    rows: list[Sequence[Cell]] = []
    for tried in lookup.tried:
        trial, outcome = tried.trial, OUTCOMES[str(tried.outcome)]
        detector = kinds[tried.kind]
        name = detector.measures[trial.measure].name
        rows.append(
            (
                detector.name.zh,
                name.zh,
                name.en,
                *subject_cells(trial.subject),
                trial.locator or None,
                outcome.zh,
                outcome.en,
                *estimate_cells(trial.estimate),
                significant(trial.usual),
                significant(trial.p),
                significant(tried.p_adjusted),
            )
        )
    return Sheet("逐项检验 Tests", heads, rows)


# ── the index ─────────────────────────────────────────────────────────────────────────────────


def _index(lookup: Lookup) -> Sheet:
    heads = (
        *SUBJECT,
        Text("维度", "Dimension"),
        Text("英文维度", "Dimension in English"),
        *ESTIMATE,
        Text("档", "Band"),
        Text("最好名次", "Best rank"),
        Text("最差名次", "Worst rank"),
        Text("共", "Of"),
        Text("等次", "Grade"),
        Text("封顶的规则", "Capped by"),
        Text("换一种选择的下端", "Other choices, low"),
        Text("换一种选择的上端", "Other choices, high"),
    )
    return Sheet("指数 Index", heads, [_score(score) for score in lookup.index.scores])


def _score(score: Score) -> tuple[Cell, ...]:
    name, place = DIMENSION_NAMES[score.dimension], score.place
    grade = GRADES[score.grade.id] if score.grade is not None else None
    low, high = score.choices or (None, None)
    return (
        *subject_cells(score.subject),
        name.zh,
        name.en,
        *estimate_cells(score.score),
        place.band,
        place.low if place.band is not None else None,
        place.high if place.band is not None else None,
        place.of if place.band is not None else None,
        f"{grade.zh} {grade.en}" if grade is not None else None,
        " ".join(score.cap) or None,
        significant(low),
        significant(high),
    )


def _parts(lookup: Lookup) -> Sheet:
    heads = (
        *SUBJECT,
        Text("维度", "Dimension"),
        Text("指标", "Indicator"),
        Text("英文指标", "Indicator in English"),
        *ESTIMATE,
        Text("收缩前的数值", "Value before shrinkage"),
        Text("0 分的值", "Value of 0 points"),
        Text("100 分的值", "Value of 100 points"),
        Text("得分", "Points"),
        Text("权重", "Weight"),
        Text("计入", "Contribution"),
        Text("权重的规则", "Rule of the weight"),
        Text("目标区间的规则", "Rule of the goalposts"),
    )
    rows: list[Sequence[Cell]] = [
        (
            *subject_cells(score.subject),
            DIMENSION_NAMES[score.dimension].zh,
            part.name.zh,
            part.name.en,
            *estimate_cells(part.value),
            significant(part.raw.value) if part.raw is not None else None,
            part.goalposts.floor if part.goalposts else None,
            part.goalposts.target if part.goalposts else None,
            significant(part.score),
            significant(part.weight),
            significant(part.contribution),
            part.rule,
            part.goalposts.rule if part.goalposts else None,
        )
        for score in lookup.index.scores
        for part in score.parts
    ]
    return Sheet("指数计算 Index parts", heads, rows)


# ── savings, and what is missing ──────────────────────────────────────────────────────────────


def _savings(lookup: Lookup) -> Sheet:
    heads = (
        *SUBJECT,
        Text("负担", "Burden"),
        Text("英文负担", "Burden in English"),
        Text("渠道", "Channel"),
        Text("今天每件", "Per case today"),
        Text("一年可免的次数或份数", "Units a year that could go"),
        Text("一年可省小时", "Hours a year"),
        Text("下限", "Low"),
        Text("上限", "High"),
        Text("件数", "n"),
        Text("规则", "Rule"),
    )
    rows: list[Sequence[Cell]] = []
    for saved in lookup.savings.values():
        for change in saved.changes:
            name, hours = measure(change.measure).name, change.hours
            rows.append(
                (
                    *subject_cells(saved.subject),
                    name.zh,
                    name.en,
                    change.channel or None,
                    significant(change.per_case.value),
                    significant(change.units.value),
                    significant(hours.value),
                    significant(hours.low),
                    significant(hours.high),
                    hours.n,
                    change.rule,
                )
            )
    return Sheet("可省的时间 Savings", heads, rows)


def _not_assessable(lookup: Lookup, kinds: dict[str, Detector]) -> Sheet:
    heads = (
        Text("部分", "Part"),
        Text("度量", "Measure"),
        Text("英文度量", "Measure in English"),
        Text("原因", "Reason"),
        Text("英文原因", "Reason in English"),
    )
    names = {item.id: item.name for item in indicators()}
    rows: list[Sequence[Cell]] = []
    for kind, of, reason in lookup.evaluation.checkup.missing:
        name = kinds[kind].measures[of].name
        rows.append([kinds[kind].name.zh, name.zh, name.en, reason.zh, reason.en])
    for identifier, reason in lookup.index.not_assessable:
        named = names.get(identifier)
        if named is not None:
            rows.append(["三性指数", named.zh, named.en, reason.zh, reason.en])
    return Sheet("不能查的问题 Not testable", heads, rows)
