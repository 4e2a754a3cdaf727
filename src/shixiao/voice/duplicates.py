"""Duplicates: which messages say the same, word for word, edited, or in other words?

Nearly the same texts come from one person who writes again, from neighbours, and from campaigns
whose template people sign and add to. Nothing is deleted: groups are shown with what they share
and what each person added, for officials are bound to consider the latter.

Source: A. Z. Broder (1997), Compression and Complexity of Sequences, 21-29; H. Yang and J. Callan
(2006), Near-duplicate detection for eRulemaking, dg.o 2006 (form letters and what was added).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from shixiao.rules import RulePack
from shixiao.voice.paraphrases import paraphrased
from shixiao.voice.reading import Message
from shixiao.voice.signatures import Shingled, candidates, shingled, signatures
from shixiao.voice.wording import bare, clauses, letters, readable

SIMILAR, CAMPAIGN, ADDED = "VOI-01", "VOI-03", "VOI-04"
MOST_ADDED = 2_000  # characters of an addition that are shown
Neighbours = dict[int, dict[int, float]]


@dataclass(frozen=True, slots=True)
class Group:
    """Messages that say the same.

    Attributes:
        members: positions of the messages, the most typical one first.
        similarity: mean likeness to the first, from 0 to 1.
        kind: ``exact`` (same letters), ``near`` (edited), ``paraphrase`` (same in other words).
        persons: different persons, a message that names nobody being one; None where none does.
        campaign: whether so many persons took part that it is called a campaign.
        template: what at least half of the members share.
        added: what each other member wrote besides, where it did.
    """

    members: tuple[int, ...]
    similarity: float
    kind: str
    persons: int | None
    campaign: bool
    template: str
    added: Mapping[int, str]

    def to_json(self, messages: Sequence[Message]) -> dict[str, Any]:
        """Return the contract form, with ids of messages."""
        return {
            "message_ids": [messages[i].id for i in self.members],
            "similarity": round(self.similarity, 4),
            "kind": self.kind,
            "size": len(self.members),
            "persons": self.persons,
            "campaign": self.campaign,
            "template": self.template,
            "added": [
                {"message_id": messages[i].id, "text": text} for i, text in self.added.items()
            ],
        }


def duplicates(messages: Sequence[Message], *, rules: RulePack) -> list[Group]:
    """Return groups of at least two messages, the largest first.

    The unit is the message with its title. Messages without a letter are like nothing.
    """
    shown = [readable(message.whole) for message in messages]
    plain = letters(shown)
    similar = rules.number(SIMILAR)
    distinct, copies = _distinct(plain)
    found = alike([plain[i] for i in distinct], similar)
    groups = [_whole([distinct[i] for i in star], copies, scores)
              for star, scores in stars(found)]  # fmt: skip
    grouped = {i for members, _ in groups for i in members}
    groups += [(copies[i], [1.0] * len(copies[i])) for i in distinct
               if i not in grouped and len(copies[i]) > 1]  # fmt: skip
    kinds = ["exact" if min(scores) == 1.0 and len({plain[i] for i in members}) == 1 else "near"
             for members, scores in groups]  # fmt: skip
    left = [i for i in distinct if i not in grouped and len(copies[i]) == 1]
    for members, scores in paraphrased([plain[i] for i in left], rules=rules):
        groups.append(([left[i] for i in members], scores))
        kinds.append("paraphrase")
    made = [
        _told(members, scores, kind, messages, shown, rules)
        for (members, scores), kind in zip(groups, kinds, strict=True)
    ]
    return sorted(made, key=lambda group: (-len(group.members), group.members))


def alike(texts: Sequence[str], similar: float) -> Neighbours:
    """Return for each text its near-duplicates with their Jaccard index.

    Args:
        texts: letters only, each once.
        similar: least Jaccard index of the sets of 3-shingles.
    """
    found = shingled(texts)
    neighbours: Neighbours = defaultdict(dict)
    for a, b in candidates(signatures(found), similar):
        _join(found, a, b, similar, neighbours)
    return neighbours


def _join(found: Shingled, a: int, b: int, similar: float, neighbours: Neighbours) -> None:
    likeness = found.jaccard(a, b)
    if likeness >= similar:
        neighbours[a][b] = neighbours[b][a] = likeness


def _distinct(plain: Sequence[str]) -> tuple[list[int], dict[int, list[int]]]:
    """Return the first position of every different text, and all positions of each."""
    first: dict[str, int] = {}
    copies: dict[int, list[int]] = {}
    for i, text in enumerate(plain):
        if text:
            copies.setdefault(first.setdefault(text, i), []).append(i)
    return list(copies), copies


def stars(neighbours: Neighbours) -> Iterable[tuple[list[int], list[float]]]:
    """Cut the graph of near-duplicates into stars, so that nothing is joined by a chain alone.

    The text with most neighbours left becomes a centre and takes them; a star of one is none.
    """
    free = set(neighbours)
    order = sorted(free, key=lambda i: (-len(neighbours[i]), i))
    for centre in order:
        if centre not in free:
            continue
        taken = {i: s for i, s in neighbours[centre].items() if i in free}
        if not taken:
            continue
        free -= {centre, *taken}
        yield [centre, *sorted(taken)], [1.0, *(taken[i] for i in sorted(taken))]


def _whole(
    star: Sequence[int], copies: Mapping[int, list[int]], scores: Sequence[float]
) -> tuple[list[int], list[float]]:
    members, likeness = [], []
    for i, score in zip(star, scores, strict=True):
        members += copies[i]
        likeness += [score] * len(copies[i])
    return members, likeness


def _told(
    members: Sequence[int],
    scores: Sequence[float],
    kind: str,
    messages: Sequence[Message],
    shown: Sequence[str],
    rules: RulePack,
) -> Group:
    named = any(messages[i].person for i in members)
    persons = len({messages[i].person or messages[i].id for i in members}) if named else None
    template, added = shown[members[0]][:MOST_ADDED], dict[int, str]()
    if kind != "exact":
        template, added = _template([shown[i] for i in members], rules.number(ADDED))
    many = persons if persons is not None else len(members)
    return Group(
        members=tuple(members),
        similarity=float(np.mean(scores[1:])),
        kind=kind,
        persons=persons,
        campaign=many >= rules.number(CAMPAIGN),
        template=template,
        added={members[place]: text for place, text in added.items()},
    )


def _template(texts: Sequence[str], share: float) -> tuple[str, dict[int, str]]:
    """Return the clauses of the first text that most share, and what the others say besides."""
    parts = [clauses(text) for text in texts]
    pairs = [[_pairs_of(part) for part in own] for own in parts]
    whole = [set().union(*own) if own else set() for own in pairs]
    counts: Counter[int] = Counter()
    for own in whole[1:]:
        counts.update(place for place, part in enumerate(pairs[0]) if _within(part, own) >= share)
    half = (len(texts) - 1) / 2
    template = "，".join(part for place, part in enumerate(parts[0]) if counts[place] >= half)
    added = {}
    for place in range(1, len(texts)):
        new = [
            part
            for part, pair in zip(parts[place], pairs[place], strict=True)
            if _within(pair, whole[0]) < share
        ]
        if new:
            added[place] = "，".join(new)[:MOST_ADDED]
    return template or texts[0][:MOST_ADDED], added


def _pairs_of(clause: str) -> set[str]:
    """Return the character pairs of a clause."""
    plain = bare(clause)
    return {plain[i : i + 2] for i in range(max(1, len(plain) - 1))}


def _within(part: set[str], whole: set[str]) -> float:
    return len(part & whole) / len(part) if part else 1.0
