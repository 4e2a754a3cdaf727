"""The asset books as sheets: cards, cost by component, the roll-forward, income shared out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from shixiao.exports import Sheet
from shixiao.exports.sheets import Cell
from shixiao.sharing.assets.book import COMPONENTS, Asset, Method, Origin, Placement
from shixiao.sharing.assets.carrying import months_of
from shixiao.sharing.assets.income import shared_out
from shixiao.sharing.assets.rollforward import Movement, RollForward, roll_forward, total
from shixiao.terms import Text

PLACEMENTS = {
    Placement.INTANGIBLE: Text("无形资产", "Intangible asset"),
    Placement.INVENTORY: Text("存货", "Inventory"),
    Placement.REGISTER: Text("备查登记", "Register beside the books"),
    Placement.DISCLOSE: Text("表外披露", "Disclosed"),
    Placement.NONE: Text("不确认", "Not recognised"),
}
ORIGINS = {
    Origin.PURCHASED: Text("外购", "purchased"),
    Origin.DEVELOPED: Text("自行开发", "developed"),
    Origin.OTHER: Text("其他方式取得", "obtained otherwise"),
}
METHODS = {
    Method.STRAIGHT_LINE: Text("年限平均法", "straight line"),
    Method.UNITS: Text("使用量法", "by use"),
    Method.NONE: Text("不摊销", "not amortised"),
}
PARTS = {
    "cost": Text("账面原值", "Cost"),
    "amortised": Text("累计摊销", "Accumulated amortisation"),
    "impaired": Text("减值准备", "Impairment"),
}


def sheets_of(assets: Sequence[Asset], *, start: date, end: date, language: str) -> list[Sheet]:
    """Return the books of a period as sheets."""
    return [
        _cards(assets, end, language),
        _costs(assets, language),
        _movements(assets, start, end, language),
        _income(assets, start, end),
    ]


def _cards(assets: Iterable[Asset], end: date, language: str) -> Sheet:
    heads = (
        Text("卡片编号", "Card"),
        Text("名称", "Name"),
        Text("列示", "Stands as"),
        Text("取得方式", "Origin"),
        Text("摊销方法", "Method"),
        Text("使用年限（月）", "Life in months"),
        Text("开始使用", "In use from"),
        Text("账面原值", "Cost"),
        Text("累计摊销", "Amortised"),
        Text("减值准备", "Impaired"),
        Text("账面价值", "Carrying amount"),
    )
    rows: list[tuple[Cell, ...]] = []
    for asset in assets:
        months = list(months_of(asset, until=end))
        last = months[-1].end if months else None
        rows.append(
            (
                asset.id,
                asset.name.in_language(language),
                PLACEMENTS[asset.placement].in_language(language),
                ORIGINS[asset.origin].in_language(language),
                METHODS[asset.method].in_language(language),
                asset.months or None,
                asset.in_use.isoformat() if asset.in_use else None,
                *(
                    (_yuan(last.cost), _yuan(last.amortised), _yuan(last.impaired))
                    if last
                    else ("0.00", "0.00", "0.00")
                ),
                _yuan(last.carrying) if last else "0.00",
            )
        )
    return Sheet("cards", heads, rows)


def _costs(assets: Iterable[Asset], language: str) -> Sheet:
    heads = (
        Text("卡片编号", "Card"),
        Text("日期", "Day"),
        Text("凭证号", "Voucher"),
        Text("成本项目", "Component"),
        Text("金额（元）", "Amount in yuan"),
        Text("处理", "Treatment"),
    )
    treated = {True: Text("计入成本", "in the cost"), False: Text("费用化", "expensed")}
    rows = [
        (
            asset.id,
            each.day.isoformat(),
            each.number,
            COMPONENTS[each.component][0].in_language(language),
            _yuan(each.amount),
            treated[each.capitalised].in_language(language),
        )
        for asset in assets
        for each in sorted(asset.vouchers, key=lambda v: (v.day, v.number))
    ]
    return Sheet("costs", heads, rows)


def _movements(assets: Sequence[Asset], start: date, end: date, language: str) -> Sheet:
    heads = (
        Text("项目", "Part"),
        Text("取得方式", "Origin"),
        Text("期初余额", "Opening"),
        Text("本期增加", "Increase"),
        Text("本期减少", "Decrease"),
        Text("期末余额", "Closing"),
    )
    table = roll_forward(assets, start=start, end=end)
    columns: list[tuple[str, RollForward]] = [
        *((ORIGINS[origin].in_language(language), each) for origin, each in table.items()),
        (Text("合计", "Total").in_language(language), total(table)),
    ]
    rows: list[tuple[Cell, ...]] = []
    for part, name in PARTS.items():
        for origin, each in columns:
            moved: Movement = getattr(each, part)
            numbers = (moved.opening, moved.increase, moved.decrease, moved.closing)
            rows.append((name.in_language(language), origin, *map(_yuan, numbers)))
    carrying = Text("账面价值", "Carrying amount").in_language(language)
    for origin, each in columns:
        opening, closing = each.carrying
        rows.append((carrying, origin, _yuan(opening), None, None, _yuan(closing)))
    return Sheet("roll-forward", heads, rows)


def _income(assets: Iterable[Asset], start: date, end: date) -> Sheet:
    heads = (
        Text("卡片编号", "Card"),
        Text("日期", "Day"),
        Text("收益（元）", "Income in yuan"),
        Text("分给", "Party"),
        Text("比例", "Share"),
        Text("金额（元）", "Amount in yuan"),
    )
    rows = [
        (
            asset.id,
            each.day.isoformat(),
            _yuan(each.amount),
            party,
            str(each.shares[party]),
            _yuan(part),
        )
        for asset in assets
        for each in asset.incomes
        if _month(start) <= _month(each.day) <= _month(end)
        for party, part in shared_out(each.amount, each.shares).items()
    ]
    return Sheet("income", heads, rows)


def _month(day: date) -> tuple[int, int]:
    """Return year and month: a period is of whole months, as in the roll-forward."""
    return day.year, day.month


def _yuan(amount: Decimal) -> str:
    """Return an amount in full, as text: a spreadsheet's numbers keep 15 digits and no cents."""
    return f"{amount:.2f}"
