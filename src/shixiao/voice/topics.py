"""Topics: what do many people speak of, where, since when, and how sure is that?

Words of messages are weighted by how rare they are (TF-IDF). Every message is compared with its
nearest neighbours only, so that a hundred thousand are grouped in minutes; within each connected
part, groups are joined by the mean likeness of all their pairs (average link). A topic is named by
the words that set it apart from all other messages.

Source: R. R. Sokal and C. D. Michener (1958), Univ. Kansas Sci. Bull. 38, 1409-1438 (average link);
T. Dunning (1993), Computational Linguistics 19, 61-74 (log-likelihood ratio of words).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from shixiao.rules import RulePack
from shixiao.voice.heat import Heat, heat_of
from shixiao.voice.linkage import average_link
from shixiao.voice.reading import Message
from shixiao.voice.wording import readable, words

JOINED, FEWEST, STEADY = "VOI-16", "VOI-17", "VOI-18"
TITLE = 2  # times that a title counts
TERMS, EXAMPLES, PLACES = 6, 3, 5
LONGEST_DOCUMENT = 400  # words of a message that are compared
REPLICATES = 6
SAMPLED = 4_000  # messages that are grouped anew in a replicate
ROUGH = 300  # texts up to which a replicate compares all pairs
KEPT = 0.7  # share of the words kept in a replicate
_PLACE = re.compile(r"[\u4e00-\u9fff]{1,6}(?:街道|社区|小区|[省市县区镇乡])")
_CODED = re.compile(r"[A-Z]{1,3}\d{0,3}[省市县区镇乡]")  # names of places as exports hide them
Labels = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Topic:
    """Messages of one matter.

    Attributes:
        terms: words that set it apart, the most telling first.
        members: positions of the messages, the most typical first.
        heat: people, reactions and recency together; see ``heat``.
        stability: how much of it comes together again when words are left out, 0 to 1.
        steady: whether that is enough to rely on (``VOI-18``).
        places: (place, messages), the most frequent first.
        examples: positions of typical messages.
    """

    terms: tuple[str, ...]
    members: tuple[int, ...]
    heat: Heat
    stability: float
    steady: bool
    places: tuple[tuple[str, int], ...]
    examples: tuple[int, ...]

    def to_json(self, messages: Sequence[Message]) -> dict[str, Any]:
        """Return the contract form (CONTRACTS: voice topics)."""
        return {
            "terms": list(self.terms),
            "size": len(self.members),
            "heat": round(self.heat.value, 4),
            "heat_parts": self.heat.to_json(),
            "trend": self.heat.trend,
            "trend_p": None if self.heat.trend_p is None else round(self.heat.trend_p, 6),
            "stability": round(self.stability, 4),
            "steady": self.steady,
            "places": [{"place": place, "messages": n} for place, n in self.places],
            "examples": [
                {"message_id": messages[i].id, "text": readable(messages[i].whole)[:200]}
                for i in self.examples
            ],
            "message_ids": [messages[i].id for i in self.members],
        }


def topics(
    messages: Sequence[Message],
    *,
    rules: RulePack,
    seed: int = 20260101,
    now: datetime | None = None,
) -> list[Topic]:
    """Return the topics, the hottest first; messages that few share stand in none.

    Args:
        messages: in any order.
        rules: from which likeness groups are joined, how large a topic is, how heat is weighed.
        seed: of the resampling behind the stability.
        now: from when heat counts ages; by default the last time of all.
    """
    tokens = [_tokens(message) for message in messages]
    table, vocabulary = _weighted(tokens)
    if table is None:
        return []
    least, fewest = rules.number(JOINED), int(rules.number(FEWEST))
    labels = average_link(table, least)
    members = _members(labels, fewest)
    steady = _stability(table, labels, members, least, seed)
    heats = heat_of(messages, members, rules=rules, now=now)
    telling = _telling(table, members, vocabulary)
    found = []
    for group, heat, stability, terms in zip(members, heats, steady, telling, strict=True):
        order = tuple(_typical(table, group))
        places = _places(messages, order)
        holds = stability >= rules.number(STEADY)
        found.append(Topic(terms, order, heat, stability, holds, places, order[:EXAMPLES]))
    return sorted(found, key=lambda topic: (-topic.heat.value, topic.members))


def _tokens(message: Message) -> list[str]:
    title = words(readable(message.title)) if message.title else []
    return title * TITLE + words(readable(message.text))[:LONGEST_DOCUMENT]


def _weighted(tokens: Sequence[Sequence[str]]) -> tuple[csr_matrix | None, npt.NDArray[Any]]:
    """Return the TF-IDF table; single signs and words of but one message say nothing together."""
    useful = [[word for word in own if len(word) > 1] for own in tokens]
    fewest = 2 if len(tokens) > 3 else 1
    vectors = TfidfVectorizer(
        analyzer=lambda own: own, min_df=fewest, sublinear_tf=True, dtype=np.float32
    )
    try:
        table = vectors.fit_transform(useful)
    except ValueError:  # no word that two messages share
        return None, np.zeros(0, object)
    return table, vectors.get_feature_names_out()


def _members(labels: Labels, fewest: int) -> list[Labels]:
    order = np.argsort(labels, kind="stable")
    cuts = np.flatnonzero(np.diff(labels[order])) + 1
    groups = np.split(order, cuts)
    return [group for group in groups if labels[group[0]] >= 0 and len(group) >= fewest]


def _typical(table: csr_matrix, group: Labels) -> list[int]:
    """Return the messages of a topic, those nearest to its middle first."""
    part = table[group]
    middle = np.asarray(part.mean(axis=0)).ravel()
    near = part @ middle
    return [int(i) for i in group[np.argsort(-near, kind="stable")]]


def _telling(
    table: csr_matrix, members: Sequence[Labels], vocabulary: npt.NDArray[Any]
) -> list[tuple[str, ...]]:
    """Return for each topic the words with the largest log-likelihood ratio against the rest."""
    spoken = (table > 0).astype(np.float64).tocsr()
    whole, count = np.asarray(spoken.sum(axis=0)).ravel(), table.shape[0]
    found = []
    for group in members:
        inside = np.asarray(spoken[group].sum(axis=0)).ravel()
        used = np.flatnonzero(inside)
        a, n = inside[used], len(group)
        b, m = whole[used] - a, max(count - n, 1)
        ratio = a * np.log(a * (n + m) / (n * (a + b)))
        ratio += np.where(b > 0, b * np.log(np.maximum(b, 1) * (n + m) / (m * (a + b))), 0)
        ratio = np.where(a / n > b / m, ratio, -1) * np.sqrt(a / n)
        best = used[np.argsort(-ratio, kind="stable")][:TERMS]
        found.append(tuple(str(word) for word in vocabulary[best]))
    return found


def _places(messages: Sequence[Message], group: Sequence[int]) -> tuple[tuple[str, int], ...]:
    """Return where a topic lies: by the column of places, else by names of places in the text."""
    counts: dict[str, int] = {}
    for i in group:
        named = {messages[i].place} if messages[i].place else _named(messages[i])
        for place in named:
            counts[place] = counts.get(place, 0) + 1
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple((place, n) for place, n in ranked if n > 1 or messages[group[0]].place)[:PLACES]


def _named(message: Message) -> set[str]:
    text = readable(message.title or message.text[:100])
    return {word for word in words(text) if _PLACE.fullmatch(word)} | set(_CODED.findall(text))


def _stability(
    table: csr_matrix, labels: Labels, members: Sequence[Labels], least: float, seed: int
) -> list[float]:
    """Return how much of each topic stays together when three words in ten are left out.

    A topic's score in a replicate is its best Jaccard index with a group found there (Hennig 2007,
    Computational Statistics & Data Analysis 52, 258-271). Only messages of topics are grouped anew,
    and of very many topics some messages of each.
    """
    if not members:
        return []
    rng = np.random.default_rng(seed)
    most = max(int(SAMPLED / len(members)), 3)
    drawn = [rng.permutation(group)[:most] for group in members]
    inside = np.sort(np.concatenate(drawn))
    before = labels[inside]
    part = table[inside]
    scores = np.zeros(len(members))
    for _ in range(REPLICATES):
        kept = (rng.random(table.shape[1]) < KEPT).astype(np.float32)
        thinned = part.copy()
        thinned.data *= kept[thinned.indices]
        thinned.eliminate_zeros()
        again = average_link(_unit(thinned), least, dense=ROUGH)
        scores += [_best(before == labels[group[0]], again) for group in members]
    return [float(score) for score in scores / REPLICATES]


def _unit(table: csr_matrix) -> csr_matrix:
    lengths = np.sqrt(np.asarray(table.multiply(table).sum(axis=1)).ravel())
    scale = 1 / np.maximum(lengths, 1e-12)
    table.data *= np.repeat(scale, np.diff(table.indptr)).astype(table.data.dtype)
    return table


def _best(inside: npt.NDArray[np.bool_], again: Labels) -> float:
    own = again[inside]
    own = own[own >= 0]
    if not len(own):
        return 0.0
    names, common = np.unique(own, return_counts=True)
    sizes = np.array([(again == name).sum() for name in names])
    return float((common / (inside.sum() + sizes - common)).max())
