"""Idle and overlapping apps: people came and left, working days pass without one completion.

There is no national threshold for shutting an app (rule APP-IDLE), so idleness is held against the
other apps and stays a lead. Two apps that carry the same services overlap; that is a fact.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations

import numpy as np

from shixiao.checkup.detectors.accounts import account_rows, lacking_accounts
from shixiao.checkup.detectors.daily import daily_usage, kind_of, working
from shixiao.checkup.detectors.rates import Rate, screen_rates, trials_of
from shixiao.checkup.detectors.registry import detector
from shixiao.checkup.detectors.trial import Screening, Trial
from shixiao.checkup.scene import Scene
from shixiao.terms import Estimate, Severity, SubjectKind, Text

LAPSED, SILENT, OVERLAP = "lapsed_accounts", "days_without_completion", "carries_the_same"
SEPARATOR = re.compile(r"[;；]")
NO_DAYS = Text("usage 表没有一行可用", "table usage has no usable row")


@detector("idle_app")
def idle_app(scene: Scene) -> Iterable[Screening]:
    """Look at accounts, at days, and at what apps carry."""
    lacking = lacking_accounts(scene) or scene.lacking("accounts", "last_active")
    if lacking is not None:
        yield Screening.lacking([LAPSED], lacking)
    else:
        minimum = int(scene.rules.number("F-15", "accounts"))
        yield screen_rates(scene, account_rows(scene), [Rate(LAPSED, "lapsed", minimum)])
    yield _silent_days(scene)
    yield _overlaps(scene)


def _silent_days(scene: Scene) -> Screening:
    lacking = scene.lacking("usage", "completions")
    usage = None if lacking is not None else daily_usage(scene, ["completions"])
    if usage is None:
        return Screening.lacking([SILENT], lacking or NO_DAYS)
    office = working(scene, usage.days)
    counts: dict[SubjectKind, dict[str, tuple[int, int]]] = defaultdict(dict)
    for i, subject in enumerate(usage.subjects):
        done = usage.counts["completions"][i][office]
        done = done[np.isfinite(done)]
        if usage.fault(subject) is None:
            counts[kind_of(scene, subject)][subject] = (int((done == 0).sum()), len(done))
    minimum = int(scene.rules.number("F-15", "working_days"))
    trials: list[Trial] = []
    for kind in sorted(counts):
        trials += trials_of(scene, SILENT, kind, counts[kind], minimum=minimum)
    return Screening(tuple(trials))


def _overlaps(scene: Scene) -> Screening:
    lacking = scene.lacking("apps", "services")
    if lacking is not None:
        return Screening.lacking([OVERLAP], lacking)
    apps = scene.table("apps")
    columns = [name for name in ("app_id", "services", "audience") if name in apps.columns]
    rows = scene.engine.rows(apps.select(*columns).order_by("app_id"))
    audience = rows.get("audience", [None] * len(rows["app_id"]))
    carried = {
        str(app): (frozenset(p.strip() for p in SEPARATOR.split(str(s)) if p.strip()), audience[i])
        for i, (app, s) in enumerate(zip(rows["app_id"], rows["services"], strict=True))
        if app and s
    }
    least = scene.rules.number("F-15", "overlap")
    trials = []
    for (app, (mine, to)), (other, (theirs, also)) in combinations(sorted(carried.items()), 2):
        # Two apps of one service each are no proof of two apps too many.
        if to != also or min(len(mine), len(theirs)) < 2:
            continue
        common = len(mine & theirs)
        share = common / len(mine | theirs)
        if share >= least:
            trials.append(
                Trial(
                    OVERLAP,
                    scene.subject(SubjectKind.APP, app),
                    Estimate.fact(share, len(mine | theirs)),
                    facts={"other": scene.subject(SubjectKind.APP, other).name, "common": common},
                    locator=other,
                    fact=True,
                    severity=Severity.LOW,
                )
            )
    named = {trial.subject.id for trial in trials}
    kept = tuple(
        (OVERLAP, scene.subject(SubjectKind.APP, app))
        for app in sorted(carried)
        if app not in named
    )
    return Screening(tuple(trials), kept=kept)
