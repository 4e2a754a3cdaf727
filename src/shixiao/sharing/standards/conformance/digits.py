"""Check digits, by python-stdnum, on the different values of a column and no more."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from shixiao.evidence import Engine
from shixiao.evidence.engines import Table
from shixiao.sharing.recognition import recognisers
from shixiao.sharing.standards.conformance.expressions import BAD_DIGIT
from shixiao.sharing.standards.conformance.rule import Check, TableRule

CHUNK = 100_000  # values at a time


def with_digits(engine: Engine, table: Table, rules: Sequence[TableRule]) -> Table:
    """Return the table with a column for each rule on check digits: null where the digit is right.

    The engine finds the different values; those that are wrong go back to it as a small table. A
    value must be written as the standard writes it: 18 signs, X in capitals, no blanks.
    """
    for place, rule in enumerate(rules):
        if rule.check is not Check.CHECK_DIGIT:
            continue
        test = recognisers()[rule.kind].test
        assert test is not None  # noqa: S101 - the kinds of DIGITS all have one
        distinct = table.filter(table[rule.column].notnull()).select(rule.column).distinct()
        wrong: list[str] = []
        for batch in distinct.to_pyarrow_batches(chunk_size=CHUNK):  # keeps the wrong ones alone
            values = batch.column(0).to_pylist()
            wrong += [v for v in values if v != v.strip().upper() or not test(v)]
        wrong.sort()
        named = f"{BAD_DIGIT}{place}"
        small = engine.small(
            pa.table(
                {
                    f"value_{place}": pa.array(wrong, pa.string()),
                    named: pa.array(wrong, pa.string()),
                }
            )
        )
        joined = table.left_join(small, table[rule.column] == small[f"value_{place}"])
        table = joined.select(*table.columns, named)
    return table
