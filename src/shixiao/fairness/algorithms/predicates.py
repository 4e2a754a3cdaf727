"""Evidence predicates: mitigations that are measured from the log, not declared.

Each holds, does not hold, or cannot be told; what cannot be told counts as not done. Shares and the
age of the log are rule ALG-03. Source: Canada's AIA asks for the same by yes or no.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from shixiao.fairness.algorithms.scoring import Measured
from shixiao.fairness.algorithms.seen import Seen
from shixiao.fairness.algorithms.telling import Telling
from shixiao.fairness.findings import RUBBER_STAMP
from shixiao.fairness.models import inputs_in_question
from shixiao.rules import RulePack
from shixiao.statistics import wilson
from shixiao.terms import Text

SHARES, LEAST = "ALG-03", "FAI-01"
NO_LOG = Text("没有决定日志", "there is no log of decisions")
OLD = Text("日志只到 {last}，太旧", "the log ends on {last}, too long ago")
SHARE = Text("{n} 件中 {share} 有记录", "kept for {share} of {n} decisions")
NO_FACTORS = Text("没有决定因素", "there are no factors of decisions")
FOUNDED = Text("{n} 项输入都有来源和依据", "all {n} inputs have a source and a basis")
RANDOM = Text("随机抽查 {n} 件已查明", "{n} decisions of the random arm were found out")
REVIEW = Text("采纳建议 {low} 至 {high}", "the advice was followed in {low} to {high}")
DEPARTED = Text("{n} 件决定没有采纳建议", "{n} decisions departed from the advice")
FOLLOWED = Text("{n} 件决定采纳了建议", "{n} decisions followed the advice")
NO_ADVICE = Text("没有足够的建议和决定", "there are too few decisions with advice")
Predicate = Callable[[Telling, RulePack], Measured]


def measured(
    seen: Seen | None, *, today: date, rules: RulePack, fewest: int = 0
) -> dict[str, Measured]:
    """Return what the log says of each mitigation that it can speak of.

    Args:
        seen: what the log says; None without one.
        today: a log that ended too long before speaks of nothing.
        rules: ALG-03, FAI-01 and FAI-07.
        fewest: decisions that a sentence tells as a number; see ``Telling``.
    """
    if seen is None:
        return dict.fromkeys(PREDICATES, Measured(None, NO_LOG))
    if not fresh(seen, today=today, rules=rules):
        return dict.fromkeys(PREDICATES, Measured(None, old(seen)))
    return {name: predicate(Telling(seen, fewest), rules) for name, predicate in PREDICATES.items()}


def fresh(seen: Seen, *, today: date, rules: RulePack) -> bool:
    """Say whether a log reaches near enough to today to speak of it (rule ALG-03)."""
    return seen.last >= today - timedelta(days=int(rules.number(SHARES, "days")))


def old(seen: Seen) -> Text:
    """Say that a log is too old."""
    return OLD.format(last=seen.last.isoformat())


def _share(n: int, log: Telling, least: float) -> Measured:
    whole = log.seen.decisions
    return Measured(n / whole >= least, SHARE.format(n=log.number(whole), share=log.share(n)))


def _versions(log: Telling, rules: RulePack) -> Measured:
    seen = log.seen
    kept = seen.decisions - seen.versions.get("", 0)
    return _share(kept, log, rules.number(SHARES, "version"))


def _people(log: Telling, rules: RulePack) -> Measured:
    seen = log.seen
    return _share(seen.with_person + seen.alone, log, rules.number(SHARES, "person"))


def _advice(log: Telling, rules: RulePack) -> Measured:
    seen = log.seen
    return _share(seen.advised, log, rules.number(SHARES, "advice"))


def _appeals(log: Telling, rules: RulePack) -> Measured:
    seen = log.seen
    return _share(seen.heard, log, rules.number(SHARES, "appeal"))


def _inputs(log: Telling, rules: RulePack) -> Measured:
    seen = log.seen
    if not seen.founded:
        return Measured(None, NO_FACTORS)
    wrong = inputs_in_question(seen.founded, rules=rules)
    if wrong:
        return Measured(False, wrong[0][1])
    return Measured(True, FOUNDED.format(n=len(seen.founded)))


def _random(log: Telling, rules: RulePack) -> Measured:
    seen = log.seen
    said = RANDOM.format(n=log.number(seen.random))
    return Measured(seen.random >= rules.number(LEAST), said)


def _review(log: Telling, rules: RulePack) -> Measured:
    seen = log.seen
    if seen.advised < rules.number(LEAST):
        return Measured(None, NO_ADVICE)
    agreed = wilson(seen.advised - seen.overrides, seen.advised)
    low, high = agreed.low or 0.0, agreed.high or 0.0
    said = REVIEW.format(low=f"{low:.1%}", high=f"{high:.1%}")
    followed = seen.advised - seen.overrides
    # The interval would tell how many.
    if 0 < seen.overrides < log.fewest:
        said = DEPARTED.format(n=log.number(seen.overrides))
    elif 0 < followed < log.fewest:
        said = FOLLOWED.format(n=log.number(followed))
    return Measured(low <= rules.number(RUBBER_STAMP), said)


PREDICATES: dict[str, Predicate] = {
    "versions_kept": _versions,
    "people_kept": _people,
    "advice_kept": _advice,
    "appeals_kept": _appeals,
    "inputs_founded": _inputs,
    "random_arm": _random,
    "real_review": _review,
}
