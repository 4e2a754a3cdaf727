"""Measure a table against its rules, in one pass of the engine and one more for what fails."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ibis

from shixiao.evidence import Engine
from shixiao.evidence.engines import Table
from shixiao.rules import RulePack
from shixiao.sharing.recognition import shape_of
from shixiao.sharing.standards.conformance.digits import with_digits
from shixiao.sharing.standards.conformance.expressions import parts_of
from shixiao.sharing.standards.conformance.report import Report, RuleResult
from shixiao.sharing.standards.conformance.rule import TableRule
from shixiao.terms import BadInput, Estimate, Text

SAMPLES = 5  # shapes of what fails
LOOKED_AT = 200  # different failing values from which shapes are taken
NO_ROWS = Text("没有这条规则适用的行。", "There is no row of which the rule speaks.")
EMPTY = Text("表中没有数据行。", "The table has no rows.")


def measure(
    engine: Engine, table: Table, rules: Sequence[TableRule], *, name: str, pack: RulePack
) -> Report:
    """Return how far a table keeps its rules.

    Args:
        engine: where the table is.
        table: an Ibis table of that engine.
        rules: what its rows have to keep.
        name: of the delivery.
        pack: STD-03, the share that every rule has to reach.

    Raises:
        BadInput: there is no rule at all.
    """
    if not rules:
        raise BadInput(
            Text(
                "没有可核验的规则：没有列与数据元对应，也没有规则文件；请用 --rules 给出规则。",
                "There is nothing to check: no column was bound to an element and no rules were"
                " given; give rules with --rules.",
            ),
            file=name,
        )
    flagged = _flagged(engine, table, rules)
    counts = {key: values[0] for key, values in engine.rows(_counted(flagged, rules)).items()}
    rows, clean = int(counts["rows"]), int(counts["clean"] or 0)
    least = pack.number("STD-03")
    results = tuple(
        _result(engine, flagged, rule, place, counts, least) for place, rule in enumerate(rules)
    )
    score = Estimate.fact(clean / rows, rows) if rows else Estimate.insufficient(0, EMPTY)
    return Report(name, rows, clean, score, results)


def as_texts(table: Table) -> Table:
    """Return a table whose columns are texts, with empty ones null."""
    texts = {}
    for column in table.columns:
        text = table[column].cast("string")
        texts[column] = ibis.ifelse(text == "", ibis.null("string"), text)
    return table.select(**texts)


def _flagged(engine: Engine, table: Table, rules: Sequence[TableRule]) -> Table:
    """Return the table with two columns a rule: whether it speaks of the row, and is broken."""
    checked = with_digits(engine, as_texts(table), rules)
    flags: dict[str, Any] = {}
    for place, rule in enumerate(rules):
        speaks, broken = parts_of(rule, checked, place)
        flags[f"speaks_{place}"] = speaks.fill_null(False)
        flags[f"broken_{place}"] = broken.fill_null(False)
    return checked.mutate(**flags)


def _counted(flagged: Table, rules: Sequence[TableRule]) -> Table:
    places = range(len(rules))
    dirty = flagged["broken_0"]
    for place in places[1:]:
        dirty |= flagged[f"broken_{place}"]
    sums = {
        f"{kind}_{place}": flagged[f"{kind}_{place}"].cast("int64").sum()
        for place in places
        for kind in ("speaks", "broken")
    }
    return flagged.aggregate(rows=flagged.count(), clean=(~dirty).cast("int64").sum(), **sums)


def _result(
    engine: Engine,
    flagged: Table,
    rule: TableRule,
    place: int,
    counts: dict[str, Any],
    least: float,
) -> RuleResult:
    checked, failed = (int(counts[f"{kind}_{place}"] or 0) for kind in ("speaks", "broken"))
    samples: tuple[str, ...] = ()
    if failed:
        values = flagged.filter(flagged[f"broken_{place}"]).select(value=flagged[rule.column])
        found = engine.rows(values.distinct().order_by("value").limit(LOOKED_AT))["value"]
        samples = tuple(sorted({shape_of(value) for value in found if value}))[:SAMPLES]
    share = (
        Estimate.fact(1 - failed / checked, checked)
        if checked
        else Estimate.insufficient(0, NO_ROWS)
    )
    return RuleResult(rule, checked, failed, share, samples, failed <= (1 - least) * checked)
