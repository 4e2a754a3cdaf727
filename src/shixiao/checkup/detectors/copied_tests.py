"""Copied tests: the minutes of somebody's earlier test, beyond what the service explains.

At a simple service everybody takes as long, so a test is held against how often others' tests of
the same service repeat an earlier one. How many repeat the answers, too, is said beside. Whoever
copies raises that yardstick for the colleagues; those who stand out at first sight are therefore
left out of it in a second look.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from shixiao.checkup.detectors.contrasts import LogRatio, screen_log_ratios
from shixiao.checkup.detectors.trial import Screening
from shixiao.checkup.detectors.trying import Attempt, by_item
from shixiao.checkup.scene import Scene
from shixiao.effect import DAY
from shixiao.statistics import beta_binomial
from shixiao.terms import SubjectKind

STANDS_OUT = 2.0
"""Standard errors above what is expected from which somebody is no yardstick for others."""


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
    """Return each evaluator's odds of repeating over those of the others at the same services.

    Services lend each other strength, for each has few tests (Kleinman's beta-binomial).
    """
    cells: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for test in tests:
        cells[test.evaluator, test.service][0] += test.same
        cells[test.evaluator, test.service][1] += 1
        if test.evaluator not in apart:
            sums[test.service][0] += test.same
            sums[test.service][1] += 1
    if not sums:
        return {}
    counted = np.array([sums[service] for service in sorted(sums)])
    usual = beta_binomial(counted[:, 0], counted[:, 1])
    mine: dict[str, dict[str, list[int]]] = defaultdict(dict)
    for (who, service), cell in cells.items():
        mine[who][service] = cell
    whole = Counter(test.evaluator for test in tests if test.whole)
    return {
        who: _ratio(
            mine[who],
            {} if who in apart else mine[who],
            sums,
            centre=usual.centre,
            strength=usual.strength or 0.0,
            whole=whole[who],
        )
        for who in evaluators
    }


def _ratio(
    mine: Mapping[str, Sequence[int]],
    counted: Mapping[str, Sequence[int]],
    sums: Mapping[str, Sequence[int]],
    *,
    centre: float,
    strength: float,
    whole: int,
) -> LogRatio:
    """Return one evaluator's log odds ratio; ``counted`` is what of it is in the sums."""
    hits = n = 0
    expected = behind = 0.0
    for service, (same, tests) in mine.items():
        own = counted.get(service, (0, 0))
        others = sums.get(service, (0, 0))
        same_of_others, of_others = others[0] - own[0], others[1] - own[1]
        share = (strength * centre + same_of_others) / (strength + of_others)
        hits, n = hits + same, n + tests
        expected += tests * share
        behind += same_of_others
    value = math.log((hits + 0.5) / (n - hits + 0.5)) - math.log(expected / (n - expected))
    error = math.sqrt(1 / (hits + 0.5) + 1 / (n - hits + 0.5) + 1 / (behind + 0.5))
    return LogRatio(value, error, n, n, facts={"same": hits, "whole": whole})
