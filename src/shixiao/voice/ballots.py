"""Ballots: votes on statements, from a list of votes or a matrix as Pol.is exports them.

The last vote of a person on a statement counts. A vote is agree (1), disagree (-1) or pass (0);
what a person never saw is no pass.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from shixiao.evidence.readers import Tabular, read_tabular
from shixiao.terms import BadInput, Text
from shixiao.voice.reading import chosen_columns, missing, parsed_time

MOST_CELLS = 60_000_000  # persons times statements
MOST_VOTES = 5_000_000
VOTES = {"1": 1, "-1": -1, "0": 0, "1.0": 1, "-1.0": -1, "0.0": 0, "+1": 1, "−1": -1}
UNSEEN = 9
EMPTY = Text("这一格是空的。", "this cell is empty")
COUNTS = ("group-id", "n-comments", "n-votes", "n-agree", "n-disagree")


@dataclass(frozen=True, eq=False)
class Ballots:
    """Votes.

    Attributes:
        persons: keys of the source; statements: ids of the source.
        votes: shape (persons, statements), 1, 0, -1, or ``UNSEEN``.
        first: when each person voted first, in seconds; NaN where it is not known.
    """

    persons: tuple[str, ...]
    statements: tuple[str, ...]
    votes: npt.NDArray[np.int8]
    first: npt.NDArray[np.float64]

    @property
    def seen(self) -> npt.NDArray[np.bool_]:
        """Which statements each person voted on."""
        return np.asarray(self.votes != UNSEEN)

    def kept(self, persons: npt.NDArray[Any], statements: npt.NDArray[Any] | slice) -> Ballots:
        """Return the part of these persons and statements (positions or masks)."""
        names, ids = np.array(self.persons, object), np.array(self.statements, object)
        part = np.asarray(self.votes[persons][:, statements])
        return Ballots(tuple(names[persons]), tuple(ids[statements]), part, self.first[persons])


def read_ballots(path: Path) -> Ballots:
    """Read votes.csv (a row per vote) or participants-votes.csv (a row per person).

    Raises:
        BadInput: a column is not recognised, a vote is none of 1, 0, -1, or there are too many.
    """
    tabular = read_tabular(path, file=path.name, table="votes", twins=True)
    chosen = chosen_columns(tabular.columns, {}, "votes", file=path.name)
    if "person" in chosen and "vote" not in chosen:
        ids = [name for name in tabular.columns if name.isdecimal()]
        if ids:
            return _matrix(tabular, chosen["person"], ids, path.name)
    for need in ("person", "statement", "vote"):
        if need not in chosen:
            raise missing(need, "votes", tabular.columns, file=path.name)
    return _long(tabular, chosen, path.name)


def _long(tabular: Tabular, chosen: Mapping[str, str], file: str) -> Ballots:
    wanted = list(chosen.values())
    parts, rows = [], 0
    for batch in tabular.scan():
        rows += batch.num_rows
        if rows > MOST_VOTES:
            raise _too_many(file)
        parts.append(pa.table([c.cast(pa.string()) for c in batch.select(wanted)], wanted))
    table = pa.concat_tables(parts)
    persons, who = _coded(table[chosen["person"]], file, chosen["person"])
    statements, what = _coded(table[chosen["statement"]], file, chosen["statement"])
    if len(persons) * len(statements) > MOST_CELLS:
        raise _too_many(file)
    value = _votes(table[chosen["vote"]], file, chosen["vote"])
    time = _times(table[chosen["time"]]) if "time" in chosen else np.full(rows, np.nan)
    order = np.argsort(time, kind="stable")  # NaN stays last, in order of the file
    votes = np.full((len(persons), len(statements)), UNSEEN, np.int8)
    votes[who[order], what[order]] = value[order]
    first = np.full(len(persons), np.inf)
    np.fmin.at(first, who, time)
    first[np.isinf(first)] = np.nan
    return Ballots(persons, statements, votes, first)


def _coded(
    column: pa.ChunkedArray, file: str, name: str
) -> tuple[tuple[str, ...], npt.NDArray[np.int64]]:
    """Return the different values in natural order, and the place of each row's value."""
    if column.null_count:
        row = int(np.flatnonzero(column.is_null().to_numpy())[0]) + 1
        raise BadInput(EMPTY, file=file, row=row, column=name)
    coded = column.combine_chunks().dictionary_encode()
    values = coded.dictionary.to_pylist()
    order = sorted(range(len(values)), key=lambda i: _natural(values[i]))
    place = np.empty(len(values), np.int64)
    place[order] = np.arange(len(values))
    return tuple(values[i] for i in order), place[coded.indices.to_numpy()]


def _natural(name: str) -> tuple[int, int, str]:
    return (0, int(name), name) if name.isdecimal() and len(name) < 18 else (1, 0, name)


