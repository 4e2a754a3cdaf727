"""Choices: how far a score moves when weights, normalisation and aggregation are drawn too.

This is no sampling error and never mixed with it: it says how much a panel's choices decide.

Normalising by the cohort (ranks, z-scores) is not among the choices: a score would then move with
whoever else takes part.

Source: M. Saisana, A. Saltelli and S. Tarantola (2005), J. R. Stat. Soc. A 168, 307-323.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from shixiao.checkup.index.carriers import SERVICES, Carried
from shixiao.checkup.index.catalogue import (
    DIMENSIONS,
    OVERALL,
    WEIGHTS,
    Indicator,
    goalposts_of,
    indicators,
    weights_of,
)
from shixiao.checkup.index.knowledge import Known
from shixiao.checkup.index.scoring import FULL, Floats, ends
from shixiao.rules import RulePack
from shixiao.terms import SubjectKind

_STEEPNESS = 6.0
"""Slope of the logistic curve: it meets the straight line's 5 and 95 at the goalposts."""
Knowledge = Mapping[str, Mapping[str, Known]]


@dataclass(frozen=True, slots=True, eq=False)
class Choices:
    """Scores under every drawn choice: dimension or overall → subject → (draws,)."""

    scores: Mapping[str, Mapping[str, Floats]]

    def span(self, name: str, subject: str, level: float) -> tuple[float, float] | None:
        """Return the central range of a score, or None where there is no score."""
        found = self.scores[name].get(subject)
        if found is None:
            return None
        return ends(np.sort(found), level)


class Panel:
    """Draws of what a panel might have chosen; the same draws for every subject."""

    def __init__(self, rules: RulePack, *, seed: int) -> None:
        self.rules = rules
        self.draws = int(rules.number("I-07", "choices"))
        self.rng = np.random.default_rng([seed, zlib.crc32(b"index\x1fchoices")])
        self.logistic = self.rng.random(self.draws) < rules.number("I-13", "logistic")
        self.arithmetic = self.rng.random(self.draws) < rules.number("I-13", "arithmetic")
        self.dimensions = self.weights(weights_of("I-01", DIMENSIONS, rules))

    def weights(self, declared: Mapping[str, float]) -> dict[str, Floats]:
        """Draw weights about the declared ones: part → (draws,)."""
        total = sum(declared.values())
        concentration = self.rules.number("I-13", "concentration")
        shape = {name: concentration * weight / total for name, weight in sorted(declared.items())}
        return {
            name: self.rng.standard_gamma(a, self.draws) if a > 0 else np.zeros(self.draws)
            for name, a in shape.items()
        }

    def normalised(self, item: Indicator, values: Floats) -> Floats:
        """Return expected scores under every choice, shape (subjects, draws).

        Args:
            item: the indicator.
            values: shape (subjects, quantiles), equally likely values of each subject.
        """
        posts = goalposts_of(item, self.rules)
        span = posts.target - posts.floor
        most = self.rules.number("I-13", "goalposts")
        floor, target = (
            end + span * self.rng.uniform(-most, most, self.draws)
            for end in (posts.floor, posts.target)
        )
        scores = np.zeros((len(values), self.draws))
        for quantile in values.T:
            place = (quantile[:, None] - floor) / (target - floor)
            bent = 1.0 / (1.0 + np.exp(-_STEEPNESS * (place[:, self.logistic] - 0.5)))
            np.clip(place, 0.0, 1.0, out=place)
            place[:, self.logistic] = bent
            scores += place
        return np.asarray(scores * (FULL / values.shape[1]))

    def overall(self, scores: Sequence[Floats]) -> Floats:
        """Join three dimensions under every choice."""
        w = np.stack([self.dimensions[name] for name in DIMENSIONS])
        w /= w.sum(axis=0)
        x = np.stack(scores)
        with np.errstate(divide="ignore"):
            product = np.exp((w * np.log(x)).sum(axis=0))
        return np.asarray(np.where(self.arithmetic, (w * x).sum(axis=0), product))


def of_services(panel: Panel, known: Knowledge, scored: Mapping[str, set[str]]) -> Choices:
    """Return the services' scores under every choice.

    Args:
        panel: the draws.
        known: service → indicator → what is known.
        scored: dimension → services that have a score in it.
    """
    found: dict[str, dict[str, Floats]] = {}
    for name in DIMENSIONS:
        found[name] = _dimension(panel, known, name, SubjectKind.SERVICE, scored[name], {})
    found[OVERALL] = _overall(panel, found)
    return Choices(found)


def of_carriers(
    panel: Panel,
    known: Knowledge,
    carried: Mapping[str, Carried],
    services: Choices,
    kind: SubjectKind,
    scored: Mapping[str, set[str]],
) -> Choices:
    """Return the scores of departments or apps under every choice."""
    found: dict[str, dict[str, Floats]] = {}
    for name in DIMENSIONS:
        base = {
            carrier: mixed
            for carrier, own in carried.items()
            if (mixed := _mixed(own, services.scores[name])) is not None
        }
        found[name] = _dimension(panel, known, name, kind, scored[name], base)
    found[OVERALL] = _overall(panel, found)
    return Choices(found)


def _dimension(
    panel: Panel,
    known: Knowledge,
    name: str,
    kind: SubjectKind,
    scored: set[str],
    base: Mapping[str, Floats],
) -> dict[str, Floats]:
    """Join the indicators of a dimension (and the services carried) under every choice."""
    items = [i for i in indicators() if i.dimension == name and kind in i.kinds]
    rule = WEIGHTS.get(kind)
    declared = {i.id: panel.rules.number(rule or i.weight, i.id) for i in items}
    if rule is not None:
        declared[SERVICES] = panel.rules.number(rule, SERVICES)
    weights = panel.weights(declared)
    sums = {subject: np.zeros(panel.draws) for subject in sorted(scored)}
    totals = {subject: np.zeros(panel.draws) for subject in sums}
    for subject, mixed in base.items():
        if subject in sums:
            sums[subject] += weights[SERVICES] * mixed
            totals[subject] += weights[SERVICES]
    for item in items:
        having = [s for s in sums if item.id in known.get(s, {}) and known[s][item.id].usable]
        if not having:
            continue
        values = np.stack([known[s][item.id].likely for s in having])
        for subject, row in zip(having, panel.normalised(item, values), strict=True):
            sums[subject] += weights[item.id] * row
            totals[subject] += weights[item.id]
    return {s: sums[s] / totals[s] for s in sums if (totals[s] > 0).all()}


def _mixed(own: Carried, scores: Mapping[str, Floats]) -> Floats | None:
    known = [i for i, service in enumerate(own.services) if service in scores]
    if not known:
        return None
    shares = own.cases[known] / own.cases[known].sum()
    return np.asarray(shares @ np.stack([scores[own.services[i]] for i in known]))


def _overall(panel: Panel, found: Mapping[str, Mapping[str, Floats]]) -> dict[str, Floats]:
    every = set.intersection(*(set(found[name]) for name in DIMENSIONS))
    return {s: panel.overall([found[name][s] for name in DIMENSIONS]) for s in sorted(every)}
