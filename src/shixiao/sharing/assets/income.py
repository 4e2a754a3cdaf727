"""Sharing out what data earned: every party its share, to the cent, and nothing left over."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_DOWN, Decimal

from shixiao.sharing.assets.book import CENT, cents
from shixiao.terms import BadInput, Text


def shared_out(amount: Decimal, shares: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Return party → amount; cents that cannot be divided go to the largest remainders.

    Raises:
        BadInput: the shares do not add up to 1, or one is negative.
    """
    whole = cents(amount)
    if not shares or any(share < 0 for share in shares.values()) or sum(shares.values()) != 1:
        raise BadInput(
            Text(
                "分配比例须都不小于 0，合计等于 1。",
                "Shares are at least 0 and add up to 1.",
            )
        )
    exact = {party: whole * share for party, share in shares.items()}
    given = {party: part.quantize(CENT, ROUND_DOWN) for party, part in exact.items()}
    left = int((whole - sum(given.values())) / CENT)
    order = sorted(shares, key=lambda party: (given[party] - exact[party], party))
    for party in order[:left]:
        given[party] += CENT
    return given
