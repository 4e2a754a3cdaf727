"""The network of departments on the site: who asks whom, who answers or refuses, what runs.

It is read from the records of a year as they stand today: requests with the last day that each
really had, the catalogue, and exchanges that gateways have proven.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.fields.json import KeyTextTransform
from django.utils import timezone

from shixiao.records.models import (
    CatalogueItem,
    ExchangeTotal,
    Organisation,
    SharingRequest,
    SharingStep,
)
from shixiao.rules import Clock, load_calendar
from shixiao.sharing.silos import (
    Holding,
    Network,
    Request,
    Sharing,
    Terms,
    Use,
    network,
    on_a_law,
)
from shixiao.terms import Text
from shixiao.workflows.catalogue.keeping import LISTED
from shixiao.workflows.clock import rule

YEAR = timedelta(days=365)
NO_REQUEST = ("drafted", "withdrawn")
ANSWERS = ("agree", "refuse")
AT_ONCE = 500
# As long as the requester has to supply something, the provider's time stands still.
STANDS_STILL = date.max


def network_of(today: date) -> Network:
    """Return the network as it stands today, over a year."""
    since = today - YEAR
    requests = list(_requests(since))
    used = list(_used(since))
    wanted = {row.item_id for row in requests} | {item for item, *_ in used}
    holdings = {row.pk: _holding(row) for row in _items(wanted)}
    dues = _dues(requests)
    return network(
        [_request(row, dues.get(row.code, row.due)) for row in requests],
        holdings.values(),
        [
            Use(f"{item}:{taker}:{day}", day, str(item), taker, count=n)
            for item, taker, day, n in used
        ],
        terms=_terms(),
        calendar=load_calendar("cn"),
        limits={
            Sharing.UNCONDITIONAL: Clock.of(rule("GDS-21u")).length,
            Sharing.CONDITIONAL: Clock.of(rule("GDS-21c")).length,
        },
        on=today,
    )


def names() -> dict[str, Text]:
    """Return the names of departments by code."""
    return dict(Organisation.objects.values_list("code", "name"))


def _requests(since: date) -> QuerySet[SharingRequest]:
    """Return what was filed within the year, and what was filed before and waits still."""
    rows = SharingRequest.objects.filter(filed__isnull=False).exclude(state__in=NO_REQUEST)
    recent = Q(filed__date__gte=since) | Q(answered__isnull=True)
    return rows.filter(recent).select_related("requester").order_by("code")


def _dues(requests: Iterable[SharingRequest]) -> dict[str, date]:
    """Return the last day that each answered request had for its answer."""
    codes = [row.code for row in requests if row.answered is not None]
    found: dict[str, date] = {}
    for start in range(0, len(codes), AT_ONCE):
        steps = SharingStep.objects.filter(
            subject__in=codes[start : start + AT_ONCE], verb__in=ANSWERS, due__isnull=False
        )
        found |= {code: due for code, due in steps.values_list("subject", "due") if due}
    return found


def _request(row: SharingRequest, due: date | None) -> Request:
    if row.filed is None:
        raise ValueError(f"{row.code} was not filed")
    return Request(
        row.code,
        str(row.item_id),
        row.requester.code,
        timezone.localdate(row.filed),
        timezone.localdate(row.answered) if row.answered else None,
        row.decision == "agreed" if row.answered else None,
        row.refusal_reason,
        row.refusal_basis,
        STANDS_STILL if row.state == "incomplete" else due,
    )


def _used(since: date) -> Iterable[tuple[UUID, str, date, int]]:
    """Return exchanges that delivered data: dataset, who got them, day, how many."""
    rows = ExchangeTotal.objects.filter(outcome="", day__gte=since, grant__isnull=False)
    counted = rows.order_by().values_list("grant__item", "grant__recipient__code", "day")
    return counted.annotate(times=Sum("n"))


def _items(wanted: set[UUID]) -> Iterable[CatalogueItem]:
    keys = sorted(wanted)
    for start in range(0, len(keys), AT_ONCE):
        rows = CatalogueItem.objects.filter(pk__in=keys[start : start + AT_ONCE])
        yield from rows.select_related("department")


def _holding(row: CatalogueItem) -> Holding:
    # What an entry does not say is asked for as one on condition may be.
    listed = set(Sharing)
    sharing = Sharing(row.sharing) if row.sharing in listed else Sharing.CONDITIONAL
    basis = str(row.listed.get("basis", ""))
    return Holding(str(row.pk), row.department.code, frozenset(), sharing, basis)


def _terms() -> dict[str, Terms]:
    """Count the datasets of each department by their terms, without reading them."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    rows = CatalogueItem.objects.filter(state__in=LISTED).order_by()
    plain = rows.exclude(sharing=Sharing.NOT_SHARED).values_list("department__code", "sharing")
    for code, sharing, n in plain.annotate(n=Count("pk")):
        if sharing == Sharing.UNCONDITIONAL:
            counts[code]["free"] += n
        elif sharing == Sharing.CONDITIONAL:
            counts[code]["on_condition"] += n
    closed = rows.filter(sharing=Sharing.NOT_SHARED).annotate(
        cited=KeyTextTransform("basis", "listed")
    )
    for code, cited, n in closed.values_list("department__code", "cited").annotate(n=Count("pk")):
        counts[code]["closed" if on_a_law(cited or "") else "withheld"] += n
    return {code: Terms(**found) for code, found in counts.items()}
