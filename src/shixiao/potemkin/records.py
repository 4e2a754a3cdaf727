"""Records: what a city's systems have written down by the end of its period."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from shixiao.potemkin.intake import Batch, Intake
from shixiao.potemkin.package import Row
from shixiao.potemkin.plan import CityPlan, Department
from shixiao.potemkin.walking import Trace

Integers = npt.NDArray[np.int64]

APPLICANT = "申请人"
STAYS_OPEN = "open"
NEVER_CLOSED = "abandoned"
ORDER = "order"


@dataclass(slots=True, eq=False)
class Records:
    """The tables that chance wrote: rows of cases and groups, and the events."""

    cases: list[Row]
    groups: list[Row]
    events: pa.Table


def records(intake: Intake) -> Records:
    """Let everything happen and return what was written down, ordered by case."""
    batches: dict[str, list[Batch]] = defaultdict(list)
    for batch in intake.batches():
        batches[batch.service.id].append(batch)
    scribe = _Scribe(intake)
    for service in intake.plan.services:
        scribe.write(service.id, batches[service.id])
    events = pa.concat_tables(scribe.events).sort_by(
        [("case_id", "ascending"), (ORDER, "ascending")]
    )
    return Records(scribe.cases, scribe.groups, events.drop_columns(ORDER))


class _Scribe:
    """Numbers cases in the order in which they came in, and writes rows."""

    def __init__(self, intake: Intake) -> None:
        self.intake = intake
        self.plan: CityPlan = intake.plan
        self.departments = {d.id: d for d in self.plan.departments}
        self.midnight = datetime.combine(self.plan.period.start, time())
        self.cases: list[Row] = []
        self.groups: list[Row] = []
        self.events: list[pa.Table] = []

    def write(self, service: str, batches: list[Batch]) -> None:
        """Write the cases of one service."""
        opened = np.concatenate([batch.opened for batch in batches])
        number = np.empty(len(opened), dtype=np.int64)
        number[np.argsort(opened, kind="stable")] = np.arange(1, len(opened) + 1)
        rows: list[tuple[int, Row, list[Row]]] = []
        begin = 0
        for position, batch in enumerate(batches):
            mine = number[begin : begin + len(batch.opened)]
            begin += len(batch.opened)
            ids = np.array([f"{service}-{n:05d}" for n in mine], dtype=object)
            self.events.append(self._events(batch, ids, f"{service}\x1f{position}"))
            rows += self._cases(batch, ids, mine)
        for _, case, groups in sorted(rows, key=lambda row: row[0]):
            self.cases.append(case)
            self.groups += groups

    def _cases(
        self, batch: Batch, ids: npt.NDArray[np.object_], numbers: Integers
    ) -> list[tuple[int, Row, list[Row]]]:
        people = self.intake.people
        written = []
        for i, (identifier, number) in enumerate(zip(ids, numbers.tolist(), strict=True)):
            person = int(batch.persons[i])
            in_time = batch.ended[i] < self.intake.length
            outcome = batch.outcome[i] if in_time else STAYS_OPEN
            closed = in_time and outcome != NEVER_CLOSED
            case: Row = {
                "case_id": identifier,
                "service_id": batch.service.id,
                "matter_case_id": batch.chains[i] if batch.chains else None,
                "channel": batch.channel,
                "opened": self._clock(int(batch.opened[i])),
                "closed": self._clock(int(batch.ended[i])) if closed else None,
                "outcome": outcome,
                "person_key": people.key(person),
                "region": self.plan.regions[people.region[person]][0].zh,
            }
            known = {
                "age_band": self.plan.bands[people.band[person]].name,
                "disability": "yes" if people.disabled[person] else "no",
            }
            groups = [{"case_id": identifier, "attribute": a, "value": v} for a, v in known.items()]
            written.append((number, case, groups))
        return written

    def _clock(self, second: int) -> str:
        return (self.midnight + timedelta(seconds=second)).isoformat(sep=" ")

    def _events(self, batch: Batch, ids: npt.NDArray[np.object_], name: str) -> pa.Table:
        """Return the events of a batch up to the end of the period."""
        posts = _Posts(batch, np.random.default_rng([self.intake.seed, *name.encode()]))
        parts = [self._trace(trace, batch, posts) for trace in batch.traces]
        columns = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
        # Traces stand in the order of the path, so a stable sort keeps that order within a second.
        order = np.lexsort((np.arange(len(columns["ts"])), columns["ts"], columns["case"]))
        columns = {key: column[order] for key, column in columns.items()}
        case = columns.pop("case")
        first = np.searchsorted(case, case, side="left")
        columns["seq"] = np.arange(len(case)) - first + 1
        kept = np.flatnonzero(columns["ts"] < self.intake.length)
        start = np.datetime64(self.midnight, "s")
        columns["ts"] = start + columns["ts"].astype("timedelta64[s]")
        table = {key: pa.array(column[kept]) for key, column in columns.items()}
        named = {"case_id": pa.array(ids[case[kept]]), "service_id": [batch.service.id] * len(kept)}
        return pa.table({**named, **table, ORDER: table["seq"]}, schema=EVENTS)

    def _trace(
        self, trace: Trace, batch: Batch, posts: _Posts
    ) -> dict[str, npt.NDArray[np.generic]]:
        activity, n = trace.activity, len(trace.cases)
        department = self.departments[trace.department or batch.service.department]

        def same(value: object) -> npt.NDArray[np.object_]:
            return np.full(n, value, dtype=object)

        return {
            "case": trace.cases,
            "activity": same(activity.name.zh),
            "ts": trace.times,
            "clock": same(activity.clock),
            "legal_basis": np.where(trace.citing, same(trace.basis), same(None)),
            "actor": same(activity.actor),
            "place": same(activity.place),
            "resource": posts.holders(trace, department),
            "department_id": same(department.id),
        }


EVENTS = pa.schema(
    [
        ("case_id", pa.string()),
        ("service_id", pa.string()),
        ("activity", pa.string()),
        ("ts", pa.timestamp("us")),
        ("clock", pa.string()),
        ("legal_basis", pa.string()),
        ("actor", pa.string()),
        ("place", pa.string()),
        ("resource", pa.string()),
        ("department_id", pa.string()),
        ("seq", pa.int64()),
        (ORDER, pa.int64()),
    ]
)


class _Posts:
    """Who holds which post for each case: the same person all along."""

    def __init__(self, batch: Batch, rng: np.random.Generator) -> None:
        self.size = len(batch.opened)
        self.rng = rng
        self.drawn: dict[tuple[str, str], npt.NDArray[np.object_]] = {}

    def holders(self, trace: Trace, department: Department) -> npt.NDArray[np.object_]:
        """Return who did an activity, for each case of the trace."""
        activity = trace.activity
        if activity.actor == "applicant":
            return np.full(len(trace.cases), APPLICANT, dtype=object)
        if activity.actor == "system":
            return np.full(len(trace.cases), f"{department.short}系统", dtype=object)
        key = (department.id, activity.post)
        if key not in self.drawn:
            numbers = self.rng.integers(1, department.staff + 1, size=self.size)
            names = [f"{department.short}{activity.post}{n:02d}" for n in numbers]
            self.drawn[key] = np.array(names, dtype=object)
        return self.drawn[key][trace.cases]
