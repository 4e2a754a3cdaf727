"""Decision tables: the rules of a system, registered beforehand, in a form without surprises.

The form is JSON Decision Model (GoRules): an input, one decision table, an output. Cells may hold
what can be cut into finitely many cases: numbers with comparisons or intervals, words, true, false,
blank for any. Everything else of that language (functions, arithmetic, other nodes) is refused:
what changes a result can then be told exactly, and a registered table runs no code of strangers.

Sources: https://docs.gorules.io (JDM, decision tables, hit policy first); DMN 1.3, 8.2.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shixiao.fairness.decisions.record import Scalar
from shixiao.seals import sha256_of
from shixiao.terms import BadInput, Text

MOST_RULES, MOST_COLUMNS, LONGEST_CELL, LARGEST = 2_000, 40, 500, 2 * 1024 * 1024
NODES = ("inputNode", "decisionTableNode", "outputNode")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_NUMBER = r"-?\d{1,15}(?:\.\d{1,9})?"
_COMPARED = re.compile(rf"(<=|>=|==|!=|<|>)?\s*({_NUMBER})")
_RANGE = re.compile(rf"([\[(])\s*({_NUMBER})\s*\.\.\s*({_NUMBER})\s*([\])])")
_WORD = re.compile(r'(==|!=)?\s*"([^"\\\x00-\x1f]{0,200})"')
_TRUTH = re.compile(r"(==|!=)?\s*(true|false)")
_PIECE = re.compile(r'((?:"[^"]*"|[\[(][^\])]*[\])]|[^,])+)(?:,|$)')


@dataclass(frozen=True, slots=True)
class Test:
    """What one piece of a cell asks: ``sign`` against ``value``, or within bounds.

    Attributes:
        sign: ``==``, ``!=``, ``<``, ``<=``, ``>``, ``>=``; ``in`` for an interval.
        value: compared with; for an interval its lower end.
        high: its upper end.
        closed: whether the ends belong to it.
    """

    sign: str
    value: Scalar
    high: float | None = None
    closed: tuple[bool, bool] = (True, True)

    def holds(self, value: Scalar) -> bool:
        """Say whether a value passes; a value of another kind passes ``!=`` alone."""
        number = _is_number(self.value)
        if number != _is_number(value) or isinstance(value, bool) != isinstance(self.value, bool):
            return self.sign == "!="
        if self.sign in {"==", "!="}:
            return (value == self.value) == (self.sign == "==")
        if not number or not _is_number(value):
            return False
        at, against = float(value), float(self.value)  # type: ignore[arg-type]
        if self.sign == "in":
            above = at >= against if self.closed[0] else at > against
            high = self.high or 0.0
            return above and (at <= high if self.closed[1] else at < high)
        signs = {"<": at < against, "<=": at <= against, ">": at > against, ">=": at >= against}
        return signs[self.sign]


@dataclass(frozen=True, slots=True)
class TableRule:
    """A row: passes where each column passes one of its tests; no tests pass anything."""

    id: str
    tests: tuple[tuple[Test, ...], ...]
    result: str
    article: str


@dataclass(frozen=True, slots=True)
class RuleTable:
    """A table whose first passing rule decides.

    Attributes:
        fields: the inputs, in the order of the columns.
        output: the name of the result.
        rules: in order.
        content: the JSON as it was registered.
        sha256: its hash.
    """

    fields: tuple[str, ...]
    output: str
    rules: tuple[TableRule, ...]
    content: Mapping[str, Any]
    sha256: str

    def decide(self, inputs: Mapping[str, Scalar]) -> TableRule | None:
        """Return the first rule that passes; None where none does."""
        values = [inputs.get(name) for name in self.fields]
        return next((rule for rule in self.rules if _passes(rule, values)), None)


@dataclass(frozen=True, slots=True)
class Kind:
    """Of what kind a table tests a field: the words it names, numbers, truths."""

    words: frozenset[str]
    numbers: bool
    truths: bool

    def read(self, text: str) -> Scalar:
        """Return what a text stands for: a number or truth where such are tested, else itself."""
        if text in self.words:
            return text
        if self.truths and text in {"true", "false"}:
            return text == "true"
        return _plain_number(text) if self.numbers else text


def kinds_of(table: RuleTable) -> dict[str, Kind]:
    """Return of what kind a table tests each of its fields."""
    found = {}
    for place, field in enumerate(table.fields):
        values = [test.value for rule in table.rules for test in rule.tests[place]]
        found[field] = Kind(
            frozenset(value for value in values if isinstance(value, str)),
            any(_is_number(value) for value in values),
            any(isinstance(value, bool) for value in values),
        )
    return found


def as_tested(inputs: Mapping[str, Scalar], kinds: Mapping[str, Kind]) -> dict[str, Scalar]:
    """Return inputs whose texts stand as a table tests them; a code of digits stays a text."""
    return {
        name: kinds[name].read(value) if isinstance(value, str) and name in kinds else value
        for name, value in inputs.items()
    }


def read_table(data: bytes, *, file: str | None = None) -> RuleTable:
    """Read a decision table.

    Raises:
        BadInput: it is no table of this form; ``row`` and ``column`` say which cell.
    """
    if len(data) > LARGEST:
        raise BadInput(Text("决策表超过 2 MB。", "the table is larger than 2 MB"), file=file)
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        raise BadInput(Text("这不是 JSON。", "it is no JSON"), file=file) from None
    try:
        return _table(content)
    except BadInput as wrong:
        raise BadInput(wrong.text, file=file, row=wrong.row, column=wrong.column) from None


def _table(content: object) -> RuleTable:
    nodes = content.get("nodes") if isinstance(content, Mapping) else None
    if not isinstance(nodes, list) or sorted(
        str(node.get("type")) for node in nodes if isinstance(node, Mapping)
    ) != sorted(NODES):
        raise BadInput(
            Text(
                "应由一个输入、一张决策表和一个输出组成，不含其他节点。",
                "one input, one decision table and one output are needed, and no other node",
            )
        )
    inner = next(n for n in nodes if n.get("type") == NODES[1]).get("content")
    if not isinstance(inner, Mapping) or inner.get("hitPolicy") != "first":
        raise BadInput(
            Text("hitPolicy 应为 first。", "the hitPolicy has to be first"), column="hitPolicy"
        )
    inputs, outputs = (_columns(inner, name) for name in ("inputs", "outputs"))
    _check_edges(content, nodes)
    first = outputs[0]
    rows = inner.get("rules")
    if not isinstance(rows, list) or not 0 < len(rows) <= MOST_RULES:
        raise BadInput(
            Text(f"应有 1 至 {MOST_RULES} 条规则。", f"1 to {MOST_RULES} rules are needed"),
            column="rules",
        )
    rules = tuple(_rule(row, number, inputs, first) for number, row in enumerate(rows, 1))
    if len({rule.id for rule in rules}) != len(rules):
        raise BadInput(Text("规则编号重复。", "two rules have one id"), column="_id")
    plain: Mapping[str, Any] = content  # type: ignore[assignment]
    return RuleTable(tuple(field for _, field in inputs), first[1], rules, plain, sha256_of(plain))


def _columns(inner: Mapping[str, Any], name: str) -> list[tuple[str, str]]:
    columns = inner.get(name)
    if not isinstance(columns, list) or not 0 < len(columns) <= MOST_COLUMNS:
        raise BadInput(
            Text(f"应有 1 至 {MOST_COLUMNS} 列。", f"1 to {MOST_COLUMNS} columns are needed"),
            column=name,
        )
    found = []
    for column in columns:
        given = column if isinstance(column, Mapping) else {}
        id_, field = str(given.get("id", "")), str(given.get("field", ""))
        if not id_ or not _NAME.fullmatch(field):
            raise BadInput(
                Text(
                    "每列都要有 id，field 由字母、数字和下划线组成。",
                    "each column needs an id, and a field of letters, digits and underscores",
                ),
                column=field or name,
            )
        found.append((id_, field))
    if len({field for _, field in found}) != len(found) or len({i for i, _ in found}) != len(found):
        raise BadInput(Text("有两列同名。", "two columns have one name"), column=name)
    return found


def _check_edges(content: object, nodes: Sequence[Mapping[str, Any]]) -> None:
    """Refuse nodes that are not joined input to table to output."""
    ids = {str(node.get("type")): node.get("id") for node in nodes}
    edges = content.get("edges") if isinstance(content, Mapping) else None
    joined = [
        (edge.get("sourceId"), edge.get("targetId"))
        for edge in (edges if isinstance(edges, list) else [])
        if isinstance(edge, Mapping)
    ]
    way = [(ids[NODES[0]], ids[NODES[1]]), (ids[NODES[1]], ids[NODES[2]])]
    if sorted(map(str, joined)) != sorted(map(str, way)):
        raise BadInput(
            Text("连线应为输入、决策表、输出。", "it has to lead from input over table to output"),
            column="edges",
        )


def _rule(
    row: object, number: int, inputs: Sequence[tuple[str, str]], output: tuple[str, str]
) -> TableRule:
    if not isinstance(row, Mapping) or not row.get("_id"):
        raise BadInput(Text("规则没有 _id。", "the rule has no _id"), row=number, column="_id")
    result = _WORD.fullmatch(str(row.get(output[0], "")).strip())
    if result is None or result[1]:
        raise BadInput(
            Text(
                '结果应为引号中的一个词，例如 "grant"。', 'a result is a word in quotes ("grant")'
            ),
            row=number,
            column=output[1],
        )
    tests = tuple(_tests(row.get(id_, ""), number, field) for id_, field in inputs)
    return TableRule(
        str(row["_id"])[:100], tests, result[2], str(row.get("_description", ""))[:LONGEST_CELL]
    )


def _tests(cell: object, number: int, field: str) -> tuple[Test, ...]:
    text = str(cell).strip() if cell is not None else ""
    if text in {"", "-"}:
        return ()
    pieces = _PIECE.findall(text) if len(text) <= LONGEST_CELL else []
    tests = [_test(piece.strip()) for piece in pieces]
    if not tests or None in tests or ",".join(pieces) != text:
        raise BadInput(
            Text(
                f'读不懂“{text[:60]}”；可用：>= 18、[0..5000)、"甲","乙"、true、空白。',
                f'“{text[:60]}” is not understood; write >= 18, [0..5000), "a","b", true, or'
                " leave it blank",
            ),
            row=number,
            column=field,
        )
    return tuple(test for test in tests if test is not None)


def _test(piece: str) -> Test | None:
    if found := _COMPARED.fullmatch(piece):
        return Test(found[1] or "==", _number(found[2]))
    if found := _RANGE.fullmatch(piece):
        low, high = _number(found[2]), _number(found[3])
        return Test("in", low, high, (found[1] == "[", found[4] == "]")) if low <= high else None
    if found := _WORD.fullmatch(piece):
        return Test(found[1] or "==", found[2])
    if found := _TRUTH.fullmatch(piece):
        return Test(found[1] or "==", found[2] == "true")
    return None


def _number(text: str) -> int | float:
    return float(text) if "." in text else int(text)


def _plain_number(text: str) -> Scalar:
    """Return the number that a text writes as JSON does; else the text."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return text
    number = _is_number(found) and (isinstance(found, int) or math.isfinite(found))
    return found if number else text


def _is_number(value: Scalar) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _passes(rule: TableRule, values: Sequence[Scalar]) -> bool:
    return all(
        not tests or any(test.holds(value) for test in tests)
        for tests, value in zip(rule.tests, values, strict=True)
    )
