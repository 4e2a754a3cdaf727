"""What can be wrong with a log, a note or a receipt: the words of ``data/faults.yaml``.

Each fault has a sentence that says what is wrong and one that says what to do, in both languages.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from shixiao.datafiles import load_yaml
from shixiao.terms import BadInput, Text


class Malformed(BadInput):
    """What was read is not in its published form; every parser of the ledger raises only this.

    ``fault`` is the id in ``data/faults.yaml``, ``said`` its sentence without the remedy.
    """

    def __init__(self, fault: str, *, file: str | None = None, **values: object) -> None:
        self.fault = fault
        self.said = says(fault, **values)
        do = remedy(fault)
        super().__init__(Text(self.said.zh + do.zh, f"{self.said.en} {do.en}"), file=file)

    def at(self, file: str) -> Malformed:
        """Name the file in which it was found, unless it is named already."""
        self.file = self.file or file
        return self


def says(fault: str, **values: object) -> Text:
    """Say what is wrong."""
    return Text.of(faults()[fault]["says"]).format(**values)


def remedy(fault: str) -> Text:
    """Say what to do about it."""
    return Text.of(faults()[fault]["do"])


@cache
def faults() -> Mapping[str, Mapping[str, Any]]:
    """Return every fault by its id, in documented order."""
    text = files("shixiao.ledger").joinpath("data/faults.yaml").read_text("utf-8")
    found: dict[str, Mapping[str, Any]] = load_yaml(text)
    return found
