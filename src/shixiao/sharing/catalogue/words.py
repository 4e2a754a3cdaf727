"""The fixed words of a catalogue: sharing attributes, modes, formats, cycles, tiers, grades.

Source: Decree 809 arts. 13–14 and 22; the trial guide of 2017 for formats and cycles;
GB/T 43697-2024 for grades.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from shixiao.datafiles import load_yaml
from shixiao.terms import Text


@dataclass(frozen=True, slots=True)
class Words:
    """One list of fixed words.

    Attributes:
        names: id → name, in the order in which people read them.
        numbers: id → the number that goes with it, such as days of a cycle or the rank of a grade.
        spellings: folded spelling → id.
    """

    names: Mapping[str, Text]
    numbers: Mapping[str, int]
    spellings: Mapping[str, str]

    def __contains__(self, word: object) -> bool:
        return word in self.names

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def find(self, written: str) -> str | None:
        """Return the id of a word, however it is written; None for a word not in the list."""
        return self.spellings.get(_folded(written))

    def name(self, word: str) -> Text:
        """Return the name of an id; of anything else, itself."""
        return self.names.get(word) or Text(word, word)

    @property
    def listed(self) -> Text:
        """All words, for a message that says what may be written."""
        names = self.names.values()
        return Text("、".join(n.zh for n in names), ", ".join(n.en for n in names))


@cache
def words(of: str) -> Words:
    """Return a list: sharing, modes, formats, cycles, tiers or grades."""
    text = files("shixiao.sharing.catalogue").joinpath("data/words.yaml").read_text("utf-8")
    entries = load_yaml(text)[of]
    spellings: dict[str, str] = {}
    for word, entry in entries.items():
        for written in (word, entry["zh"], entry["en"], *entry.get("also", ())):
            spellings.setdefault(_folded(written), word)
    return Words(
        names={word: Text(entry["zh"], entry["en"]) for word, entry in entries.items()},
        numbers={
            word: int(entry[part])
            for word, entry in entries.items()
            for part in ("days", "rank")
            if part in entry
        },
        spellings=spellings,
    )


def _folded(written: str) -> str:
    """Return a spelling without width, case, spaces and joining signs."""
    plain = unicodedata.normalize("NFKC", written).casefold()
    return "".join(sign for sign in plain if sign.isalnum())
