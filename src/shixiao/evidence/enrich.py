"""The one pass over sorted events that makes every later process measure a plain group-by.

Events arrive sorted by (case, ts, seq). For each event the pass adds its position, what follows
it, how often its activity has occurred in the case so far, and whether it hands the case on; for
each case it adds the first and last time and a 128-bit fingerprint of its activity sequence (its
variant). The tie rule is (ts, seq): events with equal times stand in source order. The pass also
counts what the quality gate needs, because here each neighbour is at hand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

IntArray = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

HOUR = 3_600_000_000  # microseconds
UNKNOWN = -1

# Odd 64-bit constants of splitmix64 (Steele, Lea & Flood 2014).
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_A = np.uint64(0xBF58476D1CE4E5B9)
_MIX_B = np.uint64(0x94D049BB133111EB)


@dataclass(slots=True)
class Tally:
    """Counts over all events, for the quality gate; ``filled`` counts per optional column."""

    events: int = 0
    tied: int = 0
    duplicates: int = 0
    out_of_order: int = 0
    clock_jumps: int = 0
    whole_hours: int = 0
    filled: Counter[str] = field(default_factory=Counter)

    def shares_filled(self, columns: Sequence[str]) -> dict[str, float]:
        """Return the share of events in which each of the columns holds a value."""
        return {name: self.filled[name] / max(self.events, 1) for name in columns}


@dataclass(slots=True)
class SortedEvents:
    """Columns of events sorted by (case key, ts, seq); codes are -1 where the value is missing.

    Where the rows come straight from a file, ``ids`` has the case id at the first row of each case.
    """

    case: npt.NDArray[np.generic]
    activity: Codes
    ts: IntArray
    seq: IntArray
    codes: dict[str, Codes] = field(default_factory=dict)
    ids: pa.Array | None = None

    def __len__(self) -> int:
        return len(self.case)

    def part(self, start: int, stop: int | None = None) -> SortedEvents:
        """Return the rows from ``start`` up to ``stop``."""
        cut = slice(start, stop)
        codes = {name: column[cut] for name, column in self.codes.items()}
        ids = None if self.ids is None else self.ids[cut]
        return SortedEvents(
            self.case[cut], self.activity[cut], self.ts[cut], self.seq[cut], codes, ids
        )

    @classmethod
    def joined(cls, first: SortedEvents, second: SortedEvents) -> SortedEvents:
        """Return the rows of ``first`` followed by those of ``second``."""
        return cls(
            np.concatenate((first.case, second.case)),
            np.concatenate((first.activity, second.activity)),
            np.concatenate((first.ts, second.ts)),
            np.concatenate((first.seq, second.seq)),
            {k: np.concatenate((v, second.codes[k])) for k, v in first.codes.items()},
            None if first.ids is None else pa.concat_arrays([first.ids, second.ids]),
        )


class Sequences:
    """The activity sequence of each variant, taken from the first case that shows it."""

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._parts: list[pa.Table] = []

    def add(
        self,
        activity: Codes,
        pos: Codes,
        occurrence: Codes,
        starts: IntArray,
        lengths: IntArray,
        high: IntArray,
        low: IntArray,
    ) -> None:
        """Keep the sequences of variants that no earlier batch had."""
        distinct, first = np.unique(high, return_index=True)
        new = [
            i for h, i in zip(distinct.tolist(), first.tolist(), strict=True) if h not in self._seen
        ]
        if not new:
            return
        self._seen.update(high[new].tolist())
        sizes = lengths[new]
        begins = np.cumsum(sizes) - sizes
        rows = np.arange(int(sizes.sum())) + np.repeat(starts[new] - begins, sizes)
        self._parts.append(
            pa.table(
                {
                    "variant_high": np.repeat(high[new], sizes),
                    "variant_low": np.repeat(low[new], sizes),
                    "pos": pos[rows],
                    "activity": activity[rows],
                    "occurrence": occurrence[rows],
                }
            )
        )

    def write(self, path: Path) -> None:
        """Write what was kept; nothing when there was no event."""
        if self._parts:
            pq.write_table(pa.concat_tables(self._parts), path)


class Scattered(Exception):
    """The rows of some case do not stand together: the events have to be sorted first."""


def whole_cases(batches: Iterator[SortedEvents]) -> Iterator[SortedEvents]:
    """Re-cut batches so that no case that stands together is split between two of them."""
    rest: SortedEvents | None = None
    for batch in batches:
        events = SortedEvents.joined(rest, batch) if rest is not None else batch
        if not len(events):
            continue
        changes = np.flatnonzero(events.case[1:] != events.case[:-1])
        if len(changes):
            cut = int(changes[-1]) + 1
            yield events.part(0, cut)
            rest = events.part(cut)
        else:
            rest = events
    if rest is not None and len(rest):
        yield rest


def repeats(keys: npt.NDArray[np.generic]) -> bool:
    """True when a key occurs twice. Sorting is several times faster than NumPy's hashed unique."""
    ordered = np.sort(keys)
    return bool((ordered[1:] == ordered[:-1]).any())


