"""Code lists: written out in a cell, or named by their standard.

Source of the lists that ship: GB/T 2261.1-2003 (sex), GB/T 2261.2-2003 (marital status), GB/T
3304-1991 (ethnic groups).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from shixiao.datafiles import load_yaml

_ENTRIES = re.compile(r"[;；\n|、]|,(?=\s*[\w\u4e00-\u9fff]+\s*[=:：\-])")
_PAIR = re.compile(r"\s*([^=:：\s]+?)\s*(?:[=:：]|\s+-\s+|-(?=[\u4e00-\u9fff]))\s*(.+?)\s*")


@dataclass(frozen=True, slots=True)
class CodeList:
    """Codes and what they mean, in their order; a list of plain values means itself."""

    meanings: Mapping[str, str]

    def code_for(self, written: str) -> str | None:
        """Return the code that a value is, or whose meaning it is; None where there is none."""
        folded = _folded(written)
        for code, meaning in self.meanings.items():
            if folded in (_folded(code), _folded(meaning)):
                return code
        stripped = folded.lstrip("0")
        found = [c for c in self.meanings if stripped and c.lstrip("0") == stripped]
        return found[0] if len(found) == 1 else None


def code_list(written: str) -> CodeList | None:
    """Return the list that a cell writes out or names; None for a name that is not known."""
    text = unicodedata.normalize("NFKC", written).strip()
    if not text:
        return None
    shipped = _shipped().get(_named(text))
    if shipped is not None:
        return shipped
    parts = [part.strip() for part in _ENTRIES.split(text) if part.strip()]
    pairs = [_PAIR.fullmatch(part) for part in parts]
    if len(parts) > 1 and all(pairs):
        return CodeList({pair[1]: pair[2] for pair in pairs if pair})
    return CodeList({part: part for part in parts}) if len(parts) > 1 else None


@cache
def _shipped() -> Mapping[str, CodeList]:
    text = files("shixiao.sharing.standards.registry").joinpath("data/code_lists.yaml")
    lists = load_yaml(text.read_text("utf-8"))
    return {_named(name): CodeList(meanings) for name, meanings in lists.items()}


def _named(text: str) -> str:
    """Return the number of a standard without blanks, slash and year."""
    return re.sub(r"[\s/]|-\d{4}$", "", text).upper()


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()
