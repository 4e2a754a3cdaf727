"""Contrasts against peers: log ratios of two parts of one subject, compared with all others.

Where a share alone says nothing (some groups always complete less, ratings that were asked for are
always a little better) the question is whether the gap of this subject is larger than its peers'.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy.special import ndtri

from shixiao.checkup.detectors.rates import FEW_PEERS
from shixiao.checkup.detectors.registry import shared_innocents
from shixiao.checkup.detectors.trial import Evidence, Screening, Trial
from shixiao.checkup.ratios import times
from shixiao.checkup.scene import Scene
from shixiao.statistics import Observed, values_above_peers
from shixiao.statistics.reasons import too_few
from shixiao.terms import Estimate, Innocent, SubjectKind, Text


@dataclass(frozen=True, slots=True)
class LogRatio:
    """A log ratio (or log odds ratio) of one subject.

    Attributes:
        value: on the log scale.
        error: its standard error.
        n: rows behind it.
        smaller: rows of its smaller part: what the minimum is held against.
        facts: what the sentence of a finding also says.
        levelled: the same levelled for something that could explain it, if that was computed.
        levelled_for: what it was levelled for.
    """

    value: float
    error: float
    n: int
    smaller: int
    facts: Mapping[str, Text | str | int | float] = field(default_factory=dict)
    levelled: float | None = None
    levelled_for: Text | None = None


def screen_log_ratios(
    scene: Scene,
    measure: str,
    kind: SubjectKind,
    found: Mapping[str, LogRatio],
    *,
    minimum: int,
    source: str,
    locator: str = "",
    evidence: Mapping[str, tuple[str, ...]] | None = None,
) -> Screening:
    """Compare every subject's log ratio with its peers'.

    Args:
        scene: the evidence.
        measure: key of the detector's texts.
        kind: of the subjects.
        found: id → log ratio.
        minimum: fewest rows in the smaller part.
        source: table that the rows come from.
        locator: tells several contrasts of one measure apart.
        evidence: id → keys of rows to look at.
    """
    enough = sorted(s for s, item in found.items() if item.smaller >= minimum)
    trials: list[Trial] = []
    if len(enough) >= int(scene.rules.number("F-02")):
        trials = _judged(scene, measure, kind, {s: found[s] for s in enough}, locator)
    judged = {trial.subject.id for trial in trials}
    few = {s: item for s, item in found.items() if s not in judged and item.n}
    trials += _unjudged(scene, measure, kind, few, locator, minimum=minimum, peers=len(enough))

    def explain(trial: Trial) -> tuple[Innocent, ...]:
        return _explained(scene, trial, found[trial.subject.id])

    def rows(flagged: object) -> Evidence:
        del flagged
        keys = evidence or {}
        return {
            t.key: (scene.evidence(source, keys[t.subject.id]),)
            for t in trials
            if t.subject.id in keys
        }

    return Screening(tuple(trials), explain=explain, evidence=rows)


def _judged(
    scene: Scene,
    measure: str,
    kind: SubjectKind,
    found: Mapping[str, LogRatio],
    locator: str,
) -> list[Trial]:
    """Return one trial per subject, each against all."""
    level = scene.rules.number("E-17")
    peers = values_above_peers(
        np.array([item.value for item in found.values()]),
        np.array([item.error for item in found.values()]),
    )
    trials = []
    for place, (subject, item) in enumerate(found.items()):
        ratio = _ratio(item, peers.centre, level)
        trials.append(
            Trial(
                measure,
                scene.subject(kind, subject),
                _ratio(item, 0.0, level),
                p=float(peers.p[place]),
                usual=math.exp(peers.centre),
                ratio=ratio,
                facts=item.facts,
                locator=locator,
                worth=(ratio.value or 0.0) >= scene.rules.number("F-04"),
                observed=_observed(scene, item),
            )
        )
    return trials


def _unjudged(
    scene: Scene,
    measure: str,
    kind: SubjectKind,
    found: Mapping[str, LogRatio],
    locator: str,
    *,
    minimum: int,
    peers: int,
) -> list[Trial]:
    """Say of the others whether rows or peers are too few."""
    lacking = FEW_PEERS.format(n=peers, needed=int(scene.rules.number("F-02")))
    trials = []
    for subject, item in sorted(found.items()):
        few = item.smaller < minimum
        reason = too_few(item.smaller, needed=minimum) if few else lacking
        estimate = Estimate.insufficient(item.n, reason)
        trials.append(
            Trial(
                measure,
                scene.subject(kind, subject),
                estimate,
                locator=locator,
                observed=_observed(scene, item),
            )
        )
    return trials


def _observed(scene: Scene, item: LogRatio) -> Observed | None:
    """With next to no rows in one part, the half case added to it is all that is observed."""
    enough = item.smaller >= scene.rules.number("C-05", "part")
    return Observed(item.value, item.error) if enough else None


def _ratio(item: LogRatio, centre: float, level: float) -> Estimate:
    half = float(ndtri(0.5 + level / 2)) * item.error
    value = item.value - centre
    return Estimate(
        math.exp(value), math.exp(value - half), math.exp(value + half), item.n, level=level
    )


def _explained(scene: Scene, trial: Trial, item: LogRatio) -> tuple[Innocent, ...]:
    texts = shared_innocents()
    found = [Innocent("few", texts["few"].format(n=f"{item.smaller:,}"), explains=False)]
    if item.levelled is not None and item.levelled_for is not None:
        ratio = math.exp(item.levelled) / (trial.usual or 1.0)
        explains = ratio < scene.rules.number("F-04")
        text = texts["mix_explains" if explains else "mix"]
        text = text.format(stratum=item.levelled_for, ratio=times(ratio))
        found.append(Innocent("mix", text, explains=explains))
    return tuple(found)
