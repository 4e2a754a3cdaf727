"""The shape of a value: what may be shown of personal data, and what tells how it is written."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from itertools import groupby

LONGEST = 24  # characters of a shape
_KEPT = frozenset(" -_/\\.,:;+*#@&()[]{}<>|'\"!?=%~，。：；（）【】《》、·—¥￥")


def shape_of(text: str) -> str:
    """Return a value with its digits as 9, letters as A, Chinese as 中, and their numbers.

    ``11010519491231002X`` is ``9<17>A``. Letters of other scripts are L, common signs stay, and
    whatever else there is becomes ``?``: nothing of the value itself remains.
    """
    shape = "".join(_run(sign, len(list(run))) for sign, run in groupby(map(_class, text)))
    return shape if len(shape) <= LONGEST else shape[:LONGEST] + "…"


@lru_cache(maxsize=1 << 16)
def _class(sign: str) -> str:
    category = unicodedata.category(sign)
    if category[0] == "N":
        return "9"
    if sign in _KEPT:
        return sign
    if category[0] not in "LM":
        return "?"
    name = unicodedata.name(sign, "")
    if name.startswith("CJK"):
        return "中"
    return "A" if "LATIN" in name else "L"


def _run(sign: str, times: int) -> str:
    if times == 1:
        return sign
    return f"{sign}<{times}>" if sign in "9A中L?" else sign * times
