"""Planning: when a case opens, what will close it, on which day, and how many cases that takes."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from shixiao import __version__
from shixiao.checkup.closing.peers import comparable, learnt, table
from shixiao.checkup.closing.plan import ClosingPlan, Way
from shixiao.checkup.closing.readings import Reading, Readings, SubjectKey, Target
from shixiao.checkup.closing.remeasurement import Outcome, Remeasurement
from shixiao.checkup.closing.scales import Scale
from shixiao.checkup.detectors.registry import ClosedBy, Closing, described
from shixiao.rules import RulePack
from shixiao.statistics import Observed, Untouched, error_needed, foreseen
from shixiao.statistics.closing import FEWEST_PEERS
from shixiao.terms import BadInput, Period, Text

FEW_PEERS = Text(
    "可作对照、没有被立案的同类只有 {n} 个，至少需要 {needed} 个，分不清改善与随大流",
    "only {n} peers without an open case can be compared with where {needed} are needed, so an "
    "improvement could not be told from what happens to all",
)
RESTLESS = Text(
    "同类自身的起伏，加上立案时期件数有限，大于要看出的改善，再多的办件也分不清",
    "the ups and downs of peers and the few cases of the earlier period outweigh the improvement "
    "to be seen: no number of cases would tell",
)
TOO_SMALL = Text(
    "至少需要 {minimum} 件，按平常的办件量要 {days} 天，超过最长的 {longest} 天",
    "{minimum} cases are needed, which takes {days} days at the usual volume, more than the "
    "{longest} days allowed",
)
INCOMPARABLE = Text("这一度量不能前后比较：{why}", "this measure cannot be compared: {why}")
NO_ERROR = Text(
    "立案所依据的时期里，这一度量没有可用的区间",
    "in the period that the finding rests on the measure has no usable interval",
)
NOT_THERE = Text(
    "评估结果里没有“{name}”的这一度量，无从订立复评方案",
    "the result holds no such measure of “{name}”, so nothing can be planned",
)


def plan_closing(
    finding: Mapping[str, Any],
    seen: Readings,
    *,
    earlier: Period,
    corrected_by: date,
    rules: RulePack,
    touched: Collection[SubjectKey] = (),
    halves: tuple[Readings, Readings] | None = None,
    round: int = 1,  # noqa: A002 - the word of the trade
) -> ClosingPlan:
    """Fix how a case on a finding will be closed.

    Args:
        finding: as it stands in a result.
        seen: the readings of that result.
        earlier: the days that it looked at.
        corrected_by: the day by which the correction has to be done.
        rules: C-01 to C-07.
        touched: subjects with open cases, or corrected within the time: no peers.
        halves: readings of the first and the second half of ``earlier``, from which the ups and
            downs of peers are learnt; without them rule C-07 stands in.
        round: one more than the re-measurements that were not passed. Each round halves the chance
            to pass by luck, so that all rounds together stay within that of two.

    Raises:
        BadInput: the result does not hold the finding, or went by other rules.
    """
    if seen.rules_sha256 != rules.hash:
        raise BadInput(
            Text(
                "评估结果依据的规则包与现在的不同；请用现在的规则重新评估再立案",
                "the result went by other rules than these; evaluate again before the case opens",
            )
        )
    target = Target.of_finding(finding)
    blank = ClosingPlan(
        finding=finding["id"],
        target=target,
        way=Way.NUMBERS,
        earlier=earlier,
        corrected_by=corrected_by,
        wait=int(rules.number("C-04", "wait")),
        settle=int(rules.number("C-04", "settle")),
        improvement=rules.number("C-03", "least"),
        power=rules.number("C-02"),
        level=1.0 - (1.0 - rules.number("C-01")) / 2 ** (round - 1),
        round=round,
        peers=0,
        rules_sha256=rules.hash,
        code_version=__version__,
    )
    if not finding["lead"]:
        return _by_register(replace(blank, way=Way.FACT))
    reading = seen.of(target).get(target.key)
    if reading is None:
        raise BadInput(NOT_THERE.format(name=target.subject.name))
    return _Planner(blank, seen, reading, rules, touched, halves).plan()


@dataclass(frozen=True, slots=True)
class _Planner:
    """One plan in the making."""

    blank: ClosingPlan
    seen: Readings
    reading: Reading
    rules: RulePack
    touched: Collection[SubjectKey]
    halves: tuple[Readings, Readings] | None

    def plan(self) -> ClosingPlan:
        target = self.blank.target
        closing = described(target.kind).measures[target.measure].closing
        if closing.by is ClosedBy.FIELD_TEST:
            why = closing.why or NO_ERROR
            return _by_field_test(self.blank, INCOMPARABLE.format(why=why))
        observed = self.reading.observed
        if observed is None:
            return _by_field_test(self.blank, NO_ERROR)
        scale = Scale.of(target.kind, target.measure)
        peers, count = self._peers(scale)
        plan = replace(self.blank, peers=count)
        if peers is None:
            return _by_field_test(plan, FEW_PEERS.format(n=count, needed=FEWEST_PEERS))
        plan = replace(plan, expected=scale.shown(peers.level(observed)))
        return self._smallest(plan, scale, observed, peers, closing)

    def _smallest(
        self,
        plan: ClosingPlan,
        scale: Scale,
        observed: Observed,
        peers: Untouched,
        closing: Closing,
    ) -> ClosingPlan:
        """Plan for the smallest improvement that can be seen in time, from C-03 on."""
        least, most, step = (self.rules.number("C-03", part) for part in ("least", "most", "step"))
        tried = plan
        for number in range(round((most - least) / step) + 1):
            by = round(least + number * step, 6)
            tried = self._for(replace(plan, improvement=by), scale, observed, peers, closing)
            if not tried.by_field_test:
                break
        return tried

    def _for(
        self,
        plan: ClosingPlan,
        scale: Scale,
        observed: Observed,
        peers: Untouched,
        closing: Closing,
    ) -> ClosingPlan:
        # Where everybody falls, the same share of improvement is a smaller step and rows tell less.
        level = peers.level(observed) - self.rules.number("C-07", "trend")
        better = scale.improved(level, by=plan.improvement)
        error = error_needed(
            observed, peers, change=better - level, power=plan.power, level=plan.level
        )
        if error is None:
            return _by_field_test(plan, RESTLESS)
        floor = int(self.rules.number("C-05", "cases"))
        if closing.by is ClosedBy.REGISTER:
            # A register is read whole on its day: there is nothing to wait for, and fields that
            # were struck out must not count against the correction.
            return _by_register(replace(plan, way=Way.REGISTER, minimum=floor))
        needed = scale.rows_needed(self.reading, observed, error=error, at=better)
        least = int(self.rules.number(*closing.least)) if closing.least else 0
        return self._dated(plan, max(needed, floor, least))

    def _peers(self, scale: Scale) -> tuple[Untouched | None, int]:
        target = self.blank.target
        left_out = {*self.touched, target.key}
        if self.halves is not None:
            first, second = (half.of(target) for half in self.halves)
            found = learnt(first, second, scale=scale, rules=self.rules, left_out=left_out)
            if found[0] is not None:
                return found
        earlier = self.seen.of(target)
        subjects = comparable((earlier,), scale=scale, rules=self.rules, left_out=left_out)
        usual = self.rules.number("C-07", "ups_and_downs")
        return foreseen(table(earlier, subjects), ups_and_downs=usual), len(subjects)

    def _dated(self, plan: ClosingPlan, minimum: int) -> ClosingPlan:
        volume = self.reading.n / _length(plan.earlier)
        plan = replace(plan, minimum=minimum, volume=volume)
        start = plan.corrected_by + timedelta(days=plan.wait + 1)
        return _counting(plan, start, volume=volume, rules=self.rules)


def extended(plan: ClosingPlan, seen: Remeasurement, *, rules: RulePack) -> ClosingPlan:
    """Return the plan for the next day after a re-measurement that was insufficient.

    The cases counted so far stay in; more are added at the volume that was really seen. Nothing was
    tested, so the round stays the same.

    Raises:
        BadInput: the outcome was not ``insufficient``, or the plan counts no cases.
    """
    if seen.outcome is not Outcome.INSUFFICIENT or plan.after is None or seen.counted is None:
        raise BadInput(
            Text(
                "只有按办件复评、结果为数据不足的，才能顺延",
                "only a re-measurement by cases that was insufficient can be prolonged",
            )
        )
    volume = seen.n / _length(seen.counted)
    return _counting(plan, seen.counted.start, volume=volume, rules=rules, beyond=plan.after.end)


def _counting(
    plan: ClosingPlan,
    start: date,
    *,
    volume: float,
    rules: RulePack,
    beyond: date | None = None,
) -> ClosingPlan:
    """Fix the days of counting, or say that they would be too many."""
    longest = int(rules.number("C-04", "longest"))
    shortest = int(rules.number("C-04", "shortest"))
    days = math.ceil(rules.number("C-06") * plan.minimum / volume) if volume > 0 else None
    if days is None or days > longest:
        shown: Text | str = Text("无数", "countless") if days is None else f"{days:,}"
        why = TOO_SMALL.format(minimum=f"{plan.minimum:,}", days=shown, longest=longest)
        return _by_field_test(plan, why)
    end = start + timedelta(days=max(days, shortest) - 1)
    if beyond is not None:
        end = max(end, beyond + timedelta(days=shortest))
    day = end + timedelta(days=plan.settle + 1)
    return replace(plan, after=Period(start, end), day=day)


def _by_register(plan: ClosingPlan) -> ClosingPlan:
    return replace(plan, day=plan.corrected_by + timedelta(days=plan.wait + 1))


def _by_field_test(plan: ClosingPlan, why: Text) -> ClosingPlan:
    return replace(plan, way=Way.FIELD_TEST, why=why, after=None, day=None)


def _length(period: Period) -> int:
    return (period.end - period.start).days + 1
