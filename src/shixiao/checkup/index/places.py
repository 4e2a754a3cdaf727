"""Places: bands and rank intervals by the house's one rule, grades, and red-line caps."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from shixiao.checkup.index.dimensions import Scored
from shixiao.checkup.index.result import Grade, Place
from shixiao.rules import RulePack
from shixiao.statistics import rank
from shixiao.terms import Estimate


def places(
    scored: Mapping[str, Scored], estimates: Mapping[str, Estimate], rules: RulePack
) -> dict[str, Place]:
    """Rank the subjects of one kind in one dimension; without a usable score any place is open."""
    ranked = [subject for subject in sorted(scored) if estimates[subject].ok]
    of = len(ranked) or max(1, len(scored))
    anywhere = Place(1, of, of, None)
    found = dict.fromkeys(scored, anywhere)
    if not ranked:
        return found
    draws = int(rules.number("I-07", "ranks"))
    intervals = rank(
        ranked,
        np.array([scored[s].value for s in ranked], dtype=np.float64),
        np.stack([scored[s].draws[:draws] for s in ranked]),
        higher_is_better=True,
        level=rules.number("E-09"),
    )
    return found | {i.id: Place(i.low, i.high, i.of, i.band, i.above) for i in intervals}


def grade(estimate: Estimate, rules: RulePack) -> Grade | None:
    """Return the grade of a score and of the ends of its interval; None without a score."""
    if not estimate.ok or estimate.value is None:
        return None
    low, high = (estimate.value if end is None else end for end in (estimate.low, estimate.high))
    return Grade(_grade(estimate.value, rules), _grade(low, rules), _grade(high, rules))


def capped(scored: Scored, rules: RulePack) -> Scored:
    """Return an overall score cut at the cap of rule I-11, draws and all."""
    if scored.value is None:
        return scored
    cap = rules.number("I-11")
    return Scored(min(scored.value, cap), np.minimum(scored.draws, cap), scored.parts)


def _grade(score: float, rules: RulePack) -> str:
    for name in ("excellent", "good", "fair"):
        if score >= rules.number("I-10", name):
            return name
    return "to_be_corrected"
