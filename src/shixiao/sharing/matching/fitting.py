"""Fitting: how much does each sign of likeness weigh?

A conditional logit (McFadden 1974) with an outside option: among the candidates of an item and
“none of them”, the probability of one is its exp(utility) over the sum of all. Where several
elements answer an item, their probabilities add up. Each item is also asked once with its answers
taken away, so that “none of them” is learnt from more than the items that no element answers.
Weights keep the sign that their meaning demands and are drawn towards what they weighed before
anything was seen, so that signs of which the training part says little still speak.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from scipy.optimize import minimize
from scipy.special import logsumexp

from shixiao.sharing.matching.comparing import FEATURES, Floats, Pairs

# What each sign weighs before anything was seen: likeness of meaning before likeness of letters,
# and the persons before the kind of value. A negative number speaks against a candidate.
PRIOR = {
    "raw": 1.0,
    "canonical": 1.5,
    "same_name": 1.0,
    "same_words": 1.0,
    "whole": 2.0,
    "bare": 2.0,
    "head": 0.5,
    "in_order": 1.0,
    "covered": 1.0,
    "covering": 1.0,
    "holder_same": 1.0,
    "holder_agrees": 0.5,
    "holder_unasked": -0.7,
    "holder_missing": -0.7,
    "holder_conflict": -1.5,
    "property_same": 0.7,
    "property_conflict": -0.7,
    "number_of_material": 0.5,
    "type_same": 0.4,
    "type_conflict": -0.6,
    "domain": 0.7,
    "about": 0.7,
}
RIDGE = 0.005  # per squared unit of distance from the prior, and item
WITHOUT = 0.5  # weight of the question whose answers were taken away


def fit(
    pairs: Pairs, right: Floats, items: Collection[int], *, ridge: float = RIDGE
) -> tuple[Floats, float]:
    """Return the weights of the features and the utility of “none of them”.

    Args:
        pairs: candidates of all items.
        right: which candidates answer their item, of 0 and 1, shape (pairs,).
        items: positions of the items to learn from.
        ridge: how strongly weights are drawn to the prior.
    """
    questions = _questions(pairs, right, items)
    prior = np.array([PRIOR[name] for name in FEATURES])

    def loss(point: Floats) -> tuple[float, Floats]:
        weights, outside = point[:-1], point[-1]
        total, slope = 0.0, np.zeros(len(point))
        for features, answers, scale in questions:
            value, gradient = _surprise(features, answers, weights, outside)
            total += scale * value
            slope += scale * gradient
        shrink = ridge * len(questions)
        away = weights - prior
        slope[:-1] += 2 * shrink * away
        return total + shrink * float(away @ away), slope

    bounds = [(0, None) if sign > 0 else (None, 0) for sign in prior] + [(None, None)]
    start = np.append(prior, 1.0)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds)
    return found.x[:-1], float(found.x[-1])


def _questions(
    pairs: Pairs, right: Floats, items: Collection[int]
) -> Sequence[tuple[Floats, Floats, float]]:
    found = []
    for item in sorted(items):
        mine = pairs.item == item
        features, answers = pairs.features[mine], right[mine]
        found.append((features, answers, 1.0))
        if answers.any():
            others = answers == 0
            found.append((features[others], answers[others], WITHOUT))
    return found


def _surprise(
    features: Floats, answers: Floats, weights: Floats, outside: float
) -> tuple[float, Floats]:
    """Return minus the log-likelihood of one question, and its gradient."""
    utilities = np.append(features @ weights, outside)
    chosen = np.append(answers, float(not answers.any())) > 0
    whole, said = logsumexp(utilities), logsumexp(utilities[chosen])
    of_all = np.exp(utilities - whole)
    of_said = np.where(chosen, np.exp(utilities - said), 0.0)
    difference = of_all - of_said
    return float(whole - said), np.append(difference[:-1] @ features, difference[-1])
