"""``python -m bars.sharing_matching_fit``: fit the weights of matching on the training part anew.

Weights come from all families of the training part. The curve from utility to score comes from
families that were left out in turn, so that it does not flatter itself. The threshold below which
the answer is “none of them” (rule MAT-01) is printed: the score that best tells the items that
have an answer from the same items with their answers taken away.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import yaml
from scipy.optimize import minimize

from shixiao.seals import sha256_of
from shixiao.sharing.matching.benchmark import elements, questions
from shixiao.sharing.matching.comparing import FEATURES, Floats, Pairs, compare, prepare
from shixiao.sharing.matching.fitting import fit
from shixiao.sharing.matching.matching import OFFERED
from shixiao.sharing.matching.weights import DIGITS

WRITTEN = Path(__file__).parents[1] / "src/shixiao/sharing/matching/data/weights.yaml"
WHOLE = FEATURES.index("whole")
HEAD = """\
# 匹配的权重：由训练部分拟合（python -m bars.sharing_matching_fit），勿手改。
# Weights of matching, fitted on the training part; not to be edited by hand.
"""


def fitted() -> tuple[dict[str, Any], float]:
    """Return the content of weights.yaml and the threshold."""
    asked, held = questions("train"), elements()
    pairs = compare([question.item for question in asked], prepare(held))
    right = np.array(
        [
            float(held[column].id in asked[row].answers)
            for row, column in zip(pairs.item.tolist(), pairs.element.tolist(), strict=True)
        ]
    )
    weights, outside = fit(pairs, right, range(len(asked)))
    utilities = _left_out(pairs, right, [question.family for question in asked])
    slope, intercept, threshold = _curve(pairs, right, utilities, len(asked))
    content = {
        "version": 1,
        "fitted_on": sha256_of([[q.item.id, q.item.name, sorted(q.answers)] for q in asked]),
        "features": {n: round(float(w), DIGITS) for n, w in zip(FEATURES, weights, strict=True)},
        "outside": round(outside, DIGITS),
        "slope": round(slope, DIGITS),
        "intercept": round(intercept, DIGITS),
    }
    return content, threshold


def _left_out(pairs: Pairs, right: Floats, families: list[str]) -> Floats:
    """Return utilities of each family under weights that were fitted on all others."""
    found = np.zeros(len(right))
    names = np.array(families)
    for family in sorted(set(families)):
        weights, outside = fit(pairs, right, np.flatnonzero(names != family).tolist())
        mine = names[pairs.item] == family
        found[mine] = pairs.features[mine] @ weights - outside
    return found


def _curve(
    pairs: Pairs, right: Floats, utilities: Floats, items: int
) -> tuple[float, float, float]:
    """Return slope and intercept of Platt's curve, and the threshold."""
    shown, answer, best, rest = [], [], [], []
    for item in range(items):
        mine = np.flatnonzero(pairs.item == item)
        order = mine[np.argsort(-utilities[mine], kind="stable")]
        shown += utilities[order[:OFFERED]].tolist()
        answer += right[order[:OFFERED]].tolist()
        if right[mine].any():
            best.append(utilities[order[0]])
        # What means the same of somebody else is no clear “none of them”.
        others = order[(right[order] == 0) & (pairs.features[order, WHOLE] == 0)]
        if len(others):
            rest.append(utilities[others[0]])
    x, y = np.array(shown), np.array(answer)

    def loss(point: Floats) -> float:
        z = point[0] * x + point[1]
        return float((np.logaddexp(0, z) - y * z).sum())

    slope, intercept = minimize(loss, [1.0, 0.0]).x
    kept, gone = np.array(best), np.array(rest)
    edges = np.unique(np.concatenate([kept, gone]))
    gains = [(kept >= edge).mean() + (gone < edge).mean() for edge in edges]
    edge = edges[int(np.argmax(gains))]
    return float(slope), float(intercept), float(1 / (1 + np.exp(-(slope * edge + intercept))))


def main() -> None:
    content, threshold = fitted()
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
    WRITTEN.write_text(HEAD + text, "utf-8")
    print(f"{text}MAT-01: {threshold:.2f}")


if __name__ == "__main__":
    main()
