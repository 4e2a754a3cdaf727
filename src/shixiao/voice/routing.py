"""Routing: which class or department is a message for, how sure is that, and why?

A linear classifier (LinearSVC) over TF-IDF of words and of characters learns from messages that
people sorted. Its margin, the best score less the second best, says how sure it is. Cross-fitting
tells from which margin on enough are right: above it a message goes its way by itself, below a
person decides, and what the person decides is learnt from.

Source: R.-E. Fan et al. (2008), JMLR 9, 1871-1874 (LIBLINEAR); C. K. Chow (1970), IEEE Trans.
Information Theory 16, 41-46 (the reject option); B. Zadrozny and C. Elkan (2002), KDD, 694-699
(calibration by isotonic regression).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import f1_score
from sklearn.svm import LinearSVC

from shixiao.rules import RulePack
from shixiao.statistics import wilson_bounds
from shixiao.terms import BadInput, Text
from shixiao.voice.reading import Message
from shixiao.voice.wording import documents, readable

TARGET, FEWEST = "VOI-22", "VOI-23"
FOLDS = 5
MOST_LABELS = 500
CHARACTERS = (1, 3)
RARE = 2  # messages in which a feature has to occur
PENALTY = 0.5  # C of LIBLINEAR; 0.2 and 1 cost 0.002 of macro-F1 on the messages of bar 1
BINS = 10
WHY = 3
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Route:
    """Where a message goes.

    Attributes:
        label: the likeliest class; runner_up: the second.
        margin: score of the first less that of the second.
        confidence: chance that the label is right, calibrated by cross-fitting.
        automatic: whether it goes its way without a person.
        why: words that spoke most for the label against the runner-up.
    """

    label: str
    runner_up: str
    margin: float
    confidence: float
    automatic: bool
    why: tuple[str, ...]

    def to_json(self, message: Message) -> dict[str, Any]:
        """Return the row of a message."""
        return {
            "message_id": message.id,
            "label": self.label,
            "runner_up": self.runner_up,
            "margin": round(self.margin, 4),
            "confidence": round(self.confidence, 4),
            "automatic": self.automatic,
            "why": list(self.why),
        }


@dataclass(frozen=True, eq=False)
class Fitted:
    """A classifier and its features."""

    words: TfidfVectorizer
    signs: TfidfVectorizer
    model: LinearSVC
    labels: tuple[str, ...]

    def table(self, docs: Sequence[str]) -> csr_matrix:
        """Return the features of messages: words first, then characters."""
        return hstack([self.words.transform(docs), self.signs.transform(docs)]).tocsr()

    def scores(self, table: csr_matrix) -> Floats:
        """Return the score of each label; shape (messages, labels)."""
        found = np.asarray(self.model.decision_function(table), np.float64)
        return np.column_stack([-found, found]) if found.ndim == 1 else found


@dataclass(frozen=True, eq=False)
class Router:
    """A classifier that knows how often it is right at which margin.

    Attributes:
        fitted: trained on all messages.
        margins, right: cross-fitted, one per training message.
        macro_f1, accuracy: cross-fitted, without the reject option.
        threshold: least margin that goes automatically; None where no margin holds the target.
        coverage: share of messages above it; expected: how many of those are right.
    """

    fitted: Fitted
    margins: Floats
    right: npt.NDArray[np.bool_]
    macro_f1: float
    accuracy: float
    target: float
    threshold: float | None
    coverage: float
    expected: float | None

    def routes(self, messages: Sequence[Message]) -> list[Route]:
        """Route messages, in their order."""
        table = self.fitted.table(_texts(messages))
        scores = self.fitted.scores(table)
        first, second, margin = _best_two(scores)
        confidence = self._confidence(margin)
        why = _why(self.fitted, table, first, second)
        labels = self.fitted.labels
        automatic = np.zeros(len(margin), bool)
        if self.threshold is not None:
            automatic = (margin >= self.threshold) & (np.diff(table.indptr) > 0)
        return [
            Route(labels[a], labels[b], float(m), float(c), bool(auto), words)
            for a, b, m, c, auto, words in zip(
                first, second, margin, confidence, automatic, why, strict=True
            )
        ]

    def to_json(self, messages: Sequence[Message]) -> dict[str, Any]:
        """Return how sure the router is in general, and the route of each message."""
        routes = self.routes(messages)
        labelled = any(message.label for message in messages)
        return {
            "trained": len(self.margins),
            "labels": list(self.fitted.labels),
            "target": self.target,
            "threshold": None if self.threshold is None else round(self.threshold, 4),
            "expected": {
                "accuracy": round(self.accuracy, 4),
                "macro_f1": round(self.macro_f1, 4),
                "coverage": round(self.coverage, 4),
                "automatic_accuracy": None if self.expected is None else round(self.expected, 4),
            },
            "calibration": self.calibration(),
            "tested": held_against(self, messages, routes) if labelled else None,
            "messages": [r.to_json(m) for r, m in zip(routes, messages, strict=True)],
        }

    def accuracy_at(self, coverage: float) -> float:
        """Return how many are right among the surest so many of the training messages."""
        kept = np.argsort(-self.margins, kind="stable")[: round(coverage * len(self.margins))]
        return float(self.right[kept].mean())

    def calibration(self) -> list[dict[str, Any]]:
        """Return tenths of the training messages by margin, with the share that is right."""
        order = np.argsort(self.margins, kind="stable")
        told = []
        for part in np.array_split(order, min(BINS, len(order))):
            hits, n = int(self.right[part].sum()), len(part)
            low, high = wilson_bounds(hits, n)
            told.append(
                {
                    "from": round(float(self.margins[part[0]]), 4),
                    "to": round(float(self.margins[part[-1]]), 4),
                    "n": n,
                    "accuracy": round(hits / n, 4),
                    "low": round(float(low), 4),
                    "high": round(float(high), 4),
                }
            )
        return told

    def _confidence(self, margins: Floats) -> Floats:
        curve = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip")
        curve.fit(self.margins, self.right.astype(np.float64))
        return np.asarray(curve.predict(margins), np.float64)


def train(messages: Sequence[Message], *, rules: RulePack, seed: int = 20260101) -> Router:
    """Learn from messages that were sorted by people.

    Args:
        messages: with labels; those without one are left out.
        rules: the accuracy that automatic routing has to hold, fewest messages to learn from.
        seed: of the solver and of the folds.

    Raises:
        BadInput: too few messages, one label only, or more labels than a routing has.
    """
    known = [message for message in messages if message.label]
    names = sorted({message.label for message in known})
    if len(known) < rules.number(FEWEST) or len(names) < 2 or len(names) > MOST_LABELS:
        raise _unfit(len(known), len(names), int(rules.number(FEWEST)))
    docs = _texts(known)
    target = np.array([names.index(message.label) for message in known])
    fold = _folds(docs, target, seed)
    if any(len(np.unique(target[fold != n])) < 2 or n not in fold for n in range(FOLDS)):
        raise _unfit(len(known), len(names), int(rules.number(FEWEST)))
    best, margins = _cross_fitted(docs, target, fold, names, seed)
    right = best == target
    threshold = _threshold(margins, right, rules.number(TARGET))
    above = margins >= (np.inf if threshold is None else threshold)
    return Router(
        fitted=_fit(docs, target, np.ones(len(known), bool), names, seed),
        margins=margins,
        right=right,
        macro_f1=float(f1_score(target, best, average="macro")),
        accuracy=float(right.mean()),
        target=rules.number(TARGET),
        threshold=threshold,
        coverage=float(above.mean()),
        expected=float(right[above].mean()) if above.any() else None,
    )


def macro_f1_by(messages: Sequence[Message], fold: Ints, *, seed: int = 20260101) -> float:
    """Return macro-F1 of labels that were cross-fitted over folds of somebody else's choice.

    Args:
        messages: all with labels.
        fold: of each message; copies of one message may stand in different ones.
        seed: of the solver.
    """
    names = sorted({message.label for message in messages})
    target = np.array([names.index(message.label) for message in messages])
    best, _ = _cross_fitted(_texts(messages), target, fold, names, seed)
    return float(f1_score(target, best, average="macro"))


def held_against(
    router: Router, messages: Sequence[Message], routes: Sequence[Route]
) -> dict[str, Any]:
    """Hold routes against the labels of people; one that was never learnt cannot be right."""
    pairs = [(m.label, r) for m, r in zip(messages, routes, strict=True) if m.label]
    truth, said = [label for label, _ in pairs], [route.label for _, route in pairs]
    sure = [label == route.label for label, route in pairs if route.automatic]
    return {
        "n": len(pairs),
        "unknown": sum(label not in router.fitted.labels for label in truth),
        "accuracy": round(float(np.mean([a == b for a, b in zip(truth, said, strict=True)])), 4),
        "macro_f1": round(float(f1_score(truth, said, average="macro", zero_division=0)), 4),
        "coverage": round(len(sure) / len(pairs), 4),
        "automatic_accuracy": round(float(np.mean(sure)), 4) if sure else None,
    }


def _cross_fitted(
    docs: Sequence[str], target: Ints, fold: Ints, names: Sequence[str], seed: int
) -> tuple[Ints, Floats]:
    """Return the label of each message as learnt from the other folds, and its margin."""
    best, margins = np.zeros(len(docs), np.int64), np.zeros(len(docs))
    for number in np.unique(fold).tolist():
        held = fold == number
        part = _fit(docs, target, ~held, names, seed)
        first, _, margins[held] = _best_two(part.scores(part.table(_of(docs, held))))
        own = np.array([names.index(name) for name in part.labels])
        best[held] = own[first]
    return best, margins


def _texts(messages: Sequence[Message]) -> list[str]:
    """Return words with blanks between, so that characters know where words end."""
    return documents([readable(message.whole) for message in messages])


def _of(texts: Sequence[str], chosen: npt.NDArray[np.bool_]) -> list[str]:
    return [texts[i] for i in np.flatnonzero(chosen).tolist()]


def _fit(
    docs: Sequence[str],
    target: Ints,
    chosen: npt.NDArray[np.bool_],
    names: Sequence[str],
    seed: int,
) -> Fitted:
    common: dict[str, Any] = {"sublinear_tf": True, "min_df": RARE, "dtype": np.float32}
    words = TfidfVectorizer(analyzer=str.split, **common)
    signs = TfidfVectorizer(analyzer="char", ngram_range=CHARACTERS, **common)
    try:
        features = [part.fit_transform(_of(docs, chosen)) for part in (words, signs)]
    except ValueError:
        raise _unfit(int(chosen.sum()), len(names), int(chosen.sum()) + 1) from None
    model = LinearSVC(C=PENALTY, tol=1e-3, random_state=seed)
    model.fit(hstack(features).tocsr(), target[chosen])
    return Fitted(words, signs, model, tuple(names[i] for i in model.classes_))


def _folds(docs: Sequence[str], target: Ints, seed: int) -> Ints:
    """Deal the different texts of each label to folds in turn; copies stay in one fold."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(docs))
    seen: dict[str, int] = {}
    turn: dict[int, int] = defaultdict(int)
    fold = np.empty(len(docs), np.int64)
    for i in order.tolist():
        if docs[i] not in seen:
            seen[docs[i]] = turn[int(target[i])] % FOLDS
            turn[int(target[i])] += 1
        fold[i] = seen[docs[i]]
    return fold


