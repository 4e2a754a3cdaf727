"""Bar 6: appraisal indicators: macro-F1 on the held-out part, and in 5-fold cross-validation."""

from __future__ import annotations

import numpy as np
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold

from bars.outcome import Outcome
from shixiao.checkup.schemes.classifier import Classifier, Labelled, classifier, labelled
from shixiao.checkup.schemes.cues import deciding_cue

FOLDS = 5
BAR = 0.9


def measure(*, full: bool) -> list[Outcome]:
    held_out = [item for item in labelled() if item.held_out]
    value = macro_f1(held_out, classifier())
    outcomes = [Outcome.at_least(f"macro-F1 on {len(held_out)} held-out indicators", value, BAR)]
    if full:
        crossed = cross_validated()
        outcomes.append(Outcome.recorded("macro-F1 in 5-fold cross-validation of all", crossed))
    return outcomes


def classes(items: list[Labelled], trained: Classifier) -> list[str]:
    """Class indicators as ``shixiao appraise`` does: by the first cue, else by the classifier."""
    guesses = trained.guess([(item.name, item.description) for item in items])
    cues = [deciding_cue(item.name, item.description) for item in items]
    return [
        str(cue.indicator_class if cue else guess.indicator_class)
        for cue, guess in zip(cues, guesses, strict=True)
    ]


def macro_f1(items: list[Labelled], trained: Classifier) -> float:
    known = [str(item.indicator_class) for item in items]
    return float(f1_score(known, classes(items, trained), average="macro"))


def cross_validated() -> float:
    items = np.array(labelled(), dtype=object)
    known = [str(item.indicator_class) for item in items]
    given = np.empty(len(items), dtype=object)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=1)
    for fitted, left in folds.split(known, known):
        given[left] = classes(list(items[left]), Classifier(list(items[fitted])))
    return float(f1_score(known, list(given), average="macro"))
