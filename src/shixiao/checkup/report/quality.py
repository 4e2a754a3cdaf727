"""Evidence quality, and what could not be assessed for want of evidence."""

from __future__ import annotations

from collections.abc import Sequence

from shixiao.checkup.detectors.registry import Detector, detectors
from shixiao.checkup.index import indicators
from shixiao.checkup.report.cells import Cell, Column, Table
from shixiao.checkup.report.lookup import Lookup, reasons
from shixiao.checkup.report.speech import Speech, Unit
from shixiao.checkup.report.words import GATE
from shixiao.terms import Text

_PERCENT = Unit(100.0, Text("%", "%"), "%")


def quality_table(speech: Speech, lookup: Lookup) -> Table:
    """Return every figure of the quality gate with what the rules say of it."""
    columns = (
        Column(speech.t("检查什么", "What is checked")),
        Column(speech.t("占比", "Share"), number=True),
        Column(speech.t("记录数", "n"), number=True),
        Column(speech.t("判定", "Verdict")),
        Column(speech.t("规则", "Rule")),
    )
    rows = []
    for figure in lookup.evaluation.quality.figures:
        words, tone = GATE[figure.verdict]
        note = speech.sentence(speech.say(figure.note)) if figure.note is not None else ""
        known = figure.rule is not None and figure.rule in lookup.evaluation.rules.rules
        rule = (
            speech.say(lookup.evaluation.rules.rule(figure.rule).name)
            if figure.rule and known
            else ""
        )
        rows.append(
            (
                Cell(speech.say(figure.title)),
                speech.estimate(figure.estimate, _PERCENT),
                Cell(speech.count(figure.estimate.n)),
                Cell("", tag=speech.say(words), tone=tone, lines=(note,) if note else ()),
                Cell(figure.rule or "—", note=rule),
            )
        )
    return Table(speech.t("证据质量", "Evidence quality"), columns, tuple(rows))


def missing_table(speech: Speech, lookup: Lookup) -> Table | None:
    """Return what evidence is missing and which measures it would allow; None when nothing is."""
    found = [(reason, [item.name for item in items]) for reason, items in reasons(lookup)]
    found = joined([*found, *_of_checkup(lookup)])
    if not found:
        return None
    columns = (
        Column(speech.t("缺什么", "What is missing")),
        Column(speech.t("补上以后可以评估", "What it would allow")),
    )
    rows = tuple(
        (
            Cell(speech.sentence(speech.say(reason))),
            Cell(speech.t("、", ", ").join(speech.say(name) for name in names)),
        )
        for reason, names in found
    )
    return Table(speech.t("不能评估的指标", "Measures not assessable"), columns, rows)


def _of_checkup(lookup: Lookup) -> list[tuple[Text, list[Text]]]:
    """Return what findings and the index lack."""
    kinds = {detector.kind: detector for detector in detectors()}
    lacking = [
        (reason, [_measure_of(kinds[kind], measure)])
        for kind, measure, reason in lookup.evaluation.checkup.missing
    ]
    names = {item.id: item.name for item in indicators()}
    return lacking + [
        (reason, [Text(f"指数：{names[name].zh}", f"index: {names[name].en}")])
        for name, reason in lookup.index.not_assessable
        if name in names
    ]


def _measure_of(detector: Detector, measure: str) -> Text:
    name = detector.measures[measure].name
    return Text(f"{detector.name.zh}：{name.zh}", f"{detector.name.en}: {name.en}")


def joined(found: Sequence[tuple[Text, Sequence[Text]]]) -> list[tuple[Text, list[Text]]]:
    """Put together what one and the same reason keeps from being assessed."""
    grouped: dict[Text, list[Text]] = {}
    for reason, names in found:
        plain = Text(reason.zh.rstrip("。"), reason.en.rstrip("."))
        grouped.setdefault(plain, []).extend(names)
    return list(grouped.items())