def _best_two(scores: Floats) -> tuple[Ints, Ints, Floats]:
    order = np.argsort(-scores, axis=1, kind="stable")
    first, second = order[:, 0], order[:, 1]
    rows = np.arange(len(scores))
    return first, second, scores[rows, first] - scores[rows, second]


def _threshold(margins: Floats, right: npt.NDArray[np.bool_], target: float) -> float | None:
    """Return the least margin above which the lower end of the 95 % interval holds the target."""
    order = np.argsort(-margins, kind="stable")
    hits = np.cumsum(right[order])
    for n in range(len(order), 0, -1):
        closes = n == len(order) or margins[order[n]] < margins[order[n - 1]]
        if closes and hits[n - 1] / n >= target and wilson_bounds(int(hits[n - 1]), n)[0] >= target:
            return float(margins[order[n - 1]])
    return None


def _why(fitted: Fitted, table: csr_matrix, first: Ints, second: Ints) -> list[tuple[str, ...]]:
    vocabulary = fitted.words.get_feature_names_out()
    weights = fitted.model.coef_
    if len(weights) == 1:
        weights = np.vstack([-weights, weights])
    told = []
    words = table[:, : len(vocabulary)].tocsr()
    for row, (a, b) in enumerate(zip(first.tolist(), second.tolist(), strict=True)):
        part = slice(words.indptr[row], words.indptr[row + 1])
        used = words.indices[part]
        spoke = words.data[part] * (weights[a, used] - weights[b, used])
        best = np.argsort(-spoke, kind="stable")[:WHY]
        told.append(tuple(str(vocabulary[used[i]]) for i in best if spoke[i] > 0))
    return told


def _unfit(messages: int, labels: int, fewest: int) -> BadInput:
    return BadInput(
        Text(
            f"无法学习：有 {messages} 条带类别的留言、{labels} 个类别；至少需要 {fewest} 条、"
            f"2 到 {MOST_LABELS} 个类别，且每类应有若干条。",
            f"nothing can be learnt: there are {messages} messages with a label and {labels}"
            f" labels; at least {fewest} are needed, with 2 to {MOST_LABELS} labels and several"
            " messages of each",
        )
    )
