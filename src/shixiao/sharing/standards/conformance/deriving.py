"""Rules that follow from elements: what a column is bound to says what its values have to be."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from shixiao.rules import RulePack
from shixiao.sharing.recognition import Column, Recognition, plain, recognise, recognise_name
from shixiao.sharing.standards.conformance.rule import DIGITS, Check, TableRule
from shixiao.sharing.standards.registry import Element, Registry, Suggested, code_list, format_of

# Endings of a name that begins, and of the one that ends.
SPANS = (
    ("开始日期", "结束日期"),
    ("起始日期", "终止日期"),
    ("有效期起", "有效期止"),
    ("受理日期", "办结日期"),
    ("受理时间", "办结时间"),
    ("开始时间", "结束时间"),
    ("入院日期", "出院日期"),
    ("start_date", "end_date"),
    ("opened", "closed"),
    ("valid_from", "valid_to"),
)
MOST_CODES = 60


@dataclass(frozen=True, slots=True)
class Bound:
    """A column of a table, and the element that it was bound to."""

    column: str
    recognised: Recognition | None
    suggested: Suggested | None

    @property
    def element(self) -> Element | None:
        """The element; None where none fits."""
        return self.suggested.element if self.suggested else None


def bound_columns(
    sample: Mapping[str, Sequence[object]], registry: Registry, *, rules: RulePack
) -> tuple[Bound, ...]:
    """Return the columns of a table, each bound to the element that it most likely holds."""
    found = []
    for name, values in sample.items():
        recognised = recognise(Column(name, "", values), rules=rules)
        suggested = registry.suggest(name, "", recognised, _codes(values), rules=rules)
        found.append(Bound(name, recognised, suggested))
    return tuple(found)


def derive_rules(bound: Sequence[Bound]) -> list[TableRule]:
    """Return the rules that follow from the elements of a table's columns."""
    rules: list[TableRule] = []
    for entry in bound:
        if entry.element is not None:
            rules += _of_element(entry.column, entry.element)
    return [*rules, *_across(bound)]


def _of_element(column: str, element: Element) -> Iterator[TableRule]:
    codes = code_list(element.code_list)
    kind = recognise_name(element.name.zh)
    if codes is not None:
        yield TableRule(Check.CODES, column, codes=tuple(codes.meanings), element=element.id)
    form = format_of(element.format)
    if form is not None:
        low, high = form.within or (None, None)
        yield TableRule(
            Check.FORMAT, column, pattern=form.pattern, low=low, high=high, element=element.id
        )
    if kind is not None and kind.kind in DIGITS[:2]:
        yield TableRule(Check.CHECK_DIGIT, column, kind=kind.kind, element=element.id)


def _across(bound: Sequence[Bound]) -> Iterator[TableRule]:
    """Yield rules over two columns: of one person's number and birth or sex, of a span's ends."""
    kinds: dict[str, list[str]] = {}
    for entry in bound:
        named = recognise_name(entry.element.name.zh) if entry.element else None
        kind = named or entry.recognised
        if kind is not None:
            kinds.setdefault(kind.kind, []).append(entry.column)
    numbers = kinds.get("id_number", [])
    for other, check in (("birth_date", Check.BIRTH_DATE), ("sex", Check.SEX)):
        columns = kinds.get(other, [])
        if len(numbers) == 1 and len(columns) == 1:
            yield TableRule(check, columns[0], other=numbers[0])
    called = {}
    for entry in bound:
        called[entry.column] = entry.column
        if entry.element is not None:
            called[entry.element.name.zh] = entry.column
    for start, end in SPANS:
        if start in called and end in called:
            yield TableRule(Check.NOT_BEFORE, called[end], other=called[start])


def _codes(values: Collection[object]) -> frozenset[str]:
    found = {text for value in values if (text := plain(value))}
    return frozenset(found) if len(found) <= MOST_CODES else frozenset()
