"""Matching: which elements already hold what services ask for?

Wordings that are equal are compared once. For each item the best five elements are offered with
their reasons; where the best of them scores below the threshold, the answer is “none of them”.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from shixiao.sharing.matching.comparing import Catalogue, Pairs, compare, prepare
from shixiao.sharing.matching.items import Element, Item
from shixiao.sharing.matching.learned import Decision, Learned
from shixiao.sharing.matching.reasons import of_decision, reasons
from shixiao.sharing.matching.weights import weights
from shixiao.sharing.matching.wording import plain
from shixiao.terms import Text

OFFERED = 5
NO_DATA = frozenset({"signature", "visit"})  # these ask for an act, not for a datum
_DIGITS = 4
_CONFIRMED, _BY_GROUP = 1.0, 0.99


@dataclass(frozen=True, slots=True)
class Candidate:
    """An element that may answer an item.

    Attributes:
        element: the element.
        score: the chance that it is right, 0 to 1.
        reasons: why it is offered.
    """

    element: Element
    score: float
    reasons: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """What was found for an item.

    Attributes:
        item: the item.
        candidates: at most five, best first.
        none: whether none of them is likely enough.
    """

    item: Item
    candidates: tuple[Candidate, ...]
    none: bool


def match(
    items: Sequence[Item],
    elements: Sequence[Element],
    *,
    threshold: float,
    learned: Learned | None = None,
) -> list[Match]:
    """Return a match for each item, in order.

    Args:
        items: what services ask for; signatures and visits are no data and match nothing.
        elements: what departments hold.
        threshold: least score of a first candidate that counts as found, a rule (MAT-01).
        learned: what people have confirmed or refuted.
    """
    wordings = list(dict.fromkeys(item.name for item in items if item.kind not in NO_DATA))
    answers = _answers(wordings, elements, learned or Learned()) if elements and wordings else {}
    found = []
    for item in items:
        offered = answers[item.name] if item.kind not in NO_DATA and answers else ()
        none = not offered or offered[0].score < threshold
        found.append(Match(item, offered, none))
    return found


def _answers(
    wordings: Sequence[str], elements: Sequence[Element], known: Learned
) -> Mapping[str, tuple[Candidate, ...]]:
    """Return what is offered for each wording."""
    catalogue = prepare(elements)
    asked = [Item(name, name) for name in wordings]
    confirmed = {name: told for name in wordings if (told := known.targets(name))}
    pairs = compare(asked, catalogue, confirmed=confirmed)
    ends = np.searchsorted(pairs.item, np.arange(len(asked) + 1))
    places = _places(elements) if known.decisions else {}
    answers = {}
    for row, item in enumerate(asked):
        part = slice(int(ends[row]), int(ends[row + 1]))
        mine = Pairs(pairs.item[part], pairs.element[part], pairs.features[part])
        answers[item.name] = _offered(item, mine, catalogue, _decided(known, item.name, places))
    return answers


def _offered(
    item: Item,
    found: Pairs,
    catalogue: Catalogue,
    decided: Mapping[int, tuple[Decision, bool]],
) -> tuple[Candidate, ...]:
    """Rank the candidates of an item, with what people decided before what was computed."""
    model = weights()
    utilities = model.utilities(found.features)
    scores = model.scores(utilities)
    sure = sorted(
        (entry for entry in decided.items() if entry[1][0].same),
        key=lambda entry: (not entry[1][1], entry[0]),
    )
    offered = [
        Candidate(
            catalogue.elements[place],
            _CONFIRMED if own else _BY_GROUP,
            (of_decision(decision, own=own),),
        )
        for place, (decision, own) in sure[:OFFERED]
    ]
    for place in np.lexsort((found.element, -utilities)).tolist():
        if len(offered) == OFFERED:
            break
        column = int(found.element[place])
        if column not in decided:
            why = reasons(item, column, found.features[place], catalogue)
            score = round(float(scores[place]), _DIGITS)
            offered.append(Candidate(catalogue.elements[column], score, why))
    return tuple(offered)


def _places(elements: Sequence[Element]) -> Mapping[str, list[int]]:
    """Return where the elements stand that a decision may name, by id or by whole name."""
    found: dict[str, list[int]] = {}
    for place, element in enumerate(elements):
        for key in {element.id, plain(element.name).text}:
            found.setdefault(key, []).append(place)
    return found


def _decided(
    known: Learned, item: str, places: Mapping[str, list[int]]
) -> Mapping[int, tuple[Decision, bool]]:
    """Return the elements of which people have spoken; the item's own wording goes first."""
    found: dict[int, tuple[Decision, bool]] = {}
    for decision, own in known.on(item):
        keys = {decision.element, plain(decision.element).text}
        for place in {place for key in keys for place in places.get(key, ())}:
            before = found.get(place)
            if before is None or (own, decision.at) > (before[1], before[0].at):
                found[place] = (decision, own)
    return found
