"""Openness: who asks, who answers, who refuses, how long does it take, and what runs?

A reply is due within 1 working day where data are shared without condition and within 10 where
they are shared on condition; a refusal states its reason (Decree 809 art. 21). A request that is
still within its time is neither answered nor silent, and counts for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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
        asked, granted, refused, silent: requests by what became of them.
        days: median of working days to an answer, None without one.
        used: exchanges that delivered data.
    """

    asker: str
    provider: str
    asked: int
    granted: int
    refused: int
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
    known = {holding.dataset_id: holding for holding in holdings}
    by_provider: dict[str, list[tuple[Request, int]]] = {}
    for request in requests:
        holding = known.get(request.dataset_id)
        if holding is not None and request.opened <= on:
            # A dataset that is not shared may still be asked for, as one on condition may.
            limit = limits.get(holding.sharing, limits[Sharing.CONDITIONAL])
            by_provider.setdefault(holding.department_id, []).append((request, limit))
    return [
        _openness(provider, asked, calendar, on) for provider, asked in sorted(by_provider.items())
    ]


def ties(
    requests: Iterable[Request],
    holdings: Iterable[Holding],
    uses: Iterable[Use],
    *,
    calendar: WorkingCalendar,
) -> list[Tie]:
    """Return the network of departments: an edge for each asker and provider."""
    provider = {holding.dataset_id: holding.department_id for holding in holdings}
    asked: dict[tuple[str, str], list[Request]] = {}
    for request in requests:
        if request.dataset_id in provider:
            pair = (request.from_department, provider[request.dataset_id])
            asked.setdefault(pair, []).append(request)
    used: dict[tuple[str, str], int] = {}
    for use in uses:
        if use.dataset_id in provider:
            pair = (use.to_department, provider[use.dataset_id])
            used[pair] = used.get(pair, 0) + 1
    return [
        _tie(pair, asked.get(pair, []), used.get(pair, 0), calendar)
        for pair in sorted(asked.keys() | used.keys())
    ]


def _openness(
    provider: str, asked: Sequence[tuple[Request, int]], calendar: WorkingCalendar, on: date
) -> Openness:
    seen = [(request, limit, _answer(request, on)) for request, limit in asked]
    took = {
        request.request_id: calendar.between(request.opened, day)
        for request, _, day in seen
        if day is not None
    }
    silent = tuple(
        request.request_id
        for request, limit, day in seen
        if day is None and calendar.between(request.opened, on) > limit
    )
    answered = [request for request, _, day in seen if day is not None]
    n = len(answered) + len(silent)
    in_time = sum(took[r.request_id] <= limit for r, limit, day in seen if day is not None)
    refusals = [request for request in answered if not request.granted]
    return Openness(
        provider,
        n,
        wilson(len(answered), n),
        wilson(in_time, n),
        wilson(len(refusals), len(answered)),
        tuple(request.request_id for request in refusals if not request.reason.strip()),
        median_interval(sorted(took.values())),
        silent,
    )


def _answer(request: Request, on: date) -> date | None:
    """Return the day of the answer, if it had come by the day of the look."""
    return request.answered if request.answered is not None and request.answered <= on else None


def _tie(
    pair: tuple[str, str], asked: Sequence[Request], used: int, calendar: WorkingCalendar
) -> Tie:
    days = [calendar.between(each.opened, each.answered) for each in asked if each.answered]
    return Tie(
        *pair,
        asked=len(asked),
        granted=sum(each.granted is True for each in asked),
        refused=sum(each.granted is False for each in asked),
        silent=sum(each.granted is None for each in asked),
        days=float(median(days)) if days else None,
        used=used,
    )