def ordered_in_time(events: SortedEvents) -> SortedEvents:
    """Sort the events of each case by (ts, seq), leaving the cases where they stand.

    Raises:
        Scattered: a case comes again after another one.
    """
    first = np.concatenate(([True], events.case[1:] != events.case[:-1]))
    starts = events.case[first]
    if repeats(starts):
        raise Scattered
    step = np.diff(events.ts)
    early = ~first[1:] & ((step < 0) | ((step == 0) & (np.diff(events.seq) < 0)))
    if not early.any():
        return events
    number = np.cumsum(first) - 1
    # Most cases stand in order already: only the others are sorted, each in its own place.
    moved = np.zeros(len(starts), bool)
    moved[number[1:][early]] = True
    rows = np.flatnonzero(moved[number])
    order = np.arange(len(events))
    order[rows] = rows[np.lexsort((events.seq[rows], events.ts[rows], number[rows]))]
    codes = {name: column[order] for name, column in events.codes.items()}
    return SortedEvents(
        events.case, events.activity[order], events.ts[order], events.seq[order], codes, events.ids
    )


class Enricher:
    """Adds to sorted events what follows each, batch by batch; keeps counts and sequences."""

    def __init__(self, *, first_of_case: Sequence[str] = ()) -> None:
        self.tally = Tally()
        self._first_of_case = tuple(first_of_case)
        self._cases = 0
        self._sequences = Sequences()
        self._keys: list[npt.NDArray[np.generic]] = []

    def check_apart(self) -> None:
        """Make sure that no case came twice.

        Raises:
            Scattered: some case's rows did not stand together.
        """
        if self._keys and repeats(np.concatenate(self._keys)):
            raise Scattered

    @property
    def cases(self) -> int:
        """How many cases have been met."""
        return self._cases

    def enrich(self, events: SortedEvents) -> tuple[dict[str, pa.Array], dict[str, pa.Array]]:
        """Return event columns and case columns as Arrow arrays.

        Args:
            events: whole cases only, sorted by (case key, ts, seq); not empty.
        """
        n = len(events)
        starts = np.flatnonzero(np.concatenate(([True], events.case[1:] != events.case[:-1])))
        lengths = np.diff(np.append(starts, n))
        pos = (np.arange(n) - np.repeat(starts, lengths)).astype(np.int32)
        number = np.arange(len(starts), dtype=np.int32)
        local_case = np.repeat(number, lengths)
        last = np.zeros(n, bool)
        last[starts + lengths - 1] = True

        occurrence, duplicates = _occurrences(events, local_case)
        _count(self.tally, events, last, duplicates)
        columns = {
            "case_no": pa.array(local_case + np.int32(self._cases)),
            "pos": pa.array(pos),
            "activity": pa.array(events.activity),
            "ts": pa.array(events.ts),
            "seq": pa.array(events.seq),
            "next_activity": pa.array(_shifted(events.activity), mask=last),
            "next_ts": pa.array(_shifted(events.ts), mask=last),
            "occurrence": pa.array(occurrence),
        }
        for name in ("resource", "department_id"):
            if name in events.codes:
                columns[f"{name}_changes"] = _changes(events.codes[name], last)
        high, low = _fingerprints(events.activity, pos, starts)
        cases = {
            "case_no": pa.array(number + np.int32(self._cases)),
            "key": pa.array(events.case[starts]),
            "events": pa.array(lengths.astype(np.int32)),
            "first_ts": pa.array(events.ts[starts]),
            "last_ts": pa.array(events.ts[starts + lengths - 1]),
            "variant_high": pa.array(high),
            "variant_low": pa.array(low),
        }
        if events.ids is not None:
            cases["case_id"] = events.ids.take(pa.array(starts))
            cases["source_no"] = pa.array(events.codes["source_no"][starts])
            self._keys.append(events.case[starts])
        for name in self._first_of_case:
            cases[f"{name}_code"] = pa.array(events.codes[name][starts])
        self._cases += len(starts)
        self._sequences.add(events.activity, pos, occurrence, starts, lengths, high, low)
        return columns, cases

    def write_sequences(self, path: Path) -> None:
        """Write the activity sequence of every variant met."""
        self._sequences.write(path)


