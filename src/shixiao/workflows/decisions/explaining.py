"""Explaining: one decision to the person it is about, in words that can be read aloud.

What is said is what the record holds. What would change the result is computed from the registered
table, for factors alone that the person can change or have put right, and only where the table says
what the system said.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from shixiao.fairness.decisions import (
    OTHER,
    Change,
    Factor,
    FactorTerms,
    Part,
    Record,
    Scheme,
    ways_out,
)
from shixiao.fairness.decisions.scheme import CHANGE, CORRECT
from shixiao.fairness.decisions.tables import as_tested, kinds_of
from shixiao.records.models import LoggedDecision
from shixiao.terms import Text
from shixiao.workflows.decisions.checking import record_of
from shixiao.workflows.decisions.laying import scheme_of, tables_of
from shixiao.workflows.decisions.remedies import Remedy, remedies

MOST_WAYS = 20
ROLES = {
    "automatic": Text(
        "由系统自动作出，没有人参与。", "The system decided by itself; nobody took part."
    ),
    "advice": Text(
        "系统提出建议，由工作人员决定。", "The system advised, and an official decided."
    ),
    "support": Text(
        "系统整理材料，由工作人员决定。", "The system prepared it; an official decided."
    ),
    "none": Text("系统没有参与，由工作人员决定。", "An official decided without the system."),
    "": Text("没有记录系统起了什么作用。", "It is not on record what part the system had."),
}
NO_TABLE = Text(
    "这个版本没有登记决策表，或没有送输入，算不出什么会改变结果。",
    "No table is registered for this version, or no inputs were sent, so it cannot be computed what"
    " would change the result.",
)
CONTRADICTED = Text(
    "按登记的规则重算，结果与系统所说的不同。这是一个问题，您可以据此提出异议。",
    "Computed anew by the registered rules, the result differs from what the system said. That is a"
    " fault, and you may object on it.",
)
OVERRULED = Text(
    "系统按规则建议的是“{result}”，工作人员作出了不同的决定；请要求说明理由。",
    "By the rules the system advised “{result}”; the official decided otherwise. Ask for the"
    " reasons.",
)
NOTHING = Text(
    "您能改变或更正的因素中，改一项或两项都不会改变结果。",
    "Of the factors that you can change or have put right, no one or two would change the result.",
)
TOO_MANY = Text("组合太多，没有逐一计算。", "There are too many combinations; they were not tried.")
NOT_ADVERSE = Text("这个结果对您没有不利。", "This result does not burden you.")
FIXED = {
    "corrected": Text("已更正。原来的决定是：", "It was corrected. First it was: "),
    "suspended": Text(
        "异议办理期间，这个决定暂停执行。",
        "While the objection is dealt with, this decision is not carried out.",
    ),
    "no_article": Text(
        "没有记录。这是说明的缺陷。", "Not on record, which is a fault of the explanation."
    ),
    "no_facts": Text(
        "没有记录用了哪些事实。这是说明的缺陷，您可以据此提出异议。",
        "It is not on record which facts were used. That is a fault, and you may object on it.",
    ),
    "object": Text("提出异议", "Object"),
    "right": Text(
        "对您有重大影响的决定，您有权要求说明，并拒绝只由系统作出（个人信息保护法第二十四条）。找谁：",
        "Where a decision matters greatly to you, you may ask for an explanation and refuse one"
        " made by a system alone (Personal Information Protection Law, art. 24). Whom to ask: ",
    ),
}
"""Sentences that page and letter share."""
ELSE = Text("其他情形", "anything else")


@dataclass(frozen=True, slots=True)
class Fact:
    """A factor as the person reads it; ``how`` says how to change it or have it put right."""

    name: Text
    value: Text
    register: Text
    factor: Factor
    how: Text | None


@dataclass(frozen=True, slots=True)
class Explained:
    """A decision as its page and its letter say it.

    Attributes:
        row: the record.
        record: what was sent.
        scheme: what is laid down.
        result: what stands now.
        former: what was decided first, where it was corrected.
        roles: who did what.
        facts: the factors.
        ways: what would change the result, a sentence each.
        why_none: why there are none; None where there are some.
        remedies: with their last days.
    """

    row: LoggedDecision
    record: Record
    scheme: Scheme
    result: Text
    former: Text | None
    roles: Text
    facts: tuple[Fact, ...]
    ways: tuple[Text, ...]
    why_none: Text | None
    remedies: tuple[Remedy, ...]


def explain(row: LoggedDecision) -> Explained | None:
    """Return the explanation of a decision; None where nothing is laid down any more."""
    scheme = _scheme(row)
    if scheme is None:
        return None
    record, stands = record_of(row), row.corrected or row.final
    ways, why = _ways(row, record, scheme)
    return Explained(
        row,
        record,
        scheme,
        _outcome(scheme, stands),
        _outcome(scheme, row.final) if row.corrected else None,
        ROLES[record.system_role],
        tuple(_fact(factor, scheme) for factor in record.factors),
        ways,
        why,
        remedies(record, scheme),
    )


def _scheme(row: LoggedDecision) -> Scheme | None:
    """Return the words of the time of a decision, with where to go today."""
    then, today = scheme_of(row.system, at=row.received), scheme_of(row.system)
    if then is None or today is None:
        return None
    return replace(
        then, people=today.people, reconsideration=today.reconsideration, court=today.court
    )


def _outcome(scheme: Scheme, value: str) -> Text:
    known = scheme.outcomes.get(value)
    return known.name if known else Text.of(value)


def _fact(factor: Factor, scheme: Scheme) -> Fact:
    terms = scheme.factors.get(factor.name)
    register = Text.of(factor.source) if factor.source else terms.register if terms else None
    unknown = Text("没有记录", "not on record")
    how = terms.how if terms and terms.can in {CHANGE, CORRECT} else None
    name = terms.name if terms else Text.of(factor.name)
    return Fact(name, said(factor.value, terms), register or unknown, factor, how)


def said(value: object, terms: FactorTerms | None = None) -> Text:
    """Return a value in words: a code by the name that was laid down for it."""
    known = terms.values.get(str(value)) if terms else None
    if known is not None:
        return known
    if value is None or value == "":
        return Text("没有", "none")
    if isinstance(value, bool):
        return Text("是", "yes") if value else Text("否", "no")
    return Text.of(_exact(value) if isinstance(value, int | float) else str(value))


def _exact(value: float) -> str:
    """Return a number with all its digits."""
    return f"{int(value):,}" if math.isfinite(value) and value == int(value) else f"{value:,}"


def _ways(
    row: LoggedDecision, record: Record, scheme: Scheme
) -> tuple[tuple[Text, ...], Text | None]:
    stands = row.corrected or row.final
    if stands in scheme.outcomes and not scheme.outcomes[stands].adverse:
        return (), NOT_ADVERSE
    table = tables_of(row.system).get(record.version)
    if table is None or record.inputs is None:
        return (), NO_TABLE
    inputs = as_tested(record.inputs, kinds_of(table))
    rule = table.decide(inputs)
    if rule is None or rule.result != record.result:
        return (), CONTRADICTED
    advised = scheme.outcomes.get(rule.result)
    if rule.result != stands and advised is not None and not advised.adverse:
        return (), OVERRULED.format(result=advised.name)
    mine = [field for field in table.fields if scheme.can(field) in {CHANGE, CORRECT}]
    better = [value for value, one in scheme.outcomes.items() if not one.adverse]
    found = ways_out(table, inputs, changeable=mine, wanted=better)
    if not found.searched:
        return (), TOO_MANY
    sentences = tuple(
        Text(
            f"如果{'，而且'.join(_changed(c, scheme).zh for c in way.changes)}，"
            f"结果就是“{_outcome(scheme, way.result).zh}”。",
            f"If {' and '.join(_changed(c, scheme).en for c in way.changes)},"
            f" the result is “{_outcome(scheme, way.result).en}”.",
        )
        for way in found.ways[:MOST_WAYS]
    )
    return sentences, None if sentences else NOTHING


def _changed(change: Change, scheme: Scheme) -> Text:
    name = scheme.factors[change.field].name
    parts = [_part(part, scheme.factors[change.field]) for part in change.parts]
    return Text(
        name.zh + "或".join(part.zh for part in parts),
        f"{name.en} {' or '.join(part.en for part in parts)}",
    )


def _part(part: Part, terms: FactorTerms) -> Text:
    """Return where a value would have to lie, in words."""
    if not part.numeric:
        value = ELSE if part.value == OTHER else said(part.value, terms)
        return Text(f"是“{value.zh}”", f"is “{value.en}”")
    low, high = _exact(part.low), _exact(part.high)
    if part.low == part.high:
        one = terms.values.get(_exact(part.low).replace(",", ""))
        return Text(f"是“{one.zh}”", f"is “{one.en}”") if one else Text(f"等于 {low}", f"is {low}")
    above = (
        Text(f"不低于 {low}", f"at least {low}")
        if part.closed[0]
        else Text(f"高于 {low}", f"above {low}")
    )
    below = (
        Text(f"不高于 {high}", f"at most {high}")
        if part.closed[1]
        else Text(f"低于 {high}", f"below {high}")
    )
    if math.isinf(part.low):
        return Text(below.zh, f"is {below.en}")
    if math.isinf(part.high):
        return Text(above.zh, f"is {above.en}")
    return Text(f"{above.zh}、{below.zh}", f"is {above.en} and {below.en}")
