"""Bar 1: process measures equal PM4Py's on the real logs; municipalities rank by the rule alone."""

from __future__ import annotations

import subprocess
import sys

from bars.data import PERMITS, WORK
from bars.outcome import Outcome
from shixiao.checkup import Question, evaluate
from shixiao.settings import Settings


def measure(*, full: bool) -> list[Outcome]:
    # At reduced counts the comparison with PM4Py is a test of its own, in tests/oracle.
    return [*([_oracle()] if full else []), *_municipalities()]


def _oracle() -> Outcome:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "tests/oracle", "-q", "-p", "no:cacheprovider"],
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout.strip().splitlines()[-1]
    return Outcome(
        "edges, variants, durations and rework equal PM4Py's on all logs",
        said,
        "all pass",
        done.returncode == 0,
    )


def _municipalities() -> list[Outcome]:
    settings = Settings(WORK / "store", "a key for bars", 3072, 2, "en")
    found = evaluate(Question(paths=PERMITS), settings=settings, progress=lambda _: None)
    wrong = 0
    for ranking in found.rankings:
        places = {place.id: place for place, _ in ranking.places}
        for place in places.values():
            # A band ends only where each member above stands above each one below.
            lower = {p.id for p in places.values() if p.band > place.band}
            wrong += not lower <= set(_below(place.id, places))
            wrong += place.low != 1 + len(place.above)
    return [
        Outcome.at_least(
            "measures on which five municipalities are compared", len(found.rankings), 5
        ),
        Outcome("orders that the ranking rule does not allow", wrong, "0", wrong == 0),
    ]


def _below(identifier: str, places: dict[str, object]) -> list[str]:
    return [p.id for p in places.values() if identifier in p.above]  # type: ignore[attr-defined]
