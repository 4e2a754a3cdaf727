"""Lazy evaluators: answers that are somebody else's, one's own of another item, or nobody's.

Four traces: the minutes of every step are those of a test that a co-evaluator made of the same item
before (see ``copied_tests``), or those of the own last test of another item; answers go against
what co-evaluators agree on, both ways; and a whole test is entered within a minute. Honest people
show all of these now and then, hence the comparison with the others. That two agree is no trace: at
a service that works everybody says the same, but minutes are not alike by agreeing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import pyarrow as pa

from shixiao.checkup.detectors.copied_tests import screen_copies
from shixiao.checkup.detectors.rates import MONTH, Rate, Rows, odds_ratio, screen_rates
from shixiao.checkup.detectors.registry import described, detector
from shixiao.checkup.detectors.trial import Screening, Trial
from shixiao.checkup.detectors.trying import (
    NO_TESTS,
    Attempt,
    Judged,
    answers,
    attempts,
    lacking,
)
from shixiao.checkup.ratios import times
from shixiao.checkup.scene import Scene
from shixiao.terms import Innocent, SubjectKind, Text

KIND = "lazy_evaluator"
OTHERS, OWN, AGAINST, AT_ONCE = (
    "minutes_of_another",
    "minutes_of_own_last",
    "against_agreement",
    "entered_at_once",
)
MEASURES = (OTHERS, OWN, AGAINST, AT_ONCE)
BY_SERVICE = {MONTH: Text("月份", "month"), "service": Text("服务", "service")}
BY_STEP = {MONTH: Text("月份", "month"), "step": Text("步骤", "step")}
Direction = dict[str, Counter[bool]]


@detector(KIND)
def lazy_evaluator(scene: Scene) -> Iterable[Screening]:
    """Compare evaluators by how their tests came about."""
    missing = lacking(scene)
    if missing is not None:
        yield Screening.lacking(MEASURES, missing)
        return
    found = attempts(scene)
    agreed = list(_agreed(scene, found))
    if not agreed:
        yield Screening.lacking(MEASURES, NO_TESTS)
        return
    minimum = int(scene.rules.number("F-21", "answers"))
    against = screen_rates(scene, _answer_rows(scene, agreed), [Rate(AGAINST, "against", minimum)])
    ways = _ways(agreed)
    usual = next((t.usual for t in against.trials if t.usual is not None), None)
    yield _explained_too(against, lambda trial: _one_sided(scene, trial, ways))
    tests = int(scene.rules.number("F-21", "tests"))
    rates = [Rate(AT_ONCE, "at_once", tests)]
    no_minutes = scene.lacking("field_tests", "minutes")
    if no_minutes is None:
        rates.append(Rate(OWN, "own", tests))
        yield screen_copies(scene, OTHERS, found, minimum=tests)
    else:
        yield Screening.lacking((OTHERS, OWN), no_minutes)
    screened = screen_rates(scene, _test_rows(scene, found), rates)
    yield _explained_too(screened, lambda trial: _right(scene, trial, ways, usual))


def _agreed(scene: Scene, found: Sequence[Attempt]) -> Iterable[Judged]:
    """Give the answers on which all co-evaluators say one thing."""
    days, fewest = scene.rules.number("F-21", "days"), scene.rules.number("F-21", "others")
    for judged in answers(found, days=days):
        if judged.others >= fewest and judged.agreeing in (0, judged.others):
            yield judged


def _against(judged: Judged) -> bool:
    return judged.passed != (judged.agreeing > 0)


def _answer_rows(scene: Scene, agreed: Sequence[Judged]) -> Rows:
    table = pa.table(
        {
            "test_id": pa.array([j.attempt.id for j in agreed], pa.string()),
            "subject": pa.array([j.attempt.evaluator for j in agreed], pa.string()),
            MONTH: pa.array([j.attempt.month for j in agreed], pa.string()),
            "step": pa.array([j.step for j in agreed], pa.string()),
            "against": pa.array([int(_against(j)) for j in agreed], pa.int64()),
        }
    )
    kept = scene.engine.small(table)
    return Rows(kept, "test_id", "field_tests", SubjectKind.EVALUATOR, BY_STEP)


def _test_rows(scene: Scene, found: Sequence[Attempt]) -> Rows:
    seconds = scene.rules.number("F-21", "seconds")
    columns = {
        "test_id": pa.array([a.id for a in found], pa.string()),
        "subject": pa.array([a.evaluator for a in found], pa.string()),
        MONTH: pa.array([a.month for a in found], pa.string()),
        "service": pa.array([a.item[0] for a in found], pa.string()),
        "own": pa.array(_own_last(found), pa.int64()),
        "at_once": pa.array(
            [None if a.took is None else int(a.took <= seconds) for a in found], pa.int64()
        ),
    }
    kept = scene.engine.small(pa.table(columns))
    return Rows(kept, "test_id", "field_tests", SubjectKind.EVALUATOR, BY_SERVICE)


def _own_last(found: Sequence[Attempt]) -> list[int | None]:
    """1 where the evaluator's test before this one took the same minutes; null for the first."""
    last: dict[str, Attempt] = {}
    flags: list[int | None] = []
    for attempt in found:
        before = last.get(attempt.evaluator)
        known = before is not None and bool(before.minutes) and bool(attempt.minutes)
        flags.append(int(before.minutes == attempt.minutes) if before and known else None)
        last[attempt.evaluator] = attempt
    return flags


