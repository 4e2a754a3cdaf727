"""The sentences of re-measurements."""

from __future__ import annotations

from shixiao.checkup.closing.readings import Target
from shixiao.checkup.closing.remeasurement import Outcome, Remeasurement
from shixiao.checkup.closing.scales import Scale
from shixiao.checkup.detectors.registry import described
from shixiao.checkup.ratios import times
from shixiao.checkup.wording import interval, number
from shixiao.terms import Estimate, Text

TOO_EARLY = Text(
    "复评日是立案时定下的 {day}，今天是 {on}，不到日子不得先看：看得多了，总会碰上好看的一天",
    "the re-measurement was fixed for {day} when the case opened, and today is {on}; nobody looks "
    "before the day, for whoever looks often enough meets a lucky one",
)
FIELD_TEST = Text(
    "“{name}”不能用数字销号，要抽签体验测试：{why}",
    "numbers cannot close the case of “{name}”; it takes a drawn field test: {why}",
)
TOO_SHORT = Text(
    "证据只到 {seen}，复评要用到 {last} 的记录；请换更新的证据包",
    "the evidence ends on {seen} and records up to {last} are needed; give a newer package",
)
OTHER_RULES = Text(
    "前后两个时期所依据的规则包不同，不能比较；请用同一规则包重新度量两个时期",
    "the two periods went by different rules and cannot be compared; measure both with one rule "
    "pack",
)
OTHER_CODE = Text(
    "前后两个时期须用同一版本（{version}）度量；请重新度量两个时期",
    "both periods have to be measured with one version of the code ({version}); measure both again",
)
TOO_LATE = Text(
    "{name}：整改完成于 {corrected}，到计件期末已没有可计的日子，数据不足，案件不销。",
    "{name}: the correction was done on {corrected}, after which no day is left to count; "
    "insufficient, the case stays open.",
)
FEW = Text(
    "{name}：整改后只有 {n} 件，立案时定的最低数是 {minimum} 件，数据不足，案件不销。",
    "{name}: {n} cases after the correction where {minimum} were fixed as the minimum when the "
    "case opened; insufficient, the case stays open.",
)
NO_EARLIER = Text(
    "{name}：立案所依据的时期按现在的规则已没有可用的数，无从比较，案件不销。",
    "{name}: the period that the finding rests on has no usable value under the present rules, so "
    "nothing can be compared; the case stays open.",
)
NO_LATER = Text(
    "{name}：整改后的数没有可用的区间，数据不足，案件不销。",
    "{name}: the value after the correction has no usable interval; insufficient, the case stays "
    "open.",
)
FEW_PEERS = Text(
    "{name}：两个时期都可比、没有被触动的同类只有 {n} 个，至少需要 {needed} 个，"
    "数据不足，案件不销。",
    "{name}: only {n} untouched peers can be compared in both periods where {needed} are needed; "
    "insufficient, the case stays open.",
)
FACT_MISSING = Text(
    "{name}：新的登记表无法核对（{why}），案件不销。",
    "{name}: the new register cannot be checked ({why}); the case stays open.",
)
FACT_STAYS = Text(
    "{name}：新的登记表里违规仍在，未通过复评。",
    "{name}: the breach is still in the new register; not passed.",
)
FACT_GONE = Text(
    "{name}：新的登记表写明该项，违规已不存在，通过复评。",
    "{name}: the new register states the item and the breach is gone; passed.",
)
FACT_SILENT = Text(
    "{name}：新的登记表没有这一对象，或者没有写明该项；没写不等于没有，案件不销，须实地核对。",
    "{name}: the new register does not name it or states nothing on the item; silence is no proof, "
    "the case stays open and has to be looked at on the spot.",
)
COMPARED = Text(
    "{name}（{measure}）：整改前 {before}（{before_interval}），整改后 {n} 件中为 {after}"
    "（{after_interval}）。按 {peers} 个没有被触动的同类推算，什么都不做预期为 {expected}；实际与"
    "预期的{ratio}为 {change}（{change_interval}），{verdict}",
    "{name} ({measure}): {before} ({before_interval}) before, {after} ({after_interval}) of {n} "
    "cases after the correction. By {peers} untouched peers {expected} was to be expected had "
    "nothing been done; the {ratio} of what was seen to that is {change} ({change_interval}), "
    "{verdict}",
)
RATIOS = {Scale.LOG_ODDS: Text("优势比", "odds ratio"), Scale.LOG: Text("比值", "ratio")}
VERDICTS = {
    Outcome.PASSED: Text("区间整个低于 1，通过复评。", "all of it below 1: passed."),
    Outcome.NOT_PASSED: Text(
        "区间没有整个低于 1，未通过复评。", "not all of it below 1: not passed."
    ),
}


def compared(target: Target, found: Remeasurement, scale: Scale) -> Text:
    """Say what two periods showed."""
    measure = described(target.kind).measures[target.measure]
    words: dict[str, Text | str] = {
        "name": target.subject.name,
        "measure": measure.name,
        "n": f"{found.n:,}",
        "peers": str(found.peers),
        "expected": number(found.expected, measure.unit),
        "ratio": RATIOS[scale],
        "verdict": VERDICTS[found.outcome],
    }
    for name, estimate in (("before", found.before), ("after", found.after)):
        words[name] = number(estimate.value if estimate else None, measure.unit)
        words[f"{name}_interval"] = interval(estimate, measure.unit) if estimate else "—"
    if found.change is not None:
        words["change"] = times(found.change.value or 0.0)
        words["change_interval"] = _interval(found.change)
    return COMPARED.format(**words)


def _interval(change: Estimate) -> Text:
    """Write the interval that decides; from the second round on its level is no whole per cent."""
    low, high = times(change.low or 0.0), times(change.high or 0.0)
    percent = f"{change.level * 100:g}%"
    return Text(f"{percent} 区间 {low}–{high}", f"{percent} interval {low}–{high}")
