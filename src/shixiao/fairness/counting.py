"""Counting: a log of decisions becomes a cube in one scan of the engine.

The engine groups by the dimensions and by the raw values of what was decided, and counts. What
comes back is as short as there are different combinations, and is read here: a value that cannot
be read is therefore found without looking at each row by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import numpy as np

from shixiao.evidence.engines import Engine, Table
from shixiao.evidence.values import FALSE, TRUE
from shixiao.fairness.cube import COUNTS, FIXED, PLACE, Cube, Key
from shixiao.fairness.sketch import LOG_GAMMA, NEGATIVE, SHORTEST, ZERO
from shixiao.terms import BadInput, Text

MOST_GROUPS = 12
"""Group columns at once: an audit looks at all conjunctions of three, and cells multiply."""
MOST_ROWS = 3_000_000
"""Different combinations that one scan may return."""
SHOWN = 30  # columns that a message names
BIN, MILLIDAYS = "__bin", "__millidays"
ROW = "__row"
"""Numbers the rows as a person counts them, where the reader gives it."""
LONGEST = 100_000.0
"""Days; more than two centuries is no time of processing."""
UNREADABLE, ENDLESS, UNKNOWN = -(10**8), 10**8, -(10**9)
MISSING = ("na", "n/a", "nan", "null", "none", "?", "unknown", "未知", "不详", "待查")
"""How programs and people write that a decision or an outcome is not known."""
TRUTHS = ("selected", "outcome", "recommended", "appealed", "upheld")


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns of a log say what; None where the log does not say it.

    Attributes:
        selected: what was decided in the end; selected is whoever bears the decision's effect
            (checked, refused, approved), as the audit says.
        groups: columns of groups of persons.
        outcome: what turned out to be so afterwards; empty where nobody found out.
        recommended: what the system advised, in the values of ``selected``.
        appealed: whether the person appealed.
        upheld: whether the appeal was upheld; empty while it is pending.
        days: processing days.
        system, version, time, arm: dimensions; of the time its month counts.
        selected_is, outcome_is: the values that mean yes; empty for 1, true, yes, 是.
    """

    selected: str
    groups: tuple[str, ...] = ()
    outcome: str | None = None
    recommended: str | None = None
    appealed: str | None = None
    upheld: str | None = None
    days: str | None = None
    system: str | None = None
    version: str | None = None
    time: str | None = None
    arm: str | None = None
    selected_is: tuple[str, ...] = ()
    outcome_is: tuple[str, ...] = ()

    def named(self) -> dict[str, str]:
        """Return the columns used, by what they say (groups by their own names)."""
        single = ("system", "version", "time", "arm", *TRUTHS, "days")
        found = {name: getattr(self, name) for name in single if getattr(self, name)}
        return found | {name: name for name in self.groups}


def count_decisions(
    table: Table, engine: Engine, columns: Columns, *, file: str | None = None
) -> Cube:
    """Count a log in one scan.

    Args:
        table: rows are decisions; values may be text or typed.
        engine: where it lies.
        columns: what its columns say.
        file: name of the log, for messages.

    Raises:
        BadInput: a column is not there, a value cannot be read, days are negative, there are too
            many groups, or a group column tells single persons apart.
    """
    _check(table, columns, file)
    keys, raw = _expressions(table, columns)
    measures: dict[str, Any] = {"__n": ibis._.count()}
    if columns.days:
        measures["__millidays_sum"] = ibis._[MILLIDAYS].sum()
    selected = table.select(**keys, **raw)
    by = [*keys, *(name for name in raw if name != MILLIDAYS)]
    found = engine.arrow(selected.group_by(by).agg(**measures).limit(MOST_ROWS + 1))
    if found.num_rows > MOST_ROWS:
        raise _too_fine(table, engine, columns, file)
    return _read(found, columns, tuple(keys), table, engine, file)


def _check(table: Table, columns: Columns, file: str | None) -> None:
    if len(columns.groups) > MOST_GROUPS:
        raise BadInput(
            Text(
                f"分组列有 {len(columns.groups)} 个，一次最多 {MOST_GROUPS} 个；请分几次审计。",
                f"there are {len(columns.groups)} group columns and at most {MOST_GROUPS} are taken"
                " at once; audit them in several runs",
            ),
            file=file,
        )
    seen: dict[str, str] = {}
    for meaning, name in columns.named().items():
        check_column(name, table.columns, file=file)
        # A log may take one column as arm and as group; what was decided is none of both.
        if name in seen and {meaning, seen[name]} & set(TRUTHS):
            raise BadInput(
                Text(
                    "同一列不能既作为决定或结果、又作为分组。",
                    "one column cannot be a decision or an outcome and something else as well",
                ),
                file=file,
                column=name,
            )
        seen[name] = meaning


