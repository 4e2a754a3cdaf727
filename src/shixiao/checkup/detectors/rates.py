"""Rates against peers: shares of flagged rows per subject, compared with all other subjects.

Most formalism shows as a share that is too high: cases that still reach a counter, ratings within
seconds. Each detector says which rows count and which are flagged; the counting, the comparison,
the innocent explanations (one month, another mix) and the rows of evidence are the same for all.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis
from scipy.special import ndtri

from shixiao.checkup.detectors.registry import shared_innocents
from shixiao.checkup.detectors.trial import Evidence, Screening, Trial
from shixiao.checkup.ratios import times
from shixiao.checkup.scene import Scene, rows_of
from shixiao.evidence.engines import Table
from shixiao.rules import RulePack
from shixiao.statistics import Observed, proportions_above_peers, wilson
from shixiao.statistics.reasons import too_few
from shixiao.terms import Estimate, Innocent, Subject, SubjectKind, Text

Counts = dict[str, tuple[int, int]]  # subject → (flagged, looked at)
Strata = dict[str, dict[str, dict[str, tuple[int, int]]]]  # stratum column → subject → value

MONTH = "month"
ORDINARY = 1.5  # odds ratio to the usual up to which a peer tells what to expect
FEW_PEERS = Text(
    "达到最低数量的同类对象只有 {n} 个，至少需要 {needed} 个，不知道正常的差异有多大",
    "only {n} peers reach the minimum number where {needed} are needed: their spread is unknown",
)


@dataclass(frozen=True, slots=True)
class Rate:
    """One share: a 0/1 column (null where a row does not count) and the fewest rows to judge it."""

    measure: str
    column: str
    minimum: int


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows that shares are taken of.

    Attributes:
        table: has ``subject`` (id), the key column, one 0/1 column per rate and the strata.
        key: column that names a row.
        source: table of the package that the rows come from.
        kind: kind of the subjects.
        strata: column → its name in words; ``month`` tests the season, others the mix.
    """

    table: Table
    key: str
    source: str
    kind: SubjectKind
    strata: Mapping[str, Text]


def screen_rates(scene: Scene, rows: Rows, rates: Sequence[Rate]) -> Screening:
    """Compare every subject's shares with its peers' and prepare explanations and evidence."""
    counts, strata = _counted(scene, rows, rates)
    trials: list[Trial] = []
    for rate in rates:
        trials += trials_of(
            scene, rate.measure, rows.kind, counts[rate.measure], minimum=rate.minimum
        )
    by_measure = {rate.measure: rate for rate in rates}

    def explain(trial: Trial) -> tuple[Innocent, ...]:
        return explained(scene, trial, strata[trial.measure], rows.strata)

    def evidence(flagged: Sequence[Trial]) -> Evidence:
        return _evidence(scene, rows, by_measure, flagged)

    return Screening(tuple(trials), explain=explain, evidence=evidence)


def trials_of(
    scene: Scene, measure: str, kind: SubjectKind, counts: Counts, *, minimum: int
) -> list[Trial]:
    """Return one trial per subject: judged where it and enough peers reach the minimum."""
    enough = sorted(subject for subject, (_, n) in counts.items() if n >= minimum)
    needed = int(scene.rules.number("F-02"))
    trials = []
    if len(enough) >= needed:
        known = [(scene.subject(kind, s), *counts[s]) for s in enough]
        trials = judged_shares(measure, known, scene.rules)
    judged = set(enough) if trials else set()
    for subject, (hit, n) in sorted(counts.items()):
        if subject in judged or n == 0:
            continue
        reason = (
            too_few(n, needed=minimum)
            if n < minimum
            else FEW_PEERS.format(n=len(enough), needed=needed)
        )
        estimate = Estimate.insufficient(n, reason, value=hit / n)
        seen = Observed.of_share(hit, n)
        trials.append(
            Trial(measure, scene.subject(kind, subject), estimate, hits=hit, observed=seen)
        )
    return trials


def judged_shares(
    measure: str, counts: Sequence[tuple[Subject, int, int]], rules: RulePack
) -> list[Trial]:
    """Return one trial per (subject, flagged rows, rows), each against all: counts decide them."""
    level = rules.number("E-17")
    peers = proportions_above_peers([hit for _, hit, _ in counts], [n for _, _, n in counts])
    usual = 1.0 / (1.0 + math.exp(-peers.centre))
    trials = []
    for (subject, hit, n), p in zip(counts, peers.p, strict=True):
        ratio = odds_ratio(hit, n, usual, level=level)
        trials.append(
            Trial(
                measure,
                subject,
                wilson(hit, n, level=level),
                p=float(p),
                usual=usual,
                ratio=ratio,
                worth=(ratio.value or 0.0) >= rules.number("F-04"),
                hits=hit,
                observed=Observed.of_share(hit, n),
            )
        )
    return trials


def odds_ratio(hits: int, n: int, usual: float, *, level: float) -> Estimate:
    """Return the odds of a share over the usual odds, half a case added on both sides (Haldane)."""
    value = math.log((hits + 0.5) / (n - hits + 0.5)) - math.log(usual / (1.0 - usual))
    half = float(ndtri(0.5 + level / 2)) * math.sqrt(1 / (hits + 0.5) + 1 / (n - hits + 0.5))
    return Estimate(math.exp(value), math.exp(value - half), math.exp(value + half), n, level=level)


