"""办事长卷: the ribbon of one subject, before above after, with what is asked for and saved."""

from __future__ import annotations

from dataclasses import dataclass

from shixiao.checkup.report.cells import Figure
from shixiao.checkup.report.figures import ribbons
from shixiao.checkup.report.lookup import TIMES, Lookup
from shixiao.checkup.report.speech import Speech, Unit, unit_of
from shixiao.effect import Arm, Journey, measure
from shixiao.pictures import Bar, Material, Ribbon, Segment
from shixiao.terms import Subject, Text

_WORKING = ((1.0, Text("个工作日", "working days")),)
_CALENDAR = ((1.0, Text("天", "days")),)
_SHORT = ((24.0, Text("小时", "hours")), (1440.0, Text("分钟", "minutes")))
FEWEST_SHARE = 0.05  # of an arm's cases; a rarer path is nobody's usual journey
_SHORTEST = 0.1  # of a working day; below, a median is told as “under 0.1”


@dataclass(frozen=True, slots=True)
class Drawn:
    """A ribbon, or the sentence that stands in its place."""

    figure: Figure | None
    sentence: str = ""


def journey_of(speech: Speech, lookup: Lookup, subject: Subject) -> Drawn:
    """Draw the ribbon of a subject: arm b above arm a, or all cases without a comparison."""
    comparison = lookup.comparison if lookup.compared(subject) else None
    arms = [comparison.b, comparison.a] if comparison else [""]
    found = [(arm, lookup.journey(subject, arm)) for arm in arms]
    journeys = [
        (arm, journey)
        for arm, journey in found
        if journey is not None and journey.cases >= lookup.minimum and journey.share >= FEWEST_SHARE
    ]
    if not journeys:
        return Drawn(None, _too_few(speech, lookup, [j for _, j in found if j is not None]))
    unit = _unit([journey for _, journey in journeys])
    bars = tuple(
        Bar(
            Text.of(speech.arm(comparison.column, arm) if comparison else _all(speech)),
            Text.of(_note(speech, lookup, subject, arm)),
            tuple(
                Segment(
                    Text.of(speech.name(lookup.activity(leg.activity))),
                    max(leg.days, 0.0) * unit.factor,
                    leg.who,
                    leg.visit,
                )
                for leg in journey.legs
            ),
        )
        for arm, journey in journeys
    )
    saved = _saved(speech, lookup, subject) if comparison else ""
    ribbon = Ribbon(
        Text.of(speech.t("办事长卷：", "Journey: ") + speech.name(subject.name)),
        bars,
        _materials(lookup, subject),
        Text.of(saved) if saved else None,
        unit.name,
    )
    caption = _caption(speech, [(bar.name, j) for bar, (_, j) in zip(bars, journeys, strict=True)])
    return Drawn(ribbons(speech, ribbon, title=speech.say(ribbon.title), caption=caption))


def _all(speech: Speech) -> str:
    return speech.t("全部办件", "All cases")


def _unit(journeys: list[Journey]) -> Unit:
    """Return the unit of the scale: days, or less where the whole path takes less than one."""
    longest = max(sum(leg.days for leg in journey.legs) for journey in journeys)
    days = _WORKING if journeys[0].working else _CALENDAR
    choices = (*days, *_SHORT)
    return next((Unit(f, name) for f, name in choices if longest * f >= 1), Unit(*_SHORT[-1]))


def _note(speech: Speech, lookup: Lookup, subject: Subject, arm: str) -> str:
    """Say the measured median time and the visits of an arm: “中位 8.6 个工作日 · 跑 1 次”."""
    comparison = lookup.comparison
    of = Arm(comparison.column, arm) if arm and comparison else None
    parts = []
    for name in TIMES:
        estimate = lookup.estimate(subject, name, of)
        if estimate is None or not estimate.ok or estimate.value is None:
            continue
        parts.append(_median(speech, name, estimate.value))
        break
    visits = lookup.estimate(subject, "visits", of)
    if visits is not None and visits.ok and visits.value is not None:
        number = speech.number(visits.value, 1).removesuffix(".0")
        parts.append(
            speech.t(f"平均跑 {number} 次", f"{number} {'visit' if number == '1' else 'visits'}")
        )
    return " · ".join(parts) or speech.t("用时不明", "time unknown")


