"""Likeness: do two wordings ask for the same thing, one at the counter and the other online?

Within one service few things are asked for, so that less is needed to know a thing again than
among all elements of a city: 户口簿 and 居民户口簿（复印件） are one, 结婚证 and 离婚证 are two.
Where the dictionary knows both, it decides; else letters that stand in both in the same order do,
or words, where a wording is not in Chinese.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz.distance import LCSseq

from shixiao.sharing.matching.reading import Reading, read, targets
from shixiao.sharing.matching.wording import folded_of, plain

SAME, SAME_THING, SAME_HEAD, ANSWERED, DIFFERENT = 1.0, 0.95, 0.8, 0.75, 0.3
_WORDS = re.compile(r"[a-z0-9]+")
_ARTICLES = ("a", "an", "and", "for", "from", "in", "of", "on", "or", "the", "to", "your")
_LITTLE = frozenset((*_ARTICLES, "copy", "copies", "original", "originals"))
REMEMBERED = 1 << 16  # pairs of wordings; services of one city share many
_CERTAIN = 0.9  # weight from which a field is what a certificate is asked for


@lru_cache(maxsize=REMEMBERED)
def alike(one: str, other: str) -> float:
    """Return how sure two wordings ask for the same thing, 0 to 1; the order does not matter."""
    if plain(one).core == plain(other).core:
        return SAME
    first, second = read(one), read(other)
    if first.holders and second.holders and not first.holders & second.holders:
        return DIFFERENT  # 父亲身份证 and 母亲身份证
    if first.head is not None and second.head is not None:
        return _by_dictionary(one, other, first, second)
    return _by_letters(one, other)


def _by_dictionary(one: str, other: str, first: Reading, second: Reading) -> float:
    if first.head == second.head:
        whole = first.property == second.property and first.narrowing == second.narrowing
        return SAME_THING if whole and first.rest == second.rest else SAME_HEAD
    heads = {target.head for target in targets(one) if target.weight >= _CERTAIN}
    others = {target.head for target in targets(other) if target.weight >= _CERTAIN}
    return ANSWERED if heads & others else DIFFERENT


def _by_letters(one: str, other: str) -> float:
    """Return the mean of what is common in the shorter and in the longer wording."""
    words, other_words = _words(one), _words(other)
    if words and other_words:
        common = float(len(words & other_words))
        return _mean(common, len(words), len(other_words))
    core, other_core = plain(one).core, plain(other).core
    common = float(LCSseq.similarity(core, other_core))
    return _mean(common, len(core), len(other_core))


def _mean(common: float, one: int, other: int) -> float:
    return (common / one + common / other) / 2 if one and other else 0.0


def _words(name: str) -> frozenset[str]:
    """Return the words of a wording in Latin letters; none where it is Chinese."""
    folded = folded_of(name)
    if not folded.isascii():
        return frozenset()
    return frozenset(_WORDS.findall(folded)) - _LITTLE
