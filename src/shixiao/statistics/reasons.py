"""The sentences that say why a number is undefined and what would define it."""

from __future__ import annotations

from shixiao.terms import Text

NO_CASES = Text(
    "没有可用的个案，至少需要 1 件。",
    "There are no cases to use; at least 1 is needed.",
)
NO_EXPOSURE = Text(
    "没有可以计数的时间，比率没有定义；至少需要 1 天。",
    "There is no time in which to count, so the rate is undefined; at least 1 day is needed.",
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
NOT_DRAWN = Text(
    "开始日期不是抽签决定的，先开始的部门可能本来就不同；只能描述前后，不能判断效果。",
    "The start dates were not drawn by lot, and departments that start early may differ anyway; "
    "before and after are described and no effect is judged.",
)
ONE_SIDED = Text(
    "培训前没有可以对照的发现，比值没有界限；至少需要 1 条。",
    "Before the start there is no finding to compare with, so the ratio is unbounded; at least 1 is"
    " needed.",
)
CANNOT_TELL = Text(
    "区间太宽，减半和没有变化都说得通；现有 {n} 条发现",
    "The interval is so wide that a halving and no change both fit; there are {n} findings",
)
_MORE_FINDINGS = Text(
    "，大约还需要 {more} 条才有八成把握看出减半。",
    ", and about {more} more are needed to see a halving with 80%.",
)
NO_PAST = Text(
    "过去的记录不足两个时期，或者没有一条发现，无从估算需要多久；至少需要 2 个时期和 1 条发现。",
    "The past has fewer than two periods or no finding at all, so nothing tells how long it takes; "
    "at least 2 periods and 1 finding are needed.",
)
_NEVER_ENOUGH = Text(
    "过去的发现太少：即使做满 {most} 个时期，看出减半的把握也只有 {power}；可以多并入几类发现、"
    "多几个部门，或拉长每一步。",
    "Past findings are too few: even {most} periods would show a halving with only {power}; take "
    "in more kinds of finding or more departments, or make each step longer.",
)
_TOO_FEW_LOTS = Text(
    "部门有 {n} 个，至少需要 {needed} 个；有部门已开始、也有部门未开始的时期有 {periods} 个，"
    "至少需要 1 个。",
    "{n} departments take part where at least {needed} are needed; {periods} periods have both "
    "departments that started and departments that did not, where at least 1 is needed.",
)
_TOO_FEW_FINDINGS = Text(
    "发现太少：有 {n} 条，至少需要 {needed} 条，还差 {more} 条。",
    "Too few findings: {n} present, at least {needed} needed, {more} more.",
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


def too_few_lots(n: int, *, needed: int, periods: int) -> Text:
    """Say how many departments and comparable periods there are and how many are needed."""
    return _TOO_FEW_LOTS.format(n=n, needed=needed, periods=periods)


def too_few_findings(n: int, *, needed: int) -> Text:
    """Say how many findings there are, how many are needed and how many are lacking."""
    return _TOO_FEW_FINDINGS.format(n=n, needed=needed, more=needed - n)


def cannot_tell(n: int, *, more: int | None) -> Text:
    """Say that neither a halving nor no change is ruled out, and what it would take."""
    said = CANNOT_TELL.format(n=n)
    if more is None:
        return Text(said.zh + "。", said.en + ".")
    rest = _MORE_FINDINGS.format(more=more)
    return Text(said.zh + rest.zh, said.en + rest.en)


def never_enough(most: int, *, power: float) -> Text:
    """Say that even the most periods are too few, and how much they would show."""
    return _NEVER_ENOUGH.format(most=most, power=f"{power:.0%}")
