"""Tied evaluators: a department's failures pass with one evaluator and with nobody else.

Of the steps that every co-evaluator failed, some are passed by anybody: people err, and some are
lenient. So what counts is how much more often this happens at one department than elsewhere with
the same evaluator, and how much more than with the others. Ties are found where they are declared
and where nobody declared any.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.special import ndtri

from shixiao.checkup.detectors.rates import FEW_PEERS
from shixiao.checkup.detectors.registry import described, detector
from shixiao.checkup.detectors.trial import Evidence, Screening, Trial
from shixiao.checkup.detectors.trying import NO_TESTS, Judged, answers, attempts, lacking
from shixiao.checkup.ratios import times
from shixiao.checkup.scene import Scene
from shixiao.seals import person_code
from shixiao.statistics import Observed, values_above_peers, wilson
from shixiao.statistics.reasons import too_few_per_arm
from shixiao.terms import Estimate, Innocent, SubjectKind

KIND = "tied_evaluator"
DECLARED, UNDECLARED = "declared_tie", "undeclared_tie"
Pair = tuple[str, str]  # evaluator, department


@dataclass(slots=True)
class _Passes:
    """Steps that all co-evaluators failed, and those of them that the evaluator passed."""

    hits: int = 0
    n: int = 0
    tests: list[str] = field(default_factory=list)
    by_service: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))

    def add(self, judged: Judged) -> None:
        self.n += 1
        self.hits += judged.passed
        mine = self.by_service[judged.attempt.item[0]]
        mine[0] += judged.passed
        mine[1] += 1
        if judged.passed:
            self.tests.append(judged.attempt.id)


@detector(KIND)
def tied_evaluator(scene: Scene) -> Iterable[Screening]:
    """Put every evaluator and department to the test that have enough failed steps in common."""
    missing = lacking(scene) or scene.lacking("services", "department_id")
    if missing is not None:
        yield Screening.lacking((DECLARED, UNDECLARED), missing)
        return
    passes = _passes(scene)
    if not passes:
        yield Screening.lacking((DECLARED, UNDECLARED), NO_TESTS)
        return
    declared = _declared(scene)
    trials = _trials(scene, passes, declared)
    no_ties = scene.lacking("evaluators", "tied_to")

    def explain(trial: Trial) -> tuple[Innocent, ...]:
        return _explained(scene, trial, passes[trial.subject.id, trial.locator], passes)

    def evidence(flagged: Sequence[Trial]) -> Evidence:
        return {
            t.key: (
                scene.evidence(
                    "field_tests",
                    list(dict.fromkeys(passes[t.subject.id, t.locator].tests)),
                ),
            )
            for t in flagged
        }

    yield Screening(
        tuple(trials),
        missing={DECLARED: no_ties} if no_ties is not None else {},
        explain=explain,
        evidence=evidence,
    )


def _passes(scene: Scene) -> dict[Pair, _Passes]:
    days, fewest = scene.rules.number("F-20", "days"), scene.rules.number("F-20", "others")
    found: dict[Pair, _Passes] = defaultdict(_Passes)
    for judged in answers(attempts(scene), days=days):
        if judged.others >= fewest and judged.agreeing == 0 and judged.attempt.department:
            found[judged.attempt.evaluator, judged.attempt.department].add(judged)
    return dict(sorted(found.items()))


def _declared(scene: Scene) -> set[Pair]:
    if not scene.has("evaluators", "evaluator_id", "tied_to"):
        return set()
    rows = scene.engine.rows(scene.table("evaluators").select("evaluator_id", "tied_to"))
    pairs = zip(rows["evaluator_id"], rows["tied_to"], strict=True)
    return {(person_code(str(who)), str(to)) for who, to in pairs if to}


def _trials(scene: Scene, passes: Mapping[Pair, _Passes], declared: set[Pair]) -> list[Trial]:
    """Compare each pair's contrast with those of all pairs, one family of declared and others."""
    least = int(scene.rules.number("F-20", "failed"))
    contrasts: dict[Pair, tuple[float, float]] = {}
    trials: list[Trial] = []
    wanted = int(scene.rules.number("F-02"))
    for pair, here in passes.items():
        elsewhere = _elsewhere(pair, passes)
        if min(here.n, elsewhere.n) >= least:
            contrasts[pair] = _contrast(here, elsewhere)
    judged = contrasts if len({who for who, _ in contrasts}) >= wanted else {}
    for pair, here in passes.items():
        if pair not in judged:
            people = len({who for who, _ in contrasts})
            trials.append(_unjudged(scene, pair, here, passes, declared, people=people))
    if not judged:
        return trials
    values = np.array([value for value, _ in judged.values()])
    errors = np.array([error for _, error in judged.values()])
    peers = values_above_peers(values, errors)
    for place, pair in enumerate(judged):
        p = float(peers.p[place])
        trials.append(_trial(scene, pair, passes, declared, judged[pair], peers.centre, p))
    return trials


