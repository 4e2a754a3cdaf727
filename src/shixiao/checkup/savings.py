"""Savings: which change to a service would give people most time back, and how much a year?

A saving is cases a year × burden that could go, per case × time per unit of burden (rules T-01 to
T-05, our assumptions). Its interval joins the sampling interval of the burden with the stated range
of the time (``statistics.ranges``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from shixiao.checkup.evaluation import Evaluation
from shixiao.effect import Material, measure, whole
from shixiao.rules import RulePack
from shixiao.statistics import added, product
from shixiao.statistics.reasons import too_few
from shixiao.terms import Estimate, Subject, SubjectKind, Text

MONTHS = 12
ONLINE = "online"
# Measure → rule with the time of one unit, in the order in which equals are shown.
TIMES = {
    "visits": "T-01",
    "materials_held": "T-02",
    "signatures": "T-03",
    "resubmissions": "T-04",
    "rekeys": "T-05",
}
STAFF = frozenset({"rekeys"})
NO_MONTHS = Text(
    "没有申请时间，折算不到一年",
    "cases have no time of application, so nothing can be put per year",
)
NOTHING_KNOWN = Text(
    "不知道跑动、材料、签字、补正和重录各有多少",
    "visits, documents, signatures, resubmissions and re-keying are not known",
)


@dataclass(frozen=True, slots=True)
class Change:
    """One change to one service.

    Attributes:
        measure: the burden that would go.
        channel: for the cases of which channel; "" where there are none.
        per_case: the burden today, per case.
        units: units a year that could go.
        hours: hours a year.
        rule: id of the rule that holds the time of one unit.
        materials: the documents that would go, for ``materials_held``.
    """

    measure: str
    channel: str
    per_case: Estimate
    units: Estimate
    hours: Estimate
    rule: str
    materials: tuple[Material, ...] = ()


@dataclass(frozen=True, slots=True)
class Savings:
    """What could be saved on one service.

    Attributes:
        subject: the service.
        cases: cases a year.
        changes: the changes, the greatest saving first.
        people: hours a year that applicants would save in all.
        staff: hours a year of staff.
        late: cases a year that end after the promised limit; None where unknown.
    """

    subject: Subject
    cases: float
    changes: tuple[Change, ...]
    people: Estimate
    staff: Estimate
    late: Estimate | None


def savings(evaluation: Evaluation) -> dict[str, Savings]:
    """Return service → what could be saved on it."""
    facts = _Facts(evaluation)
    return {subject.id: _saved(facts, subject) for subject in facts.services}


def total(found: Iterable[Savings], rules: RulePack, *, staff: bool = False) -> Estimate:
    """Return the hours a year over several services; the time of a unit is one for all of them."""
    services = list(found)
    changes = [c for s in services for c in s.changes if (c.measure in STAFF) == staff]
    return _hours(changes, rules, sum(s.people.n for s in services))


def _v(estimate: Estimate) -> float:
    return estimate.value or 0.0


def _end(end: float | None, value: float) -> float:
    return value if end is None else end


def _hours(changes: Sequence[Change], rules: RulePack, n: int) -> Estimate:
    """Add changes: units of one burden first, for they share the time of a unit."""
    if not changes:
        return Estimate.not_assessable(NOTHING_KNOWN, n)
    units: dict[str, list[Estimate]] = defaultdict(list)
    for change in changes:
        units[change.measure].append(change.units)
    joined = [product(added(found), *_time(rules, name)) for name, found in units.items()]
    return replace(added(joined), n=n)


def _time(rules: RulePack, name: str) -> tuple[float, float, float]:
    rule = TIMES[name]
    low, usual, high = (float(rules.number(rule, part)) for part in ("low", "usual", "high"))
    return low, usual, high


class _Facts:
    """What an evaluation knows about services and channels, indexed once."""

    def __init__(self, evaluation: Evaluation) -> None:
        self.rules = evaluation.rules
        self.asked = evaluation.asked
        self.minimum = int(evaluation.rules.number("E-16"))
        self.services: list[Subject] = []
        self.known: dict[tuple[str, str, str], Estimate] = {}
        self.channels: dict[str, list[str]] = defaultdict(list)
        months: set[str] = set()
        everything = whole(evaluation.store)
        for item in evaluation.measured:
            arm, subject = item.arm, item.subject
            if subject == everything and arm is not None and arm.column == "month":
                months.add(arm.value)
            if subject.kind is not SubjectKind.SERVICE or (arm and arm.column != "channel"):
                continue
            channel = arm.value if arm else ""
            self.known[subject.id, item.measure, channel] = item.estimate
            if item.measure == "steps":
                if arm:
                    self.channels[subject.id].append(channel)
                else:
                    self.services.append(subject)
        self.services.sort()
        span = _months(months)
        self.factor = MONTHS / span if span else None

    def get(self, service: str, name: str, channel: str) -> Estimate | None:
        """Return a measure, where it is a number."""
        found = self.known.get((service, name, channel))
        return found if found is not None and found.ok else None

    def size(self, service: str, channel: str) -> int:
        """Return the number of cases."""
        found = self.known.get((service, "steps", channel))
        return found.n if found is not None else 0


def _months(values: Iterable[str]) -> int:
    """Return how many months lie between the first and the last, both counted."""
    known = sorted(v for v in values if v[:4].isdigit() and v[5:].isdigit())
    if not known:
        return 0
    first, last = (int(v[:4]) * MONTHS + int(v[5:]) for v in (known[0], known[-1]))
    return last - first + 1


def _saved(facts: _Facts, subject: Subject) -> Savings:
    service, factor = subject.id, facts.factor
    n = facts.size(service, "")
    cases = n * (factor or 0.0)
    if factor is None or n < facts.minimum:
        few = too_few(n, needed=facts.minimum)
        none = Estimate.not_assessable(NO_MONTHS if factor is None else few)
        return Savings(subject, cases, (), none, none, None)
    channels = facts.channels.get(service) or [""]
    changes = [
        change
        for channel in channels
        for name in TIMES
        if facts.size(service, channel) >= facts.minimum
        and (change := _change(facts, service, name, channel, factor)) is not None
    ]
    changes.sort(key=lambda c: (-(c.hours.value or 0.0), list(TIMES).index(c.measure), c.channel))
    return Savings(
        subject,
        cases,
        tuple(changes),
        _hours([c for c in changes if c.measure not in STAFF], facts.rules, n),
        _hours([c for c in changes if c.measure in STAFF], facts.rules, n),
        _late(facts, service, cases),
    )


def _change(facts: _Facts, service: str, name: str, channel: str, factor: float) -> Change | None:
    """Return one change; None where the burden is unknown or there is nothing to save."""
    n = facts.size(service, channel)
    materials: tuple[Material, ...] = ()
    if measure(name).statistic == "fact":
        asked = facts.asked.get((service, channel))
        count = asked.fact(name) if asked is not None else None
        if asked is None or not count or (name == "signatures" and channel != ONLINE):
            return None
        per_case = Estimate.fact(count, n)
        if name == "materials_held":
            materials = tuple(m for m in asked.materials if m.held_by is not None)
    else:
        found = facts.get(service, name, channel)
        if found is None:
            return None
        per_case = found
    needed = 0.0
    if name == "visits":
        needed = float(facts.rules.number("T-06", ONLINE if channel == ONLINE else "other"))
    units = _beyond(per_case, needed, n * factor, n)
    if not units.value:
        return None
    rule = TIMES[name]
    hours = product(units, *_time(facts.rules, name))
    return Change(name, channel, per_case, units, hours, rule, materials)


def _beyond(per_case: Estimate, needed: float, times: float, n: int) -> Estimate:
    """Return how many units a year lie beyond what is needed."""
    value, low, high = (
        max((_end(end, _v(per_case)) - needed) * times, 0.0)
        for end in (per_case.value, per_case.low, per_case.high)
    )
    return Estimate(value, low, high, n)


def _late(facts: _Facts, service: str, cases: float) -> Estimate | None:
    kept = facts.get(service, "within_promised", "")
    if kept is None:
        return None
    low, high = 1 - _end(kept.high, _v(kept)), 1 - _end(kept.low, _v(kept))
    return Estimate((1 - _v(kept)) * cases, low * cases, high * cases, kept.n)


def by_service(found: Mapping[str, Savings]) -> list[Savings]:
    """Return the services on which people would save most, greatest first."""
    known = [s for s in found.values() if s.people.ok and s.people.value]
    return sorted(known, key=lambda s: (-(s.people.value or 0.0), s.subject))
