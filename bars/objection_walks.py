"""Walks through the life of an objection, held to what the law of §9 and our rules demand.

The demands are written here once more, without the table: a table that forgot one would fail.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from shixiao.fairness.objections import Course, Told, ended, file, pass_day, step, table
from shixiao.rules import load_calendar, load_pack
from shixiao.terms import BadInput

CALENDAR, RULES = load_calendar("cn"), load_pack()
DAY = timedelta(days=1)
GIVEN = {"reason": "理由", "outcome": "correct", "track": "ordinary", "source": "x"}
CLOSED = {"refused", "rejected", "carried", "withdrawn"}
NOT_AFTER = {"accept", "refuse", "extend"}
NEEDS_REASON = {"refused", "rejected", "upheld", "extended", "carried"}
NAMES_REMEDIES = {"refused", "rejected", "upheld", "carried", "withdrawn", "overdue"}


def working(day: date) -> date:
    """Return the first working day from a day on, walking."""
    while CALENDAR.between(day - DAY, day) != 1:
        day += DAY
    return day


def due_after(start: date, days: int) -> date:
    return working(start + days * DAY)


def after_working_days(start: date, days: int) -> date:
    day = start
    for _ in range(days):
        day = working(day + DAY)
    return day


def walk(seed: int, steps: int = 14) -> Iterator[str]:
    """Walk at random and give every demand that was missed.

    In some walks nobody lets time do its part, as where the job that does stands still: then the
    days that passed go unsaid, and what they rule out has to be ruled out all the same.
    """
    random = Random(seed)
    day = date(2026, 1, 5) + random.randrange(300) * DAY
    timely = random.random() < 0.7
    course, told = file(day, suspended=random.random() < 0.5, rules=RULES, calendar=CALENDAR)
    if told.kind != "filed" or course.due != after_working_days(day, 5):
        yield "the receipt and its five working days"
    for _ in range(steps):
        day += random.choice([0, 1, 3, 10, 40, 70]) * DAY
        while (
            timely and (passed := pass_day(course, day, rules=RULES, calendar=CALENDAR)) is not None
        ):
            yield from faults(course, *passed, day, "time")
            course = passed[0]
        if timely and course.due is not None and day > course.due and not course.overdue:
            yield "a day that passed unsaid"
        verb = random.choice(sorted(table()["verbs"]))
        given = dict(GIVEN)
        given["track"] = random.choice(["ordinary", "simplified", "none"])
        if random.random() < 0.2:
            given["reason"] = " "
        try:
            moved, told = step(course, verb, day, given, rules=RULES, calendar=CALENDAR)
        except BadInput:
            continue
        yield from faults(course, moved, told, day, verb)
        course = moved
    if ended(course.state) != (course.state in CLOSED):
        yield f"whether {course.state} is an end"


def faults(before: Course, after: Course, told: Told, day: date, verb: str) -> Iterator[str]:
    """Give what a step missed of: notice, deadline, remedy, reason."""
    where = f"{before.state} → {after.state} by {verb}"
    if told is None or told.on != day:
        yield f"{where}: no notice of the day"
    if before.state in CLOSED:
        yield f"{where}: it had ended"
    if before.due is not None and day > before.due and verb in NOT_AFTER:
        yield f"{where}: though its day had passed"
    if told.kind in NEEDS_REASON and not told.reason.strip():
        yield f"{where}: no reason"
    if told.kind in NAMES_REMEDIES and not told.remedies:
        yield f"{where}: no remedies"
    if after.state in CLOSED:
        if after.due is not None or after.suspended or not told.remedies:
            yield f"{where}: a clock, a suspension or no remedies at the end"
        return
    if after.due is None or not after.rule:
        yield f"{where}: no last day"
    elif told.due != after.due and told.kind != "overdue":
        yield f"{where}: another day was told"
    if after.suspended != before.suspended:
        yield f"{where}: the suspension changed before the end"
    yield from _days(before, after, day, verb, where)


def _days(before: Course, after: Course, day: date, verb: str, where: str) -> Iterator[str]:
    if before.state == "filed" and after.state == "accepted":
        days = 30 if after.track == "simplified" else 60
        if after.due != due_after(day, days):
            yield f"{where}: not {days} days"
        if verb == "time" and (before.due is None or day <= before.due):
            yield f"{where}: accepted by silence too early"
    elif verb == "extend":
        if after.accepted is None or after.due != due_after(after.accepted, 90):
            yield f"{where}: not 90 days in all"
        if before.extended or after.track == "simplified":
            yield f"{where}: extended twice, or though simplified"
    elif after.state == "decided" and before.state != "decided":
        if after.due != after_working_days(day, 20) or not after.outcome:
            yield f"{where}: not 20 working days, or no outcome"
    elif after.due != before.due:
        yield f"{where}: the day moved"
