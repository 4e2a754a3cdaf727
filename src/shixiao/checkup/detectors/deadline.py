"""Deadline gaming: limits kept on paper by ending on the last day, stopping the clock, reopening.

Three traces: more cases end on the last permitted day than the days around it let expect; clocks
are suspended without naming a law; cases are closed as withdrawn or refused and opened again by the
same person within days.

Source: H. J. Kleven (2016), Annual Review of Economics 8, 435-464 (bunching against a
counterfactual fitted to neighbouring values).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import ibis
import numpy as np
from scipy.special import ndtri

from shixiao.checkup.detectors.cases import rows_of_cases, services_known
from shixiao.checkup.detectors.rates import FEW_PEERS, Rate, screen_rates
from shixiao.checkup.detectors.registry import detector, detectors
from shixiao.checkup.detectors.trial import Evidence, Screening, Trial
from shixiao.checkup.ratios import times
from shixiao.checkup.scene import Scene, rows_of
from shixiao.effect import DAY
from shixiao.evidence.engines import Table
from shixiao.statistics import Observed, values_above_peers
from shixiao.statistics.reasons import too_few
from shixiao.terms import Estimate, Innocent, SubjectKind, Text

KIND = "deadline"
BUNCH, RESTART, REOPEN = "ends_on_last_day", "clock_stopped_without_basis", "closed_and_reopened"
LIMITS = ("promised_days", "statutory_days")
FEWEST_EXPECTED = 10.0
RHYTHM = 5  # working days in a week
NO_DAYS = Text(
    "没有办理用时（缺少工作日历或起止时间）", "durations are unknown (no calendar or times)"
)


@detector(KIND)
def deadline(scene: Scene) -> Iterable[Screening]:
    """Look for the three traces."""
    lacking = services_known(scene)
    if lacking is not None or scene.profile is None:
        yield Screening.lacking((BUNCH, RESTART, REOPEN), lacking or NO_DAYS)
        return
    yield _bunching(scene, scene.profile.table)
    yield _restarts(scene, scene.profile.table)
    yield _reopened(scene, scene.profile.table)


# ── ends on the last permitted day ────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class _Contrast:
    """Ends on one day against what its neighbours let expect: log ratio and its error."""

    value: float
    error: float
    expected: float


def _bunching(scene: Scene, cases: Table) -> Screening:
    limit = next((name for name in LIMITS if scene.has("services", name)), None)
    if limit is None:
        return Screening.lacking([BUNCH], scene.lacking("services", LIMITS[0]) or NO_DAYS)
    if "counted_days" not in cases.columns:
        return Screening.lacking([BUNCH], NO_DAYS)
    limits = _limits(scene, limit)
    histograms = _histograms(scene, cases)
    minimum = int(scene.rules.number("F-16", "cases"))
    width = int(scene.rules.number("F-16", "neighbours"))
    contrasts: dict[str, _Contrast] = {}
    few: list[Trial] = []
    for service, days in sorted(histograms.items()):
        if service not in limits:
            continue
        n = sum(days.values())
        contrast = _contrast(days, limits[service], width)
        if contrast is None or n < minimum:
            reason = too_few(n, needed=minimum) if n < minimum else TOO_FEW_NEAR
            estimate = Estimate.insufficient(n, reason)
            subject = scene.subject(SubjectKind.SERVICE, service)
            few.append(Trial(BUNCH, subject, estimate, observed=_observed(contrast)))
        else:
            contrasts[service] = contrast
    trials = _judged(scene, contrasts, histograms, limits)

    def explain(trial: Trial) -> tuple[Innocent, ...]:
        return _rhythm(scene, trial, histograms[trial.subject.id], limits[trial.subject.id], width)

    def evidence(flagged: Sequence[Trial]) -> Evidence:
        return {
            t.key: (scene.evidence("cases", _ended_on(scene, cases, t, limits)),) for t in flagged
        }

    return Screening((*trials, *few), explain=explain, evidence=evidence)


TOO_FEW_NEAR = Text(
    "期限附近办结的太少，看不出集中不集中",
    "too few cases end near the limit to tell whether they bunch",
)


def _limits(scene: Scene, column: str) -> dict[str, int]:
    rows = scene.engine.rows(scene.table("services").select("service_id", column))
    pairs = zip(rows["service_id"], rows[column], strict=True)
    return {str(s): int(days) for s, days in pairs if s and days is not None and days >= 1}


def _histograms(scene: Scene, cases: Table) -> dict[str, dict[int, int]]:
    """Return service → working days counted → cases."""
    closed = cases.filter(
        cases.counted_days.notnull() & cases.service_id.notnull() & (cases.counted_days >= 0)
    )
    counted = closed.group_by(["service_id", "counted_days"]).agg(n=ibis._.count())
    found: dict[str, dict[int, int]] = defaultdict(dict)
    for row in rows_of(scene, counted.order_by(["service_id", "counted_days"])):
        found[str(row["service_id"])][int(row["counted_days"])] = int(row["n"])
    return found


def _contrast(days: Mapping[int, int], day: int, width: int) -> _Contrast | None:
    """Compare one day with a log-quadratic curve through its neighbours; None when they are few."""
    around = [d for d in range(day - width, day + width + 1) if d != day and d >= 1]
    counts = np.array([days.get(d, 0) for d in around], dtype=np.float64)
    if len(around) < 4 or counts.sum() / len(around) < FEWEST_EXPECTED:
        return None
    offset = np.array(around, dtype=np.float64) - day
    design = np.stack([np.ones_like(offset), offset, offset**2], axis=1)
    coefficients = np.array([math.log(counts.mean()), 0.0, 0.0])
    for _ in range(25):
        mean = np.exp(np.clip(design @ coefficients, -30, 30))
        information = design.T @ (mean[:, None] * design)
        step = np.linalg.solve(information + 1e-9 * np.eye(3), design.T @ (counts - mean))
        coefficients = coefficients + np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-8:
            break
    # Neighbours that scatter more than chance (Pearson's X² over its degrees of freedom) weaken it.
    mean = np.exp(np.clip(design @ coefficients, -30, 30))
    scatter = max(1.0, float(((counts - mean) ** 2 / mean).sum()) / max(len(around) - 3, 1))
    variance = float(np.linalg.inv(information + 1e-9 * np.eye(3))[0, 0]) * scatter
    seen, expected = days.get(day, 0), float(math.exp(coefficients[0]))
    value = math.log(seen + 0.5) - math.log(expected + 0.5)
    return _Contrast(value, math.sqrt(1.0 / (seen + 0.5) + variance), expected)


def _observed(contrast: _Contrast | None) -> Observed | None:
    return None if contrast is None else Observed(contrast.value, contrast.error)


def _judged(
    scene: Scene,
    contrasts: Mapping[str, _Contrast],
    histograms: Mapping[str, Mapping[int, int]],
    limits: Mapping[str, int],
) -> list[Trial]:
    needed, services = int(scene.rules.number("F-02")), sorted(contrasts)
    if len(services) < needed:
        reason = FEW_PEERS.format(n=len(services), needed=needed)
        return [
            Trial(
                BUNCH,
                scene.subject(SubjectKind.SERVICE, s),
                Estimate.insufficient(sum(histograms[s].values()), reason),
                observed=_observed(contrasts[s]),
            )
            for s in services
        ]
    values = np.array([contrasts[s].value for s in services])
    errors = np.array([contrasts[s].error for s in services])
    peers = values_above_peers(values, errors)
    level = scene.rules.number("E-17")
    z = float(ndtri(0.5 + level / 2))
    trials = []
    for i, service in enumerate(services):
        n = sum(histograms[service].values())
        low, high = values[i] - z * errors[i], values[i] + z * errors[i]
        estimate = Estimate(math.exp(values[i]), math.exp(low), math.exp(high), n, level=level)
        shift = peers.centre
        ratio = Estimate(
            math.exp(values[i] - shift),
            math.exp(low - shift),
            math.exp(high - shift),
            n,
            level=level,
        )
        trials.append(
            Trial(
                BUNCH,
                scene.subject(SubjectKind.SERVICE, service),
                estimate,
                p=float(peers.p[i]),
                usual=math.exp(shift),
                ratio=ratio,
                facts={
                    "limit": limits[service],
                    "seen": histograms[service].get(limits[service], 0),
                    "expected": round(contrasts[service].expected),
                },
                worth=(ratio.value or 0) >= scene.rules.number("F-04"),
                observed=_observed(contrasts[service]),
            )
        )
    return trials


def _rhythm(
    scene: Scene, trial: Trial, days: Mapping[int, int], limit: int, width: int
) -> tuple[Innocent, ...]:
    """Test for a weekly rhythm: the same excess a week before or after the limit."""
    texts = next(d for d in detectors() if d.kind == KIND).innocents
    found = []
    for day in (limit - RHYTHM, limit + RHYTHM):
        contrast = _contrast(days, day, width) if day >= 1 else None
        if contrast is None:
            continue
        ratio = math.exp(contrast.value)
        sure = contrast.value > 2 * contrast.error
        explains = sure and ratio >= 0.8 * (trial.estimate.value or 0) and ratio > 1
        text = texts["rhythm_explains" if explains else "rhythm"]
        text = text.format(day=day, ratio=times(ratio), least=scene.rules.number("F-04"))
        found.append(Innocent("rhythm", text, explains=explains))
    return tuple(found)


def _ended_on(scene: Scene, cases: Table, trial: Trial, limits: Mapping[str, int]) -> list[str]:
    service = trial.subject.id
    chosen = cases.filter((cases.service_id == service) & (cases.counted_days == limits[service]))
    ordered = chosen.select("case_id").order_by("case_id").limit(int(scene.rules.number("F-03")))
    return [str(key) for key in scene.engine.rows(ordered)["case_id"]]


# ── clocks stopped without a basis, cases opened again ────────────────────────────────────────


def _restarts(scene: Scene, cases: Table) -> Screening:
    lacking = scene.lacking("events", "clock", "legal_basis")
    if lacking is not None:
        return Screening.lacking([RESTART], lacking)
    events = scene.table("events")
    marks = events.filter(events["clock"].isin(["suspend", "resume"]))
    marks = marks.select("case_no", "pos", "clock", "legal_basis")
    bare = marks.filter((marks["clock"] == "suspend") & marks.legal_basis.isnull())
    first = bare.group_by("case_no").agg(stopped_at=bare.pos.min())
    back = (
        marks.filter(marks["clock"] == "resume").group_by("case_no").agg(back_at=ibis._.pos.max())
    )
    both = first.join(back, "case_no")
    stopped = both.filter(both.back_at > both.stopped_at).select(stopped_case=both.case_no)
    joined = cases.left_join(stopped, cases.case_no == stopped.stopped_case)
    closed = joined.filter(_ended(joined))
    flagged = closed.mutate(stopped=closed.stopped_case.notnull().cast("int64"))
    return _rates(scene, flagged, RESTART, "stopped")


def _reopened(scene: Scene, cases: Table) -> Screening:
    for column in ("outcome", "person_key"):
        if column not in cases.columns:
            return Screening.lacking([REOPEN], scene.lacking("cases", column) or NO_DAYS)
    window = ibis.window(group_by=["service_id", "person_key"], order_by=["opened", "case_no"])
    known = cases.filter(cases.person_key.notnull() & cases.service_id.notnull())
    ahead = known.mutate(again=known.opened.lead().over(window))
    span = int(scene.rules.number("F-16", "reopen")) * DAY
    gap = ahead.again - ahead.closed
    turned_away = ahead.outcome.isin(["withdrawn", "rejected"])
    back = (turned_away & (gap >= 0) & (gap <= span)).fill_null(False)
    flagged = ahead.filter(_ended(ahead)).mutate(reopened=back.cast("int64"))
    return _rates(scene, flagged, REOPEN, "reopened")


def _ended(cases: Table) -> ibis.Value:
    ended = cases.closed.notnull()
    return ended & (cases.outcome != "open") if "outcome" in cases.columns else ended


def _rates(scene: Scene, flagged: Table, measure: str, column: str) -> Screening:
    rows = rows_of_cases(scene, flagged, (column,), kept=f"deadline_{column}_rows")
    minimum = int(scene.rules.number("F-16", "cases"))
    return screen_rates(scene, rows, [Rate(measure, column, minimum)])