def _counted(
    scene: Scene, rows: Rows, rates: Sequence[Rate]
) -> tuple[dict[str, Counts], dict[str, Strata]]:
    """Count flagged and looked-at rows by subject and, for explanations, by subject and stratum."""
    counts: dict[str, Counts] = {rate.measure: {} for rate in rates}
    strata: dict[str, Strata] = {rate.measure: defaultdict(dict) for rate in rates}
    columns = list(rows.strata) or [""]
    for place, column in enumerate(columns):
        keys = ["subject", column] if column else ["subject"]
        metrics: dict[str, Any] = {}
        for rate in rates:
            metrics[f"{rate.column}_hits"] = ibis._[rate.column].cast("int64").sum()
            metrics[f"{rate.column}_n"] = ibis._[rate.column].count()
        found = rows_of(scene, rows.table.group_by(keys).agg(**metrics).order_by(keys))
        for row in found:
            subject = str(row["subject"])
            for rate in rates:
                hit, n = int(row[f"{rate.column}_hits"] or 0), int(row[f"{rate.column}_n"])
                if place == 0:
                    before = counts[rate.measure].get(subject, (0, 0))
                    counts[rate.measure][subject] = (before[0] + hit, before[1] + n)
                if column and n:
                    value = str(row[column]) if row[column] is not None else ""
                    strata[rate.measure][column].setdefault(subject, {})[value] = (hit, n)
    return counts, strata


def explained(
    scene: Scene, trial: Trial, strata: Strata, names: Mapping[str, Text]
) -> tuple[Innocent, ...]:
    """Test the innocent explanations: enough rows, one month alone, another mix of rows."""
    texts = shared_innocents()
    found = [Innocent("few", texts["few"].format(n=f"{trial.estimate.n:,}"), explains=False)]
    least = scene.rules.number("F-04")
    for column, name in names.items():
        mine = strata.get(column, {}).get(trial.subject.id, {})
        if len(mine) < 2 or trial.usual is None:
            continue
        if column == MONTH:
            stratum, ratio = _without_worst(mine, trial.usual)
            key = "season"
            shown: Text | str = stratum
        else:
            ratio = _levelled(mine, _ordinary(strata[column], trial))
            key, shown = "mix", name
        explains = ratio < least
        text = texts[f"{key}_explains" if explains else key]
        found.append(
            Innocent(key, text.format(stratum=shown, ratio=times(ratio)), explains=explains)
        )
    return tuple(found)


def _without_worst(mine: Mapping[str, tuple[int, int]], usual: float) -> tuple[str, float]:
    """Return the month whose absence lowers the odds ratio most, and that odds ratio."""
    hits = sum(hit for hit, _ in mine.values())
    total = sum(n for _, n in mine.values())
    odds = usual / (1 - usual)

    def left(value: str) -> float:
        hit, n = mine[value]
        return (hits - hit + 0.5) / (total - n - hits + hit + 0.5) / odds

    worst = min(sorted(mine), key=left)
    return worst, left(worst)


def _ordinary(
    everybody: Mapping[str, Mapping[str, tuple[int, int]]], trial: Trial
) -> list[Mapping[str, tuple[int, int]]]:
    """Return the strata of peers that are near the usual: others would colour what is expected."""
    odds = (trial.usual or 0.0) / (1.0 - (trial.usual or 0.0))
    found = []
    for other, values in everybody.items():
        hits, total = (sum(pair[k] for pair in values.values()) for k in (0, 1))
        near = 1 / ORDINARY <= (hits + 0.5) / (total - hits + 0.5) / odds <= ORDINARY
        if other != trial.subject.id and near:
            found.append(values)
    return found


def _levelled(
    mine: Mapping[str, tuple[int, int]], others: Sequence[Mapping[str, tuple[int, int]]]
) -> float:
    """Odds of what was seen over the odds that the peers' rates give for the same mix."""
    peers: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for values in others:
        for value, (hit, n) in values.items():
            peers[value][0] += hit
            peers[value][1] += n
    hits = expected = total = 0.0
    for value, (hit, n) in mine.items():
        if peers[value][1]:
            hits, total = hits + hit, total + n
            expected += n * peers[value][0] / peers[value][1]
    if not 0 < expected < total:
        return math.inf
    return (hits + 0.5) / (total - hits + 0.5) / (expected / (total - expected))


def _evidence(
    scene: Scene, rows: Rows, rates: Mapping[str, Rate], flagged: Sequence[Trial]
) -> Evidence:
    """Return the keys of flagged rows, the first of each subject in order of key."""
    found: dict[tuple[str, str, str], tuple[Any, ...]] = {}
    limit = int(scene.rules.number("F-03"))
    for measure, rate in rates.items():
        mine = [trial for trial in flagged if trial.measure == measure]
        if not mine:
            continue
        ids = [trial.subject.id for trial in mine]
        hit = rows.table.filter((rows.table[rate.column] == 1) & rows.table.subject.isin(ids))
        window = ibis.window(group_by="subject", order_by=rows.key)
        numbered = hit.select("subject", rows.key).mutate(place=ibis.row_number().over(window))
        chosen = numbered.filter(numbered.place < limit).order_by(["subject", rows.key])
        keys: dict[str, list[str]] = defaultdict(list)
        for row in rows_of(scene, chosen):
            keys[str(row["subject"])].append(str(row[rows.key]))
        for trial in mine:
            found[trial.key] = (scene.evidence(rows.source, keys[trial.subject.id]),)
    return found
