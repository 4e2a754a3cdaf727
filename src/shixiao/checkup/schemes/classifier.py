"""What class does an indicator belong to when no cue settles it?

Character 1- to 3-grams (TF-IDF) of name and description over one vocabulary, families of words and
cues as further features, a linear support vector machine one against the rest, and probabilities by
multinomial logistic regression on cross-fitted decision values (Platt 1999, carried to several
classes). It is fitted when it is first needed, from data/indicators.csv, with fixed seeds: nothing
is pickled and the same data give the same answers. Only then is scikit-learn imported, which takes
seconds: the site starts, and most commands run, without it.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack

from shixiao.checkup.schemes.cues import IndicatorClass, cues, deciding_cue, folded
from shixiao.datafiles import load_yaml
from shixiao.seals import sha256_of

if TYPE_CHECKING:
    from sklearn.linear_model import LogisticRegression
    from sklearn.svm import LinearSVC

FOLDS = 3  # for the decision values on which probabilities rest
PENALTY = 1.0
FAMILIES_WEIGHT = 0.25  # of a family or a cue beside a row of n-grams of length 1
CLASSES = tuple(IndicatorClass)
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Labelled:
    """One indicator whose class is known."""

    id: str
    name: str
    description: str
    indicator_class: IndicatorClass
    held_out: bool


@dataclass(frozen=True, slots=True)
class Guess:
    """What the classifier says.

    Attributes:
        confidence: calibrated probability of the class.
        nearest: the training indicator of that class whose wording is most alike.
    """

    indicator_class: IndicatorClass
    confidence: float
    nearest: Labelled


@cache
def labelled() -> tuple[Labelled, ...]:
    """Return the labelled set, in the order of the file."""
    content = files("shixiao.checkup.schemes").joinpath("data/indicators.csv").read_text("utf-8")
    return tuple(
        Labelled(
            row["id"],
            row["name"],
            row["description"],
            IndicatorClass(row["class"]),
            row["part"] == "held_out",
        )
        for row in csv.DictReader(content.splitlines())
    )


class Classifier:
    """A classifier fitted to some labelled indicators."""

    def __init__(self, examples: Sequence[Labelled]) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - as said above

        self.examples = tuple(examples)
        texts = [(item.name, item.description) for item in self.examples]
        self._grams = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True)
        self._grams.fit([part for pair in _framed(texts) for part in pair if part])
        self._wordings = self._of_grams(texts)
        known = np.array([CLASSES.index(item.indicator_class) for item in self.examples])
        features = _joined(self._wordings, texts)
        self._machine = _machine().fit(features, known)
        self._probability = _calibrated(features, known)
        self.sha256 = sha256_of(
            [[i.id, i.name, i.description, i.indicator_class] for i in examples]
        )
        self._kept = _precision(self.examples)

    def guess(self, texts: Sequence[tuple[str, str]]) -> list[Guess]:
        """Class (name, description) pairs."""
        if not texts:
            return []
        scores = self._machine.decision_function(self._features(texts))
        shares: Floats = self._probability.predict_proba(scores)
        alike = (self._of_grams(texts) @ self._wordings.T).toarray()
        best = shares.argmax(axis=1)
        of = np.array([CLASSES.index(item.indicator_class) for item in self.examples])
        return [
            Guess(
                CLASSES[int(place)],
                float(share[place]),
                self.examples[int(np.where(of == place, row, -1.0).argmax())],
            )
            for place, share, row in zip(best, shares, alike, strict=True)
        ]

    def precision(self, cue_id: str) -> float:
        """Return how often a cue is right among the examples, shrunk towards one half (Laplace)."""
        right, met = self._kept.get(cue_id, (0, 0))
        return (right + 1) / (met + 2)

    def _of_grams(self, texts: Sequence[tuple[str, str]]) -> csr_matrix:
        names, descriptions = zip(*_framed(texts), strict=True)
        return csr_matrix(self._grams.transform(names) + self._grams.transform(descriptions))

    def _features(self, texts: Sequence[tuple[str, str]]) -> csr_matrix:
        return _joined(self._of_grams(texts), texts)


@cache
def classifier() -> Classifier:
    """Return the classifier of the training part."""
    return Classifier([item for item in labelled() if not item.held_out])


def _joined(grams: csr_matrix, texts: Sequence[tuple[str, str]]) -> csr_matrix:
    return csr_matrix(hstack([grams, FAMILIES_WEIGHT * _families(texts)]))


def _machine() -> LinearSVC:
    from sklearn.svm import LinearSVC  # noqa: PLC0415 - as said above

    return LinearSVC(C=PENALTY, random_state=0)


def _calibrated(features: csr_matrix, known: npt.NDArray[np.int_]) -> LogisticRegression:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - as said above
    from sklearn.model_selection import StratifiedKFold  # noqa: PLC0415

    scores = np.empty((len(known), len(CLASSES)))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    for fitted, left in folds.split(known, known):
        machine = _machine().fit(features[fitted], known[fitted])
        scores[left] = machine.decision_function(features[left])
    return LogisticRegression(C=1.0, max_iter=500).fit(scores, known)


def _precision(examples: Sequence[Labelled]) -> dict[str, tuple[int, int]]:
    right: Counter[str] = Counter()
    met: Counter[str] = Counter()
    for item in examples:
        cue = deciding_cue(item.name, item.description)
        if cue is not None:
            met[cue.id] += 1
            right[cue.id] += cue.indicator_class is item.indicator_class
    return {cue_id: (right[cue_id], count) for cue_id, count in met.items()}


@cache
def _family_words() -> tuple[re.Pattern[str], ...]:
    content = files("shixiao.checkup.schemes").joinpath("data/families.yaml").read_text("utf-8")
    families = load_yaml(content).values()
    return tuple(re.compile("|".join(map(re.escape, words))) for words in families)


def _families(texts: Sequence[tuple[str, str]]) -> csr_matrix:
    """Mark families anywhere and in the name, cues of the name and of the description."""
    rows = []
    for name, description in _folded(texts):
        row = []
        for words in _family_words():
            in_name = words.search(name) is not None
            row += [in_name or words.search(description) is not None, in_name]
        for cue in cues():
            row.append(cue.fits(name, description))
            row.append(bool(description) and cue.fits(name, description, in_description=True))
        rows.append(row)
    return csr_matrix(np.array(rows, dtype=np.float64))


def _folded(texts: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(folded(name), folded(description)) for name, description in texts]


def _framed(texts: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Mark where a text begins and ends: how an indicator ends (率, 数, 次数) tells much."""
    return [(_frame(name), _frame(description)) for name, description in _folded(texts)]


def _frame(text: str) -> str:
    return f"^{text}$" if text else ""
