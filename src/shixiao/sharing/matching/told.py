"""The answer of ``sharing match --json``: made of matches, and read back wording by wording.

Rows that ask for the same thing in the same words have the same candidates, so a person decides
about a wording once, however many services use it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shixiao.sharing.answers import LARGEST, Answer, read_answer
from shixiao.sharing.matching.files import Requirement
from shixiao.sharing.matching.matching import OFFERED, Match
from shixiao.terms import BadInput, Text

SCHEMA, ANSWER = "shixiao/match/1", "matches.json"
MOST_ROWS, MOST_REASONS = 100_000, 20
LONGEST_NAME, LONGEST_ID = 500, 200
OTHERWISE = Text(
    "“{name}”在“{place}”的候选与前面的不同；同一说法的候选应当相同，请上传命令写出的原文件。",
    "“{name}” has other candidates in “{place}” than before; those of one wording are the same, so"
    " upload the file as the command wrote it.",
)


@dataclass(frozen=True, slots=True)
class ToldCandidate:
    """An element that is offered: who holds it, the chance that it is right, and why."""

    element: str
    name: str
    department: str
    score: float
    reasons: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class ToldItem:
    """A wording, and what is offered for it.

    Attributes:
        name: the wording.
        places: where it stands: id of the item, service, channel; "" for what is not given.
        none: whether no candidate is likely enough.
        candidates: at most five, best first; none for signatures and visits.
    """

    name: str
    places: tuple[tuple[str, str, str], ...]
    none: bool
    candidates: tuple[ToldCandidate, ...]


@dataclass(frozen=True, slots=True)
class ToldMatches:
    """What a matching found, in the order in which wordings come; ``rows`` counts what asks."""

    threshold: float
    rows: int
    items: tuple[ToldItem, ...]


def told(
    asked: Sequence[Requirement], found: Sequence[Match], *, threshold: float
) -> dict[str, Any]:
    """Return what ``sharing match --json`` prints of matches, one for each requirement."""
    return {
        "schema": SCHEMA,
        "threshold": threshold,
        "matches": list(map(_told, asked, found)),
    }


def _told(asked: Requirement, found: Match) -> dict[str, Any]:
    return {
        "item_id": asked.item.id,
        "item_name": asked.item.name,
        "service_id": asked.service_id or None,
        "channel": asked.channel or None,
        "none_of_them": found.none,
        "candidates": [
            {
                "element_id": candidate.element.id,
                "name": candidate.element.name,
                "department_id": candidate.element.department_id or None,
                "score": candidate.score,
                "reasons": [reason.to_json() for reason in candidate.reasons],
            }
            for candidate in found.candidates
        ],
    }


def read_matches(data: bytes, *, file: str, largest: int = LARGEST) -> ToldMatches:
    """Read the answer of a matching.

    Raises:
        BadInput: it is none, something in it is missing or of another kind, or one wording has two
            sets of candidates.
    """
    command = "shixiao sharing match"
    answer = read_answer(data, schema=SCHEMA, command=command, file=file, largest=largest)
    rows = answer.each("matches", most=MOST_ROWS)
    if not rows:
        answer.refuse("matches")
    places: dict[tuple[str, bool], list[tuple[str, str, str]]] = {}
    items: dict[tuple[str, bool], ToldItem] = {}
    for row in rows:
        item = _item(row)
        key = (item.name, bool(item.candidates))  # a signature may be called like a field
        before = items.setdefault(key, item)
        if (before.none, before.candidates) != (item.none, item.candidates):
            raise BadInput(OTHERWISE.format(name=item.name[:60], place=row.place), file=file)
        places.setdefault(key, []).extend(item.places)
    return ToldMatches(
        _share(answer, "threshold"),
        len(rows),
        tuple(
            ToldItem(item.name, tuple(places[key]), item.none, item.candidates)
            for key, item in items.items()
        ),
    )


def _item(row: Answer) -> ToldItem:
    candidates = tuple(map(_candidate, row.each("candidates", most=OFFERED)))
    if len({each.element for each in candidates}) != len(candidates):
        row.refuse("candidates")
    place = (
        _given(row, "item_id", LONGEST_ID),
        row.text("service_id", longest=LONGEST_ID),
        row.text("channel", longest=LONGEST_ID),
    )
    name = _given(row, "item_name", LONGEST_NAME)
    return ToldItem(name, (place,), row.truth("none_of_them"), candidates)


def _candidate(of: Answer) -> ToldCandidate:
    return ToldCandidate(
        _given(of, "element_id", LONGEST_ID),
        _given(of, "name", LONGEST_NAME),
        of.text("department_id", longest=LONGEST_ID),
        _share(of, "score"),
        tuple(of.texts("reasons", most=MOST_REASONS)),
    )


def _given(of: Answer, name: str, longest: int) -> str:
    return of.text(name, longest=longest) or of.refuse(name)


def _share(of: Answer, name: str) -> float:
    value = of.number(name)
    return value if 0 <= value <= 1 else of.refuse(name)
