"""How a Chinese name is written as a column: by its pinyin initials, or in whole syllables.

GB 2312 orders its 3,755 common characters (level 1, rows 16–55) by pinyin, so that the place of a
character tells its syllable: 396 first characters stand for a dictionary. Characters of level 2 are
ordered by radical and tell nothing; polyphones have the one reading under which they are sorted.

Source: GB/T 2312-1980; Scheme for the Chinese Phonetic Alphabet (1958).
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cache, lru_cache
from importlib.resources import files

UNKNOWN = "?"
_FIRST, _LAST = 0xB0A1, 0xD7F9  # codes of level 1
_LONGEST = 6  # letters of a syllable: zhuang


@lru_cache(maxsize=1 << 16)
def initials(name: str) -> str:
    """Return one letter a character: 户籍人口 is ``hjrk``.

    Latin letters and digits stand for themselves, in lower case; a Chinese character whose reading
    is not known is ``?``; other signs are left out.
    """
    return "".join(syllable[0] for syllable in spelt(name))


@lru_cache(maxsize=1 << 16)
def spelt(name: str) -> tuple[str, ...]:
    """Return one syllable a character: 姓名 is ``("xing", "ming")``; signs as in ``initials``."""
    return tuple(_reading(sign) for sign in name if sign.isalnum())


@lru_cache(maxsize=1 << 14)
def syllables(word: str) -> tuple[str, ...]:
    """Return the syllables that a word in pinyin is made of; nothing for a word that is no pinyin.

    ``xingming`` is ``("xing", "ming")``. Of several ways the one with fewest syllables is taken.
    """
    known = frozenset(_starts()[1])
    best: dict[int, tuple[str, ...]] = {len(word): ()}
    for start in range(len(word) - 1, -1, -1):
        for end in range(min(len(word), start + _LONGEST), start, -1):
            if end in best and word[start:end] in known:
                found = (word[start:end], *best[end])
                if start not in best or len(found) < len(best[start]):
                    best[start] = found
    return best.get(0, ())


def _reading(sign: str) -> str:
    if sign.isascii():
        return sign.lower()
    try:
        code = int.from_bytes(sign.encode("gb2312"), "big")
    except UnicodeEncodeError:
        return UNKNOWN
    if not _FIRST <= code <= _LAST:
        return UNKNOWN
    codes, names = _starts()
    return names[bisect_right(codes, code) - 1]


@cache
def _starts() -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Return the code of the first character of every syllable, and the syllables."""
    text = files("shixiao.text").joinpath("data/syllables.txt").read_text("utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    entries = [entry for line in lines for entry in line.split()]
    codes = tuple(int.from_bytes(entry[-1].encode("gb2312"), "big") for entry in entries)
    return codes, tuple(entry[:-1] for entry in entries)
