"""Vanity inflation: registrations, clicks and installs that rise without anybody being served.

Counts are never judged by themselves, only against completions on the same days, adjusted for
weekday and holiday and for what all subjects have in common (an enrolment season lifts both). A
month-end or a stretch of thirty days stands out when the ratio is higher there than the subject's
own other days and its peers' let expect. Accounts tell the rest: never used after their first day,
or opened by staff in working hours.

Source: W. G. Cochran (1977), Sampling Techniques, sec. 2.11 (ratio of sums); Z. Šidák (1967), JASA
62, 626-633 (the highest of many stretches).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri, stdtr

from shixiao.checkup.detectors.accounts import account_rows, lacking_accounts
from shixiao.checkup.detectors.contrasts import LogRatio, screen_log_ratios
from shixiao.checkup.detectors.daily import Daily, Floats, daily_usage, kind_of, working
from shixiao.checkup.detectors.rates import Rate, screen_rates
from shixiao.checkup.detectors.registry import Detector, detector, detectors
from shixiao.checkup.detectors.trial import Screening, Trial
from shixiao.checkup.ratios import times
from shixiao.checkup.scene import Scene
from shixiao.statistics.reasons import too_few
from shixiao.terms import Estimate, Innocent, Subject, SubjectKind, Text

KIND = "vanity"
MONTH_END, STRETCH, ZOMBIE, STAFF = "month_end", "stretch", "never_used_again", "opened_by_staff"
COUNTS = {
    "registrations": Text("注册", "registrations"),
    "clicks": Text("点击", "clicks"),
    "installs": Text("安装", "installs"),
}
STEP = 10  # days between the beginnings of neighbouring stretches
FEWEST_DAYS = 10
FEWEST_DUE = 20.0  # completions (or what they let expect) below which a ratio says nothing
Flags = npt.NDArray[np.bool_]
NO_DAYS = Text("usage 表没有一行可用", "table usage has no usable row")


@detector(KIND)
def vanity(scene: Scene) -> Iterable[Screening]:
    """Look at the days of every app, then at its accounts."""
    lacking = scene.lacking("usage", "completions")
    present = [name for name in COUNTS if scene.has("usage", name)]
    if lacking is None and not present:
        lacking = scene.lacking("usage", "registrations")
    usage = None if lacking is not None else daily_usage(scene, [*present, "completions"])
    if usage is None:
        yield Screening.lacking([MONTH_END, STRETCH], lacking or NO_DAYS)
    else:
        for name in present:
            yield from _days(scene, usage, name)
    lacking = lacking_accounts(scene)
    if lacking is not None:
        yield Screening.lacking([ZOMBIE, STAFF], lacking)
        return
    minimum = int(scene.rules.number("F-12", "accounts"))
    rates = [Rate(ZOMBIE, "zombie", minimum), Rate(STAFF, "by_staff", minimum)]
    if not scene.has("accounts", "last_active"):
        rates = rates[1:]
        yield Screening.lacking([ZOMBIE], scene.lacking("accounts", "last_active") or NO_DAYS)
    if not scene.has("accounts", "staff"):
        rates = rates[:-1]
        yield Screening.lacking([STAFF], scene.lacking("accounts", "staff") or NO_DAYS)
    if rates:
        yield screen_rates(scene, account_rows(scene), rates)


# ── days ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, eq=False)
class _Series:
    """A count of one subject beside what its completions let expect, day by day (NaN: unknown).

    ``expected`` is completions times the subject's own ratio on days of the same kind (working or
    not), so that weekdays and holidays do not count as surges.
    """

    count: Floats
    expected: Floats

    def ratio(self, there: Flags) -> tuple[float, float] | None:
        """Return the log of count over expected there and its error; None where days are few.

        The error is that of a ratio of sums (Cochran 1977, Sampling Techniques, sec. 2.11): days
        scatter around the ratio, whatever their law.
        """
        known = there & np.isfinite(self.count) & np.isfinite(self.expected)
        count, expected = self.count[known], self.expected[known]
        total, due = float(count.sum()), float(expected.sum())
        if len(count) < FEWEST_DAYS or total <= 0 or due < FEWEST_DUE:
            return None
        scatter = count - total / due * expected
        n = len(count)
        return math.log(total / due), math.sqrt(float((scatter**2).sum()) * n / (n - 1)) / total


def _days(scene: Scene, usage: Daily, name: str) -> Iterable[Screening]:
    """Screen month-ends and stretches of one count against completions."""
    usable, few = _usable(scene, usage, name)
    series = {i: _series(scene, usage, name, i) for i in usable}
    ends = _month_ends(usage, int(scene.rules.number("F-12", "month_end")))
    found: dict[SubjectKind, dict[str, LogRatio]] = {}
    for i in usable:
        subject = usage.subjects[i]
        contrast = _contrast(series[i], ends, COUNTS[name])
        if contrast is not None:
            found.setdefault(kind_of(scene, subject), {})[subject] = contrast
    for kind, ratios in sorted(found.items()):
        yield screen_log_ratios(
            scene, MONTH_END, kind, ratios, minimum=1, source="usage", locator=name
        )
    yield _stretches(scene, usage, name, series, few)


def _usable(scene: Scene, usage: Daily, name: str) -> tuple[list[int], list[Trial]]:
    """Return the subjects with enough days and completions, and a trial for each of the others."""
    days = int(scene.rules.number("F-12", "days"))
    completions = int(scene.rules.number("F-12", "completions"))
    usable: list[int] = []
    few: list[Trial] = []
    for i, subject in enumerate(usage.subjects):
        both = np.isfinite(usage.counts[name][i]) & np.isfinite(usage.counts["completions"][i])
        done = float(np.nansum(usage.counts["completions"][i]))
        fault = usage.fault(subject)
        if fault is None and both.sum() >= days and done >= completions:
            usable.append(i)
            continue
        seen = int(both.sum())
        if fault is not None:
            estimate = Estimate.not_assessable(fault, seen)
        elif seen < days:
            estimate = Estimate.insufficient(seen, too_few(seen, needed=days))
        else:
            estimate = Estimate.insufficient(int(done), too_few(int(done), needed=completions))
        named = scene.subject(kind_of(scene, subject), subject)
        few.append(Trial(STRETCH, named, estimate, locator=name))
    return usable, few


def _series(scene: Scene, usage: Daily, name: str, i: int) -> _Series:
    count, done = usage.counts[name][i], usage.counts["completions"][i]
    known = np.isfinite(count) & np.isfinite(done)
    overall = count[known].sum() / max(done[known].sum(), 1.0)
    expected = done * overall
    office = working(scene, usage.days)
    for kind in (office, ~office):
        mine = known & kind
        if done[mine].sum() >= FEWEST_DUE:
            expected = np.where(kind, done * (count[mine].sum() / done[mine].sum()), expected)
    return _Series(count, expected)


def _month_ends(usage: Daily, last: int) -> Flags:
    dates = usage.days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    ends = (months + 1).astype("datetime64[D]")
    return np.asarray((ends - dates).astype(np.int64) <= last)


def _contrast(series: _Series, there: Flags, count: Text) -> LogRatio | None:
    """The ratio there over the ratio elsewhere; None when one side has too few days."""
    inside, outside = series.ratio(there), series.ratio(~there)
    if inside is None or outside is None:
        return None
    known = np.isfinite(series.count) & np.isfinite(series.expected)
    days = int((there & known).sum())
    facts: dict[str, Text | str | int | float] = {"count": count, "days": days}
    error = math.hypot(inside[1], outside[1])
    return LogRatio(inside[0] - outside[0], max(error, 1e-6), int(known.sum()), days, facts)


def _stretches(
    scene: Scene, usage: Daily, name: str, series: Mapping[int, _Series], few: list[Trial]
) -> Screening:
    """The highest stretch of every subject against the scatter of all stretches."""
    width = int(scene.rules.number("F-12", "stretch"))
    starts = range(0, len(usage.days) - width + 1, STEP)
    log_ratios = np.full((len(series), len(starts)), np.nan)
    errors = np.full_like(log_ratios, np.nan)
    for row, one in enumerate(series.values()):
        for column, start in enumerate(starts):
            inside = np.zeros(len(usage.days), np.bool_)
            inside[start : start + width] = True
            contrast = _contrast(one, inside, COUNTS[name])
            if contrast is not None:
                log_ratios[row, column], errors[row, column] = contrast.value, contrast.error
    if len(series) >= int(scene.rules.number("F-02")):
        # What all subjects have in common (a season) is nobody's inflation.
        known = np.isfinite(log_ratios).any(axis=0)
        log_ratios[:, known] -= np.nanmedian(log_ratios[:, known], axis=0)
    z = log_ratios / errors
    pooled = np.abs(z[np.isfinite(z)])
    # Months differ by more than days let expect: the scatter of all stretches says by how much.
    scale = 1.0
    if len(pooled):
        parts = np.quantile(pooled, [0.5, 0.9]) / -ndtri([0.25, 0.05])
        scale = max(1.0, float(parts.max()))
    trials: list[Trial] = []
    where: dict[str, tuple[int, int]] = {}
    for row, i in enumerate(series):
        looked_at = int(np.isfinite(z[row]).sum())
        if not looked_at:
            continue
        best = int(np.nanargmax(z[row]))
        subject = usage.subjects[i]
        where[subject] = (i, starts[best])
        first = usage.first + starts[best]
        trials.append(
            _stretch_trial(
                scene,
                scene.subject(kind_of(scene, subject), subject),
                name,
                (float(log_ratios[row, best]), float(errors[row, best]) * scale),
                looked_at,
                (first, first + width - 1),
            )
        )

    def explain(trial: Trial) -> tuple[Innocent, ...]:
        i, begin = where[trial.subject.id]
        return (_outage(scene, usage, name, i, slice(begin, begin + width)),)

    return Screening((*trials, *few), explain=explain)


def _stretch_trial(
    scene: Scene,
    subject: Subject,
    name: str,
    found: tuple[float, float],
    looked_at: int,
    span: tuple[int, int],
) -> Trial:
    value, error = found
    # Šidák over the stretches looked at; neighbours overlap, which errs on the safe side.
    # The error comes from the scatter of the days inside, so that Student's law is due.
    one = min(float(stdtr(span[1] - span[0], -value / error)), 1 - 1e-16)
    half = float(ndtri(0.5 + scene.rules.number("E-17") / 2)) * error
    estimate = Estimate(
        math.exp(value), math.exp(value - half), math.exp(value + half), span[1] - span[0] + 1
    )
    return Trial(
        STRETCH,
        subject,
        estimate,
        p=-math.expm1(looked_at * math.log1p(-one)),
        usual=1.0,
        ratio=estimate,
        facts={
            "count": COUNTS[name],
            "from": str(np.datetime64(span[0], "D")),
            "to": str(np.datetime64(span[1], "D")),
        },
        locator=name,
        worth=(estimate.value or 0.0) >= scene.rules.number("F-04"),
    )


def _outage(scene: Scene, usage: Daily, name: str, i: int, inside: slice) -> Innocent:
    """Test whether the ratio rose because completions broke off rather than because counts rose."""
    counts, done = usage.counts[name][i], usage.counts["completions"][i]
    rest = np.ones(len(counts), np.bool_)
    rest[inside] = False
    with np.errstate(invalid="ignore"):
        rose = np.nanmean(np.log(counts[inside] + 0.5)) - np.nanmean(np.log(counts[rest] + 0.5))
        fell = np.nanmean(np.log(done[inside] + 0.5)) - np.nanmean(np.log(done[rest] + 0.5))
    explains = bool(rose < math.log(scene.rules.number("F-04")) and fell < 0)
    text = _described().innocents["outage_explains" if explains else "outage"]
    words = {
        "rose": times(math.exp(rose)),
        "fell": times(math.exp(fell)),
        "count": COUNTS[name],
    }
    return Innocent("outage", text.format(**words), explains=explains)


def _described() -> Detector:
    return next(d for d in detectors() if d.kind == KIND)
