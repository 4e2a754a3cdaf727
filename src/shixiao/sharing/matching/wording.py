"""Wordings: what is left of a name when width, script, brackets, units and copies are taken away?

NFKC folds width (Unicode Standard Annex 15); traditional characters become simplified ones; notes
in brackets that say how many copies or which unit fall away, and others move to the front, where
Chinese puts what narrows a name: 规划许可证（建设工程） is 建设工程规划许可证.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from shixiao.datafiles import load_yaml

LONGEST = 200  # signs of a name that are looked at
_BRACKETS = re.compile(r"[(\[{〔【《「『]([^()\[\]{}〔〕【】《》「」『』]*)[)\]}〕】》」』]")
_SIGNS = re.compile(r"[^\w/、|]+|_")
_ALTERNATIVES = re.compile(r"[/、|]|或者?")
_OF = re.compile(r"(?<![目标])的(?=.)")
_COUNT = re.compile(r"[一二两三四壹贰叁0-9]+[份张寸页]$")


@dataclass(frozen=True, slots=True)
class Wording:
    """A name made plain.

    Attributes:
        text: folded, without signs; what is compared letter by letter.
        core: without copies, units and empty words.
        alternatives: the parts of a core that says “this or that”; else the core alone.
    """

    text: str
    core: str
    alternatives: tuple[str, ...]


@cache
def terms() -> dict[str, Any]:
    """Return the grammar of names: data/terms.yaml."""
    found: dict[str, Any] = load_yaml(_data("terms.yaml"))
    return found


@cache
def plain(name: str) -> Wording:
    """Return a name without what does not change its meaning."""
    folded = folded_of(name[:LONGEST])
    base, asides = folded, []
    while match := _BRACKETS.search(base):
        asides.append(match.group(1))
        base = base[: match.start()] + base[match.end() :]
    kept = [_SIGNS.sub("", aside) for aside in asides]
    narrowing = "".join(aside for aside in kept if aside and not _idle(aside))
    text = _SIGNS.sub("", base)
    core = _stripped(_OF.sub("", text))
    if narrowing and narrowing not in core:
        core = narrowing + core
    core = core or text or _SIGNS.sub("", folded)
    parts = tuple(part for part in _ALTERNATIVES.split(core) if len(part) > 1)
    joined = _ALTERNATIVES.sub("", core) if parts else core
    return Wording(text.replace("/", ""), joined, parts if len(parts) > 1 else (joined,))


def wording_of(name: str) -> str:
    """Return what is left of a name of an item: two that are left the same are one wording."""
    return plain(name).core


def folded_name(name: str) -> str:
    """Return the name of an element as names are held against each other."""
    return plain(name).text


def folded_of(name: str) -> str:
    """Return a name in compatibility form, lower case and simplified characters."""
    return unicodedata.normalize("NFKC", name).casefold().translate(_simplified())


def _stripped(text: str) -> str:
    """Take empty words from both ends until none is left."""
    words = terms()
    while True:
        shorter = _COUNT.sub("", text)
        for prefix in words["prefixes"]:
            if shorter.startswith(prefix) and len(shorter) > len(prefix) + 1:
                shorter = shorter[len(prefix) :]
        for suffix in _suffixes():
            if shorter.endswith(suffix) and len(shorter) > len(suffix) + 1:
                shorter = shorter[: -len(suffix)]
        if shorter == text:
            return text
        text = shorter


def _idle(aside: str) -> bool:
    """Say whether a remark in brackets is a unit or is about copies."""
    words = terms()
    if aside in {folded_of(unit) for unit in words["units"]} or aside.isdigit():
        return True
    return any(note in aside for note in words["notes"] if len(note) > 1) or bool(
        _COUNT.search(aside)
    )


@cache
def _suffixes() -> tuple[str, ...]:
    """Longest first, so that 原件及复印件 goes at once."""
    return tuple(sorted(terms()["suffixes"], key=lambda word: (-len(word), word)))


@cache
def _simplified() -> dict[int, int]:
    pairs = [
        pair
        for line in _data("traditional.txt").splitlines()
        if not line.startswith("#")
        for pair in line.split()
    ]
    return {ord(pair[0]): ord(pair[1]) for pair in pairs}


def _data(name: str) -> str:
    return files("shixiao.sharing.matching").joinpath("data", name).read_text("utf-8")
