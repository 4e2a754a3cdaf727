"""Roll-forward: what stood at the beginning, what came and went, what stands at the end.

The disclosure table of 财会〔2023〕11号, III: cost, accumulated amortisation and impairment, each
by purchased, developed and other; administrative units report the same table of their register.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from shixiao.sharing.assets.book import NOTHING, Asset, Origin
from shixiao.sharing.assets.carrying import Month, months_of
from shixiao.terms import BadInput, Text


@dataclass(frozen=True, slots=True)
class Movement:
    """One part of the table.

    Attributes:
        opening: at the beginning of the period.
        increase: what came.
        decrease: what went.
        closing: at the end; always opening + increase − decrease.
    """

    opening: Decimal = NOTHING
    increase: Decimal = NOTHING
    decrease: Decimal = NOTHING

    @property
    def closing(self) -> Decimal:
        """Opening + increase − decrease."""
        return self.opening + self.increase - self.decrease

    def __add__(self, other: Movement) -> Movement:
        return Movement(
            self.opening + other.opening,
            self.increase + other.increase,
            self.decrease + other.decrease,
        )


@dataclass(frozen=True, slots=True)
class RollForward:
    """The table of a period, for the assets of one origin or of all.

    Attributes:
        cost: of the assets.
        amortised: accumulated amortisation.
        impaired: provision for impairment.
        expensed: what was spent in the period without becoming part of an asset.
        proceeds: what disposals of the period brought.
    """

    cost: Movement = Movement()
    amortised: Movement = Movement()
    impaired: Movement = Movement()
    expensed: Decimal = NOTHING
    proceeds: Decimal = NOTHING

    @property
    def carrying(self) -> tuple[Decimal, Decimal]:
        """Carrying amount at the beginning and at the end."""
        return (
            self.cost.opening - self.amortised.opening - self.impaired.opening,
            self.cost.closing - self.amortised.closing - self.impaired.closing,
        )

    def __add__(self, other: RollForward) -> RollForward:
        return RollForward(
            self.cost + other.cost,
            self.amortised + other.amortised,
            self.impaired + other.impaired,
            self.expensed + other.expensed,
            self.proceeds + other.proceeds,
        )


def roll_forward(assets: Iterable[Asset], *, start: date, end: date) -> dict[Origin, RollForward]:
    """Return the table of whole months from that of ``start`` to that of ``end``.

    Raises:
        BadInput: the period ends before it begins, or a book does not tie.
    """
    if end < start:
        raise BadInput(Text("期间的结束早于开始。", "The period ends before it begins."))
    found = dict.fromkeys(Origin, RollForward())
    for asset in assets:
        found[asset.origin] += _of(asset, start.replace(day=1), end)
    return found


def total(table: dict[Origin, RollForward]) -> RollForward:
    """Return the sum over all origins."""
    return sum(table.values(), RollForward())


def _of(asset: Asset, first: date, end: date) -> RollForward:
    table = RollForward()
    for month in months_of(asset, until=end):
        if month.first < first:
            table = RollForward(
                Movement(month.end.cost),
                Movement(month.end.amortised),
                Movement(month.end.impaired),
            )
        else:
            table = _with(table, month)
    return table


def _with(table: RollForward, month: Month) -> RollForward:
    lost, back = max(month.lost, NOTHING), max(-month.lost, NOTHING)
    return replace(
        table,
        cost=table.cost + Movement(NOTHING, month.added, month.gone.cost),
        amortised=table.amortised + Movement(NOTHING, month.charged, month.gone.amortised),
        impaired=table.impaired + Movement(NOTHING, lost, month.gone.impaired + back),
        expensed=table.expensed + month.expensed,
        proceeds=table.proceeds + month.proceeds,
    )