def _median(speech: Speech, name: str, days: float) -> str:
    working = name == "working_median"
    if working and days < _SHORTEST:
        return speech.t("中位不足 0.1 个工作日", "median under 0.1 working days")
    if working:
        number = speech.number(days, 1)
        return speech.t(f"中位 {number} 个工作日", f"median {number} working days")
    factor, unit = next((c for c in (*_CALENDAR, *_SHORT) if days * c[0] >= 1), _SHORT[-1])
    return speech.t("中位 ", "median ") + f"{speech.number(days * factor, 1)} {speech.say(unit)}"


def _materials(lookup: Lookup, subject: Subject) -> tuple[Material, ...]:
    comparison = lookup.comparison
    if comparison is None or comparison.column != "channel":
        return ()
    asked = lookup.evaluation.asked.get((subject.id, comparison.a))
    if asked is None:
        return ()
    return tuple(Material(m.name, m.held_by) for m in asked.materials)


def _saved(speech: Speech, lookup: Lookup, subject: Subject) -> str:
    """Say how much faster or slower arm a is, where the interval of the ratio excludes 1."""
    compared = next((c for name in TIMES if (c := lookup.ratio(subject, name))), None)
    if compared is None or not compared.ratio.ok:
        return ""
    ratio, (a, b) = compared.ratio, compared.means
    if a is None or b is None or ratio.low is None or ratio.high is None:
        return ""
    if ratio.low <= 1 <= ratio.high:
        return ""
    name_a, name_b = speech.arms(compared.comparison)
    item = measure(compared.measure)
    unit = unit_of(item, [e for e in (lookup.estimate(subject, item.id),) if e is not None])
    length = f"{speech.number(abs(a - b) * unit.factor)} {speech.say(unit.after_number)}"
    times = f"{speech.number(ratio.value or 0, 2)} {speech.interval(ratio, 2)}"
    faster = a < b
    return speech.t(
        f"{name_a}比{name_b}{'快' if faster else '慢'} {length}：用时是{name_b}的 {times} 倍",
        f"{name_a} is {length} {'faster' if faster else 'slower'} than {name_b}:"
        f" {times} times as long",
    )


def _caption(speech: Speech, journeys: list[tuple[Text, Journey]]) -> str:
    shares = [
        f"{speech.say(name)} {speech.cases(j.cases)}"
        + speech.t(f"（占 {speech.percent(j.share)}）", f" ({speech.percent(j.share)})")
        for name, j in journeys
        if j.told
    ]
    said = speech.t("、", ", ").join(shares)
    paths = speech.t(f"：{said}" if said else "", f": {said}" if said else "")
    return speech.t(
        f"画的是最常走的一条路径{paths}；每段的长度是该步用时的中位数。左边的中位用时按全部办件计算。",
        f"Drawn is the most common path{paths}; the length of each step is its median time."
        " The median beside the name is that of all cases.",
    )


def _too_few(speech: Speech, lookup: Lookup, journeys: list[Journey]) -> str:
    most = max((journey.cases for journey in journeys), default=0)
    if not most:
        return speech.t(
            "没有带时间的事件，画不出办事长卷。",
            "There are no events with times, so no journey can be drawn.",
        )
    few, share = lookup.minimum, f"{FEWEST_SHARE:.0%}"
    return speech.t(
        f"办件各走各的路，最常走的一条路径也不足 {few} 件或 {share}，"
        "代表不了一般人，不画办事长卷。",
        f"Cases go their own ways: the most common path has fewer than {few} cases or {share} of"
        " them and is nobody's usual journey, so none is drawn.",
    )
