"""Replay: is what a system said what its registered table says of the same inputs?

The table runs in zen-engine, which is not the matcher that explains it (``tables``): two programs
have to agree. A decision whose inputs or table are not there is *not assessable*, never passed.

Source: GoRules zen-engine 2.1, https://docs.gorules.io; knowledge of fairness §5 (faithfulness).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import zen

from shixiao.fairness.decisions.record import Record
from shixiao.fairness.decisions.tables import RuleTable, as_tested, kinds_of

BATCH = 5_000
SAME, DIFFERENT, NO_TABLE, NO_INPUTS, NO_RESULT = (
    "same", "different", "no_table", "no_inputs", "no_result",
)  # fmt: skip
"""What a replay can say; the last three could not be assessed or the table had no answer."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came out of one decision: ``says`` is the table's result, "" where there is none."""

    decision_id: str
    version: str
    state: str
    stated: str
    says: str
    rule: str


class Replayer:
    """Tables by version, ready to run."""

    def __init__(self, tables: Mapping[str, RuleTable]) -> None:
        self._tables = tables
        self._kinds = {version: kinds_of(table) for version, table in tables.items()}
        content = {version: dict(table.content) for version, table in tables.items()}
        self._engine = zen.ZenEngine({"loader": {"type": "static", "content": content}})

    def replay(self, records: Iterable[Record]) -> Iterator[Replayed]:
        """Give what comes out of each record, in their order."""
        left = iter(records)
        while batch := list(islice(left, BATCH)):
            yield from self._batch(batch)

    def results(self, version: str, contexts: Sequence[Mapping[str, Any]]) -> list[str | None]:
        """Return what the table of a version says of inputs; None where it has no answer."""
        output = self._tables[version].output
        asked = [{"key": version, "context": dict(context)} for context in contexts]
        found: list[str | None] = []
        for answer in self._engine.evaluate_batch(asked):  # type: ignore[arg-type]
            result = answer["data"]["result"] if answer["success"] else None
            value = result.get(output) if isinstance(result, dict) else None
            found.append(None if value is None else str(value))
        return found

    def _batch(self, batch: Sequence[Record]) -> Iterator[Replayed]:
        says: dict[int, str | None] = {}
        for version in {record.version for record in batch} & set(self._tables):
            mine = [n for n, r in enumerate(batch) if r.version == version and r.inputs is not None]
            kinds = self._kinds[version]
            asked = [as_tested(batch[n].inputs or {}, kinds) for n in mine]
            answers = self.results(version, asked)
            says |= dict(zip(mine, answers, strict=True))
        for number, record in enumerate(batch):
            yield self._judged(record, says.get(number))

    def _judged(self, record: Record, says: str | None) -> Replayed:
        table = self._tables.get(record.version)
        rule = None
        if table is None:
            state = NO_TABLE
        elif record.inputs is None:
            state = NO_INPUTS
        elif says is None:
            state = NO_RESULT
        else:
            state = SAME if says == record.result else DIFFERENT
            if state == DIFFERENT:
                rule = table.decide(as_tested(record.inputs, self._kinds[record.version]))
        return Replayed(
            record.decision_id,
            record.version,
            state,
            record.result,
            says or "",
            rule.id if rule else "",
        )
