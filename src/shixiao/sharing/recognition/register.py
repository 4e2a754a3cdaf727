"""The register of recognisers: each file of ``families`` adds its own; nobody keeps a list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.resources import files
from pkgutil import iter_modules
from types import MappingProxyType

from shixiao.datafiles import load_yaml
from shixiao.terms import Text

PACKAGE = "shixiao.sharing.recognition.families"
Test = Callable[[str], bool]
Whole = Callable[[Sequence[str]], Text | None]


@dataclass(frozen=True, slots=True)
class Recogniser:
    """What tells one kind of content by its values.

    Attributes:
        kind: id of the kind; its names stand in ``data/kinds.yaml``.
        test: whether one value (as ``plain`` returns it) is of the kind; None where values tell
            nothing and only the name of the column does.
        special: how much a value that passes says, from 0 (any number passes) to 1 (a check digit);
            of two kinds that fit, the more special one is meant.
        alone: whether values suffice when the name of the column says nothing.
        named: what passes where the name of the column agrees, such as codes that could mean
            anything elsewhere; None for the same as ``test``.
        whole: looks at all values together and says why they are not of the kind, or None.
    """

    kind: str
    test: Test | None
    special: float = 0.5
    alone: bool = True
    named: Test | None = None
    whole: Whole | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of content as people call it.

    Attributes:
        id: as it stands in results.
        name: in both languages.
        chinese: heads and comments by which it is known.
        english: names of columns by which it is known, as words joined by underscores.
    """

    id: str
    name: Text
    chinese: tuple[str, ...]
    english: tuple[str, ...]


_found: dict[str, Recogniser] = {}


def register(recogniser: Recogniser) -> None:
    """Add a recogniser.

    Raises:
        ValueError: its kind has one already, or has no name in ``data/kinds.yaml``.
    """
    if recogniser.kind in _found or recogniser.kind not in kinds():
        raise ValueError(f"{recogniser.kind} is known already or has no entry in kinds.yaml")
    _found[recogniser.kind] = recogniser


@cache
def recognisers() -> Mapping[str, Recogniser]:
    """Return kind → recogniser, in the order of ``data/kinds.yaml``.

    A kind of which no file of ``families`` knows values is known by its name alone.
    """
    for module in sorted(m.name for m in iter_modules(import_module(PACKAGE).__path__)):
        import_module(f"{PACKAGE}.{module}")
    return MappingProxyType(
        {kind: _found.get(kind) or Recogniser(kind, None, special=0.3) for kind in kinds()}
    )


@cache
def kinds() -> Mapping[str, Kind]:
    """Return every kind by its id."""
    text = files("shixiao.sharing.recognition").joinpath("data/kinds.yaml").read_text("utf-8")
    return MappingProxyType(
        {
            kind: Kind(
                id=kind,
                name=Text(entry["zh"], entry["en"]),
                chinese=(entry["zh"], *entry.get("heads", ())),
                english=tuple(entry.get("columns", ())),
            )
            for kind, entry in load_yaml(text).items()
        }
    )


@cache
def vocabulary(of: str) -> frozenset[str]:
    """Return one list of ``data/vocabulary.yaml``, such as ``surnames``."""
    text = files("shixiao.sharing.recognition").joinpath("data/vocabulary.yaml").read_text("utf-8")
    listed = load_yaml(text)[of]
    words = listed.split() if isinstance(listed, str) else map(str, listed)
    return frozenset(words)