def _votes(column: pa.ChunkedArray, file: str, name: str) -> npt.NDArray[np.int8]:
    coded = pc.fill_null(column, "").combine_chunks().dictionary_encode()
    values = [str(value).strip() for value in coded.dictionary.to_pylist()]
    indices = coded.indices.to_numpy()
    for place, value in enumerate(values):
        if value not in VOTES:
            row = int(np.flatnonzero(indices == place)[0]) + 1
            raise _no_vote(value, file, row, name)
    known = np.array([VOTES[value] for value in values], np.int8)
    return np.asarray(known[indices])


def _times(column: pa.ChunkedArray) -> npt.NDArray[np.float64]:
    """Return seconds; whole numbers are milliseconds or seconds since 1970, else text."""
    numbers = pc.match_substring_regex(column, r"^\d{9,14}$")
    if pc.all(numbers).as_py():
        value = column.cast(pa.float64()).to_numpy()
        return np.asarray(np.where(value > 1e11, value / 1000, value))
    coded = pc.fill_null(column, "").combine_chunks().dictionary_encode()
    moments = [parsed_time(text) for text in coded.dictionary.to_pylist()]
    seconds = np.array(
        [m.replace(tzinfo=UTC).timestamp() if m else np.nan for m in moments], np.float64
    )
    return np.asarray(seconds[coded.indices.to_numpy()])


def _matrix(tabular: Tabular, person: str, ids: list[str], file: str) -> Ballots:
    persons: list[str] = []
    rows = []
    for batch in tabular.scan():
        names = batch.column(batch.schema.names.index(person)).to_pylist()
        if None in names:
            row = len(persons) + names.index(None) + 1
            raise BadInput(EMPTY, file=file, row=row, column=person)
        persons += [str(name) for name in names]
        if len(persons) * len(ids) > MOST_CELLS:
            raise _too_many(file)
        rows.append(np.column_stack([_cells(batch, name, file, len(persons)) for name in ids]))
    times = Counter(persons)
    double = next((name for name in times if times[name] > 1), None)
    if double is not None:
        raise BadInput(
            Text(f"“{double}”出现了两行。", f"“{double}” stands in two rows"),
            file=file,
            column=person,
        )
    return Ballots(tuple(persons), tuple(ids), np.vstack(rows), np.full(len(persons), np.nan))


def _cells(batch: pa.RecordBatch, name: str, file: str, last: int) -> npt.NDArray[np.int8]:
    cells = batch.column(batch.schema.names.index(name)).cast(pa.string()).to_pylist()
    found = np.full(len(cells), UNSEEN, np.int8)
    for place, cell in enumerate(cells):
        if cell is None or not cell.strip():
            continue
        if cell.strip() not in VOTES:
            raise _no_vote(cell, file, last - len(cells) + place + 1, name)
        found[place] = VOTES[cell.strip()]
    return found


def read_groups(path: Path) -> dict[str, str]:
    """Read who belongs to which group (columns participant and group-id); no group is left out.

    Raises:
        BadInput: a column is not recognised.
    """
    return _pairs(path, "groups", "person", "group")


def read_moderated(path: Path) -> frozenset[str]:
    """Read which statements were taken out by a moderator (``moderated`` is -1)."""
    found = _pairs(path, "comments", "statement", "moderated")
    return frozenset(key for key, value in found.items() if value.strip() in {"-1", "-1.0"})


def _pairs(path: Path, table: str, key: str, value: str) -> dict[str, str]:
    tabular = read_tabular(path, file=path.name, table=table, twins=True)
    chosen = chosen_columns(tabular.columns, {}, table, file=path.name)
    for need in (key, value):
        if need not in chosen:
            raise missing(need, table, tabular.columns, file=path.name)
    found = {}
    for batch in tabular.scan():
        for line in batch.select([chosen[key], chosen[value]]).to_pylist():
            one, other = (line[chosen[name]] for name in (key, value))
            if one is not None and other is not None and str(other).strip():
                found[str(one)] = str(other).strip()
    return found


def _no_vote(value: str, file: str, row: int, column: str) -> BadInput:
    return BadInput(
        Text(
            f"“{value[:40]}”不是表态；应为 1（赞成）、-1（反对）或 0（略过）。",
            f"“{value[:40]}” is no vote; it must be 1 (agree), -1 (disagree) or 0 (pass)",
        ),
        file=file,
        row=row,
        column=column,
    )


def _too_many(file: str) -> BadInput:
    return BadInput(
        Text(
            f"表态超过 {MOST_VOTES} 个，或人数乘表态句数超过 {MOST_CELLS}；请分开处理。",
            f"more than {MOST_VOTES} votes, or persons times statements exceed {MOST_CELLS}; split"
            " the conversation",
        ),
        file=file,
    )
