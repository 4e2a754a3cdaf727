"""数据入表 on the site: cards recognised by a checklist, entries that are only ever cancelled.

An entry that the book cannot bear (more lost than there is) is refused before it is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from shixiao.records.models import AssetEntry, CatalogueItem, DataAsset, Organisation
from shixiao.seals import sha256_of
from shixiao.sharing.assets import (
    Asset,
    Disposal,
    Impairment,
    Income,
    Month,
    Origin,
    Placement,
    Regime,
    Use,
    Voucher,
    months_of,
    recognise,
    shared_out,
)
from shixiao.sharing.assets.book import Method
from shixiao.terms import BadInput, Text
from shixiao.workflows import moving
from shixiao.workflows.actors import Actor
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import needed
from shixiao.workflows.permissions import check, signed_in
from shixiao.workflows.refusals import CHANGED, Incomplete, Stale

NOT_ON_BOOKS = Text(
    "按所答的清单，这项数据不能确认，不能登记分录；理由已留存。",
    "By the checklist these data are not recognised, so nothing is entered; the reasons are kept.",
)
FUTURE = Text("日期不能晚于今天。", "The day cannot lie ahead.")
ON_BOOKS = {Placement.INTANGIBLE, Placement.INVENTORY, Placement.REGISTER}
FAR = date(2200, 12, 31)
AT_ONCE = 5_000  # assets in one query


@dataclass(frozen=True, slots=True)
class Card:
    """What a card says when it is made.

    Attributes:
        name: of the asset.
        regime: by whose rules the books are kept.
        answers: question of the checklist → whether it holds.
        reasons: question → why.
        origin: how it came.
        method: how its cost is spread.
        months: useful life, for a straight line.
        units: units that it is good for, where the cost is spread by use.
        residual: what is left at the end.
        in_use: from when; None while it is being made.
        item: the dataset of the catalogue; None for none.
    """

    name: Text
    regime: Regime
    answers: Mapping[str, bool]
    reasons: Mapping[str, str]
    origin: Origin
    method: Method
    months: int = 0
    units: int = 0
    residual: Decimal = Decimal("0.00")
    in_use: date | None = None
    item: CatalogueItem | None = None


@transaction.atomic
def recognise_asset(
    card: Card, *, organisation: Organisation, actor: Actor, at: datetime
) -> DataAsset:
    """Make a card; where the data stand follows from the checklist.

    Raises:
        Forbidden: it is another organisation's.
        BadInput: a question has no answer or reason, or the card cannot be.
    """
    check(actor, "asset.manage", organisation)
    decision = recognise(card.regime, card.answers, card.reasons)
    placement = decision.placement
    spread = placement is Placement.INTANGIBLE
    method = card.method if spread else Method.NONE
    made = DataAsset(
        organisation=organisation,
        item=card.item,
        name=card.name,
        regime=card.regime.value,
        answers={q: [holds, card.reasons[q].strip()] for q, holds in card.answers.items()},
        placement=placement.value,
        origin=card.origin.value,
        method=method.value,
        months=card.months if method is Method.STRAIGHT_LINE else 0,
        units=card.units if method is Method.UNITS else 0,
        residual=card.residual if spread else Decimal("0.00"),
        in_use=card.in_use,
        recognised=at,
        recognised_by=signed_in(actor),
    )
    book_of(made, [])
    made.save()
    facts = {
        "kind": made.placement,
        "department": organisation.code,
        "sha256": sha256_of([made.answers, made.method, made.months, made.units]),
    }
    put("asset.recognised", made.code, at=at, facts=facts, sealed={"actor": actor.account})
    return made


@transaction.atomic
def enter(
    asset: DataAsset,
    kind: str,
    *,
    day: date,
    amount: Decimal,
    detail: Mapping[str, Any],
    actor: Actor,
    at: datetime,
) -> AssetEntry:
    """Enter something in a book.

    Raises:
        Forbidden: it is another organisation's.
        Incomplete: the asset is not on the books, or the day lies ahead.
        BadInput: the entry, or the book with it, cannot be.
    """
    held = moving.locked(asset)
    check(actor, "asset.manage", held)
    if Placement(held.placement) not in ON_BOOKS:
        raise Incomplete(NOT_ON_BOOKS)
    if day > timezone.localdate(at):
        raise Incomplete(FUTURE, field="day")
    entry = AssetEntry(
        asset=held,
        kind=kind,
        day=day,
        amount=amount,
        detail=dict(detail),
        entered=at,
        entered_by=signed_in(actor),
    )
    _check(held, [*_entries(held), entry])
    entry.save()
    _touch(held)
    _put("asset.entered", held, entry, actor, at)
    return entry


@transaction.atomic
def cancel(entry: AssetEntry, *, reason: str, actor: Actor, at: datetime) -> AssetEntry:
    """Cancel a wrong entry; it stays to be seen, with the reason.

    Raises:
        Forbidden: it is another organisation's.
        Incomplete: there is no reason.
        Stale: it was cancelled already.
        BadInput: the book cannot be without it.
    """
    held = moving.locked(entry.asset)
    check(actor, "asset.manage", held)
    kept = moving.locked(entry)
    if kept.cancelled is not None:
        raise Stale(CHANGED)
    why = needed(reason, field="reason")
    _check(held, [each for each in _entries(held) if each.pk != kept.pk])
    kept.cancelled, kept.cancelled_by, kept.cancel_reason = at, signed_in(actor), why
    kept.save()
    _touch(held)
    _put("asset.cancelled", held, kept, actor, at, reason=why)
    return kept


def book_of(asset: DataAsset, entries: list[AssetEntry] | None = None) -> Asset:
    """Return the book of an asset, of its entries that hold.

    Raises:
        BadInput: something in it cannot be.
    """
    rows = _entries(asset) if entries is None else entries
    by_kind: dict[str, list[AssetEntry]] = {kind: [] for kind in AssetEntry.Kind.values}
    for row in rows:
        by_kind[row.kind].append(row)
    return Asset(
        id=asset.code,
        name=asset.name,
        placement=Placement(asset.placement),
        origin=Origin(asset.origin),
        method=Method(asset.method),
        months=asset.months,
        units=asset.units,
        residual=Decimal(asset.residual).quantize(Decimal("0.01")),
        in_use=asset.in_use,
        vouchers=tuple(
            Voucher(e.day, e.detail["component"], e.amount, e.detail["number"])
            for e in by_kind["cost"]
        ),
        uses=tuple(Use(e.day, int(e.detail["units"])) for e in by_kind["use"]),
        impairments=tuple(
            Impairment(e.day, e.amount, e.detail["reason"]) for e in by_kind["impairment"]
        ),
        disposals=tuple(
            Disposal(e.day, Decimal(e.detail["share"]), e.amount, e.detail["reason"])
            for e in by_kind["disposal"]
        ),
        incomes=tuple(
            Income(e.day, e.amount, {p: Decimal(s) for p, s in e.detail["shares"].items()})
            for e in by_kind["income"]
        ),
    )


def books_of(assets: Iterable[DataAsset]) -> dict[UUID, Asset]:
    """Return the books of assets that are on the books, by id; one query for all their entries.

    Raises:
        BadInput: something in one of them cannot be.
    """
    rows = [row for row in assets if Placement(row.placement) in ON_BOOKS]
    entries: dict[UUID, list[AssetEntry]] = {row.pk: [] for row in rows}
    for start in range(0, len(rows), AT_ONCE):
        part = [row.pk for row in rows[start : start + AT_ONCE]]
        for entry in AssetEntry.objects.filter(asset__in=part, cancelled__isnull=True):
            entries[entry.asset_id].append(entry)
    return {row.pk: book_of(row, entries[row.pk]) for row in rows}


def months(asset: DataAsset, *, until: date) -> list[Month]:
    """Return the months of a book up to a day."""
    return list(months_of(book_of(asset), until=until))


def _entries(asset: DataAsset) -> list[AssetEntry]:
    return list(asset.entries.filter(cancelled__isnull=True))


def _check(asset: DataAsset, entries: list[AssetEntry]) -> None:
    """Refuse a book that cannot be, before it is kept."""
    try:
        book = book_of(asset, entries)
        for income in book.incomes:
            shared_out(income.amount, income.shares)
        for _ in months_of(book, until=_last(entries)):
            pass
    except (KeyError, InvalidOperation, ValueError) as error:
        raise BadInput(
            Text(
                f"这一笔缺少内容或写错：{error}", f"The entry lacks something or is wrong: {error}"
            )
        ) from None


def _last(entries: list[AssetEntry]) -> date:
    return max((entry.day for entry in entries), default=FAR)


def _touch(asset: DataAsset) -> None:
    asset.version += 1
    asset.save(update_fields=["version"])


def _put(
    event: str, asset: DataAsset, entry: AssetEntry, actor: Actor, at: datetime, reason: str = ""
) -> None:
    content = [entry.kind, entry.day.isoformat(), str(entry.amount), entry.detail]
    facts = {"kind": entry.kind, "sha256": sha256_of(content)}
    put(event, asset.code, at=at, facts=facts, sealed={"actor": actor.account, "reason": reason})