def check_column(name: str, columns: Sequence[str], *, file: str | None) -> None:
    """Refuse a column that is not there, with the names of those that are.

    Raises:
        BadInput: the column is not there.
    """
    if name in columns:
        return
    there = [column for column in columns if column != ROW][:SHOWN]
    raise BadInput(
        Text(
            f"没有这一列；现有的列：{'、'.join(there)}。",
            f"there is no such column; there are: {', '.join(there)}",
        ),
        file=file,
        column=name,
    )


def _expressions(table: Table, columns: Columns) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the dimensions and the raw cells that the engine groups by."""
    keys: dict[str, Any] = {}
    for name in FIXED:
        given = columns.time if name == "period" else getattr(columns, name)
        if given and name == "period":
            moment = table[given].try_cast("timestamp")
            month = (moment.year() * 100 + moment.month()).cast("int64")
            keys[name] = _checked(table[given], moment, month)
        elif given:
            keys[name] = table[given]
    keys |= {name: table[name] for name in columns.groups}
    named = columns.named()
    raw = {f"__{name}": table[named[name]] for name in TRUTHS if name in named}
    if columns.days:
        days = table[columns.days].try_cast("float64")
        longest = ibis.least(days, LONGEST)
        longer = (ibis.greatest(longest, SHORTEST).ln() / LOG_GAMMA).ceil().cast("int64")
        bin_ = ibis.cases(
            (days.isnull() | days.isnan(), ibis.null("int64")),
            (days < 0, NEGATIVE),
            (days > LONGEST, ENDLESS),
            (days <= SHORTEST, ZERO),
            else_=longer,
        )
        raw[BIN] = _checked(table[columns.days], days, bin_)
        known = days.notnull() & ~days.isnan() & (days <= LONGEST)
        raw[MILLIDAYS] = known.ifelse((longest * 1000).round(), 0).cast("int64")
    return keys, raw


def _checked(cell: Any, read: Any, value: Any) -> Any:
    """Return the value, or a mark where a text holds something that could not be read."""
    if not cell.type().is_string():
        return value
    return (read.isnull() & (cell.strip() != "")).ifelse(UNREADABLE, value)


def _read(
    found: Any,
    columns: Columns,
    dimensions: Sequence[str],
    table: Table,
    engine: Engine,
    file: str | None,
) -> Cube:
    """Turn the combinations into cells, reading each different raw value once."""
    n = found["__n"].to_numpy().astype(np.int64)
    rows = found.num_rows
    truth = {
        name: _truths(found[f"__{name}"].to_pylist(), columns, name, table, engine, file)
        for name in TRUTHS
        if f"__{name}" in found.column_names
    }
    none = np.full(rows, -1, dtype=np.int8)
    counts = _counts(n, {name: truth.get(name, none) for name in TRUTHS})
    bins = np.empty((0, 3), dtype=np.int64)
    if columns.days:
        days = np.array([UNKNOWN if b is None else b for b in found[BIN].to_pylist()])
        if np.isin(days, (NEGATIVE, ENDLESS, UNREADABLE)).any():
            raise _no_days(table, engine, columns, file)
        known = (days > NEGATIVE) & (truth["selected"] >= 0)
        counts[:, PLACE["timed"]] = np.where(known, n, 0)
        sums = [0 if s is None else int(s) for s in found["__millidays_sum"].to_pylist()]
        counts[:, PLACE["millidays"]] = np.where(known, sums, 0)
        bins = np.column_stack([np.flatnonzero(known), days[known], n[known]]).astype(np.int64)
    if columns.time and UNREADABLE in found["period"].to_pylist():
        raise _no_time(table, engine, columns, file)
    if not counts[:, PLACE["n"]].any():
        raise BadInput(
            Text(
                "没有一行写明决定；请核对这一列。",
                "no row holds a decision; check this column",
            ),
            file=file,
            column=columns.selected,
        )
    keys = _keys(found, dimensions)
    return Cube.of(dimensions, keys, counts, bins)


def _counts(n: Any, truth: Mapping[str, Any]) -> Any:
    """Return the counts of every combination; -1 stands for not known."""
    yes = {name: value == 1 for name, value in truth.items()}
    no = {name: value == 0 for name, value in truth.items()}
    decided = yes["selected"] | no["selected"]
    advised = decided & (yes["recommended"] | no["recommended"])
    differs = advised & (truth["recommended"] != truth["selected"])
    appealed = decided & yes["appealed"]
    answered = appealed & (yes["upheld"] | no["upheld"])
    which = {
        "n": decided,
        "selected": yes["selected"],
        "tp": yes["selected"] & yes["outcome"],
        "fp": yes["selected"] & no["outcome"],
        "fn": no["selected"] & yes["outcome"],
        "tn": no["selected"] & no["outcome"],
        "advised": advised,
        "overrides": differs,
        "raised": differs & yes["selected"],
        "heard": appealed | (decided & no["appealed"]),
        "appealed": appealed,
        "answered": answered,
        "upheld": answered & yes["upheld"],
        "undecided": ~decided,
    }
    counts = np.zeros((len(n), len(COUNTS)), dtype=np.int64)
    for name, mask in which.items():
        counts[:, PLACE[name]] = np.where(mask, n, 0)
    return counts


def _truths(
    raw: list[Any], columns: Columns, meaning: str, table: Table, engine: Engine, file: str | None
) -> Any:
    """Read raw values as 1, 0 or -1 (not known), each different one once."""
    words = {"recommended": columns.selected_is, "selected": columns.selected_is}
    words["outcome"] = columns.outcome_is
    meant = frozenset(words.get(meaning, ()))
    known: dict[Any, int] = {}
    for value in set(raw):
        read = _truth(value, meant)
        if read is None:
            column = columns.named()[meaning]
            raise _unreadable(value, column, meaning, table, engine, file)
        known[value] = read
    if meant and 1 not in known.values() and meaning != "recommended":
        raise BadInput(
            Text(
                f"没有一行是“{'”“'.join(sorted(meant))}”；请核对取值。",
                f"no row says “{'”, “'.join(sorted(meant))}”; check the value",
            ),
            file=file,
            column=columns.named()[meaning],
        )
    return np.fromiter((known[value] for value in raw), np.int8, len(raw))


def _truth(value: Any, meant: frozenset[str]) -> int | None:
    text = _text(value)
    if text is None or (text.casefold() in MISSING and text not in meant):
        return -1
    if meant:
        return int(text in meant)
    low = text.casefold()
    return 1 if low in TRUE else 0 if low in FALSE else None


def _text(value: Any) -> str | None:
    """Return a cell as trimmed text; whole floats as whole numbers, blanks as None."""
    if value is None or value != value:  # noqa: PLR0124 - only NaN differs from itself
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip() or None


def _keys(found: Any, dimensions: Sequence[str]) -> list[Key]:
    """Return the key of every combination; equal values share one text."""
    columns = []
    for name in dimensions:
        values = found[name].to_pylist()
        texts = {value: _text(value) for value in set(values)}
        if name == "period":
            texts = {v: _month(v) for v in texts}
        columns.append([texts[value] for value in values])
    return list(zip(*columns, strict=True)) if columns else [()] * found.num_rows


def _month(value: Any) -> str | None:
    return None if _text(value) is None else f"{int(value) // 100:04d}-{int(value) % 100:02d}"


def _unreadable(
    value: Any, column: str, meaning: str, table: Table, engine: Engine, file: str | None
) -> BadInput:
    option = {"outcome": "--outcome-is"}.get(meaning, "--selected-is")
    shown = str(value)[:60]
    return BadInput(
        Text(
            f"“{shown}”不是 0/1、是/否或 true/false；用别的词时，请以 {option} 说明哪些表示“是”。",
            f"“{shown}” is neither 0/1, yes/no nor true/false; where other words are used, say with"
            f" {option} which of them mean yes",
        ),
        file=file,
        row=_first_row(table, engine, table[column] == value),
        column=column,
    )


def _no_days(table: Table, engine: Engine, columns: Columns, file: str | None) -> BadInput:
    cell = table[columns.days]
    days = cell.try_cast("float64")
    wrong = (days < 0) | (days > LONGEST)
    if cell.type().is_string():
        wrong = wrong | (days.isnull() & (cell.strip() != ""))
    return BadInput(
        Text(
            f"办理天数应为 0 到 {LONGEST:.0f} 之间的数；请核对起止时间。",
            f"processing days are a number from 0 to {LONGEST:.0f}; check when the case began and"
            " ended",
        ),
        file=file,
        row=_first_row(table, engine, wrong),
        column=columns.days,
    )


def _no_time(table: Table, engine: Engine, columns: Columns, file: str | None) -> BadInput:
    cell = table[columns.time]
    wrong = cell.try_cast("timestamp").isnull() & (cell.strip() != "")
    return BadInput(
        Text(
            "这不是时间；请写成 2026-03-02 或 2026-03-02 09:30。",
            "this is no time; write 2026-03-02 or 2026-03-02 09:30",
        ),
        file=file,
        row=_first_row(table, engine, wrong),
        column=columns.time,
    )


def _first_row(table: Table, engine: Engine, condition: Any) -> int | None:
    """Return the number of the first row that meets a condition, where rows are numbered."""
    if ROW not in table.columns:
        return None
    found = engine.rows(table.filter(condition).agg(first=table[ROW].min()))["first"][0]
    return None if found is None else int(found)


def _too_fine(table: Table, engine: Engine, columns: Columns, file: str | None) -> BadInput:
    counted = table.agg(**{name: table[name].nunique() for name in columns.groups})
    distinct = {name: values[0] for name, values in engine.rows(counted).items()}
    worst = max(distinct, key=lambda name: distinct[name])
    return BadInput(
        Text(
            f"分组过细：这一列有 {distinct[worst]} 个不同的值；请先归并成段（例如年龄段）。",
            f"the groups are too fine: this column has {distinct[worst]} different values; put them"
            " into bands first (age bands, for example)",
        ),
        file=file,
        column=worst,
    )
