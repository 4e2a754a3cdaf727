"""The register of detectors: each file of this folder adds itself; nobody keeps a list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib import import_module
from importlib.resources import files
from pkgutil import iter_modules
from typing import Any

from shixiao.checkup.detectors.trial import Screening
from shixiao.checkup.scene import Scene
from shixiao.datafiles import load_yaml
from shixiao.terms import BadInput, SubjectKind, Text

Look = Callable[[Scene], Iterable[Screening]]
_looks: dict[str, Look] = {}
PACKAGE = "shixiao.checkup.detectors"


class ClosedBy(StrEnum):
    """What a case on a measure is closed by.

    ``cases``: rows that came after the correction. ``register``: the whole register as it stands
    then, which has no dates. ``field_test``: a sample that people draw and look at.
    """

    CASES = "cases"
    REGISTER = "register"
    FIELD_TEST = "field_test"


@dataclass(frozen=True, slots=True)
class Closing:
    """How a case on a measure is closed.

    Attributes:
        by: what it takes.
        least: rule and part with the fewest rows below which the detector gives no value at all.
        why: why no later number can be compared with the earlier one, where that is so.
    """

    by: ClosedBy = ClosedBy.CASES
    least: tuple[str, str] | None = None
    why: Text | None = None


@dataclass(frozen=True, slots=True)
class MeasureText:
    """The texts of one measure of a kind, from the detector's YAML file.

    Attributes:
        name: in a few words.
        unit: ``share``, ``ratio``, ``count`` or ``hours``: how its value is written.
        says: the sentence of a finding, with placeholders.
        disproof: what would prove it wrong.
        closing: how a case on it is closed.
    """

    name: Text
    unit: str
    says: Text
    disproof: Text
    closing: Closing = field(default_factory=Closing)


@dataclass(frozen=True, slots=True)
class Detector:
    """One kind of finding: its texts and how it looks.

    Attributes:
        kind: the kind of CONTRACTS.
        name: the kind in words.
        about: what it is, in one sentence.
        rule: the rule that holds its thresholds.
        law: rules of law that it rests on.
        subject: what kind of subject it speaks of.
        order: place in reports.
        fact: True when its findings are facts, not leads.
        measures: texts by measure.
        innocents: texts of the innocent explanations it tests, by id.
        look: the detector itself.
    """

    kind: str
    name: Text
    about: Text
    rule: str
    law: tuple[str, ...]
    subject: SubjectKind
    order: int
    fact: bool
    measures: Mapping[str, MeasureText]
    innocents: Mapping[str, Text]
    look: Look


def described(kind: str) -> Detector:
    """Return the detector of a kind.

    Raises:
        BadInput: no detector looks for it.
    """
    found = next((d for d in detectors() if d.kind == kind), None)
    if found is None:
        raise BadInput(
            Text(f"没有“{kind[:40]}”这一类线索", f"there is no kind of finding “{kind[:40]}”")
        )
    return found


def detector(kind: str) -> Callable[[Look], Look]:
    """Register the function that looks for a kind of finding."""

    def register(look: Look) -> Look:
        if kind in _looks and _looks[kind] is not look:
            raise ValueError(f"Two detectors look for {kind}")
        _looks[kind] = look
        return look

    return register


@cache
def detectors() -> tuple[Detector, ...]:
    """Return all detectors in the order of reports, loading every file of the folder."""
    for module in iter_modules(import_module(PACKAGE).__path__):
        import_module(f"{PACKAGE}.{module.name}")
    return tuple(sorted((_described(kind) for kind in _looks), key=lambda d: d.order))


@cache
def shared_innocents() -> Mapping[str, Text]:
    """Return the texts of the explanations that several detectors test."""
    return {key: Text.of(text) for key, text in _data("innocents").items()}


def _described(kind: str) -> Detector:
    data = _data(kind)
    return Detector(
        kind=kind,
        name=Text.of(data["name"]),
        about=Text.of(data["about"]),
        rule=data["rule"],
        law=tuple(data.get("law", ())),
        subject=SubjectKind(data["subject"]),
        order=int(data["order"]),
        fact=bool(data.get("fact", False)),
        measures={
            name: MeasureText(
                Text.of(entry["name"]),
                entry["unit"],
                Text.of(entry["says"]),
                Text.of(entry["disproof"]),
                _closing(entry.get("closing", {})),
            )
            for name, entry in data["measures"].items()
        },
        innocents={**shared_innocents(), **_texts(data.get("innocents", {}))},
        look=_looks[kind],
    )


def _closing(entry: Mapping[str, Any]) -> Closing:
    least = entry.get("least")
    return Closing(
        ClosedBy(entry.get("by", ClosedBy.CASES)),
        (least["rule"], least["part"]) if least else None,
        Text.of(entry["why"]) if "why" in entry else None,
    )


def _texts(entries: Mapping[str, Any]) -> dict[str, Text]:
    return {key: Text.of(text) for key, text in entries.items()}


def _data(name: str) -> Any:
    text = files(PACKAGE).joinpath(f"data/{name}.yaml").read_text("utf-8")
    return load_yaml(text)
