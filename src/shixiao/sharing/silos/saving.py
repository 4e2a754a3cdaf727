"""What sharing would save the public: documents, trips, hours and money a year, with intervals.

A silo costs as many documents or fields as there are cases in the channels that ask for it. What
one of them takes is not recorded anywhere, so it is stated as a range by rules (T-01, T-02, SIL-04
to SIL-07) and enters the interval. The number of cases is that of a year like the one that was
seen, and varies as counts do. Ranges are the same for all silos, so sums join what is counted
first and then multiply once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shixiao.rules import RulePack
from shixiao.sharing.silos.finding import OPEN, Silo
from shixiao.statistics import added, product
from shixiao.terms import Estimate

Where = tuple[str, str]  # service, channel
Range = tuple[float, float, float]  # low, usual, high
PARTS = ("low", "usual", "high")


@dataclass(frozen=True, slots=True)
class Bands:
    """What one document, field or trip takes, each from a low to a high with a usual between.

    Attributes:
        trips: trips that fetching one document takes (SIL-04).
        trip_hours: hours that a trip takes (T-01).
        document_hours: hours to prepare a document (T-02).
        field_hours: hours that a field takes (SIL-05).
        trip_money: yuan for a trip (SIL-06).
        document_money: yuan for a document (SIL-07).
    """

    trips: Range
    trip_hours: Range
    document_hours: Range
    field_hours: Range
    trip_money: Range
    document_money: Range

    @classmethod
    def of(cls, rules: RulePack) -> Bands:
        """Read them from a rule pack."""

        def band(rule: str) -> Range:
            low, usual, high = (float(rules.number(rule, part)) for part in PARTS)
            return low, usual, high

        named = ("SIL-04", "T-01", "T-02", "SIL-05", "SIL-06", "SIL-07")
        return cls(*(band(rule) for rule in named))


@dataclass(frozen=True, slots=True)
class Saving:
    """What would be saved in a year; hours and money are of the people who apply.

    Attributes:
        documents: documents that need not be brought.
        fields: fields that need not be filled in.
        trips: trips to fetch documents.
        hours: hours.
        money: yuan for transport, copies and fees; hours are not turned into money.
    """

    documents: Estimate
    fields: Estimate
    trips: Estimate
    hours: Estimate
    money: Estimate


@dataclass(frozen=True, slots=True)
class SiloSaving:
    """A silo, the channels that ask for it, and what sharing would save.

    ``saving`` is None where the cases of a year are not known.
    """

    silo: Silo
    channels: tuple[str, ...]
    cases: Estimate | None
    saving: Saving | None


def save_by_sharing(
    silos: Iterable[Silo], cases: Mapping[Where, Estimate], bands: Bands
) -> list[SiloSaving]:
    """Return what could be shared, the greatest saving of hours first.

    Args:
        silos: one for each item and channel that asks for it; those that may lawfully be asked
            for, or that the department holds itself, are left out.
        cases: (service, channel) → cases a year.
        bands: what one document, field or trip takes.
    """
    by_item: dict[tuple[str, str], list[Silo]] = defaultdict(list)
    for silo in silos:
        if silo.way in OPEN:
            by_item[silo.need.service_id, silo.need.item_id].append(silo)
    found = [_saved(mine, cases, bands) for mine in by_item.values()]
    return sorted(found, key=lambda one: (-_hours(one), *_item(one)))


def saved_in_all(
    found: Sequence[SiloSaving], cases: Mapping[Where, Estimate], bands: Bands
) -> Saving:
    """Return what sharing all of it would save."""
    asked: dict[bool, dict[Where, int]] = {True: defaultdict(int), False: defaultdict(int)}
    for one in found:
        need = one.silo.need
        for channel in one.channels:
            if (need.service_id, channel) in cases:
                asked[need.field][need.service_id, channel] += 1
    n = sum(cases[where].n for where in asked[False].keys() | asked[True].keys())
    return _saving(_units(asked[False], cases), _units(asked[True], cases), bands, n)


def _saved(mine: Sequence[Silo], cases: Mapping[Where, Estimate], bands: Bands) -> SiloSaving:
    need = mine[0].need
    channels = tuple(sorted({silo.need.channel for silo in mine}))
    known = {(need.service_id, c): 1 for c in channels if (need.service_id, c) in cases}
    if not known:
        return SiloSaving(mine[0], channels, None, None)
    units, none = _units(known, cases), Estimate.fact(0, 0)
    parts = (none, units) if need.field else (units, none)
    saving = _saving(*parts, bands, units.n)
    return SiloSaving(mine[0], channels, units, saving)


def _units(asked: Mapping[Where, int], cases: Mapping[Where, Estimate]) -> Estimate:
    """Return items a year: what one channel of a service asks for varies together."""
    return added([_times(cases[where], count) for where, count in sorted(asked.items())])


def _times(estimate: Estimate, count: int) -> Estimate:
    value, low, high = (
        end * count if end is not None else None
        for end in (estimate.value, estimate.low, estimate.high)
    )
    return Estimate(value, low, high, estimate.n)


def _saving(documents: Estimate, fields: Estimate, bands: Bands, n: int) -> Saving:
    """Return what documents and fields of a year save; ``n`` cases stand behind them."""
    trips = product(documents, *bands.trips)
    hours = [
        product(trips, *bands.trip_hours),
        product(documents, *bands.document_hours),
        product(fields, *bands.field_hours),
    ]
    money = [product(trips, *bands.trip_money), product(documents, *bands.document_money)]
    return Saving(documents, fields, trips, _of(added(hours), n), _of(added(money), n))


def _of(estimate: Estimate, n: int) -> Estimate:
    """Return the estimate with the number of cases that it rests on."""
    return Estimate(estimate.value, estimate.low, estimate.high, n)


def _hours(one: SiloSaving) -> float:
    return (one.saving.hours.value or 0.0) if one.saving is not None else 0.0


def _item(one: SiloSaving) -> tuple[str, str]:
    return one.silo.need.service_id, one.silo.need.item_id
