"""The texts of design checks: data/design.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from shixiao.datafiles import load_yaml
from shixiao.terms import Severity, Text

PACKAGE = "shixiao.checkup.design"


@dataclass(frozen=True, slots=True)
class FindingText:
    """What is said of one kind of finding.

    Attributes:
        kind: as findings name it.
        measure: what is counted.
        severity: how grave.
        rule: the rule that it goes by.
        law: rules of law that it rests on.
        name, about: the kind in words.
        says, disproof: sentences with placeholders.
    """

    kind: str
    measure: str
    severity: Severity
    rule: str
    law: tuple[str, ...]
    name: Text
    about: Text
    says: Text
    disproof: Text


@cache
def texts(part: str) -> Mapping[str, Text]:
    """Return the texts of a part: verdicts, grounds, missing, promises, fates, kinds."""
    return {key: Text.of(value) for key, value in _data()[part].items()}


@cache
def finding_texts() -> Mapping[str, FindingText]:
    """Return kind → what is said of its findings, in the order of reports."""
    return {
        kind: FindingText(
            kind=kind,
            measure=entry["measure"],
            severity=Severity(entry["severity"]),
            rule=entry["rule"],
            law=tuple(entry.get("law", ())),
            **{name: Text.of(entry[name]) for name in ("name", "about", "says", "disproof")},
        )
        for kind, entry in _data()["findings"].items()
    }


@cache
def _data() -> Mapping[str, Any]:
    content = files(PACKAGE).joinpath("data/design.yaml").read_text("utf-8")
    found: Mapping[str, Any] = load_yaml(content)
    return found