def _shifted(column: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    return np.concatenate((column[1:], column[-1:]))


def _changes(codes: Codes, last: Flags) -> pa.Array:
    """1 where the next event of the case has another known value, 0 where it has the same."""
    following = np.concatenate((codes[1:], codes[-1:]))
    unknown = last | (codes == UNKNOWN) | (following == UNKNOWN)
    return pa.array((codes != following).astype(np.int8), mask=unknown)


def _occurrences(events: SortedEvents, local_case: Codes) -> tuple[Codes, int]:
    """Number each activity's occurrences within its case, from 1; count exact duplicates.

    A duplicate has case, activity and time in common with an earlier event.
    """
    n = len(events)
    span = int(events.activity.max()) + 1
    key = local_case.astype(np.int64) * span + events.activity
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    same = ordered[1:] == ordered[:-1]
    occurrence = np.ones(n, np.int32)
    if not same.any():
        return occurrence, 0
    run_starts = np.flatnonzero(np.concatenate(([True], ~same)))
    run_lengths = np.diff(np.append(run_starts, n))
    occurrence[order] = np.arange(n) - np.repeat(run_starts, run_lengths) + 1
    times = events.ts[order]
    return occurrence, int(np.count_nonzero(same & (times[1:] == times[:-1])))


def _fingerprints(activity: Codes, pos: Codes, starts: IntArray) -> tuple[IntArray, IntArray]:
    """Sums of mixed (activity, position) over each case: 2 × 64 bits that name its variant."""
    with np.errstate(over="ignore"):
        x = activity.astype(np.uint64)
        x *= np.uint64(0x100000001)
        x += pos.astype(np.uint64)
        x *= _GOLDEN
        x ^= x >> np.uint64(30)
        x *= _MIX_A
        x ^= x >> np.uint64(27)
        high: npt.NDArray[np.uint64] = np.add.reduceat(x * _MIX_B, starts)
        x ^= x >> np.uint64(31)
        x *= _MIX_A
        x ^= x >> np.uint64(29)
        low: npt.NDArray[np.uint64] = np.add.reduceat(x, starts)
    return high.view(np.int64), low.view(np.int64)


def _count(tally: Tally, events: SortedEvents, last: Flags, duplicates: int) -> None:
    n = len(events)
    follows = ~last[:-1]
    equal = follows & (events.ts[1:] == events.ts[:-1])
    tied = np.zeros(n, bool)
    tied[1:] |= equal
    tied[:-1] |= equal
    inverted = follows & (events.seq[1:] < events.seq[:-1])
    tally.events += n
    tally.tied += int(np.count_nonzero(tied))
    tally.duplicates += duplicates
    tally.whole_hours += int(np.count_nonzero(events.ts % HOUR == 0))
    for name, codes in events.codes.items():
        tally.filled[name] += int(np.count_nonzero(codes != UNKNOWN))
    if inverted.any():
        back, jumps = _steps_back(events, events.case[:-1][inverted])
        tally.out_of_order += back
        tally.clock_jumps += jumps


def _steps_back(events: SortedEvents, cases: npt.NDArray[np.generic]) -> tuple[int, int]:
    """In source order, count events earlier than the one before; and those by over an hour."""
    rows = np.flatnonzero(np.isin(events.case, cases))
    order = rows[np.lexsort((events.seq[rows], events.case[rows]))]
    same_case = events.case[order][1:] == events.case[order][:-1]
    step = np.diff(events.ts[order])
    return (
        int(np.count_nonzero(same_case & (step < 0))),
        int(np.count_nonzero(same_case & (step < -HOUR))),
    )
