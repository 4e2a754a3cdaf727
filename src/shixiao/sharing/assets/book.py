"""The book of one data asset: its vouchers, its use, what it lost, what it earned.

All amounts are yuan as ``Decimal`` with two places. Nothing is valued here: an asset stands at
what was paid or spent for it (财会〔2023〕11号 and Government Accounting Standard No. 4: measured
initially at cost).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from shixiao.terms import BadInput, Text

CENT = Decimal("0.01")
NOTHING = Decimal("0.00")
LARGEST = Decimal("1000000000000")  # yuan; more is a slip of the pen
LONGEST = 1_200  # months


class Placement(StrEnum):
    """Where an asset stands."""

    INTANGIBLE = "intangible"
    INVENTORY = "inventory"
    REGISTER = "register"
    DISCLOSE = "disclose"
    NONE = "none"


class Origin(StrEnum):
    """How it came: the columns of the disclosure table."""

    PURCHASED = "purchased"
    DEVELOPED = "developed"
    OTHER = "other"


class Method(StrEnum):
    """How its cost is spread."""

    STRAIGHT_LINE = "straight_line"
    UNITS = "units"
    NONE = "none"


# Component of cost → its name, and whether it is part of the cost of an asset at all.
COMPONENTS: Mapping[str, tuple[Text, bool]] = {
    "price": (Text("购买价款", "purchase price"), True),
    "taxes": (Text("相关税费", "taxes and fees"), True),
    "masking": (Text("数据脱敏", "masking"), True),
    "cleaning": (Text("数据清洗", "cleaning"), True),
    "labelling": (Text("数据标注", "labelling"), True),
    "integration": (Text("数据整合", "integration"), True),
    "analysis": (Text("数据分析", "analysis"), True),
    "visualisation": (Text("数据可视化", "visualisation"), True),
    "rights": (Text("数据权属鉴证", "attestation of rights"), True),
    "quality": (Text("质量评估", "quality assessment"), True),
    "registration": (Text("登记结算", "registration and settlement"), True),
    "security": (Text("安全管理", "security"), True),
    "development": (Text("开发阶段支出", "development stage"), True),
    "research": (Text("研究阶段支出", "research stage"), False),
    "training": (Text("人员培训", "training of staff"), False),
    "operation": (Text("日常运维", "running costs"), False),
    "services": (Text("不符合资产定义的服务", "services that make no asset"), False),
}


def cents(amount: Decimal) -> Decimal:
    """Return an amount in whole cents.

    Raises:
        BadInput: it has fractions of a cent, is negative, or too large to be meant.
    """
    if not amount.is_finite() or not 0 <= amount <= LARGEST or amount != amount.quantize(CENT):
        raise BadInput(
            Text(
                f"金额“{amount}”有误：应为 0 至 1 万亿元，最多两位小数。",
                f"“{amount}” is no amount: 0 to 10¹² yuan with at most two decimals.",
            )
        )
    return amount.quantize(CENT)


@dataclass(frozen=True, slots=True)
class Voucher:
    """What was spent, with its voucher."""

    day: date
    component: str
    amount: Decimal
    number: str

    def __post_init__(self) -> None:
        if self.component not in COMPONENTS:
            raise BadInput(
                Text(
                    f"“{self.component[:40]}”不是成本项目。",
                    f"“{self.component[:40]}” is no component of cost.",
                )
            )
        if not self.number.strip():
            raise BadInput(Text("每笔支出都要有凭证号。", "Every expense needs its voucher."))
        cents(self.amount)

    @property
    def capitalised(self) -> bool:
        """Whether it is part of the cost of the asset; else it is an expense of its time."""
        return COMPONENTS[self.component][1]


@dataclass(frozen=True, slots=True)
class Use:
    """Units used in the month of a day, for assets whose cost is spread by use."""

    day: date
    units: int

    def __post_init__(self) -> None:
        if self.units < 0:
            raise BadInput(Text("使用量不能为负。", "Units used are not negative."))


@dataclass(frozen=True, slots=True)
class Impairment:
    """A loss of value that was found; negative takes a loss of inventory back (CAS 1 art. 19)."""

    day: date
    amount: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class Disposal:
    """A share of the asset that went: sold, handed over, written off."""

    day: date
    share: Decimal
    proceeds: Decimal
    reason: str

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1:
            raise BadInput(
                Text("处置比例须大于 0、不超过 1。", "The share disposed of lies above 0, up to 1.")
            )


@dataclass(frozen=True, slots=True)
class Income:
    """What an asset earned, and who has which share of it (party → share, adding up to 1)."""

    day: date
    amount: Decimal
    shares: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Asset:
    """A data asset with everything that happened to it.

    Attributes:
        id: number of its card.
        name: what it is.
        placement: where it stands.
        origin: how it came.
        method: how its cost is spread; none where its life is not limited.
        months: useful life; 0 where it is not limited or the cost is spread by use.
        units: units that it is good for, where the cost is spread by use; else 0.
        residual: what is left at the end.
        in_use: from when; None while it is being made.
    """

    id: str
    name: Text
    placement: Placement
    origin: Origin
    method: Method
    months: int = 0
    units: int = 0
    residual: Decimal = NOTHING
    in_use: date | None = None
    vouchers: tuple[Voucher, ...] = ()
    uses: tuple[Use, ...] = ()
    impairments: tuple[Impairment, ...] = ()
    disposals: tuple[Disposal, ...] = ()
    incomes: tuple[Income, ...] = field(default=())

    def __post_init__(self) -> None:
        if self.method is Method.STRAIGHT_LINE and not 1 <= self.months <= LONGEST:
            raise BadInput(
                Text(
                    f"使用年限须为 1 至 {LONGEST} 个月。",
                    f"The useful life is 1 to {LONGEST} months.",
                )
            )
        if self.method is Method.UNITS and self.units < 1:
            raise BadInput(
                Text("按使用量摊销须写明总使用量。", "Spreading by use needs the units in all.")
            )
        inventory = self.placement is Placement.INVENTORY
        if inventory and self.method is not Method.NONE:
            raise BadInput(Text("存货不摊销。", "Inventory is not amortised."))
        if not inventory and any(each.amount < 0 for each in self.impairments):
            raise BadInput(
                Text(
                    "无形资产减值一经确认不得转回（企业会计准则第8号）。",
                    "An impairment of an intangible asset is not taken back (CAS 8).",
                )
            )
        cents(self.residual)
