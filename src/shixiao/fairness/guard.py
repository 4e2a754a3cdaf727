"""Identifiability: can error rates be known from this log at all, and if not, what would do?

The log of a system that selects for risk knows the outcome only of those it selected. Whoever was
not selected and yet had done it stands nowhere, so true positive, false positive and false negative
rates are no function of the log, however long it is. Only a random sample, looked into whatever the
system says, makes them one; it has to be so large that the rarest group is seen often enough.

Source: S. Lakkaraju et al. (2017), KDD, "The selective labels problem"; DESIGN, rules of meaning.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from shixiao.fairness.cube import PLACE, Cube, Integers
from shixiao.rules import RulePack
from shixiao.statistics import minimum_n
from shixiao.terms import BadInput, Text

TOLERATED, HALF_WIDTH = "FAI-02", "FAI-03"

NO_OUTCOME = Text(
    "没有结果列：不知道谁确有其事，错误率无从得知。请提供查明的结果（--outcome）。",
    "There is no column of outcomes: nobody knows for whom it was true, so there are no error"
    " rates. Give what was found out (--outcome).",
)
UNLABELLED = Text(
    "有 {n} 件未选中的决定没有结果，占未选中的 {share}。只知道被选中者的结果，错误率无从得知。"
    "{plan}",
    "Among the decisions that were not selected the outcome is missing of {n}, {share} of them."
    " With the outcomes of those selected alone, error rates cannot be known. {plan}",
)
SELECTED_UNLABELLED = Text(
    "有 {n} 件选中的决定没有结果，占选中的 {share}；补齐之前错误率无从得知。{plan}",
    "Among the selected decisions the outcome is missing of {n}, {share} of them; until they are"
    " known there are no error rates. {plan}",
)
ALL_SELECTED = Text(
    "随机抽查的样本里没有一件写明系统不会选中：选中列应为系统本来的决定，而不是“已抽查”。",
    "No decision of the random sample says that the system would not have selected it: the column"
    " of selection must hold what the system would have decided, not that the case was drawn.",
)
SAMPLE = Text(
    "请从全部决定中随机抽查约 {n} 件（每组至少 {least} 件），查明结果，用 --arm 和 --random 指明。",
    "Draw about {n} of all decisions at random (at least {least} of each group), find out their"
    " outcomes, and name them by --arm and --random.",
)
NO_PREVALENCE = Text(
    "结果为真的还一件也没有，算不出样本量；请用 fairness plan --prevalence 给出估计的发生率。",
    "Not one outcome is known to be true, so no sample size follows; give the expected rate with"
    " fairness plan --prevalence.",
)


@dataclass(frozen=True, slots=True)
class Ground:
    """What error rates stand on.

    Attributes:
        errors: the decisions from which error rates are computed: the random arm where there is
            one, else all.
        identifiable: whether they may be.
        why_not: what stands against it and what would help; None when nothing does.
        random: value of the arm that was drawn at random; None without one.
    """

    errors: Cube
    identifiable: bool
    why_not: Text | None
    random: str | None = None


def ground(cube: Cube, *, rules: RulePack, random: str | None = None, outcome: bool) -> Ground:
    """Say on which decisions error rates may stand.

    Args:
        cube: counts with the groups of the audit, and ``arm`` where ``random`` is given.
        rules: FAI-02 (share without outcome that is borne) and FAI-03 (exactness of the sample).
        random: value of the arm that marks decisions drawn at random from all.
        outcome: whether the log has outcomes.

    Raises:
        BadInput: no decision is of the random arm.
    """
    errors = cube
    if random is not None:
        errors = cube.only("arm", random)
        if not errors.total("n"):
            there = "、".join(str(value) for value in cube.values("arm"))
            raise BadInput(
                Text(
                    f"抽选方式列中没有“{random}”；现有：{there}。",
                    f"no decision is of the arm “{random}”; there are: {there}",
                )
            )
    if not outcome:
        return Ground(errors, False, NO_OUTCOME, random)
    why = _objection(cube, errors, rules=rules, random=random)
    return Ground(errors, why is None, why, random)


def _objection(cube: Cube, errors: Cube, *, rules: RulePack, random: str | None) -> Text | None:
    bearable = rules.number(TOLERATED, "random" if random is not None else "log")
    selected, labelled = errors.total("selected"), errors.total("tp", "fp")
    others, known = errors.total("n") - selected, errors.total("fn", "tn")
    if random is not None and others == 0:
        return ALL_SELECTED
    for n, there, said in (
        (others, known, UNLABELLED),
        (selected, labelled, SELECTED_UNLABELLED),
    ):
        missing = n - there
        if missing > bearable * n:
            share = f"{missing / n:.1%}"
            return said.format(n=missing, share=share, plan=_advice(cube, rules))
    return None


def _advice(cube: Cube, rules: RulePack) -> Text:
    found = plan(cube, half_width=rules.number(HALF_WIDTH))
    if found is None:
        return NO_PREVALENCE
    return SAMPLE.format(n=found.simple, least=max(found.needed.values()))


@dataclass(frozen=True, slots=True)
class Plan:
    """How many decisions have to be drawn at random, and found out.

    Attributes:
        half_width: of the Wilson interval of each group's error rates, at worst.
        prevalence: by group, the share for whom it is true that was reckoned with.
        needed: by group, decisions of it that have to be found out.
        shares: by group, its share of all decisions.
        stratified: decisions in all when each group is drawn by itself.
        simple: decisions in all when one draw is made from everybody, so that each group is met
            often enough on average.
        all_of: groups with fewer decisions than are needed: all of theirs have to be found out.
    """

    half_width: float
    prevalence: Mapping[tuple[str | None, ...], float]
    needed: Mapping[tuple[str | None, ...], int]
    shares: Mapping[tuple[str | None, ...], float]
    stratified: int
    simple: int
    all_of: tuple[tuple[str | None, ...], ...]


def plan(cube: Cube, *, half_width: float, prevalence: float | None = None) -> Plan | None:
    """Plan the random sample that makes error rates known to ± ``half_width`` in every group.

    A true positive rate is seen only on people for whom it is true, a false positive rate on the
    others, so a group needs ``max(m / q, m / (1 - q))`` decisions, with m the fewest cases whose
    Wilson interval is at most ± half_width wide (at a rate of one half, the worst) and q the share
    for whom it is true. Where q is not given it is taken from the log as the share of known true
    outcomes over all of the log: the least that it can be, so that the sample is not too small
    where it is true for fewer than half.

    Args:
        cube: counts by group.
        half_width: between 0 and 0.5.
        prevalence: expected share for whom it is true, for all groups.

    Returns:
        None where the share is not given and no true outcome is known.

    Source: E. B. Wilson (1927), JASA 22, 209-212 (inverted for n).
    """
    by_group = cube.by(*cube.groups)
    m = minimum_n(half_width)
    least = _known_share(by_group) if prevalence is None else prevalence
    n = {
        key: int(row[PLACE["n"]])
        for key, row in zip(by_group.keys, by_group.counts, strict=True)
        if row[PLACE["n"]]
    }
    if not 0 < least < 1 or not n:
        return None
    needed, used, everybody = {}, {}, []
    for key, row in zip(by_group.keys, by_group.counts, strict=True):
        if key not in n:
            continue
        q = least if prevalence is not None else _share_of(row, least)
        used[key] = q
        wanted = math.ceil(max(m / q, m / (1 - q)) - 1e-9)
        needed[key] = min(wanted, n[key])
        if wanted >= n[key]:
            everybody.append(key)
    total = sum(n.values())
    shares = {key: count / total for key, count in n.items()}
    simple = min(total, max(math.ceil(needed[key] / shares[key] - 1e-9) for key in n))
    return Plan(half_width, used, needed, shares, sum(needed.values()), simple, tuple(everybody))


def _known_share(cube: Cube) -> float:
    n = cube.total("n")
    return cube.total("tp", "fn") / n if n else 0.0


def _share_of(row: Integers, fallback: float) -> float:
    """Return the least share for whom it is true in one group; that of all where none is known."""
    share = float(row[PLACE["tp"]] + row[PLACE["fn"]]) / float(row[PLACE["n"]])
    return share if 0 < share < 1 else fallback
