"""Bar 7 of SECURITY: a planted leak yields exactly its persons; clocks are right across holidays.

Look-ups, verifications and batches of many persons pass a gateway, with refusals between them.
Whatever left under some grants in some time has leaked; its receipts are chosen from the log as the
site does, and the persons that the gateway tells for them are held against those who were asked
for, noted where they were asked. The clocks are compared with days worked out by hand, and for
every hour of ten months with a count over holidays that are written down here once more.
"""

from __future__ import annotations

import asyncio
import base64
import csv
import random
import tempfile
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from bars.gateways import GRANTS, PUBLISHER, case, gateway_in, person, question, signed
from bars.outcome import Outcome
from shixiao.gateway.affected import AT_ONCE, DONE, read_persons
from shixiao.gateway.records import gateway_keys
from shixiao.ledger import Leaf, Trust
from shixiao.rules import load_calendar, load_pack
from shixiao.security.incidents import Case, Duty, Grade, Kind, Operator, duties, summary
from tests.gateway.cast import Asking, running
from tests.security.test_incidents import TABLE, ZONE, local

PEOPLE = 400
REQUESTS, REDUCED_REQUESTS = 4_000, 90
LEAKS, REDUCED_LEAKS = 200, 20
PAUSE = 1.1  # seconds between parts, so that times differ
PARTS, REDUCED_PARTS = 12, 3
MODES = ("", "/verify", "/batch")
# The notice of the State Council for 2026, written down once more.
OFF = [
    *((1, d) for d in (1, 2, 3)),
    *((2, d) for d in range(15, 24)),
    *((4, d) for d in (4, 5, 6)),
    *((5, d) for d in range(1, 6)),
    *((6, d) for d in (19, 20, 21)),
    *((9, d) for d in (25, 26, 27)),
    *((10, d) for d in range(1, 8)),
]
ON = [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)]
HOLIDAYS = {date(2026, m, d) for m, d in OFF}
MADE_UP_FOR = {date(2026, m, d) for m, d in ON}


@dataclass(frozen=True, slots=True)
class Given:
    """Data that left: when, under which grant, of whom; noted by who asked."""

    receipt: str
    at: int
    grant: str
    persons: frozenset[str]


def measure(*, full: bool) -> list[Outcome]:
    requests = REQUESTS if full else REDUCED_REQUESTS
    leaks = LEAKS if full else REDUCED_LEAKS
    parts = PARTS if full else REDUCED_PARTS
    with tempfile.TemporaryDirectory() as folder:
        wrong, persons, unproven = asyncio.run(_leaks(Path(folder), requests, leaks, parts))
    hours = _hours(every=1 if full else 97)
    return [
        Outcome.recorded(f"persons in {leaks:,} planted leaks, together", persons),
        Outcome.at_most("leaks whose persons are not exactly those listed", wrong, 0),
        Outcome.at_most("listed persons whose receipts the log does not bear out", unproven, 0),
        Outcome.at_most(
            f"clocks that differ from {len(TABLE)} rows worked out by hand", _table(), 0
        ),
        Outcome.at_most(
            f"clocks that differ from a count of days, {hours[0]:,} starts", hours[1], 0
        ),
    ]


