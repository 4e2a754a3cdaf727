"""From the use of apps: completions per active user, and accounts that are still in use.

Registrations, clicks, comments, likes and installs are never read (rule I-16).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import ibis
import numpy as np

from shixiao.checkup.index.components import Peers, means, shares
from shixiao.checkup.index.groundwork import Groundwork, microseconds_before
from shixiao.checkup.index.sources import source
from shixiao.terms import SubjectKind

DAY_SECONDS = 86_400


@source("completions_per_user")
def completions_per_user(ground: Groundwork) -> Iterator[Peers]:
    """Σ completions / Σ active users; days are the independent units (ratio estimator).

    Source: W. G. Cochran (1977), Sampling Techniques, sec. 6.4. Days with a negative count are
    contradictory and left out.
    """
    usage = ground.scene.table("usage")
    days = usage.filter((usage.completions >= 0) & (usage.active_users >= 0))
    c, a = days.completions.cast("int64"), days.active_users.cast("int64")
    rows = ground.scene.engine.rows(
        days.group_by("subject_id").agg(
            n=ibis._.count(),
            c=c.sum(),
            a=a.sum(),
            cc=(c * c).sum(),
            aa=(a * a).sum(),
            ca=(c * a).sum(),
        )
    )
    order = sorted(range(len(rows["n"])), key=lambda i: rows["subject_id"][i])
    n, c, a, cc, aa, ca = (
        np.array([rows[key][i] for i in order], dtype=np.float64)
        for key in ("n", "c", "a", "cc", "aa", "ca")
    )
    apps = _apps(ground)
    kept = [
        j
        for j, i in enumerate(order)
        if rows["subject_id"][i] in apps and n[j] >= ground.number("I-19", "days") and a[j] > 0
    ]
    n, c, a, cc, aa, ca = (part[kept] for part in (n, c, a, cc, aa, ca))
    ratio = c / a
    spread = np.maximum(cc - 2 * ratio * ca + ratio**2 * aa, 0.0) / np.maximum(n - 1.0, 1.0)
    # Half a completion more or less is never known.
    error = np.maximum(np.sqrt(n * spread), 0.5) / a
    yield from means(
        "completions_per_user",
        [rows["subject_id"][order[j]] for j in kept],
        ratio,
        error,
        n,
        level=ground.level,
        shown=lambda value: np.maximum(value, 0.0),
        kind=SubjectKind.APP,
    )


@source("accounts_kept")
def accounts_kept(ground: Groundwork) -> Iterator[Peers]:
    """Accounts used since the window began, of those that were there when it began."""
    before = microseconds_before(ground.scene, ground.number("I-15"))
    if before is None:
        return
    accounts, since = ground.scene.table("accounts"), before // 1_000_000
    old = accounts.filter(accounts.created.epoch_seconds() < since)
    used = (old.last_active.epoch_seconds() >= since).fill_null(False).cast("int64")
    day = (old.created.epoch_seconds() / DAY_SECONDS).floor().cast("int64")
    rows = ground.scene.engine.rows(
        old.mutate(used=used, day=day)
        .group_by(["subject_id", "day"])
        .agg(n=ibis._.count(), x=ibis._.used.sum())
    )
    days: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for app, n, x in zip(rows["subject_id"], rows["n"], rows["x"], strict=True):
        days[app].append((n, x))
    apps, least = _apps(ground), ground.number("I-19", "accounts")
    ids = sorted(app for app in days if app in apps and sum(n for n, _ in days[app]) >= least)
    counts = [_effective(days[app]) for app in ids]
    yield from shares(
        "accounts_kept",
        ids,
        [x for _, x in counts],
        [n for n, _ in counts],
        level=ground.level,
        kind=SubjectKind.APP,
    )


def _effective(days: list[tuple[int, int]]) -> tuple[float, float]:
    """Return n and x of as many independent accounts: those opened on one day are alike.

    Source: J. N. K. Rao and A. J. Scott (1992), Biometrics 48, 577-585.
    """
    n, x = (np.array(part, dtype=np.float64) for part in zip(*days, strict=True))
    p = x.sum() / n.sum()
    chance = n.sum() * p * (1.0 - p)
    effect = max(1.0, float(((x - p * n) ** 2).sum() / chance)) if chance > 0 else 1.0
    return float(n.sum()) / effect, float(x.sum()) / effect


def _apps(ground: Groundwork) -> frozenset[str]:
    if not ground.scene.has("apps", "app_id"):
        return frozenset()
    rows = ground.scene.engine.rows(ground.scene.table("apps").select("app_id"))
    return frozenset(app for app in rows["app_id"] if app is not None)
