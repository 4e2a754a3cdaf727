"""Carrying amounts month by month: cost, what was amortised, what was lost, what went.

Every month the amount that is left to spread is divided by the months (or units) that are left, to
the cent; the last one takes what remains. So a book ties to the cent whatever happens on the way:
later costs, impairments and partial disposals change what is left, never what was booked.

Amortisation begins in the month in which the asset comes into use; of what goes, the month in which
it goes is not charged any more (Government Accounting Standard No. 4, art. 18; CAS 6, application
guide).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from shixiao.sharing.assets.book import CENT, NOTHING, Asset, Disposal, Method, Placement, cents
from shixiao.terms import BadInput, Text

MOST_MONTHS = 2_400


@dataclass(frozen=True, slots=True)
class Balance:
    """What stands on the books.

    Attributes:
        cost: what was paid or spent.
        amortised: how much of it has been spread.
        impaired: how much of it was lost.
    """

    cost: Decimal = NOTHING
    amortised: Decimal = NOTHING
    impaired: Decimal = NOTHING

    @property
    def carrying(self) -> Decimal:
        """Carrying amount: cost less amortisation and impairment."""
        return self.cost - self.amortised - self.impaired


@dataclass(frozen=True, slots=True)
class Month:
    """What happened to an asset in one month.

    Attributes:
        first: first day of the month.
        added: cost that was added.
        expensed: what was spent without becoming part of the asset.
        charged: amortisation of the month.
        lost: impairment of the month; negative where one of inventory was taken back.
        gone: cost, amortisation and impairment that went with a disposal.
        proceeds: what disposals brought.
        end: what stands at the end of the month.
    """

    first: date
    added: Decimal
    expensed: Decimal
    charged: Decimal
    lost: Decimal
    gone: Balance
    proceeds: Decimal
    end: Balance


def months_of(asset: Asset, *, until: date) -> Iterator[Month]:
    """Yield the months of an asset from its first event or use up to the month of a day.

    Raises:
        BadInput: more is lost or gone than there is, or the book runs over 200 years.
    """
    days = [v.day for v in asset.vouchers]
    days += [i.day for i in asset.impairments] + [d.day for d in asset.disposals]
    if not days:
        return
    if asset.in_use is not None:
        days.append(asset.in_use)  # its life runs from there, also before its first voucher
    first, last = min(days).replace(day=1), until.replace(day=1)
    balance, spread = Balance(), _Spread(asset)
    for _ in range(MOST_MONTHS):
        if first > last:
            return
        month = _month(asset, first, balance, spread)
        yield month
        balance = month.end
        first = _next(first)
    raise BadInput(Text("账簿跨度超过 200 年。", "The book runs over more than 200 years."))


def _month(asset: Asset, first: date, balance: Balance, spread: _Spread) -> Month:
    """Book a month: costs first, then what went, then amortisation, then what was lost."""
    bought = [v for v in asset.vouchers if _same(v.day, first)]
    added = sum((v.amount for v in bought if v.capitalised), NOTHING)
    expensed = sum((v.amount for v in bought if not v.capitalised), NOTHING)
    cost = balance.cost + added
    leaving = [d for d in asset.disposals if _same(d.day, first)]
    gone = _gone(Balance(cost, balance.amortised, balance.impaired), leaving)
    held = Balance(
        cost - gone.cost, balance.amortised - gone.amortised, balance.impaired - gone.impaired
    )
    charged = spread.charge(held, first, leaving)
    lost = sum((cents_of(i.amount) for i in asset.impairments if _same(i.day, first)), NOTHING)
    end = Balance(held.cost, held.amortised + charged, held.impaired + lost)
    if end.carrying < 0 or end.impaired < 0:
        raise BadInput(
            Text(
                f"{first:%Y-%m} 的减值超过了账面余额，或转回超过了已计提的。",
                f"In {first:%Y-%m} more is lost than stands on the books, or more taken back than"
                " was lost.",
            )
        )
    proceeds = sum((cents(d.proceeds) for d in leaving), NOTHING)
    return Month(first, added, expensed, charged, lost, gone, proceeds, end)


class _Spread:
    """How much of a cost is spread in each month; counts the months and units that are left."""

    def __init__(self, asset: Asset) -> None:
        self._asset = asset
        self._months, self._units = asset.months, asset.units
        self._kept = Decimal(1)

    def charge(self, held: Balance, first: date, leaving: Sequence[Disposal]) -> Decimal:
        """Return the amortisation of a month, of what is still held at its end."""
        asset = self._asset
        for each in leaving:
            self._kept *= 1 - each.share
        begun = asset.in_use is not None and asset.in_use.replace(day=1) <= first
        if not begun or asset.placement is not Placement.INTANGIBLE:
            return NOTHING
        residual = (asset.residual * self._kept).quantize(CENT, ROUND_HALF_UP)
        left = max(held.carrying - residual, NOTHING)
        if asset.method is Method.STRAIGHT_LINE:
            share = Decimal(1) / max(self._months, 1)  # what comes later has no life of its own
            self._months -= 1
        elif asset.method is Method.UNITS and self._units:
            used = min(sum(u.units for u in asset.uses if _same(u.day, first)), self._units)
            share = Decimal(used) / self._units
            self._units -= used
        else:
            return NOTHING
        return left if share == 1 else (left * share).quantize(CENT, ROUND_HALF_UP)


def _gone(held: Balance, leaving: list[Disposal]) -> Balance:
    """Return what goes with disposals; shares are of what stood before each of them.

    What is rounded are the parts, and cost is their sum: so no part is ever more than there was.
    """
    left = held
    for each in leaving:
        carrying, amortised, impaired = (
            part if each.share == 1 else (part * each.share).quantize(CENT, ROUND_HALF_UP)
            for part in (left.carrying, left.amortised, left.impaired)
        )
        cost = carrying + amortised + impaired
        left = Balance(left.cost - cost, left.amortised - amortised, left.impaired - impaired)
    return Balance(
        held.cost - left.cost, held.amortised - left.amortised, held.impaired - left.impaired
    )


def cents_of(amount: Decimal) -> Decimal:
    """Return a loss in whole cents; it may be negative."""
    return cents(amount) if amount >= 0 else -cents(-amount)


def _same(day: date, first: date) -> bool:
    return (day.year, day.month) == (first.year, first.month)


def _next(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)
