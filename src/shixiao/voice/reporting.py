"""Reporting: who speaks, who is not heard, and how much of what happens is reported at all?

Three answers: participation against the population with intervals; shares of opinion raw beside
weighted, never one without the other; and the rate at which people of an area report, learnt from
how soon others report the same incident again, which does not hang on how often things break.

Source: E. B. Wilson (1927), JASA 22, 209-212; W. E. Deming and F. F. Stephan (1940) and L. Kish
(1965) as ``statistics.rake``; Z. Liu, U. Bhandaram and N. Garg (2022), arXiv:2204.08620 (reporting
rates from duplicate reports); F. Garwood (1936), Biometrika 28, 437-442.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from shixiao.rules import RulePack
from shixiao.statistics import garwood, rake, wilson_bounds
from shixiao.terms import BadInput, Estimate, Text
from shixiao.voice.duplicates import Group
from shixiao.voice.reading import Message

ASKED, TRIM, OPEN, INCIDENTS = "VOI-24", "VOI-25", "VOI-26", "VOI-27"
REST = "…"  # small groups of one attribute together
DAY = 86_400.0
LEAST_FACTOR, MOST_FACTOR = 0.2, 5.0  # beyond, a rate says nothing but that it is low or high


@dataclass(frozen=True, slots=True)
class Participation:
    """One group of the population among those who spoke.

    Attributes:
        voices: people of the group who spoke; population: people of the group.
        ratio: its share among voices over its share of the population, 1 where both are equal.
        unheard: whether the whole interval lies below 1.
        ask: whether so few spoke that they have to be gone and asked.
    """

    group: str
    voices: int
    population: int
    ratio: Estimate
    unheard: bool
    ask: bool


def participation(
    voices: Mapping[str, int], population: Mapping[str, int], *, rules: RulePack
) -> list[Participation]:
    """Compare who spoke with who lives there, the least heard first.

    Args:
        voices: people who spoke, by group of one attribute.
        population: people of the population, or those entitled, by the same groups.
        rules: below how many voices a group has to be asked.

    Raises:
        BadInput: nobody spoke, or a group spoke that the population does not have.
    """
    spoken, whole = sum(voices.values()), sum(population.values())
    strange = next((g for g in sorted(voices) if voices[g] and not population.get(g)), None)
    if not spoken:
        raise BadInput(NOBODY)
    if strange is not None:
        raise BadInput(STRANGE.format(group=strange))
    fewest = rules.number(ASKED)
    found = []
    for group, people in population.items():
        if people <= 0:
            continue
        count, share = voices.get(group, 0), people / whole
        low, high = (float(bound) / share for bound in wilson_bounds(count, spoken))
        ratio = Estimate(count / spoken / share, low, high, count)
        few = count < fewest
        found.append(Participation(group, count, people, ratio, high < 1, few))
    return sorted(found, key=lambda row: (row.ratio.value or 0.0, row.group))


@dataclass(frozen=True, slots=True)
class Shares:
    """What people say, raw beside weighted.

    Attributes:
        raw, weighted: share of each answer; the interval of the latter is for ``effective_n``.
        effective_n: Kish's n of an unweighted sample that is as exact.
        converged: whether the margins are met under the trim.
        ask: (attribute, group) with too few voices; they keep the weight they have, for weights
            must not invent a voice.
    """

    raw: Mapping[str, Estimate]
    weighted: Mapping[str, Estimate]
    effective_n: float
    converged: bool
    ask: tuple[tuple[str, str], ...]


def weighted_shares(
    answers: Sequence[str],
    categories: Mapping[str, Sequence[str]],
    population: Mapping[str, Mapping[str, float]],
    *,
    rules: RulePack,
) -> Shares:
    """Weight answers by raking to the population, with trimmed weights.

    Args:
        answers: the answer of each person who spoke.
        categories: for each attribute, the group of each person.
        population: for each attribute, people by group.
        rules: fewest voices of a group, and the largest weight.

    Raises:
        BadInput: nobody answered, or a group is unknown to the population.
    """
    n, fewest = len(answers), rules.number(ASKED)
    if not n:
        raise BadInput(NOBODY)
    _check(categories, population, n)
    merged, margins, ask = {}, {}, []
    for name in sorted(categories):
        counts = Counter(categories[name])
        small = {g for g in population[name] if counts.get(g, 0) < fewest}
        ask += [(name, group) for group in sorted(small)]
        column = [REST if g in small else g for g in categories[name]]
        merged[name], margins[name] = column, _margin(column, population[name], small)
    raked = rake(merged, margins, trim=rules.number(TRIM))
    totals: dict[str, float] = defaultdict(float)
    for answer, weight in zip(answers, raked.weights.tolist(), strict=True):
        totals[answer] += weight / n
    raw = Counter(answers)
    return Shares(
        raw={a: _share(raw[a] / n, n) for a in sorted(raw)},
        weighted={a: _share(totals[a], raked.effective_n) for a in sorted(totals)},
        effective_n=raked.effective_n,
        converged=raked.converged,
        ask=tuple(ask),
    )


NOBODY = Text("没有人发声。", "Nobody spoke.")
STRANGE = Text("人口表中没有“{group}”。", "The population has no “{group}”.")
NO_ATTRIBUTE = Text("人口表中没有属性“{name}”。", "The population has no attribute “{name}”.")
NO_PEOPLE = Text(
    "“{name}”各组的人口应为不小于 0 的数，合计大于 0。",
    "The people of the groups of “{name}” have to be numbers not below 0, and above 0 in sum.",
)
UNEVEN = Text(
    "“{name}”有 {m} 人的分组，而发声的有 {n} 人。",
    "“{name}” has the groups of {m} people, but {n} spoke.",
)


def _check(
    categories: Mapping[str, Sequence[str]],
    population: Mapping[str, Mapping[str, float]],
    n: int,
) -> None:
    """Refuse attributes and groups that the population does not have, or that have no people."""
    if not categories:
        raise BadInput(NO_ATTRIBUTE.format(name=""))
    for name, column in categories.items():
        if len(column) != n:
            raise BadInput(UNEVEN.format(name=name, m=len(column), n=n))
        if name not in population:
            raise BadInput(NO_ATTRIBUTE.format(name=name))
        sizes = [float(size) for size in population[name].values()]
        if not all(0 <= size < float("inf") for size in sizes) or not sum(sizes):
            raise BadInput(NO_PEOPLE.format(name=name))
        strange = sorted({*column} - {g for g, size in population[name].items() if size})
        if strange:
            raise BadInput(STRANGE.format(group=strange[0]))


def _margin(
    column: Sequence[str], population: Mapping[str, float], small: set[str]
) -> dict[str, float]:
    """Return shares to rake to; the small groups together keep the share they have."""
    rest = column.count(REST) / len(column)
    large = {group: size for group, size in population.items() if group not in small}
    whole = sum(large.values()) or 1.0
    margin = {group: (1 - rest) * size / whole for group, size in large.items()}
    return margin | ({REST: rest} if rest else {})


def _share(value: float, n: float) -> Estimate:
    low, high = wilson_bounds(value * n, n)
    return Estimate(value, float(low), float(high), round(n))


@dataclass(frozen=True, slots=True)
class Incident:
    """One thing that happened, with all its reports.

    Attributes:
        area: where.
        reports: when each person reported it, in any order.
        closed: when it was mended.
    """

    area: str
    reports: tuple[datetime, ...]
    closed: datetime


def incidents_of(
    groups: Iterable[Group],
    messages: Sequence[Message],
    *,
    rules: RulePack,
    until: datetime | None = None,
) -> list[Incident]:
    """Take groups of copies as incidents; messages in no group are incidents reported once.

    An incident closes with the first answer that one of its messages got, or some days after the
    first report (``VOI-26``), or where the data end (``until``, by default the last message): what
    came later could not be seen, and is no silence. Messages without time or place are left
    out, and so is the second message of one person.
    """
    open_for = timedelta(days=rules.number(OPEN))
    times_of_all = [message.time for message in messages if message.time]
    end = until or max(times_of_all, default=datetime.max)
    grouped = [list(group.members) for group in groups]
    inside = {i for members in grouped for i in members}
    found = []
    for members in [*grouped, *([i] for i in range(len(messages)) if i not in inside)]:
        own = [messages[i] for i in members if messages[i].time and messages[i].place]
        if not own:
            continue
        places = Counter(message.place for message in own)
        first_of: dict[str, datetime] = {}
        for message in own:
            who, when = message.person or message.id, message.time
            if when is not None:
                first_of[who] = min(first_of.get(who, when), when)
        times = tuple(sorted(first_of.values()))
        answered = [m.replied for m in own if m.replied and m.replied > times[0]]
        closed = min([*answered, times[0] + open_for, max(end, times[0])])
        found.append(Incident(places.most_common(1)[0][0], times, closed))
    return found


@dataclass(frozen=True, slots=True)
class ReportingRate:
    """How readily people of an area report.

    Attributes:
        rate: further reports per incident and day, once somebody has reported it.
        incidents: those that were open for some time.
        factor: rate of all areas over that of this one: how many times more there is than reported,
            against the average area; 1 where nothing is known.
    """

    area: str
    rate: Estimate
    incidents: int
    factor: float


def reporting_rates(incidents: Sequence[Incident], *, rules: RulePack) -> list[ReportingRate]:
    """Estimate by area how readily people report, the least ready first.

    Between the first report and the mending others meet the same incident; how many of them report
    it is a Poisson count whose rate is the readiness to report, however often things break there.
    An area with fewer incidents than ``VOI-27`` is *insufficient* and its factor 1.
    """
    counts: dict[str, int] = defaultdict(int)
    days: dict[str, float] = defaultdict(float)
    number: Counter[str] = Counter()
    for incident in incidents:
        first, *more = sorted(incident.reports)
        if incident.closed <= first:
            continue
        counts[incident.area] += sum(time <= incident.closed for time in more)
        days[incident.area] += (incident.closed - first).total_seconds() / DAY
        number[incident.area] += 1
    exposed = sum(days.values())
    overall = sum(counts.values()) / exposed if exposed else 0.0
    fewest = int(rules.number(INCIDENTS))
    return sorted(
        (_rate(a, counts[a], days[a], number[a], overall, fewest) for a in days),
        key=lambda row: (-row.factor, row.area),
    )


def _rate(
    area: str, count: int, days: float, incidents: int, overall: float, fewest: int
) -> ReportingRate:
    told = garwood(count, days)
    if incidents < fewest:
        reason = Text(
            f"只有 {incidents} 起，至少需要 {fewest} 起。",
            f"there are {incidents} incidents and {fewest} are needed",
        )
        few = Estimate.insufficient(
            incidents, reason, value=told.value, low=told.low, high=told.high
        )
        return ReportingRate(area, few, incidents, 1.0)
    # An area that never reports again is told by the upper end of its interval, not by infinity.
    known = (told.value if count else told.high) or 0.0
    factor = float(np.clip(overall / known, LEAST_FACTOR, MOST_FACTOR)) if overall else 1.0
    return ReportingRate(area, replace(told, n=incidents), incidents, factor)
