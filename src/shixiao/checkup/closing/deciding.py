"""Deciding: on the day, both periods measured, whether a case passes."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

from shixiao import __version__
from shixiao.checkup.closing import wording
from shixiao.checkup.closing.peers import learnt
from shixiao.checkup.closing.plan import ClosingPlan, Way
from shixiao.checkup.closing.readings import Reading, Readings, SubjectKey
from shixiao.checkup.closing.remeasurement import Outcome, Remeasurement
from shixiao.checkup.closing.scales import Scale
from shixiao.rules import RulePack
from shixiao.statistics import Observed, Untouched, closing_test
from shixiao.statistics.closing import FEWEST_PEERS
from shixiao.terms import BadInput, Estimate


def decide(
    plan: ClosingPlan,
    before: Readings,
    after: Readings,
    *,
    on: date,
    corrected: date,
    rules: RulePack,
    touched: Collection[SubjectKey] = (),
    by_records: bool = False,
) -> Remeasurement:
    """Say whether a case passes.

    Args:
        plan: what was fixed when it opened.
        before: readings of the plan's earlier period.
        after: readings of ``plan.counted(corrected)``; of the whole register for facts.
        on: today.
        corrected: the day on which the correction was really done.
        rules: that both readings went by.
        touched: subjects with an open case, or corrected in either period: no peers.
        by_records: the finding rests on a site's own records, which reach further than the rest.

    Raises:
        BadInput: it is too early, the evidence does not reach far enough or is older than the
            correction, the readings went by different rules or code, or only a field test closes.
    """
    check_day(plan, on)
    _check_versions(before, after, rules)
    name = plan.target.subject.name
    blank = Remeasurement(
        plan_sha256=plan.sha256,
        on=on,
        outcome=Outcome.INSUFFICIENT,
        says=wording.TOO_LATE.format(name=name, corrected=corrected),
        rules_sha256=rules.hash,
        code_version=__version__,
        minimum=plan.minimum,
        counted=plan.counted(corrected),
    )
    if plan.way is Way.NUMBERS and blank.counted is None:
        return blank
    _check_reach(plan, after, corrected, by_records=by_records)
    if plan.way is Way.FACT:
        return _of_fact(plan, after, blank)
    planned = (plan.earlier, blank.counted)
    if plan.way is Way.NUMBERS and (before.window, after.window) != planned:
        raise ValueError("Readings are of other days than those of the plan")
    return _Judge(plan, before, after, rules, touched, blank).judged()


def check_day(plan: ClosingPlan, on: date) -> None:
    """Refuse a look before the day: whoever looks often enough finds a lucky moment.

    Raises:
        BadInput: it is too early, or the plan is for a field test.
    """
    if plan.why is not None:
        raise BadInput(wording.FIELD_TEST.format(name=plan.target.subject.name, why=plan.why))
    if plan.day is None or on < plan.day:
        raise BadInput(wording.TOO_EARLY.format(day=plan.day, on=on))


def _check_versions(before: Readings, after: Readings, rules: RulePack) -> None:
    if {before.rules_sha256, after.rules_sha256} != {rules.hash}:
        raise BadInput(wording.OTHER_RULES)
    if {before.code_version, after.code_version} != {__version__}:
        raise BadInput(wording.OTHER_CODE.format(version=__version__))


def _check_reach(plan: ClosingPlan, after: Readings, corrected: date, *, by_records: bool) -> None:
    """Refuse evidence that ends before the counted days do, or before the correction."""
    last = plan.after.end if plan.after is not None else corrected
    seen = after.site_day if by_records else after.last_day
    if seen is not None and seen < last:
        raise BadInput(wording.TOO_SHORT.format(seen=seen, last=last))


def _of_fact(plan: ClosingPlan, after: Readings, blank: Remeasurement) -> Remeasurement:
    """Read the new register: the breach is gone, still there, or nobody states anything."""
    target = plan.target
    name = target.subject.name
    missing = after.missing.get((target.kind, target.measure))
    reading = after.of(target).get(target.key)
    if missing is not None:
        return replace(blank, says=wording.FACT_MISSING.format(name=name, why=missing))
    if reading is not None and reading.flagged:
        after_it = Estimate.fact(reading.value or 0.0, reading.n)
        says = wording.FACT_STAYS.format(name=name)
        return replace(blank, outcome=Outcome.NOT_PASSED, says=says, n=reading.n, after=after_it)
    if after.assessed(target):
        gone = Estimate.fact(0, 1)
        says = wording.FACT_GONE.format(name=name)
        return replace(blank, outcome=Outcome.PASSED, says=says, n=1, after=gone)
    return replace(blank, says=wording.FACT_SILENT.format(name=name))


@dataclass(frozen=True, slots=True)
class _Judge:
    """One comparison of two periods."""

    plan: ClosingPlan
    before: Readings
    after: Readings
    rules: RulePack
    touched: Collection[SubjectKey]
    blank: Remeasurement

    def judged(self) -> Remeasurement:
        plan, target = self.plan, self.plan.target
        name = target.subject.name
        earlier = self.before.of(target).get(target.key)
        later = self.after.of(target).get(target.key)
        n = later.n if later is not None else 0
        seen = replace(self.blank, n=n)
        few = wording.FEW.format(name=name, n=f"{n:,}", minimum=f"{plan.minimum:,}")
        if earlier is None or earlier.observed is None:
            return replace(seen, says=wording.NO_EARLIER.format(name=name))
        # Nothing is compared below the minimum: whoever may look may wait for luck.
        if later is None or n < plan.minimum:
            return replace(seen, says=few)
        if later.observed is None:
            return replace(seen, says=wording.NO_LATER.format(name=name))
        scale = Scale.of(target.kind, target.measure)
        peers, count = learnt(
            self.before.of(target),
            self.after.of(target),
            scale=scale,
            rules=self.rules,
            left_out={*self.touched, target.key},
        )
        seen = replace(seen, peers=count)
        if peers is None:
            says = wording.FEW_PEERS.format(name=name, n=count, needed=FEWEST_PEERS)
            return replace(seen, says=says)
        both = (earlier, earlier.observed), (later, later.observed)
        return self._compared(seen, scale, both[0], both[1], peers)

    def _compared(
        self,
        seen: Remeasurement,
        scale: Scale,
        earlier: tuple[Reading, Observed],
        later: tuple[Reading, Observed],
        peers: Untouched,
    ) -> Remeasurement:
        found = closing_test(earlier[1], later[1], peers, level=self.plan.level)
        level = self.rules.number("E-17")
        change = Estimate(
            math.exp(found.change),
            math.exp(found.low),
            math.exp(found.high),
            seen.n,
            level=self.plan.level,
        )
        passed = found.high < 0.0
        answer = replace(
            seen,
            outcome=Outcome.PASSED if passed else Outcome.NOT_PASSED,
            before=scale.estimate(earlier[0], level=level),
            after=scale.estimate(later[0], level=level),
            expected=scale.shown(later[1].value - found.change),
            change=change,
            p=found.p,
        )
        return replace(answer, says=wording.compared(self.plan.target, answer, scale))
