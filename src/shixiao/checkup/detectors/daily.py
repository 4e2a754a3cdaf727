"""Daily usage of subjects as arrays: one row per subject, one column per day of the evidence.

Usage tables are small (a row per subject and day), so they are handled here in memory; the engine
only sums what stands in several rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import numpy as np
import numpy.typing as npt

from shixiao.checkup.scene import Scene, rows_of
from shixiao.terms import SubjectKind, Text

Floats = npt.NDArray[np.float64]
EPOCH = date(1970, 1, 1)
MOST_BAD = 0.05
NEGATIVE = Text(
    "{share} 的记录是负数，这些数不能用",
    "{share} of the rows are negative, so the figures cannot be used",
)


@dataclass(frozen=True, slots=True, eq=False)
class Daily:
    """Usage by subject and day.

    Attributes:
        subjects: ids, sorted.
        first: day of the first column, since 1970.
        counts: column → (subjects, days), NaN where a day has no row or a negative number.
        negative: subject → share of its rows that hold a negative number.
    """

    subjects: tuple[str, ...]
    first: int
    counts: dict[str, Floats]
    negative: dict[str, float]

    @property
    def days(self) -> npt.NDArray[np.int64]:
        """The days of the columns, since 1970."""
        width = next(iter(self.counts.values())).shape[1]
        return np.arange(self.first, self.first + width)

    def fault(self, subject: str) -> Text | None:
        """Say why a subject's figures cannot be used; None when they can."""
        share = self.negative.get(subject, 0.0)
        return NEGATIVE.format(share=f"{share:.0%}") if share > MOST_BAD else None


def daily_usage(scene: Scene, columns: Sequence[str]) -> Daily | None:
    """Read the usage table; None when it holds no row."""
    usage = scene.table("usage")
    sums: dict[str, Any] = {name: ibis._[name].sum() for name in columns}
    lowest = {f"{name}_low": ibis._[name].min() for name in columns}
    found = usage.filter(usage.subject_id.notnull() & usage.day.notnull())
    rows = rows_of(
        scene,
        found.group_by(["subject_id", "day"]).agg(**sums, **lowest).order_by(["subject_id", "day"]),
    )
    if not rows:
        return None
    subjects = sorted({str(row["subject_id"]) for row in rows})
    place = {subject: i for i, subject in enumerate(subjects)}
    day = [(row["day"] - EPOCH).days for row in rows if isinstance(row["day"], date)]
    first, last = min(day), max(day)
    counts = {name: np.full((len(subjects), last - first + 1), np.nan) for name in columns}
    bad = np.zeros(len(subjects))
    total = np.zeros(len(subjects))
    for row, at in zip(rows, day, strict=True):
        i = place[str(row["subject_id"])]
        total[i] += 1
        wrong = any((row[f"{name}_low"] or 0) < 0 for name in columns)
        bad[i] += wrong
        if not wrong:
            for name in columns:
                value = row[name]
                counts[name][i, at - first] = np.nan if value is None else float(value)
    negative = {s: float(bad[i] / total[i]) for s, i in place.items()}
    return Daily(tuple(subjects), first, counts, negative)


def kind_of(scene: Scene, identifier: str) -> SubjectKind:
    """Return whether a subject of usage or accounts is an app or a service."""
    services = scene.names.get(SubjectKind.SERVICE, {})
    apps = scene.names.get(SubjectKind.APP, {})
    known_service = identifier in services and identifier not in apps
    return SubjectKind.SERVICE if known_service else SubjectKind.APP


def working(scene: Scene, days: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Tell working days: by the calendar of the evidence, else Monday to Friday."""
    if scene.calendar is None:
        return np.asarray((days + 3) % 7 < 5)  # 1970-01-01 was a Thursday
    dates, _, is_working = scene.calendar.index_table()
    first = int(dates.astype("datetime64[D]").astype(np.int64)[0])
    return np.asarray(is_working[np.clip(days - first, 0, len(is_working) - 1)], dtype=np.bool_)
