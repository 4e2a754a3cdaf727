"""Bar 7 of SHARING: deadlines against a calendar walked day by day; books that tie to the cent."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import chinese_calendar

from bars.outcome import Outcome
from shixiao.rules import Clock, Suspension, load_calendar, load_pack
from shixiao.sharing.assets import (
    Asset,
    Disposal,
    Impairment,
    Month,
    Origin,
    Placement,
    Voucher,
    months_of,
    roll_forward,
)
from shixiao.sharing.assets.book import COMPONENTS, Method
from shixiao.sharing.assets.rollforward import RollForward, total
from shixiao.terms import Text

RULES = ("GDS-17u", "GDS-17r", "GDS-21u", "GDS-21c", "GDS-22", "GDS-26")
FIRST, LAST = date(2026, 1, 1), date(2026, 10, 31)  # every period then ends within 2026
BOOKS, REDUCED = 1_000, 100
SEED = 7


def measure(*, full: bool) -> list[Outcome]:
    checked, wrong = _deadlines(full=full)
    books = BOOKS if full else REDUCED
    failures = _books(books)
    return [
        Outcome.recorded("deadlines counted a second time, day by day", checked),
        Outcome.at_most("deadlines that differ", wrong, 0),
        Outcome.recorded("random books", books),
        *(Outcome.at_most(what, n, 0) for what, n in failures.items()),
    ]


# ── deadlines ────────────────────────────────────────────────────────────────────────────────────


def _deadlines(*, full: bool) -> tuple[int, int]:
    """Count every period from every day of 2026 again, with the calendar of another project."""
    pack, calendar = load_pack(), load_calendar("cn")
    chance = random.Random(SEED)
    checked = wrong = 0
    for name in RULES:
        clock = Clock.of(pack.rule(name))
        for start in _days(FIRST, LAST, step=1 if full else 11):
            for extension in {0, clock.extension_limit}:
                for waits in ((), _waits(chance, start), _waits(chance, start, n=2)):
                    stopped = tuple(Suspension(a, b) for a, b in waits)
                    found = clock.deadline(
                        start, calendar, suspensions=stopped, extension=extension
                    ).due
                    checked += 1
                    wrong += found != _walked(start, clock.length + extension, waits)
    return checked, wrong


def _days(first: date, last: date, *, step: int) -> Iterator[date]:
    day = first
    while day <= last:
        yield day
        day += timedelta(days=step)


def _waits(chance: random.Random, start: date, n: int = 1) -> tuple[tuple[date, date], ...]:
    """Return spans in which the clock stands still, after the start."""
    found = []
    day = start
    for _ in range(n):
        begins = day + timedelta(days=chance.randint(1, 6))
        ends = begins + timedelta(days=chance.randint(0, 6))
        found.append((begins, ends))
        day = ends
    return tuple(found)


def _walked(start: date, days: int, waits: Sequence[tuple[date, date]]) -> date:
    """Return the due day by walking: working days that no wait covers are counted."""
    day, left = start, days
    while left:
        day += timedelta(days=1)
        waiting = any(first <= day <= last for first, last in waits)
        left -= chinese_calendar.is_workday(day) and not waiting
    return day


# ── books ────────────────────────────────────────────────────────────────────────────────────────


def _books(n: int) -> dict[str, int]:
    chance = random.Random(SEED)
    failures = dict.fromkeys(
        (
            "books whose periods do not tie to each other",
            "books whose closing is not what their vouchers say",
            "books whose amortisation is not all that was to be spread",
            "books with a month more than a cent from its exact share",
        ),
        0,
    )
    periods, vouchers, spread, exact = failures
    for _ in range(n):
        book = _book(chance)
        months = list(months_of(book, until=date(2060, 12, 31)))
        failures[periods] += not _ties(book, chance)
        failures[vouchers] += not _follows(book, months)
        failures[spread] += not _spread(months)
        failures[exact] += not _shares(months)
    return failures


def _book(chance: random.Random) -> Asset:
    """Make up a book: costs over two years, now and then a loss, parts that go."""
    begins = date(2024, chance.randint(1, 12), chance.randint(1, 28))
    spent = [
        Voucher(
            begins + timedelta(days=chance.randint(0, 700)),
            chance.choice(list(COMPONENTS)),
            Decimal(chance.randint(1, 50_000_000)) / 100,
            f"V-{n}",
        )
        for n in range(chance.randint(1, 8))
    ]
    spent.append(Voucher(begins, "price", Decimal(chance.randint(10_000, 90_000_000)) / 100, "V-0"))
    going = tuple(
        Disposal(
            date(2027 + chance.randint(0, 4), chance.randint(1, 12), 15),
            Decimal(chance.randint(1, 100)) / 100,
            Decimal(chance.randint(0, 100_000)) / 100,
            "sold",
        )
        for _ in range(chance.choice((0, 0, 1, 2)))
    )
    # A loss that the book can always bear: a cent or two of what certainly still stands.
    lost = tuple(
        Impairment(begins + timedelta(days=chance.randint(1, 20)), Decimal("12.34"), "outdated")
        for _ in range(chance.choice((0, 0, 1)))
    )
    return Asset(
        id="A",
        name=Text("账", "book"),
        placement=Placement.INTANGIBLE,
        origin=chance.choice(list(Origin)),
        method=Method.STRAIGHT_LINE,
        months=chance.randint(1, 240),
        in_use=begins + timedelta(days=chance.randint(40, 400)),
        vouchers=tuple(spent),
        disposals=going,
        impairments=lost,
    )


def _ties(book: Asset, chance: random.Random) -> bool:
    """Cut the life of a book at three random months: what closes one period opens the next."""
    cuts = sorted(chance.sample(range(1, 400), 3))
    marks = [0, *cuts, 420]
    tables = [
        total(roll_forward([book], start=_month(a), end=_month(b - 1))) for a, b in pairwise(marks)
    ]
    whole = total(roll_forward([book], start=_month(0), end=_month(419)))
    return all(_closing(first) == _opening(second) for first, second in pairwise(tables)) and all(
        sum(getattr(getattr(t, part), side) for t in tables) == getattr(getattr(whole, part), side)
        for part in ("cost", "amortised", "impaired")
        for side in ("increase", "decrease")
    )


def _month(n: int) -> date:
    return date(2024 + n // 12, n % 12 + 1, 1)


def _closing(table: RollForward) -> tuple[Decimal, ...]:
    return (table.cost.closing, table.amortised.closing, table.impaired.closing)


def _opening(table: RollForward) -> tuple[Decimal, ...]:
    return (table.cost.opening, table.amortised.opening, table.impaired.opening)


def _follows(book: Asset, months: list[Month]) -> bool:
    """Add the vouchers up apart from the book: cost and expense are what they say."""
    capital = sum(v.amount for v in book.vouchers if COMPONENTS[v.component][1])
    expense = sum(v.amount for v in book.vouchers if not COMPONENTS[v.component][1])
    added = sum(m.added for m in months)
    gone = sum(m.gone.cost for m in months)
    return (
        added == capital
        and sum(m.expensed for m in months) == expense
        and months[-1].end.cost == capital - gone
    )


def _spread(months: list[Month]) -> bool:
    """At the end of its life nothing is left to spread, and nothing ever went below zero."""
    return months[-1].end.carrying == 0 and all(m.end.carrying >= 0 for m in months)


def _shares(months: list[Month]) -> bool:
    """While nothing happens, a month is within a cent of an equal share of what was left."""
    charged = [(at, m) for at, m in enumerate(months) if m.charged]
    for place, (at, month) in enumerate(charged):
        left = Fraction(month.charged + month.end.carrying + month.lost)
        share = left / (len(charged) - place)
        still = all(not m.added and not m.gone.cost and not m.lost for m in months[at:])
        if still and abs(Fraction(month.charged) - share) > Fraction(1, 100):
            return False
    return True
