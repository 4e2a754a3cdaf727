"""The course of a major administrative decision: what has happened, and what may happen next.

A matter is the list of its events. What stands decides what is lawful: an event needs others to
stand, is over once others stand, waits for its clock, and may undo what came before. The table is
``data/decree713.yaml`` with the articles; nothing here knows any event by name but for clocks.

Source: 重大行政决策程序暂行条例 (State Council Decree 713), arts. 10 to 37.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from shixiao.datafiles import load_yaml
from shixiao.rules import Clock, RulePack, WorkingCalendar
from shixiao.terms import Text

DAY = timedelta(days=1)
LIST, MATERIALS = "CON-02", "DEC-H7"


@dataclass(frozen=True, slots=True)
class Step:
    """A part of the procedure, in the order in which it is drawn; ``ends`` are what ends it."""

    id: str
    name: Text
    about: Text
    articles: tuple[int, ...]
    ends: tuple[str, ...]
    skipped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """What can happen to a matter.

    Attributes:
        id: its name in records.
        step: to which part of the procedure it belongs.
        name: its name for people.
        articles: of the Decree.
        after: each of these has to stand; alternatives within one.
        until: once one of these stands it is too late.
        undoes: what no longer stands once it happens.
        owes: where the first stands, the second has to stand too.
        clock: the event since which it has to wait; "" for none.
        rule: by which it waits; "" where the earlier event named the day.
        right: the verb of the permission table.
        needs: what has to be given.
        again: whether it may happen more than once.
        ends: whether the matter is over.
    """

    id: str
    step: str
    name: Text
    articles: tuple[int, ...]
    after: tuple[tuple[str, ...], ...]
    until: tuple[str, ...]
    undoes: tuple[str, ...]
    owes: Mapping[str, str]
    clock: str
    rule: str
    right: str
    needs: tuple[str, ...]
    again: bool
    ends: bool


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of a matter: which, on what day, and the facts that clocks and checks go by."""

    event: str
    on: date
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Waiting:
    """The first day on which an event may happen, and the last; None where there is none."""

    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """How far a step is: ``done``, ``skipped``, ``now`` or ``ahead``; ``on`` is when it ended."""

    step: Step
    state: str
    on: date | None


@dataclass(frozen=True, slots=True)
class Table:
    """Steps, events and further words."""

    steps: Mapping[str, Step]
    events: Mapping[str, Event]
    words: Mapping[str, Mapping[str, Text]]


@cache
def table() -> Table:
    """Return the course as it is written in the table."""
    text = files("shixiao.voice").joinpath("data/decree713.yaml").read_text("utf-8")
    data = load_yaml(text)
    steps = {
        name: Step(
            name,
            Text.of(entry["name"]),
            Text.of(entry["about"]),
            tuple(entry["articles"]),
            tuple(entry["ends"]),
            tuple(entry.get("skipped", ())),
        )
        for name, entry in data.pop("steps").items()
    }
    events = {name: _event(name, entry) for name, entry in data.pop("events").items()}
    words = {
        part: {name: Text.of(said) for name, said in entries.items()}
        for part, entries in data.items()
    }
    return Table(steps, events, words)


def _event(name: str, entry: Mapping[str, Any]) -> Event:
    clock = entry.get("clock", {})
    return Event(
        id=name,
        step=entry["step"],
        name=Text.of(entry["name"]),
        articles=tuple(entry["articles"]),
        after=tuple(tuple(each.split("|")) for each in entry["after"]),
        until=tuple(entry["until"]),
        undoes=tuple(entry.get("undoes", ())),
        owes=entry.get("owes", {}),
        clock=clock.get("since", ""),
        rule=clock.get("rule", ""),
        right=entry["right"],
        needs=tuple(entry.get("needs", ())),
        again=bool(entry.get("again", False)),
        ends=bool(entry.get("ends", False)),
    )


def standing(log: Sequence[Happened]) -> frozenset[str]:
    """Return what stands: what has happened and was not undone since."""
    events, stands = table().events, set[str]()
    for each in log:
        stands -= {*events[each.event].undoes}
        stands.add(each.event)
    return frozenset(stands)


def over(stands: frozenset[str]) -> bool:
    """Say whether nothing can happen any more."""
    return any(table().events[each].ends for each in stands)


def possible(stands: frozenset[str]) -> list[Event]:
    """Return what may happen next by order alone, in the order of the table."""
    return [event for event in table().events.values() if in_order(event, stands)]


def in_order(event: Event, stands: frozenset[str]) -> bool:
    """Say whether an event is in its place: after what it needs, before what ends its time."""
    if over(stands) or stands & {*event.until}:
        return False
    if any(had in stands and owed not in stands for had, owed in event.owes.items()):
        return False
    return all(stands & {*one} for one in event.after)


def newest(log: Sequence[Happened], *names: str) -> Happened | None:
    """Return the newest event of these names; None where there is none."""
    return next((each for each in reversed(log) if each.event in names), None)


def day_of(log: Sequence[Happened], name: str, *events: str) -> date | None:
    """Return a day that the newest of these events named; None where there is none."""
    found = newest(log, *events)
    said = found.facts.get(name) if found else None
    return date.fromisoformat(said) if said else None


def waiting(
    log: Sequence[Happened], event: str, *, rules: RulePack, calendar: WorkingCalendar
) -> Waiting:
    """Return from when to when an event may happen, by the clocks that run."""
    entry = table().events[event]
    hearing = day_of(log, "day", "announce", "postpone")
    if event == "close":
        until = day_of(log, "until", "open")
        return Waiting(until + DAY if until else None)
    if event == "choose":
        until = day_of(log, "until", "announce", "postpone")
        return Waiting(until + DAY if until else None, _before(hearing, LIST, rules))
    if event == "deliver":
        return Waiting(None, _before(hearing, MATERIALS, rules))
    if event == "hold":
        return Waiting(hearing)
    since = newest(log, entry.clock) if entry.clock else None
    if since is None or not entry.rule:
        return Waiting()
    return Waiting(Clock.of(rules.rule(entry.rule)).deadline(since.on, calendar).due)


def _before(day: date | None, rule: str, rules: RulePack) -> date | None:
    return None if day is None else day - int(rules.number(rule)) * DAY


def stages(log: Sequence[Happened]) -> list[Stage]:
    """Return how far each step is, in the order in which they are drawn."""
    stands = standing(log)
    open_ = {event.step for event in possible(stands)}
    begun = {table().events[each].step for each in stands}
    found = []
    for step in table().steps.values():
        ended = [each for each in log if each.event in step.ends and each.event in stands]
        if ended:
            state = "skipped" if ended[-1].event in step.skipped else "done"
            found.append(Stage(step, state, ended[-1].on))
        else:
            live = step.id in begun or step.id in open_
            found.append(Stage(step, "now" if live and not over(stands) else "ahead", None))
    return found


def complete(log: Sequence[Happened], *, hearing: bool) -> bool:
    """Say whether it was decided, every group replied to, and a hearing held where one is owed.

    A decision that is suspended (art. 37) carries nothing until it is taken up again.
    """
    stands = standing(log)
    decided = {"settle", "adopt", "publish"} <= stands and "suspend" not in stands
    return decided and (not hearing or "conclude" in stands)
