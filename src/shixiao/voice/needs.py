"""Needs: what do people ask for that no service gives, and what is asked most in vain?

Signs of a need without a service: a topic that no service of the list is near to, searches without
a result, people who come again although their matter is called solved, people who ask how a service
works. Ranked by people × harm × under-reporting; likes and clicks do not count.

Source: G. Salton and C. Buckley (1988), as ``paraphrases``; the ranking is our own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from shixiao.rules import RulePack
from shixiao.terms import Text
from shixiao.voice.reading import Message
from shixiao.voice.topics import Topic
from shixiao.voice.wording import bare, readable

NEAR, HARM, HOW, AGAIN, PEOPLE = "VOI-35", "VOI-36", "VOI-37", "VOI-38", "VOI-39"
NAMED = "VOI-41"
EXAMPLES = 3
FEWEST_NAMES = 2  # a single message that names a service may be wrong
ROWS = 1_000  # texts compared at once


@dataclass(frozen=True, slots=True)
class Service:
    """A service of the list: its id, its name and what it says of itself."""

    id: str
    name: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Search:
    """A query of the search field, by how many people, and how many results it had."""

    query: str
    people: int
    results: int


@dataclass(frozen=True, slots=True)
class Need:
    """Something that people need and do not get.

    Attributes:
        kind: ``no_service``, ``searched_in_vain``, ``comes_again`` or ``asks_how``.
        terms: what it is about.
        people: who need it, as far as they spoke.
        harm: 1 to 3, by the words of harm (``VOI-36``).
        factor: under-reporting where they live, 1 where nothing is known.
        nearest: id of the nearest service, and its likeness; None where there is none.
        message_ids: some of the messages.
    """

    kind: str
    terms: tuple[str, ...]
    people: int
    harm: float
    factor: float
    nearest: tuple[str, float] | None
    message_ids: tuple[str, ...]

    @property
    def weight(self) -> float:
        """People × harm × under-reporting."""
        return self.people * self.harm * self.factor

    def to_json(self) -> dict[str, Any]:
        """Return the need with its name in both languages."""
        return {
            "kind": self.kind,
            "name": NAMES[self.kind].to_json(),
            "terms": list(self.terms),
            "people": self.people,
            "harm": self.harm,
            "under_reporting": round(self.factor, 4),
            "weight": round(self.weight, 4),
            "nearest_service": None if self.nearest is None else self.nearest[0],
            "likeness": None if self.nearest is None else round(self.nearest[1], 4),
            "message_ids": list(self.message_ids),
        }


NAMES = {
    "no_service": Text("没有对应的服务", "no service for it"),
    "searched_in_vain": Text("搜索没有结果", "searched in vain"),
    "comes_again": Text("答复后再来", "comes again after an answer"),
    "asks_how": Text("不知道怎么办", "asks how it works"),
}


def needs(
    messages: Sequence[Message],
    found: Sequence[Topic],
    services: Sequence[Service],
    *,
    rules: RulePack,
    searches: Sequence[Search] = (),
    factors: Mapping[str, float] | None = None,
) -> list[Need]:
    """Return needs, the weightiest first.

    Args:
        messages: in the order that the topics speak of.
        found: their topics.
        services: the list of services; with none, nothing can be said of a missing one.
        rules: words and thresholds.
        searches: queries of the search field.
        factors: under-reporting by place (``reporting_rates``).
    """
    fewest = rules.number(PEOPLE)
    texts = [_text_of(topic, messages) for topic in found]
    near = nearest_services(texts, services)
    told = sum(bool(message.service) for message in messages) >= rules.number(NAMED, "file") * len(
        messages
    )
    made: list[Need] = []
    for topic, text, service in zip(found, texts, near, strict=True):
        people, factor = topic.heat.people, _factor(topic, messages, factors or {})
        ids = tuple(messages[i].id for i in topic.examples)
        harm = _harm(text, rules)
        if service is not None and not _served(topic, messages, service[1], told, rules):
            made.append(Need("no_service", topic.terms, people, harm, factor, service, ids))
        for kind, who in (
            ("asks_how", _asking(topic, messages, rules)),
            ("comes_again", _again(topic, messages, rules)),
        ):
            made.append(Need(kind, topic.terms, who, harm, factor, service, ids))
    made += _in_vain(searches, services, rules)
    kept = [need for need in made if need.people >= fewest]
    return sorted(kept, key=lambda need: (-need.weight, need.kind, need.terms))


def _served(
    topic: Topic, messages: Sequence[Message], likeness: float, told: bool, rules: RulePack
) -> bool:
    """Say whether a topic has its service.

    People speak otherwise than the list of services does, so what they or a clerk named counts
    more than words: a topic of which enough messages name the same service has it. Words alone
    decide where the source hardly names any, and where they leave no doubt.
    """
    if not told:
        return likeness >= rules.number(NEAR, "alone")
    named = Counter(messages[i].service for i in topic.members if messages[i].service)
    most = max(named.values(), default=0)
    enough = most >= max(rules.number(NAMED, "topic") * len(topic.members), FEWEST_NAMES)
    return enough or likeness >= rules.number(NEAR, "sure")


def nearest_services(
    texts: Sequence[str], services: Sequence[Service]
) -> list[tuple[str, float] | None]:
    """Return for each text the service most like it, by signs and pairs of signs (cosine)."""
    names = [bare(f"{service.name}{service.about}") for service in services]
    if not any(names) or not texts:
        return [None] * len(texts)
    vectors = TfidfVectorizer(analyzer="char", ngram_range=(2, 3), sublinear_tf=True)
    table = vectors.fit_transform(names)
    found: list[tuple[str, float] | None] = []
    for low in range(0, len(texts), ROWS):
        asked = vectors.transform([bare(text) for text in texts[low : low + ROWS]])
        likeness = (asked @ table.T).toarray()
        best = likeness.argmax(axis=1)
        found += [(services[b].id, float(row[b])) for b, row in zip(best, likeness, strict=True)]
    return found


def _text_of(topic: Topic, messages: Sequence[Message]) -> str:
    titles = [messages[i].title or messages[i].text[:40] for i in topic.examples]
    return readable("".join(topic.terms) + "".join(titles))


def _factor(topic: Topic, messages: Sequence[Message], factors: Mapping[str, float]) -> float:
    return float(np.mean([factors.get(messages[i].place, 1.0) for i in topic.members]))


def _harm(text: str, rules: RulePack) -> float:
    """Return 3 for words of life and safety, 2 for words of livelihood, else 1."""
    levels = ((3.0, "life"), (2.0, "living"))
    return next((s for s, part in levels if any(w in text for w in rules.words(HARM, part))), 1.0)


def _people(own: Sequence[Message]) -> int:
    return len({message.person or message.id for message in own})


def _asking(topic: Topic, messages: Sequence[Message], rules: RulePack) -> int:
    words = rules.words(HOW)
    own = [messages[i] for i in topic.members]
    return _people([m for m in own if any(word in readable(m.whole) for word in words)])


def _again(topic: Topic, messages: Sequence[Message], rules: RulePack) -> int:
    """Count people who wrote again on a topic within some days after they were answered."""
    limit = timedelta(days=rules.number(AGAIN))
    by: dict[str, list[Message]] = defaultdict(list)
    for message in (messages[i] for i in topic.members):
        if message.person and message.time:
            by[message.person].append(message)
    return sum(any(_follows(a, b, limit) for a in own for b in own) for own in by.values())


def _follows(first: Message, then: Message, limit: timedelta) -> bool:
    answered = first.replied
    return bool(answered and then.time and timedelta(0) < then.time - answered <= limit)


def _in_vain(
    searches: Sequence[Search], services: Sequence[Service], rules: RulePack
) -> list[Need]:
    """Add up the people whose query had no result, by query without signs."""
    people: dict[str, int] = defaultdict(int)
    for search in searches:
        if search.results == 0 and bare(search.query):
            people[bare(search.query)] += search.people
    fewest = rules.number(PEOPLE)
    queries = sorted(query for query, n in people.items() if n >= fewest)
    near = nearest_services(queries, services)
    return [
        Need("searched_in_vain", (query,), people[query], _harm(query, rules), 1.0, service, ())
        for query, service in zip(queries, near, strict=True)
    ]