def _trial(
    scene: Scene,
    pair: Pair,
    passes: Mapping[Pair, _Passes],
    declared: set[Pair],
    contrast: tuple[float, float],
    centre: float,
    p: float,
) -> Trial:
    here, elsewhere = passes[pair], _elsewhere(pair, passes)
    level = scene.rules.number("E-17")
    value, error = contrast[0] - centre, contrast[1]
    half = float(ndtri(0.5 + level / 2)) * error
    ratio = Estimate(
        math.exp(value), math.exp(value - half), math.exp(value + half), here.n, level=level
    )
    return Trial(
        DECLARED if pair in declared else UNDECLARED,
        scene.subject(SubjectKind.EVALUATOR, pair[0]),
        wilson(here.hits, here.n, level=level),
        p=p,
        usual=elsewhere.hits / elsewhere.n,
        ratio=ratio,
        facts={"department": scene.subject(SubjectKind.DEPARTMENT, pair[1]).name},
        locator=pair[1],
        worth=(ratio.value or 0.0) >= scene.rules.number("F-04"),
        observed=Observed(*contrast),
        hits=here.hits,
    )


def _unjudged(
    scene: Scene,
    pair: Pair,
    here: _Passes,
    passes: Mapping[Pair, _Passes],
    declared: set[Pair],
    *,
    people: int,
) -> Trial:
    least = int(scene.rules.number("F-20", "failed"))
    elsewhere = _elsewhere(pair, passes)
    few = min(here.n, elsewhere.n) < least
    reason = (
        too_few_per_arm(here.n, elsewhere.n, needed=least)
        if few
        else FEW_PEERS.format(n=people, needed=int(scene.rules.number("F-02")))
    )
    return Trial(
        DECLARED if pair in declared else UNDECLARED,
        scene.subject(SubjectKind.EVALUATOR, pair[0]),
        Estimate.insufficient(here.n, reason, value=here.hits / here.n),
        locator=pair[1],
        hits=here.hits,
    )


def _elsewhere(pair: Pair, passes: Mapping[Pair, _Passes]) -> _Passes:
    """Sum up the other departments of an evaluator but the one that passes most.

    Were a tie to one of them among what another is held against, all others of a tied evaluator
    would look stern, and the spread of innocents with them.
    """
    who, here = pair
    others = [found for (whose, at), found in passes.items() if whose == who and at != here]
    others.sort(key=lambda found: (found.hits + 0.5) / (found.n + 1))
    kept = others[:-1] if len(others) > 1 else others
    return _Passes(sum(found.hits for found in kept), sum(found.n for found in kept))


def _contrast(here: _Passes, elsewhere: _Passes) -> tuple[float, float]:
    """Return the log odds ratio of passing here against elsewhere, with its error (Haldane)."""
    one, other = (
        Observed.of_share(here.hits, here.n),
        Observed.of_share(elsewhere.hits, elsewhere.n),
    )
    return one.value - other.value, math.hypot(one.error, other.error)


def _explained(
    scene: Scene, trial: Trial, here: _Passes, passes: Mapping[Pair, _Passes]
) -> tuple[Innocent, ...]:
    """Test whether the evaluator is lenient everywhere, or one service is all there is to it."""
    texts = described(KIND).innocents
    least = scene.rules.number("F-04")
    elsewhere = _elsewhere((trial.subject.id, trial.locator), passes)
    lenient = math.exp(_contrast(here, elsewhere)[0])
    found = [
        Innocent("few", texts["few"].format(n=f"{here.n:,}"), explains=False),
        Innocent(
            "lenient",
            texts["lenient_explains" if lenient < least else "lenient"].format(
                ratio=times(lenient)
            ),
            explains=lenient < least,
        ),
    ]
    if len(here.by_service) > 1:
        worst = max(here.by_service, key=lambda s: (here.by_service[s][0], s))
        hits, n = here.by_service[worst]
        rest = _Passes(here.hits - hits, here.n - n)
        if rest.n:
            ratio = math.exp(_contrast(rest, elsewhere)[0])
            key = "service_explains" if ratio < least else "service"
            name = scene.subject(SubjectKind.SERVICE, worst).name
            text = texts[key].format(service=name, ratio=times(ratio))
            found.append(Innocent("service", text, explains=ratio < least))
    return tuple(found)
