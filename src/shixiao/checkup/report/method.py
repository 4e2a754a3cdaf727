"""How it was computed: inputs by hash, rules by value, so that a third party gets the same."""

from __future__ import annotations

from dataclasses import dataclass

from shixiao import __version__
from shixiao.checkup.report.cells import Cell, Column, Table
from shixiao.checkup.report.lookup import Lookup
from shixiao.checkup.report.speech import Speech
from shixiao.effect import measures
from shixiao.rules import Kind, Rule
from shixiao.rules.rule import UNITS
from shixiao.terms import Text

_KINDS = {Kind.LAW: Text("法定", "law"), Kind.POLICY: Text("政策", "policy")}
_PARTS = {
    "warn": Text("提醒", "warns"),
    "block": Text("停用", "stops"),
    "minimum": Text("最低", "minimum"),
    "cases": Text("同秒办件", "cases in one second"),
}


@dataclass(frozen=True, slots=True)
class Method:
    """The section on how the numbers came about."""

    version: str
    seed: int
    draws: int
    permutations: int
    level: str
    calendar: str
    zone: str
    pack: str
    pack_title: str
    pack_hash: str
    rules: Table
    inputs: Table
    measures: Table


def method(speech: Speech, lookup: Lookup) -> Method:
    """Return everything that decides the report's bytes."""
    evaluation = lookup.evaluation
    rules, meta = evaluation.rules, evaluation.store.meta
    calendar = meta.calendar
    return Method(
        __version__,
        evaluation.question.seed,
        int(rules.number("E-18")),
        int(rules.number("E-19")),
        f"{rules.number('E-17'):.0%}",
        speech.t("无（按自然日）", "none (calendar days)") if calendar == "none" else calendar,
        meta.zone,
        rules.name,
        speech.say(rules.title),
        rules.hash,
        _rules(speech, lookup),
        _inputs(speech, lookup),
        _measures(speech, lookup),
    )


def _rules(speech: Speech, lookup: Lookup) -> Table:
    used = [rule for id_, rule in lookup.evaluation.rules.rules.items() if id_.startswith("E-")]
    columns = (
        Column(speech.t("编号", "Id")),
        Column(speech.t("规则", "Rule")),
        Column(speech.t("值", "Value"), number=True),
        Column(speech.t("性质", "Kind")),
    )
    rows = tuple(
        (
            Cell(rule.id),
            Cell(speech.say(rule.name), note=speech.say(rule.note) if rule.note else ""),
            Cell(rule_value(speech, rule)),
            Cell(speech.say(_KINDS[rule.kind])),
        )
        for rule in used
    )
    return Table(speech.t("用到的规则", "Rules used"), columns, rows)


def rule_value(speech: Speech, rule: Rule) -> str:
    """Return a rule's value with its unit; a share as a percentage, parts one by one."""
    if isinstance(rule.value, dict):
        parts = [
            f"{speech.say(_PARTS[name]) if name in _PARTS else name} "
            + _with_unit(speech, value, rule.unit_of(name))
            for name, value in rule.value.items()
        ]
        return speech.t("，", ", ").join(parts)
    return _with_unit(speech, rule.value, rule.unit_of())


def _with_unit(speech: Speech, value: object, unit: str | None) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if unit == "share":
        return f"{value * 100:.10g}%"
    name = "" if unit in (None, "ratio") else f" {speech.say(UNITS[unit])}" if unit else ""
    return f"{value:,.10g}{name}"


def _inputs(speech: Speech, lookup: Lookup) -> Table:
    columns = (
        Column(speech.t("文件", "File")),
        Column(speech.t("行数", "Rows"), number=True),
        Column("SHA-256"),
    )
    rows = tuple(
        (speech.named(item.name), Cell(speech.count(item.rows)), Cell(item.sha256))
        for item in lookup.evaluation.store.meta.inputs
    )
    return Table(speech.t("输入文件", "Input files"), columns, rows)


def _measures(speech: Speech, lookup: Lookup) -> Table:
    """Return what every measure of this report means."""
    taken = {item.measure for item in lookup.evaluation.measured}
    taken |= {item.measure for item in lookup.evaluation.compared}
    columns = (
        Column(speech.t("指标", "Measure")),
        Column(speech.t("含义", "Meaning")),
        Column(speech.t("单位", "Unit")),
    )
    rows = tuple(
        (Cell(speech.say(m.name)), Cell(speech.say(m.about)), Cell(speech.say(m.unit)))
        for m in measures()
        if m.id in taken
    )
    return Table(speech.t("指标的含义", "What the measures mean"), columns, rows)
