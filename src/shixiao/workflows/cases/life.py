"""The life of a case as data: states, verbs, and what each requires."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from shixiao.datafiles import load_yaml
from shixiao.terms import Text

# The loop that every page shows, in order.
PLACES = {
    "evidence": Text("证据", "Evidence"),
    "measure": Text("度量", "Measure"),
    "finding": Text("发现", "Finding"),
    "case": Text("一事一案", "Case"),
    "correction": Text("整改", "Correction"),
    "remeasure": Text("复评", "Re-measure"),
    "ledger": Text("存证", "Ledger"),
    "public": Text("公示", "Public page"),
}


@dataclass(frozen=True, slots=True)
class State:
    """A state of a case.

    Attributes:
        id: its name in the records.
        name: its name for people.
        about: what it means, in one sentence.
        owner: who has to act; None where nobody has.
        rule: the rule of its period; "" for none.
        place: where it stands in the loop.
    """

    id: str
    name: Text
    about: Text
    owner: Text | None
    rule: str
    place: str


@dataclass(frozen=True, slots=True)
class Verb:
    """What can be done with a case.

    Attributes:
        id: its name in the records.
        name: its name for people.
        sources: states from which it leads.
        to: the state it leads to; "" where the state stays.
        right: the verb of the permission table that it takes.
        needs: what has to be given.
        attach: kinds of attachment that have to be there.
        leaf: the event that is put on record beside the change of state; "" for none.
        pair: True where two people are needed.
        after_due: True where the state's period has to be over.
        other_than_handler: True where the handler may not do it himself.
    """

    id: str
    name: Text
    sources: tuple[str, ...]
    to: str
    right: str
    needs: tuple[str, ...] = ()
    attach: tuple[str, ...] = ()
    leaf: str = ""
    pair: bool = False
    after_due: bool = False
    other_than_handler: bool = False


@dataclass(frozen=True, slots=True)
class Life:
    """Everything in ``data/cases.yaml``."""

    states: Mapping[str, State]
    verbs: Mapping[str, Verb]
    attachments: Mapping[str, Text]
    outcomes: Mapping[str, Text]
    decisions: Mapping[str, Text]
    origins: Mapping[str, Text]

    def verbs_from(self, state: str) -> tuple[Verb, ...]:
        """Return what can be done in a state."""
        return tuple(verb for verb in self.verbs.values() if state in verb.sources)

    @property
    def ended(self) -> tuple[str, ...]:
        """States in which nobody has to act any more."""
        return tuple(state.id for state in self.states.values() if state.owner is None)


@cache
def life() -> Life:
    """Return the life of a case."""
    data = load_yaml(files("shixiao.workflows").joinpath("data/cases.yaml").read_text("utf-8"))
    words = {
        part: {name: Text.of(text) for name, text in data[part].items()}
        for part in ("attachments", "outcomes", "decisions", "origins")
    }
    return Life(
        states={name: _state(name, entry) for name, entry in data["states"].items()},
        verbs={name: _verb(name, entry) for name, entry in data["verbs"].items()},
        **words,
    )


def _state(name: str, entry: Mapping[str, Any]) -> State:
    owner = entry["owner"]
    return State(
        id=name,
        name=Text.of(entry["name"]),
        about=Text.of(entry["about"]),
        owner=Text.of(owner) if owner["zh"] else None,
        rule=str(entry["rule"]),
        place=str(entry["place"]),
    )


def _verb(name: str, entry: Mapping[str, Any]) -> Verb:
    rest = {
        key: entry[key]
        for key in ("leaf", "pair", "after_due", "other_than_handler")
        if key in entry
    }
    return Verb(
        id=name,
        name=Text.of(entry["name"]),
        sources=tuple(entry["from"]),
        to=str(entry.get("to", "")),
        right=str(entry["right"]),
        needs=tuple(entry.get("needs", ())),
        attach=tuple(entry.get("attach", ())),
        **rest,
    )
