"""What the name and the comment of a column say of its content.

A column may be called in Chinese (证件号码), in English (``id_card_no``), by initials (``zjhm``),
in whole syllables (``zhengjianhaoma``), or say nothing (``c17``). Initials and syllables are read
off the Chinese names, so that a name is written down once.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, lru_cache

from shixiao.sharing.recognition.register import kinds, recognisers
from shixiao.text import UNKNOWN, initials, spelt, syllables

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_PARTS = re.compile(r"[^0-9a-z]+")
_CHINESE = re.compile(r"[\u4e00-\u9fff]+")
_HEAD_ENDS = re.compile(r"[,，;；:：。(（\[【|/]")
# Marks of a column that say nothing of its content.
_EMPTY_PARTS = frozenset({"c", "f", "col", "column", "field", "fld", "t", "v", "str", "n", "d"})
SHORTEST = 2  # letters; one letter is no name
SHORTEST_SPELT = 3  # letters; fewer are initials
LONGEST_INITIALS = 10  # letters of a name in initials; a longer one is written out
# Endings by which a Chinese head says that it is a number in a series, whatever stands before.
SERIES = ("流水号", "序号", "序列号", "订单号", "工单号", "业务编号", "受理编号", "批次号", "单号")
SERIES_PARTS = frozenset(
    {"serial", "seq", "order", "lsh", "xh", "xlh", "ddh", "gdh", "ywbh", "slbh", "pch", "batch"}
)


class Hint(IntEnum):
    """How strongly a name speaks for a kind."""

    AGAINST = -1
    NONE = 0
    PART = 1
    WHOLE = 2


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a column is called, taken apart.

    Attributes:
        chinese: Chinese heads, from the name and from the comment up to its first stop.
        parts: its Latin words in lower case, those that say nothing left out.
        joined: the same without joints.
        spelt: the syllables of ``joined`` where it is written in whole ones; none elsewhere.
    """

    chinese: tuple[str, ...]
    parts: tuple[str, ...]
    joined: str
    spelt: tuple[str, ...]


def hints_of(name: str, comment: str = "") -> Mapping[str, Hint]:
    """Return kind → what the name and the comment say, for every kind that they speak of.

    Numbers of a series (流水号, ``order_no``) speak against every kind that is not named in full.
    """
    spoken = taken_apart(name, comment)
    found: dict[str, Hint] = {}
    for kind, written in _written().items():
        hint = _hint(spoken, written)
        if hint is not Hint.NONE:
            found[kind] = hint
    if not found and is_series(spoken):
        return dict.fromkeys(kinds(), Hint.AGAINST)
    return found


def is_series(spoken: Spoken) -> bool:
    """Return whether a column calls itself a number in a series."""
    return any(head.endswith(SERIES) for head in spoken.chinese) or bool(
        SERIES_PARTS.intersection(spoken.parts)
    )


@lru_cache(maxsize=1 << 14)
def taken_apart(name: str, comment: str = "") -> Spoken:
    """Return what a name and a comment consist of."""
    heads = [_HEAD_ENDS.split(_folded(text), maxsplit=1)[0] for text in (comment, name)]
    chinese = [found for head in heads if (found := "".join(_CHINESE.findall(head)))]
    latin = [part for part in _PARTS.split(_CAMEL.sub("_", _width(name)).lower()) if part]
    parts = [part for part in (p.rstrip("0123456789") for p in latin) if part]
    if any(len(part) > 1 for part in parts):
        parts = [part for part in parts if part not in _EMPTY_PARTS]
    elif parts and parts[0] in _EMPTY_PARTS:  # T_H_J_R_Y: letters, of which only the first is empty
        parts = parts[1:]
    if not parts and not chinese and comment:  # an English comment
        parts = [part for part in _PARTS.split(heads[0].lower()) if part]
    joined = "".join(parts)
    whole = syllables(joined) if len(joined) > SHORTEST_SPELT else ()
    return Spoken(tuple(dict.fromkeys(chinese)), tuple(parts), joined, whole)


@dataclass(frozen=True, slots=True)
class _Written:
    chinese: tuple[str, ...]
    english: frozenset[str]
    letters: frozenset[str]
    endings: tuple[str, ...]
    spelt: frozenset[tuple[str, ...]]


@cache
def _written() -> Mapping[str, _Written]:
    """Return kind → all its spellings."""
    found = {}
    for kind, entry in kinds().items():
        letters = {initials(head) for head in entry.chinese}
        letters = {w for w in letters if UNKNOWN not in w and len(w) >= SHORTEST}
        # Two letters at the end of a name are a sign only where values can confirm it.
        least = SHORTEST if recognisers()[kind].test else SHORTEST + 1
        found[kind] = _Written(
            chinese=tuple(_folded(head) for head in entry.chinese),
            english=frozenset(name.replace("_", "") for name in entry.english),
            letters=frozenset(letters),
            endings=tuple(sorted(w for w in letters if len(w) >= least)),
            spelt=frozenset(spelt(head) for head in entry.chinese),
        )
    return found


def _hint(spoken: Spoken, written: _Written) -> Hint:
    if (
        set(spoken.chinese) & set(written.chinese)
        or spoken.joined in written.english | written.letters
        or spoken.spelt in written.spelt
    ):
        return Hint.WHOLE
    if any(head.endswith(written.chinese) for head in spoken.chinese):
        return Hint.PART
    if spoken.chinese:  # a Chinese head that speaks of something else outweighs letters
        return Hint.NONE
    if spoken.spelt:
        tails = {spoken.spelt[at:] for at in range(len(spoken.spelt) - 1)}
        return Hint.PART if tails & written.spelt else Hint.NONE
    ends = {"".join(spoken.parts[at:]) for at in range(len(spoken.parts))}
    # Chinese heads stand last, so that their initials do: dbje ends in 金额.
    short = len(spoken.joined) <= LONGEST_INITIALS
    initial = short and spoken.joined.endswith(written.endings)
    return Hint.PART if ends & written.english.union(written.endings) or initial else Hint.NONE


def _folded(text: str) -> str:
    return _width(text).strip()


def _width(text: str) -> str:
    return unicodedata.normalize("NFKC", text)
