"""The enriching pass agrees with the same definitions written naively, event by event."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shixiao.evidence.enrich import (
    HOUR,
    Enricher,
    Scattered,
    SortedEvents,
    ordered_in_time,
    whole_cases,
)

# case, activity, hours, resource (-1 is unknown)
Row = tuple[int, int, int, int]
rows = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(0, 4), st.integers(-1, 2)),
    min_size=1,
    max_size=60,
)


def events_of(table: list[Row], sequence: list[int] | None = None) -> SortedEvents:
    array = np.array(table, dtype=np.int64).reshape(-1, 4)
    seq = np.arange(len(table)) if sequence is None else np.array(sequence)
    return SortedEvents(
        case=array[:, 0].astype(np.uint64),
        activity=array[:, 1].astype(np.int32),
        ts=array[:, 2] * HOUR,
        seq=seq.astype(np.int64),
        codes={"resource": array[:, 3].astype(np.int32)},
    )


def sorted_rows(table: list[Row]) -> tuple[list[Row], list[int]]:
    order = sorted(range(len(table)), key=lambda i: (table[i][0], table[i][2], i))
    return [table[i] for i in order], order


@given(rows, st.integers(1, 7))
def test_each_event_gets_what_the_definition_says(table: list[Row], batch: int) -> None:
    ordered, sequence = sorted_rows(table)
    whole = events_of(ordered, sequence)
    parts = [whole.part(i, i + batch) for i in range(0, len(ordered), batch)]
    enricher = Enricher()
    found: dict[str, list[object]] = {}
    cases: dict[str, list[object]] = {}
    for events in whole_cases(iter(parts)):
        columns, per_case = enricher.enrich(events)
        for target, source in ((found, columns), (cases, per_case)):
            for name, values in source.items():
                target.setdefault(name, []).extend(values.to_pylist())

    expected_next = [
        ordered[i + 1][1] if i + 1 < len(ordered) and ordered[i + 1][0] == ordered[i][0] else None
        for i in range(len(ordered))
    ]
    assert found["next_activity"] == expected_next
    seen: Counter[tuple[int, int]] = Counter()
    positions: Counter[int] = Counter()
    for i, (case, activity, _, resource) in enumerate(ordered):
        seen[case, activity] += 1
        assert found["occurrence"][i] == seen[case, activity]
        assert found["pos"][i] == positions[case]
        positions[case] += 1
        following = ordered[i + 1] if expected_next[i] is not None else None
        changes = None
        if following is not None and resource >= 0 and following[3] >= 0:
            changes = int(following[3] != resource)
        assert found["resource_changes"][i] == changes
    variants: dict[tuple[object, object], set[tuple[int, ...]]] = {}
    for number, case in enumerate(sorted({row[0] for row in ordered})):
        path = tuple(row[1] for row in ordered if row[0] == case)
        name = (cases["variant_high"][number], cases["variant_low"][number])
        variants.setdefault(name, set()).add(path)
    assert all(len(paths) == 1 for paths in variants.values())
    assert len(variants) == len({p for paths in variants.values() for p in paths})


@given(rows)
def test_the_tally_counts_ties_duplicates_and_steps_back(table: list[Row]) -> None:
    ordered, sequence = sorted_rows(table)
    enricher = Enricher()
    for events in whole_cases(iter([events_of(ordered, sequence)])):
        enricher.enrich(events)
    times = Counter((row[0], row[2]) for row in table)
    tied = sum(n for n in times.values() if n > 1)
    duplicates = len(table) - len({row[:3] for row in table})
    by_case: dict[int, list[int]] = {}
    for case, _, hours, _ in table:
        by_case.setdefault(case, []).append(hours)
    pairs = [(a, b) for hours in by_case.values() for a, b in itertools.pairwise(hours)]
    assert enricher.tally.tied == tied
    assert enricher.tally.duplicates == duplicates
    assert enricher.tally.out_of_order == sum(b < a for a, b in pairs)
    assert enricher.tally.clock_jumps == sum(b < a - 1 for a, b in pairs)


@settings(max_examples=60)
@given(rows)
def test_cases_that_stand_together_are_put_in_order_of_time(table: list[Row]) -> None:
    together = sorted(table, key=lambda row: row[0])
    events = ordered_in_time(events_of(together))
    found = list(zip(events.case.tolist(), events.ts.tolist(), events.seq.tolist(), strict=True))
    assert found == sorted(found)


def test_a_case_that_comes_again_is_noticed() -> None:
    with pytest.raises(Scattered):
        ordered_in_time(events_of([(1, 0, 0, 0), (2, 0, 0, 0), (1, 0, 1, 0)]))
