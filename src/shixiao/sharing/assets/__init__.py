"""数据入表: data assets on the books, by cost and never by a valuation of our own."""

from shixiao.sharing.assets.book import (
    Asset,
    Disposal,
    Impairment,
    Income,
    Origin,
    Placement,
    Use,
    Voucher,
)
from shixiao.sharing.assets.carrying import Balance, Month, months_of
from shixiao.sharing.assets.income import shared_out
from shixiao.sharing.assets.recognition import Decision, Regime, checklist, recognise
from shixiao.sharing.assets.rollforward import Movement, RollForward, roll_forward
from shixiao.sharing.assets.sheets import sheets_of

__all__ = [
    "Asset",
    "Balance",
    "Decision",
    "Disposal",
    "Impairment",
    "Income",
    "Month",
    "Movement",
    "Origin",
    "Placement",
    "Regime",
    "RollForward",
    "Use",
    "Voucher",
    "checklist",
    "months_of",
    "recognise",
    "roll_forward",
    "shared_out",
    "sheets_of",
]