def _ways(agreed: Sequence[Judged]) -> dict[bool, Direction]:
    """Count answers against agreement, apart where others passed and where they failed."""
    ways: dict[bool, Direction] = {way: defaultdict(Counter) for way in (True, False)}
    for judged in agreed:
        ways[judged.agreeing > 0][judged.attempt.evaluator][_against(judged)] += 1
    return ways


def _one_sided(scene: Scene, trial: Trial, ways: Mapping[bool, Direction]) -> tuple[Innocent, ...]:
    """Who is lenient or stern errs one way only; whoever answers at random errs both ways."""
    ratios = [_way_ratio(scene, trial.subject.id, direction) for direction in ways.values()]
    known = [ratio for ratio in ratios if ratio is not None]
    if len(known) < len(ratios):
        return ()
    explains = min(known) < scene.rules.number("F-04")
    text = described(KIND).innocents["one_sided_explains" if explains else "one_sided"]
    said = text.format(stern=times(known[0]), lenient=times(known[1]))
    return (Innocent("one_sided", said, explains=explains),)


def _way_ratio(scene: Scene, evaluator: str, direction: Direction) -> float | None:
    """Odds of going against agreement one way, over those of all other evaluators together."""
    mine = direction.get(evaluator, Counter())
    hits = sum(c[True] for who, c in direction.items() if who != evaluator)
    n = sum(c.total() for who, c in direction.items() if who != evaluator)
    if not mine.total() or not 0 < hits < n:
        return None
    level = scene.rules.number("E-17")
    return odds_ratio(mine[True], mine.total(), hits / n, level=level).value


def _right(
    scene: Scene, trial: Trial, ways: Mapping[bool, Direction], usual: float | None
) -> tuple[Innocent, ...]:
    """Whoever enters a test at one go and answers as the others do is fast, and no more."""
    mine = sum((ways[way].get(trial.subject.id, Counter()) for way in ways), Counter[bool]())
    if trial.measure != AT_ONCE or usual is None or not mine.total():
        return ()
    ratio = odds_ratio(
        mine[True], mine.total(), usual, level=scene.rules.number("E-17")
    ).value or 0.0  # fmt: skip
    explains = ratio < scene.rules.number("F-04")
    text = described(KIND).innocents["right_explains" if explains else "right"]
    return (Innocent("right", text.format(ratio=times(ratio)), explains=explains),)


def _explained_too(
    screening: Screening, more: Callable[[Trial], tuple[Innocent, ...]]
) -> Screening:
    """Add an explanation of this kind to the shared ones."""
    shared = screening.explain

    def explain(trial: Trial) -> tuple[Innocent, ...]:
        return (*shared(trial), *more(trial))

    return replace(screening, explain=explain)
