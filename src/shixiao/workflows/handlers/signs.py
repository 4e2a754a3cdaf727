"""The signs that figures on handlers look for, each as pieces of work that show it or do not.

Everything is taken from the steps of cases: when each was recorded and what was written. Sign-ins,
hours and clicks are never looked at. A step that took two people bears the time at which the other
person confirmed it, so its time is held against nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import TypeAlias
from uuid import UUID

import pyarrow as pa
from django.utils import timezone

from shixiao.terms import Text
from shixiao.text import letters_only, near_duplicates
from shixiao.workflows.cases.life import life
from shixiao.workflows.cases.moving import DEPARTMENTAL
from shixiao.workflows.clock import pack

QUARTER = 91  # days: closings are compared with others that had as long to come back


@dataclass(frozen=True, slots=True)
class Did:
    """A step as far as it matters here; ``kind`` is of the finding, or the origin without one."""

    case: UUID
    kind: str
    verb: str
    state: str
    at: datetime
    by: UUID | None
    in_time: bool | None
    reason: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of somebody's work: ``like`` says with what it is compared."""

    by: UUID
    like: tuple[str, ...]
    shows: bool


Look: TypeAlias = Callable[[Sequence[Did], date], Iterator[Piece]]


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign in words, and how it is looked for in steps, case by case in the order of time."""

    name: Text
    about: Text
    look: Look


def own(did: Did) -> bool:
    """Say whether a step was a handler's: no department's, and none of the site itself."""
    verb = life().verbs.get(did.verb)
    return did.by is not None and verb is not None and verb.right not in DEPARTMENTAL


def _late(steps: Sequence[Did], until: date) -> Iterator[Piece]:
    del until
    for did in steps:
        verb = life().verbs.get(did.verb)
        if verb is None or verb.pair or verb.after_due or did.by is None or not own(did):
            continue
        if did.in_time is not None:
            yield Piece(did.by, (did.state, did.kind), not did.in_time)


def _rework(steps: Sequence[Did], until: date) -> Iterator[Piece]:
    del until
    for _, group in groupby(steps, lambda did: did.case):
        proposed: Did | None = None
        for did in group:
            if did.verb == "propose":
                proposed = did
            elif did.verb in {"accept", "expire", "reject", "uphold"} and proposed is not None:
                if proposed.by is not None:
                    yield Piece(proposed.by, (did.kind,), did.verb == "uphold")
                proposed = None


def _bunched(steps: Sequence[Did], until: date) -> Iterator[Piece]:
    del until
    within = timedelta(minutes=pack().number("CASE-21"))
    least = int(pack().number("CASE-22"))
    for _, group in groupby(steps, lambda did: did.case):
        times: dict[UUID, list[datetime]] = {}
        kind = ""
        for did in group:
            kind = did.kind
            if did.by is not None and own(did) and not life().verbs[did.verb].pair:
                times.setdefault(did.by, []).append(did.at)
        for by, at in times.items():
            if len(at) >= least:
                spans = zip(at, at[least - 1 :], strict=False)
                bunch = any(last - first <= within for first, last in spans)
                yield Piece(by, (kind, str(min(len(at), 2 * least))), bunch)


def _alike(steps: Sequence[Did], until: date) -> Iterator[Piece]:
    del until
    shortest = int(pack().number("CASE-24"))
    plain = letters_only(pa.array([did.reason for did in steps], pa.string())).to_pylist()
    written: dict[UUID, list[tuple[Did, str]]] = {}
    for did, text in zip(steps, plain, strict=True):
        if did.by is not None and own(did) and len(text) >= shortest:
            written.setdefault(did.by, []).append((did, text))
    for by, texts in written.items():
        groups = near_duplicates([t for _, t in texts], similar=pack().number("CASE-23")).tolist()
        cases: dict[int, set[UUID]] = {}
        for (did, _), group in zip(texts, groups, strict=True):
            cases.setdefault(group, set()).add(did.case)
        for (did, _), group in zip(texts, groups, strict=True):
            yield Piece(by, (did.verb, did.kind), group >= 0 and len(cases[group]) > 1)


def _returned(steps: Sequence[Did], until: date) -> Iterator[Piece]:
    for _, group in groupby(steps, lambda did: did.case):
        closed: Did | None = None
        for did in group:
            if did.verb == "reopen" and closed is not None:
                yield from _closing(closed, until, returned=True)
                closed = None
            elif did.verb in {"close", "override"}:
                closed = did
        if closed is not None:
            yield from _closing(closed, until, returned=False)


def _closing(closed: Did, until: date, *, returned: bool) -> Iterator[Piece]:
    if closed.by is not None:
        quarters = (until - timezone.localdate(closed.at)).days // QUARTER
        yield Piece(closed.by, (closed.verb, closed.kind, str(quarters)), returned)


SIGNS: Mapping[str, Sign] = {
    "late": Sign(
        Text("逾期办理的步骤", "Steps taken too late"),
        Text(
            "本人办理的有期限的步骤中，逾期的。两人办理的步骤不算。",
            "Of steps with a period, those taken after its end. Steps of two people do not count.",
        ),
        _late,
    ),
    "rework": Sign(
        Text("申辩成立、重新核查的认定", "Findings checked again after a contest"),
        Text(
            "本人提出的认定意见中，申辩成立的。",
            "Of the findings that the person proposed, those whose contest was upheld.",
        ),
        _rework,
    ),
    "bunched": Sign(
        Text("集中补录的案件", "Cases recorded in a bunch"),
        Text(
            "本人记过数步的案件中，在几分钟内一并记下的。",
            "Of cases on which the person recorded several steps, those recorded within minutes.",
        ),
        _bunched,
    ),
    "alike": Sign(
        Text("雷同的理由", "Reasons that are alike"),
        Text(
            "本人写的理由中，与自己在其他案件中所写雷同的。",
            "Of the reasons that the person wrote, those nearly the same as on another case.",
        ),
        _alike,
    ),
    "returned": Sign(
        Text("销号后重启的案件", "Cases reopened after closing"),
        Text(
            "本人提出销号的案件中，后来重启的。",
            "Of cases that the person proposed to close, those that were reopened.",
        ),
        _returned,
    ),
}
