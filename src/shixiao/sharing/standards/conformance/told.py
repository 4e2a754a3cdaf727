"""The answer of ``sharing conform --json``, written and read: a delivery, its rules, its mapping.

Samples are shapes of values already; what is none is made one, so that no value is shown whoever
wrote the file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shixiao.exports import Sheet
from shixiao.rules import RulePack
from shixiao.sharing.answers import Answer, read_answer
from shixiao.sharing.recognition import shape_of
from shixiao.sharing.standards.conformance.drafting import Draft
from shixiao.sharing.standards.conformance.measuring import SAMPLES
from shixiao.sharing.standards.conformance.trend import Trend
from shixiao.terms import Estimate, Text

SCHEMA = "shixiao/conformance/1"
MOST_RULES, MOST_COLUMNS, MOST_CODES = 5_000, 2_000, 1_000
LONGEST_NAME, LONGEST_SAMPLE = 200, 60
_SHAPE = re.compile(r"(?:[9A中L?](?:<\d{1,4}>)?|[^\w<>]|_|…)*")
HEADS = (
    Text("列", "column"),
    Text("数据元", "element_id"),
    Text("名称", "element"),
    Text("原值", "value"),
    Text("代码", "code"),
    Text("改写", "conversion"),
    Text("没有代码的行", "rows without a code"),
)


@dataclass(frozen=True, slots=True)
class ToldRule:
    """What came out for one rule; ``samples`` are shapes of what fails."""

    column: str
    name: Text
    checked: int
    failed: int
    share: Estimate
    passed: bool
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ToldMapping:
    """How a column is to become an element: values to codes, and how they are rewritten."""

    column: str
    element: str
    name: Text
    codes: Mapping[str, str]
    unmapped: int
    conversion: Text | None


@dataclass(frozen=True, slots=True)
class ToldReport:
    """What was measured of one delivery of a table."""

    name: str
    rows: int
    conforms: bool
    score: Estimate
    rules: tuple[ToldRule, ...]
    mapping: tuple[ToldMapping, ...]


def told(trend: Trend, mapping: Sequence[Draft], pack: RulePack) -> dict[str, Any]:
    """Return what was measured as plain values (CONTRACTS: sharing conform)."""
    return {
        "schema": SCHEMA,
        "rules_pack": {"pack": pack.name, "hash": pack.hash},
        **trend.reports[-1].to_json(),
        "mapping": [draft.to_json() for draft in mapping],
        "trend": trend.to_json(),
    }


def read_report(data: bytes, *, file: str) -> ToldReport:
    """Read the answer of a measurement.

    Raises:
        BadInput: it is none, or something in it is missing or of another kind.
    """
    answer = read_answer(data, schema=SCHEMA, command="shixiao sharing conform", file=file)
    rows, score = answer.whole("rows"), answer.estimate("score")
    if score.n != rows or (score.value is not None and not 0 <= score.value <= 1):
        answer.refuse("score")
    rules = tuple(map(_rule, answer.each("rules", most=MOST_RULES)))
    if answer.truth("conforms") != all(rule.passed for rule in rules):
        answer.refuse("conforms")
    return ToldReport(
        answer.text("name", longest=LONGEST_NAME),
        rows,
        answer.truth("conforms"),
        score,
        rules,
        tuple(map(_mapping, answer.each("mapping", most=MOST_COLUMNS))),
    )


def mapping_sheet(mapping: Sequence[ToldMapping], *, language: str) -> Sheet:
    """Return a drafted mapping as a table: one line a code, or one a column without codes."""
    rows = []
    for each in mapping:
        conversion = each.conversion.in_language(language) if each.conversion else None
        head = (each.column, each.element, each.name.in_language(language))
        for value, code in each.codes.items() or ((None, None),):
            rows.append((*head, value, code, conversion, each.unmapped))
    return Sheet("mapping", HEADS, rows)


def _rule(rule: Answer) -> ToldRule:
    checked, failed = rule.whole("checked"), rule.whole("failed")
    if failed > checked:
        rule.refuse("failed")
    samples = rule.values.get("samples")
    if not isinstance(samples, list) or not all(isinstance(each, str) for each in samples):
        rule.refuse("samples")
    return ToldRule(
        rule.text("column", longest=LONGEST_NAME),
        rule.both("name"),
        checked,
        failed,
        rule.estimate("share"),
        rule.truth("passed"),
        tuple(_masked(each[:LONGEST_SAMPLE]) for each in samples[:SAMPLES]),
    )


def _masked(sample: str) -> str:
    return sample if _SHAPE.fullmatch(sample) else shape_of(sample)


def _mapping(row: Answer) -> ToldMapping:
    codes, conversion = row.values.get("codes"), row.values.get("conversion")
    if not isinstance(codes, dict) or len(codes) > MOST_CODES:
        row.refuse("codes")
    if not all(isinstance(code, str) for code in codes.values()):
        row.refuse("codes")
    return ToldMapping(
        row.text("column", longest=LONGEST_NAME),
        row.text("element_id", longest=LONGEST_NAME),
        row.both("element"),
        {value[:LONGEST_NAME]: code[:LONGEST_NAME] for value, code in codes.items()},
        row.whole("unmapped"),
        row.both("conversion") if conversion is not None else None,
    )
