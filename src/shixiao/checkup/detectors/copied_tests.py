"""Copied tests: the minutes of somebody's earlier test, beyond what the service explains.

At a simple service everybody takes as long, so at a service that stands out a test is held against
how often others' tests there repeat an earlier one, elsewhere against how often all do. How many
repeat the answers, too, is said beside. Whoever copies raises that yardstick for the others; those
who stand out at first sight are therefore left out of it in a second look.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shixiao.checkup.detectors.contrasts import LogRatio, screen_log_ratios
from shixiao.checkup.detectors.trial import Screening
from shixiao.checkup.detectors.trying import Attempt, by_item
from shixiao.checkup.scene import Scene
from shixiao.effect import DAY
from shixiao.terms import SubjectKind

STANDS_OUT = 2.0
"""Standard errors above what is expected from which somebody is no yardstick for others."""
FAR = 4.0
"""Standard errors from the share of all from which a service has a yardstick of its own."""


@dataclass(frozen=True, slots=True)
class _Test:
    evaluator: str
    service: str
    id: str
    same: bool
    whole: bool  # the answers as well


def screen_copies(
    scene: Scene, measure: str, found: Sequence[Attempt], *, minimum: int
) -> Screening:
    """Compare evaluators by how often their tests repeat somebody's earlier one of the item."""
    tests = _compared(scene, found)
    evaluators = sorted({test.evaluator for test in tests})
    first = _ratios(tests, evaluators, frozenset())
    apart = frozenset(who for who, ratio in first.items() if ratio.value > STANDS_OUT * ratio.error)
    keys: dict[str, list[str]] = defaultdict(list)
    for test in tests:
        if test.same:
            keys[test.evaluator].append(test.id)
    return screen_log_ratios(
        scene,
        measure,
        SubjectKind.EVALUATOR,
        _ratios(tests, evaluators, apart),
        minimum=minimum,
        source="field_tests",
        evidence={who: tuple(mine) for who, mine in keys.items()},
    )


def _compared(scene: Scene, found: Sequence[Attempt]) -> list[_Test]:
    """Return the tests of items that a co-evaluator tried within days before."""
    days = scene.rules.number("F-21", "days")
    compared = []
    for tests in by_item(found).values():
        for place, mine in enumerate(tests):
            near = [t for t in tests[:place] if t.minutes and mine.at - t.at <= days * DAY]
            if mine.minutes and near:
                same = [t for t in near if t.minutes == mine.minutes]
                whole = any(t.passed == mine.passed for t in same)
                compared.append(_Test(mine.evaluator, mine.item[0], mine.id, bool(same), whole))
    return compared


def _ratios(
    tests: Sequence[_Test], evaluators: Sequence[str], apart: frozenset[str]
) -> dict[str, LogRatio]:
    """Return each evaluator's odds of repeating over what is usual at the same services.

    What is usual is learnt from all services together, but at a service that stands out from the
    others from its own tests alone, those of the evaluator left out.
    """
    cells: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for test in tests:
        cells[test.evaluator, test.service][0] += test.same
        cells[test.evaluator, test.service][1] += 1
    counted = {key: cell for key, cell in cells.items() if key[0] not in apart}
    own = _standing_out(counted)
    whole = Counter(test.evaluator for test in tests if test.whole)
    found = {}
    for who in evaluators:
        mine = {service: cell for (whose, service), cell in cells.items() if whose == who}
        others = {key: cell for key, cell in counted.items() if key[0] != who}
        found[who] = _ratio(mine, others, own, whole=whole[who])
    return found


def _standing_out(counted: Mapping[tuple[str, str], Sequence[int]]) -> frozenset[str]:
    """Return services whose share of repeating tests lies far from that of all together."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for (_, service), (same, n) in counted.items():
        sums[service][0] += same
        sums[service][1] += n
    tests = sum(n for _, n in sums.values())
    share = sum(same for same, _ in sums.values()) / max(tests, 1)
    return frozenset(
        service
        for service, (same, n) in sums.items()
        if abs(same - n * share) > FAR * math.sqrt(n * share * (1 - share))
    )


def _ratio(
    mine: Mapping[str, Sequence[int]],
    others: Mapping[tuple[str, str], Sequence[int]],
    own: frozenset[str],
    *,
    whole: int,
) -> LogRatio:
    """Return one evaluator's log odds ratio; a half case is added on both sides (Haldane)."""
    usual: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for (_, service), (same, n) in others.items():
        level = service if service in own else ""
        usual[level][0] += same
        usual[level][1] += n
    hits = n = 0
    expected = 0.0
    levels = set()
    for service, (same, tests) in mine.items():
        level = service if service in own else ""
        of_others = usual[level]
        hits, n = hits + same, n + tests
        expected += tests * (of_others[0] + 0.5) / (of_others[1] + 1)
        levels.add(level)
    behind = sum(usual[level][0] for level in levels)
    value = math.log((hits + 0.5) / (n - hits + 0.5)) - math.log(expected / (n - expected))
    error = math.sqrt(1 / (hits + 0.5) + 1 / (n - hits + 0.5) + 1 / (behind + 0.5))
    return LogRatio(value, error, n, n, facts={"same": hits, "whole": whole})
