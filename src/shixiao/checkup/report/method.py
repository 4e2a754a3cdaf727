"""How it was computed: inputs by hash, rules by value, so that a third party gets the same."""

from __future__ import annotations

import re
from dataclasses import dataclass

from shixiao import __version__
from shixiao.checkup.report.cells import Cell, Column, Table
from shixiao.checkup.report.lookup import Lookup
from shixiao.checkup.report.rule_words import part_name
from shixiao.checkup.report.speech import Speech
from shixiao.effect import measures
from shixiao.rules import Kind, Rule
from shixiao.rules.rule import UNITS
from shixiao.terms import Text

_KINDS = {Kind.LAW: Text("法定", "law"), Kind.POLICY: Text("政策", "policy")}
# Rules that every evaluation uses, and those of findings, the index and savings.
_ALWAYS, _CITY = ("E-",), ("E-", "F-", "I-", "T-")


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
    city: bool


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
        lookup.city,
    )


def _rules(speech: Speech, lookup: Lookup) -> Table:
    prefixes = _CITY if lookup.city else _ALWAYS
    known = lookup.evaluation.rules.rules
    used = [rule for id_, rule in known.items() if id_.startswith(prefixes)]
    used.sort(key=lambda rule: (prefixes.index(rule.id[:2]), rule.id))
    columns = (
        Column(speech.t("编号", "Id")),
        Column(speech.t("规则", "Rule")),
        Column(speech.t("值", "Value"), number=True),
        Column(speech.t("性质", "Kind")),
    )
    rows = tuple(
        (
            Cell(rule.id),
            Cell(speech.say(rule.name), note=_note(speech, rule)),
            Cell(rule_value(speech, rule)),
            Cell(speech.say(_KINDS[rule.kind])),
        )
        for rule in used
    )
    return Table(speech.t("用到的规则", "Rules used"), columns, rows)


def _note(speech: Speech, rule: Rule) -> str:
    """Return a rule's note, unless it speaks of its parts by their codes."""
    said = speech.say(rule.note) if rule.note else ""
    parts = rule.value if isinstance(rule.value, dict) else {}
    return (
        "" if any(re.search(rf"\b{re.escape(part)}\b", said, re.ASCII) for part in parts) else said
    )


def rule_value(speech: Speech, rule: Rule) -> str:
    """Return a rule's value with its unit; a share as a percentage, parts one by one."""
    if isinstance(rule.value, dict):
        parts = [
            f"{speech.say(part_name(rule, name))} " + _with_unit(speech, value, rule.unit_of(name))
            for name, value in rule.value.items()
        ]
        return speech.t("，", ", ").join(parts)
    return _with_unit(speech, rule.value, rule.unit_of())


def _with_unit(speech: Speech, value: object, unit: str | None) -> str:
    if isinstance(value, list):
        return speech.t("、", ", ").join(str(entry) for entry in value)
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
