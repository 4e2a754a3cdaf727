"""How a Chinese name is written as a column: by its pinyin initials, or in whole syllables.

GB 2312 orders its 3,755 common characters (level 1, rows 16–55) by pinyin, so that the place of a
character tells its initial letter and no dictionary is needed. Characters of level 2 are ordered by
radical and tell nothing; polyphones have the one reading under which the standard sorts them.

Source: GB/T 2312-1980; letters of syllables by GB/T 16159 and the Scheme for the Chinese Phonetic
Alphabet (1958).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache

UNKNOWN = "?"
# First code of level 1 whose pinyin begins with the letter (no syllable begins with i, u or v).
_STARTS = (
    (0xB0A1, "a"), (0xB0C5, "b"), (0xB2C1, "c"), (0xB4EE, "d"), (0xB6EA, "e"), (0xB7A2, "f"),
    (0xB8C1, "g"), (0xB9FE, "h"), (0xBBF7, "j"), (0xBFA6, "k"), (0xC0AC, "l"), (0xC2E8, "m"),
    (0xC4C3, "n"), (0xC5B6, "o"), (0xC5BE, "p"), (0xC6DA, "q"), (0xC8BB, "r"), (0xC8F6, "s"),
    (0xCBFA, "t"), (0xCDDA, "w"), (0xCEF4, "x"), (0xD1B9, "y"), (0xD4D1, "z"),
)  # fmt: skip
_LAST = 0xD7F9
_CODES = [code for code, _ in _STARTS]
_FINALS = (
    "iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|an|ao|ei|en|er|ia|ie|in|iu|ou|ua|ue|ui|un"
    "|uo|ve|a|e|i|o|u|v"
)
_SYLLABLE = re.compile(rf"(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])(?:{_FINALS})|an|ai|ao|ang|er|en|e|a")


@lru_cache(maxsize=1 << 16)
def initials(name: str) -> str:
    """Return one letter a character: 户籍人口 is ``hjrk``.

    Latin letters and digits stand for themselves, in lower case; a Chinese character whose initial
    is not known is ``?``; other signs are left out.
    """
    return "".join(_initial(sign) for sign in name if sign.isalnum())


@lru_cache(maxsize=1 << 14)
def syllables(word: str) -> tuple[str, ...]:
    """Return the syllables that a word in pinyin is made of; nothing for a word that is no pinyin.

    ``xingming`` is ``("xing", "ming")``. Longer syllables are tried first.
    """
    best: dict[int, tuple[str, ...]] = {len(word): ()}
    for start in range(len(word) - 1, -1, -1):
        for end in range(min(len(word), start + 6), start, -1):
            if end in best and _SYLLABLE.fullmatch(word, start, end):
                found = (word[start:end], *best[end])
                if start not in best or len(found) < len(best[start]):
                    best[start] = found
    return best.get(0, ())


def _initial(sign: str) -> str:
    if sign.isascii():
        return sign.lower()
    try:
        code = int.from_bytes(sign.encode("gb2312"), "big")
    except UnicodeEncodeError:
        return UNKNOWN
    if not _CODES[0] <= code <= _LAST:
        return UNKNOWN
    return _STARTS[bisect_right(_CODES, code) - 1][1]
