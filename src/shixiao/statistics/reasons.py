"""The sentences that say why a number is undefined and what would define it."""

from __future__ import annotations

from shixiao.terms import Text

NO_CASES = Text(
    "没有可用的个案，至少需要 1 件。",
    "There are no cases to use; at least 1 is needed.",
)
BOTH_ZERO = Text(
    "两组的数值都为零，比值没有定义；至少需要 1 件数值不为零的个案。",
    "Both groups are zero, so their ratio is undefined; at least 1 non-zero case is needed.",
)
DENOMINATOR_ZERO = Text(
    "分母组的数值为零，比值没有定义；分母组至少需要 1 件数值不为零的个案。",
    "The denominator group is zero, so the ratio is undefined; "
    "it needs at least 1 non-zero case in the denominator group.",
)
DENOMINATOR_NEAR_ZERO = Text(
    "分母与零无法区分，比值没有上限；分母组需要更多个案。",
    "The denominator cannot be told from zero, so the ratio is unbounded; "
    "the denominator group needs more cases.",
)
PART_UNDEFINED = Text(
    "比值的分子或分母没有可用的区间，无法计算比值的区间。",
    "The numerator or the denominator has no usable interval, so the ratio has none.",
)
NO_OVERLAP = Text(
    "没有任何分层同时含有两组的个案，无法比较；至少需要 1 个两组都有个案的分层。",
    "No stratum holds cases of both groups, so they cannot be compared; "
    "at least 1 stratum with cases of both is needed.",
)
NO_VARIETY = Text(
    "所有评定完全相同，无法区分一致与巧合；至少需要 1 个不同的评定。",
    "All values are the same, so agreement cannot be told from chance; "
    "at least 1 different value is needed.",
)
_TOO_FEW_UNITS = Text(
    "由两人以上评定的对象太少：有 {n} 个，至少需要 {needed} 个。",
    "Too few units that two observers valued: {n} present, at least {needed} needed.",
)
_TOO_FEW = Text(
    "个案太少：有 {n} 件，至少需要 {needed} 件。",
    "Too few cases: {n} present, at least {needed} needed.",
)
_TOO_FEW_PER_ARM = Text(
    "个案太少：两组分别有 {a} 件和 {b} 件，每组至少需要 {needed} 件。",
    "Too few cases: the groups hold {a} and {b}, at least {needed} are needed in each.",
)


def too_few(n: int, *, needed: int) -> Text:
    """Say how many cases there are and how many are needed."""
    return _TOO_FEW.format(n=n, needed=needed)


def too_few_per_arm(a: int, b: int, *, needed: int) -> Text:
    """Say how many cases each of two arms has and how many each needs."""
    return _TOO_FEW_PER_ARM.format(a=a, b=b, needed=needed)


def too_few_units(n: int, *, needed: int) -> Text:
    """Say how many units at least two observers valued and how many are needed."""
    return _TOO_FEW_UNITS.format(n=n, needed=needed)