async def _leaks(folder: Path, requests: int, leaks: int, parts: int) -> tuple[int, int, int]:
    """Plant leaks; return of how many the persons differ, how many there were, and unproven."""
    place = gateway_in(folder, people=PEOPLE)
    async with running(place) as asking:
        recipients, given = _Asking(asking), list[Given]()
        for _ in range(parts):
            came = [await recipients.one() for _ in range(requests // parts)]
            given += [each for each in came if each is not None]
            await asyncio.sleep(PAUSE)
        trust, log = await _log(asking, given[-1].receipt)
        keys, rng = gateway_keys(place.config), random.Random(11)
        names = {keys.pseudonym(person(n)).hex(): person(n) for n in range(PEOPLE)}
        wrong = count = unproven = 0
        for _ in range(leaks):
            grants = set(rng.sample([grant.id for grant in GRANTS], rng.randrange(1, 3)))
            first, last = sorted(rng.choice(given).at for _ in range(2))
            leaked = [g for g in given if g.grant in grants and first <= g.at <= last]
            wanted = frozenset[str]().union(*(each.persons for each in leaked))
            chosen = [r for r, at, grant in log if grant in grants and first <= at <= last]
            listed = await _listed(asking, chosen, trust)
            wrong += {names.get(each, "") for each in listed} != wanted
            count += len(wanted)
            unproven += sum(not holds for holds in listed.values())
    return wrong, count, unproven


async def _listed(asking: Asking, receipts: list[str], trust: Trust) -> dict[str, bool]:
    """Return the persons of receipts, and whether the log bears each out."""
    listed: dict[str, bool] = {}
    for start in range(0, len(receipts), AT_ONCE):
        asked = receipts[start : start + AT_ONCE]
        told = await _bureau(asking, "/persons", {"receipts": asked})
        for pseudonym, one in (read_persons(told, asked, trust) or {}).items():
            listed[pseudonym] = listed.get(pseudonym, True) and one.proven
    return listed


class _Asking:
    """Asks as recipients do, and notes of whom data came."""

    def __init__(self, asking: Asking) -> None:
        self._asking, self._rng, self._cursor = asking, random.Random(7), ""

    async def one(self) -> Given | None:
        """Ask for one person, for a batch, or what is refused; None where nothing was given."""
        kind, n = self._rng.choices(range(4), (6, 3, 2, 1))[0], self._rng.randrange(PEOPLE)
        if kind == 2:
            return await self._batch()
        body: dict[str, Any] = question(n)
        if kind == 1:
            body["values"] = {"name": f"王{n + self._rng.randrange(2)}"}
        if kind == 3:  # the case is about somebody else
            body["case"] = case((n + 1) % PEOPLE)
        came = await self._asking.ask(body, MODES[kind % 3])
        if came.status != 200:
            return None
        return _noted(came.headers["receipt"], kind, {person(n)})

    async def _batch(self) -> Given:
        """Ask for the next rows; whose they are stands in the income of each."""
        body = {"purpose": "rent-aid", "case": "census", "rows": self._rng.randrange(1, 30)}
        came = await self._asking.ask(body | {"cursor": self._cursor}, "/batch")
        self._cursor = came.headers.get("next-cursor", "")
        rows = list(csv.DictReader(came.body.decode().splitlines()))
        persons = {person(int(float(row["income"]))) for row in rows}
        return _noted(came.headers["receipt"], 2, persons)


def _noted(receipt: str, kind: int, persons: set[str]) -> Given:
    at = int(receipt[:12], 16) // 1000  # the receipt's own time (UUID version 7)
    return Given(receipt, at, GRANTS[kind].id, frozenset(persons))


async def _log(asking: Asking, last: str) -> tuple[Trust, list[tuple[str, int, str]]]:
    """Return the keys of the log, and receipt, time and grant of all that gave data."""
    await asking.proof(last)  # all is in the tree
    found: list[tuple[str, int, str]] = []
    start = 0
    while True:
        told = await _bureau(asking, "/entries", {"log": 0, "from": start})
        leaves = [Leaf.from_bytes(base64.b64decode(entry)) for entry in told["entries"]]
        found += [
            (leaf.subject, int(leaf.at.timestamp()), str(leaf.facts["grant"]))
            for leaf in leaves
            if leaf.event == DONE and leaf.facts.get("records", 0)
        ]
        start += len(leaves)
        if not leaves:
            return Trust.parse([told["vkey"]]), found


async def _bureau(asking: Asking, path: str, body: dict[str, Any]) -> dict[str, Any]:
    asked, headers = signed(asking.place.config, path, body, key=PUBLISHER, key_id="bureau")
    came = await asking.send("POST", path, headers, asked.body)
    return dict(came.json)


def _table() -> int:
    """Return how many rows of the table differ."""
    wrong = 0
    for known, authority, province, persons, summed in TABLE:
        wanted = {
            Duty.AUTHORITY: local(authority),
            Duty.CYBERSPACE: local(province),
            Duty.PERSONS: local(persons),
            Duty.SUMMARY: local(summed),
        }
        wrong += _clocks(local(known)) != wanted
    return wrong


def _clocks(start: datetime) -> dict[Duty, datetime]:
    rules, calendar = load_pack(), load_calendar("cn")
    case_ = Case(Kind.LEAK, Grade.LARGER, Operator.OTHER, personal=True, public=False)
    found = {
        due.duty: due.at for due in duties(case_, start, rules=rules, calendar=calendar, zone=ZONE)
    }
    end = summary(start, rules=rules, calendar=calendar, zone=ZONE)
    return found | {Duty.SUMMARY: end.at}


def _hours(*, every: int) -> tuple[int, int]:
    """Compare starts at every hour from January to October with a count of days."""
    start, wrong, n = datetime(2026, 1, 1, tzinfo=ZONE), 0, 0
    while start < datetime(2026, 11, 1, tzinfo=ZONE):
        found = _clocks(start)
        wanted = {
            Duty.AUTHORITY: start + timedelta(hours=24),
            Duty.CYBERSPACE: start + timedelta(hours=4),
            Duty.PERSONS: _midnight_after(_third_working_day(start.date())),
            Duty.SUMMARY: _midnight_after(_working_from(start.date() + timedelta(days=30))),
        }
        wrong += found != wanted
        n += 1
        start += timedelta(hours=every)
    return n, wrong


def _works(day: date) -> bool:
    return day in MADE_UP_FOR or (day.weekday() < 5 and day not in HOLIDAYS)


def _third_working_day(day: date) -> date:
    left = 3
    while left:
        day += timedelta(days=1)
        left -= _works(day)
    return day


def _working_from(day: date) -> date:
    while not _works(day):
        day += timedelta(days=1)
    return day


def _midnight_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min, ZONE)
