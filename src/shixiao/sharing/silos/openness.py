"""Openness: who asks, who answers, who refuses, how long does it take, and what runs?

A reply is due within 1 working day where data are shared without condition and within 10 where
they are shared on condition, longer where the authority consented; a refusal states its reason
(Decree 809 art. 21). A request that is still within its time is neither answered nor silent, and
counts for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from statistics import median

from shixiao.rules import WorkingCalendar
from shixiao.sharing.silos.facts import Holding, Request, Sharing, Use
from shixiao.statistics import median_interval, wilson
from shixiao.terms import Estimate


@dataclass(frozen=True, slots=True)
class Openness:
    """How a department answers those who ask it.

    Attributes:
        department_id: the provider.
        asked: requests that have been answered or are past their time.
        answered: share of them that was answered at all.
        in_time: share of them that was answered in time.
        refused: share of the answers that were refusals.
        unreasoned: ids of refusals without a reason.
        days: median of working days to an answer.
        silent: ids of requests without an answer whose time has passed.
    """

    department_id: str
    asked: int
    answered: Estimate
    in_time: Estimate
    refused: Estimate
    unreasoned: tuple[str, ...]
    days: Estimate
    silent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tie:
    """Between one that asks and one that provides.

    Attributes:
        asker, provider: the two departments.
        asked: requests.
        granted, refused: those that were answered so.
        waiting: those without an answer whose time has not passed.
        silent: those without an answer whose time has passed.
        days: median of working days to an answer, None without one.
        used: exchanges that delivered data.
    """

    asker: str
    provider: str
    asked: int
    granted: int
    refused: int
    waiting: int
    silent: int
    days: float | None
    used: int


def openness(
    requests: Iterable[Request],
    holdings: Iterable[Holding],
    *,
    calendar: WorkingCalendar,
    limits: Mapping[Sharing, int],
    on: date,
) -> list[Openness]:
    """Return how each provider answers, in the order of departments.

    Args:
        requests: requests; those for datasets that are not in the catalogue are left out.
        holdings: the catalogue, which says who provides what on what terms.
        calendar: working days.
        limits: working days for an answer by attribute (GDS-21u, GDS-21c).
        on: the day of the look; requests opened later are left out.
    """
    by_provider: dict[str, list[_Asked]] = {}
    for provider, asked in _as_of(requests, holdings, limits, on):
        by_provider.setdefault(provider, []).append(asked)
    return [
        _openness(provider, asked, calendar, on) for provider, asked in sorted(by_provider.items())
    ]


def ties(
    requests: Iterable[Request],
    holdings: Iterable[Holding],
    uses: Iterable[Use],
    *,
    calendar: WorkingCalendar,
    limits: Mapping[Sharing, int],
    on: date,
) -> list[Tie]:
    """Return the edges of the network of departments, one for each asker and provider.

    Arguments are those of :func:`openness`; ``uses`` are exchanges that delivered data.
    """
    listed = list(holdings)
    asked: dict[tuple[str, str], list[_Asked]] = {}
    for owner, one in _as_of(requests, listed, limits, on):
        asked.setdefault((one.request.from_department, owner), []).append(one)
    provider = {holding.dataset_id: holding.department_id for holding in listed}
    used: dict[tuple[str, str], int] = {}
    for use in uses:
        if use.dataset_id in provider and use.day <= on:
            pair = (use.to_department, provider[use.dataset_id])
            used[pair] = used.get(pair, 0) + use.count
    return [
        _tie(pair, asked.get(pair, []), used.get(pair, 0), calendar, on)
        for pair in sorted(asked.keys() | used.keys())
    ]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request as it stood on a day, with the working days that its answer may take."""

    request: Request
    limit: int

    def over(self, calendar: WorkingCalendar, day: date) -> bool:
        """Say whether the time for the answer was over on a day."""
        if self.request.due is not None:
            return day > self.request.due
        return calendar.between(self.request.opened, day) > self.limit

    def late(self, calendar: WorkingCalendar, on: date) -> bool:
        """Say whether no answer has come although its time has passed."""
        return self.request.answered is None and self.over(calendar, on)


def _as_of(
    requests: Iterable[Request],
    holdings: Iterable[Holding],
    limits: Mapping[Sharing, int],
    on: date,
) -> Iterator[tuple[str, _Asked]]:
    """Give each request that had been made, by provider; an answer that came later had not come."""
    known = {holding.dataset_id: holding for holding in holdings}
    for request in requests:
        holding = known.get(request.dataset_id)
        if holding is None or request.opened > on:
            continue
        # A dataset that is not shared may still be asked for, as one on condition may.
        limit = limits.get(holding.sharing, limits[Sharing.CONDITIONAL])
        later = request.answered is not None and request.answered > on
        as_of = replace(request, answered=None, granted=None) if later else request
        yield holding.department_id, _Asked(as_of, limit)


def _openness(
    provider: str, asked: Sequence[_Asked], calendar: WorkingCalendar, on: date
) -> Openness:
    silent = tuple(one.request.request_id for one in asked if one.late(calendar, on))
    answered = [one for one in asked if one.request.answered is not None]
    took = _took(answered, calendar)
    n = len(answered) + len(silent)
    in_time = sum(
        one.request.answered is not None and not one.over(calendar, one.request.answered)
        for one in answered
    )
    refusals = [one.request for one in answered if not one.request.granted]
    return Openness(
        provider,
        n,
        wilson(len(answered), n),
        wilson(in_time, n),
        wilson(len(refusals), len(answered)),
        tuple(request.request_id for request in refusals if not request.reason.strip()),
        median_interval(sorted(took)),
        silent,
    )


def _took(asked: Iterable[_Asked], calendar: WorkingCalendar) -> list[int]:
    """Return the working days to each answer."""
    days = [(one.request.opened, one.request.answered) for one in asked]
    return [calendar.between(opened, end) for opened, end in days if end is not None]


def _tie(
    pair: tuple[str, str],
    asked: Sequence[_Asked],
    used: int,
    calendar: WorkingCalendar,
    on: date,
) -> Tie:
    days = _took(asked, calendar)
    silent = sum(one.late(calendar, on) for one in asked)
    senses = [one.request.granted for one in asked]
    return Tie(
        *pair,
        asked=len(asked),
        granted=senses.count(True),
        refused=senses.count(False),
        waiting=senses.count(None) - silent,
        silent=silent,
        days=float(median(days)) if days else None,
        used=used,
    )
