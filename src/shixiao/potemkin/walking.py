"""Walking: cases go through a planned path step by step, all of them at once."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from shixiao.potemkin.hours import Hours, Seconds, when_awake
from shixiao.potemkin.steps import Activity, Path, Step

Flags = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]

REFUSAL_WORK = 7200.0  # seconds that officials take to write a refusal
LAST_STEP = 0.4  # spread of the time before a last activity
COMPLETED = "completed"


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """One activity of some cases: which cases, when, and which of them cite the provision."""

    cases: Integers
    times: Seconds
    activity: Activity
    department: str | None
    basis: str | None
    citing: Flags


@dataclass(slots=True, eq=False)
class Walk:
    """Cases on their way: ``now`` is the time of the last step of each, ``on`` who still goes."""

    hours: Hours
    rng: np.random.Generator
    now: Seconds
    on: Flags = field(init=False)
    outcome: npt.NDArray[np.object_] = field(init=False)
    traces: list[Trace] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.on = np.ones(len(self.now), dtype=np.bool_)
        self.outcome = np.full(len(self.now), COMPLETED, dtype=object)

    def along(self, path: Path) -> None:
        """Send all cases along a path; its first step happens at the times they start with."""
        first, *rest = path
        if not isinstance(first, Step):
            raise TypeError("A path begins with a step that every case takes")
        self._record(first.activity, self.on, self.now, step=first)
        for part in rest:
            if isinstance(part, Step):
                self._take(part, self.on)
                continue
            inside = self.on
            for _ in range(part.most):
                inside = inside & self._some(part.chance)
                for step in part.steps:
                    self._take(step, inside & self.on)

    def _some(self, chance: float) -> Flags:
        return self.rng.random(len(self.now)) < chance

    def _take(self, step: Step, due: Flags) -> None:
        if step.lost is not None:
            leaving = due & self._some(step.lost.chance)
            self.on &= ~leaving
            self.outcome[leaving] = step.lost.outcome
            if step.lost.by is not None:
                last = step.lost.by
                times = self._later(last, REFUSAL_WORK, LAST_STEP)
                self._record(last, leaving, times)
            due = due & ~leaving
        taking = due & self._some(step.chance)
        times = self._later(step.activity, step.after, step.spread)
        self._record(step.activity, taking, times, step=step)

    def _later(self, activity: Activity, after: float, spread: float) -> Seconds:
        """Return when each case would come to an activity: its time of the log-normal law."""
        draws = after * np.exp(spread * self.rng.standard_normal(len(self.now)))
        length = np.rint(draws).astype(np.int64)
        if activity.actor == "official":
            return self.hours.work(self.now, length)
        if activity.actor == "system":
            return self.now + length
        if activity.place == "online":
            return when_awake(self.now + length, self.rng)
        return self.hours.at_counter(self.now + length, self.rng)

    def _record(
        self, activity: Activity, taking: Flags, times: Seconds, *, step: Step | None = None
    ) -> None:
        """Write down an activity of the cases taking it; a last activity belongs to no step."""
        cases = np.flatnonzero(taking)
        basis = step.basis if step else None
        citing = self._some(step.cited if step and basis else 0.0)[cases]
        department = step.department if step else None
        self.traces.append(Trace(cases, times[cases], activity, department, basis, citing))
        self.now = np.where(taking, times, self.now)
