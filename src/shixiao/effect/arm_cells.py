"""Cells of two arms: how many cases have each value of a metric, counted once for every question.

The engine counts by the columns that tell subjects and strata apart. A city levelled by service and
its services one by one ask for the same counts, so these are kept and only arranged anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import ibis
import numpy as np

from shixiao.effect.subjects import Comparison
from shixiao.evidence.engines import Engine, Table
from shixiao.statistics import CellSample

ARM, CELL = "__arm", "__cell"
SEPARATOR = "\x1f"  # before each value that names a stratum

# subject → stratum → arm → cases per value, sorted by value
Cells = dict[str, dict[str, dict[str, CellSample]]]
# (values of the columns, arm) → cases per value; the empty text stands for no value
Counted = dict[tuple[tuple[str, ...], str], CellSample]


@dataclass(slots=True)
class ArmCells:
    """The cells of one comparison.

    Attributes:
        table: the case profile.
        engine: where it lies.
        comparison: the two arms.
    """

    table: Table
    engine: Engine
    comparison: Comparison
    _counted: dict[tuple[tuple[str, ...], str], Counted] = field(default_factory=dict)

    def cells(self, column: str, *, subject: str | None, strata: Sequence[str]) -> Cells:
        """Return the cells of a metric by subject, stratum and arm.

        Args:
            column: of the profile; null where a case does not speak to it.
            subject: column that names subjects; None takes all cases as one subject, called "".
            strata: columns that level case mix.
        """
        columns = tuple(sorted({*strata, *([subject] if subject else [])}))
        key = (columns, column)
        if key not in self._counted:
            self._counted[key] = self._count(columns, column)
        cells: Cells = defaultdict(lambda: defaultdict(dict))
        for (values, arm), sample in self._counted[key].items():
            value_of = dict(zip(columns, values, strict=True))
            who = value_of[subject] if subject else ""
            if subject and not who:
                continue  # of nobody known
            stratum = "".join(f"{SEPARATOR}{value_of[name]}" for name in strata)
            cells[who][stratum][arm] = sample
        return cells

    def _count(self, columns: Sequence[str], metric: str) -> Counted:
        arm = self.table[self.comparison.column].cast("string")
        texts = {c: self.table[c].cast("string").fill_null("") for c in columns}
        keyed = self.table.select(**texts, **{ARM: arm, CELL: self.table[metric]})
        keyed = keyed.filter(
            keyed[CELL].notnull() & keyed[ARM].isin([self.comparison.a, self.comparison.b])
        )
        by = [*columns, ARM]
        found = self.engine.arrow(keyed.group_by([*by, CELL]).agg(n=ibis._.count()))
        if not found.num_rows:
            return {}
        coded = [found[name].combine_chunks().dictionary_encode() for name in by]
        codes = [column.indices.to_numpy() for column in coded]
        names = [column.dictionary.to_pylist() for column in coded]
        values, counts = found[CELL].to_numpy(), found["n"].to_numpy()
        order = np.lexsort((values, *reversed(codes)))
        codes = [code[order] for code in codes]
        values, counts = values[order].astype(np.float64), counts[order].astype(np.int64)
        changes = np.any([code[1:] != code[:-1] for code in codes], axis=0)
        edges = np.flatnonzero(np.concatenate(([True], changes, [True])))
        counted: Counted = {}
        for low, high in pairwise(edges.tolist()):
            *key, arm_name = (name[code[low]] for name, code in zip(names, codes, strict=True))
            counted[tuple(key), arm_name] = CellSample(values[low:high], counts[low:high])
        return counted
