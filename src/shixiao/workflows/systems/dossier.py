"""Dossier: all that is known of a system, put together from the register, its papers and its runs.

Evidence of a run is of the release that was probed, and of the time when the run began. Where
something forced a new test, what the runs before it saw does not count any more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import cache

from django.utils import timezone

from shixiao.records.models import Probing, System
from shixiao.rules import load_calendar
from shixiao.seals import sha256_of
from shixiao.security.assessing import (
    BASELINE,
    Decision,
    Dossier,
    Exhibit,
    Kept,
    Side,
    asked_of,
    decide,
    library,
)
from shixiao.security.scoring import Gravity, Judged
from shixiao.security.told import all_described
from shixiao.terms import Text
from shixiao.workflows.algorithms.standing import against
from shixiao.workflows.clock import pack
from shixiao.workflows.consultations.standing import consulted
from shixiao.workflows.registered import about_of, latest
from shixiao.workflows.systems.filing import need_of
from shixiao.workflows.systems.interest import interest
from shixiao.workflows.systems.weaknesses import waivers_of

PAPER = "paper"
MET, UNTOLD = "met", "insufficient"


def dossier_of(system: System, *, now: datetime) -> Dossier:
    """Return all that is known of a system, as it stands at a time."""
    release = latest(system)
    digest = release.sha256 if release else ""
    vetoes, owed = against(system, today=timezone.localdate(now))
    return Dossier(
        release=digest,
        need=need_of(system),
        interest=interest(system),
        consulted=consulted(system),
        mandatory=asked_of(about_of(system)),
        exhibits=(*_runs(system), *_papers(system), *_pledges(system)),
        waivers=waivers_of(system),
        vetoes=vetoes,
        owed=owed,
        names=names(),
    )


def judge(system: System, *, now: datetime) -> tuple[Decision, str]:
    """Return what the evidence allows now, and the hash of all that it rests on."""
    dossier = dossier_of(system, now=now)
    return decide(dossier, pack(), now=now), sha256_of_dossier(dossier)


def sha256_of_dossier(dossier: Dossier) -> str:
    """Return the hash of a dossier: what was proposed on it is confirmed on the very same."""
    need = dossier.need
    return sha256_of(
        [
            dossier.release,
            None
            if need is None
            else [
                need.people,
                list(need.complaints),
                dict(need.searches),
                list(need.sources),
                {str(key): list(value) for key, value in need.answers.items()},
            ],
            [dossier.interest.public, [reason.to_json() for reason in dossier.interest.reasons]],
            dossier.consulted,
            {str(side): sorted(names) for side, names in dossier.mandatory.items()},
            [_plain(each) for each in dossier.exhibits],
            [
                [w.check, w.locator, w.granted.isoformat(), w.expires.isoformat()]
                for w in dossier.waivers
            ],
            [text.to_json() for text in (*dossier.vetoes, *dossier.owed)],
        ]
    )


@cache
def names() -> Mapping[str, Text]:
    """Return probes, checks and criteria in words, by their names."""
    found = {each.id: each.name for each in all_described().values()}
    found |= {
        f"{each.id}.{check.id}": check.name
        for each in all_described().values()
        for check in each.checks.values()
    }
    known = library().criteria
    found |= {f"{PAPER}.{name}": each.name for name, each in known.items()}
    return found | {name: each.name for name, each in known.items()}


def _plain(each: Exhibit) -> list[object]:
    checks = each.checks
    return [
        each.kept.name,
        each.kept.at.isoformat(),
        each.kept.until.isoformat() if each.kept.until else "",
        str(each.side),
        each.release,
        None
        if checks is None
        else [[c.check, str(c.severity), c.passed, c.locator] for c in checks],
        None if each.reason is None else each.reason.to_json(),
    ]


def _runs(system: System) -> Iterator[Exhibit]:
    """Give what the runs saw that count: those begun after the last thing that forced a test.

    Of the daily matches of components only the newest counts.
    """
    rows = system.probings.filter(state=Probing.State.DONE).select_related("release")
    daily = rows.filter(origin=Probing.Origin.DAILY)
    newest = daily.order_by("-begun", "-id").first()
    rows = rows.exclude(origin=Probing.Origin.DAILY, begun__lt=newest.begun) if newest else rows
    forced = system.retests.first()
    if forced is not None:
        rows = rows.filter(begun__gte=forced.at)
    known = library().probes
    for run in rows.prefetch_related("outcomes").order_by("begun", "id"):
        if run.begun is None:
            continue
        for each in run.outcomes.all():
            side = known[each.probe].side if each.probe in known else Side.SECURITY
            checks = None
            if each.checks is not None:
                checks = tuple(
                    Judged(check, Gravity(severity), passed, locator)
                    for check, severity, passed, locator in each.checks
                )
            kept = Kept(each.probe, each.kind, run.begun)
            yield Exhibit(kept, side, run.release.sha256, checks, each.reason)


def _papers(system: System) -> Iterator[Exhibit]:
    """Give the newest record of each criterion."""
    seen = set()
    for row in system.papers.all():
        criterion = library().criteria.get(row.criterion)
        if criterion is None or row.criterion in seen:
            continue
        seen.add(row.criterion)
        kept = Kept(row.criterion, criterion.kind, _begins(row.day), _ends(row.until))
        judged = Judged(f"{PAPER}.{row.criterion}", Gravity.HIGH, row.holds)
        yield Exhibit(kept, criterion.side, "", (judged,))


def _pledges(system: System) -> Iterator[Exhibit]:
    """Give the newest pledge: it holds until its day, and after it only where it was met.

    After the day there is the time of an early re-test to judge it; where an evaluation could not
    tell, neither can this.
    """
    row = system.pledges.first()
    if row is None:
        return
    if row.outcome == UNTOLD:
        told = row.detail["says"] if row.detail else None
        reason = Text.of(told) if told else None
        yield Exhibit(Kept(BASELINE, "report", row.judged or row.at), Side.EFFECT, "", None, reason)
        return
    judged = Judged(f"{PAPER}.{BASELINE}", Gravity.HIGH, row.outcome in ("", MET))
    days = int(pack().number("SEC-28", "effect"))
    until = None if row.outcome else _ends(load_calendar("cn").add(row.day, days))
    kept = Kept(BASELINE, "report", row.judged or row.at, until)
    yield Exhibit(kept, Side.EFFECT, "", (judged,))


def _begins(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), timezone.get_default_timezone())


def _ends(day: date | None) -> datetime | None:
    return None if day is None else _begins(day + timedelta(days=1))
