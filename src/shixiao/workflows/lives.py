"""Lives as data: the states a record goes through, and the verbs that lead from one to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from shixiao.datafiles import load_yaml
from shixiao.terms import Text


@dataclass(frozen=True, slots=True)
class State:
    """A state of a record.

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
    """What can be done with a record.

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
    """States and verbs, and words for what else a record may hold."""

    states: Mapping[str, State]
    verbs: Mapping[str, Verb]
    words: Mapping[str, Mapping[str, Text]]

    def verbs_from(self, state: str) -> tuple[Verb, ...]:
        """Return what can be done in a state."""
        return tuple(verb for verb in self.verbs.values() if state in verb.sources)

    @property
    def ended(self) -> tuple[str, ...]:
        """States in which nobody has to act any more."""
        return tuple(state.id for state in self.states.values() if state.owner is None)

    @property
    def attachments(self) -> Mapping[str, Text]:
        """Kinds of attachment by id."""
        return self.words.get("attachments", {})

    @property
    def outcomes(self) -> Mapping[str, Text]:
        """What may be established, by id."""
        return self.words["outcomes"]

    @property
    def decisions(self) -> Mapping[str, Text]:
        """What may be decided, by id."""
        return self.words["decisions"]

    @property
    def origins(self) -> Mapping[str, Text]:
        """Where a record comes from, by id."""
        return self.words["origins"]


@cache
def read_life(name: str, package: str = "shixiao.workflows") -> Life:
    """Return the life that ``data/<name>.yaml`` of a package draws."""
    text = files(package).joinpath(f"data/{name}.yaml").read_text("utf-8")
    data = load_yaml(text)
    return Life(
        states={name: _state(name, entry) for name, entry in data.pop("states").items()},
        verbs={name: _verb(name, entry) for name, entry in data.pop("verbs").items()},
        words={
            part: {name: Text.of(text) for name, text in entries.items()}
            for part, entries in data.items()
        },
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
