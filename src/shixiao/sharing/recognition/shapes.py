"""The shape of a value: what may be shown of personal data, and what tells how it is written."""

from __future__ import annotations

import re

_RUNS = (
    (re.compile(r"[0-9]+"), "9"),
    (re.compile(r"[A-Za-z]+"), "A"),
    (re.compile(r"[\u3400-\u9fff]+"), "中"),
)
LONGEST = 24  # characters of a shape


def shape_of(text: str) -> str:
    """Return a value with its digits as 9, letters as A, Chinese as 中, and their numbers.

    ``11010519491231002X`` is ``9<17>A``. Other signs stay; nothing of the value itself does.
    """
    for pattern, sign in _RUNS:
        text = pattern.sub(_Written(sign), text)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


class _Written:
    """Writes a run of one kind of sign, with its number where there are several."""

    def __init__(self, sign: str) -> None:
        self._sign = sign

    def __call__(self, run: re.Match[str]) -> str:
        times = len(run[0])
        return self._sign if times == 1 else f"{self._sign}<{times}>"
