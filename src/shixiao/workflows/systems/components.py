"""Components: what a system is made of is held every day against the newest vulnerabilities.

A department enters the SBOM of its release; the site matches it by itself, and what it finds is
evidence as any run is. A vulnerability that was not known before forces a new test of an admitted
system. Where no bundle holds, the evidence is *not assessed*, and says why.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

import shixiao
from shixiao.records.models import (
    OsvBundle,
    ProbeOutcome,
    Probing,
    Sbom,
    System,
    Weakness,
    WeaknessTurn,
)
from shixiao.security.components import Bundle, Component, assess, parse_sbom, summed
from shixiao.security.components.matching import described
from shixiao.security.probing import Assessed, ProbeReport
from shixiao.security.told import read_run
from shixiao.terms import Text
from shixiao.workflows import files, moving
from shixiao.workflows.actors import Actor
from shixiao.workflows.clock import pack
from shixiao.workflows.leaves import put
from shixiao.workflows.permissions import signed_in
from shixiao.workflows.refusals import Incomplete
from shixiao.workflows.registered import latest
from shixiao.workflows.systems import bundles
from shixiao.workflows.systems.probing import NO_RELEASE
from shixiao.workflows.systems.registering import RETIRED, begin, keep
from shixiao.workflows.systems.retesting import force
from shixiao.workflows.systems.weaknesses import take

PROFILE = "components"
REPORT = "report.json"


@transaction.atomic
def enter(system: System, data: bytes, *, file: str, actor: Actor, at: datetime) -> Sbom:
    """Enter the SBOM of the newest release; the same file is entered once.

    Raises:
        Forbidden: it is another department's.
        Incomplete: no release is registered.
        BadInput: it is no SBOM of CycloneDX.
    """
    held = begin(system, seen=None, actor=actor)
    release = latest(held)
    if release is None:
        raise Incomplete(NO_RELEASE)
    found = parse_sbom(data, file=file)
    stored = files.store(data, at=at)
    try:
        with transaction.atomic():
            made = Sbom.objects.create(
                system=held,
                release=release,
                file=stored,
                name=file[:200],
                components=len(found),
                at=at,
                by=signed_in(actor),
            )
    except IntegrityError:
        return Sbom.objects.get(release=release, file=stored)
    facts = {"part": "sbom", "sha256": stored.sha256}
    put("system.filed", held.code, at=at, facts=facts, sealed={"actor": actor.account})
    keep(held, "file", at=at, actor=actor, reason="sbom")
    return made


def current(system: System) -> Sbom | None:
    """Return the SBOM that counts: the newest of the newest release; None without one."""
    release = latest(system)
    return system.sboms.filter(release=release).first() if release is not None else None


def match_due(*, now: datetime) -> int:
    """Match every SBOM whose last match is old, or of an older bundle; return how many.

    Args:
        now: when.
    """
    bundles.take_placed(now=now)
    bundles.check_waiting(now=now)
    systems = System.objects.exclude(state=RETIRED).filter(sboms__isnull=False).distinct()
    candidate = bundles.candidate(now=now)
    due = [
        (row, parse_sbom(files.load(row.file), file=row.name))
        for system in systems
        if (row := current(system)) is not None and _due(row, candidate, now)
    ]
    if not due:
        return 0
    wanted = frozenset((each.ecosystem, each.name) for _, listed in due for each in listed)
    found = bundles.newest(wanted, now=now)
    return sum(
        _blind(row, found, now) if isinstance(found, Text) else _match(row, listed, *found, now)
        for row, listed in due
    )


def _due(row: Sbom, candidate: OsvBundle | None, now: datetime) -> bool:
    every = timedelta(hours=pack().number(bundles.RULE, "every"))
    if row.matched is None or row.matched <= now - every:
        return True
    return candidate is not None and row.bundle_id != candidate.pk


@transaction.atomic
def _match(
    row: Sbom, listed: Sequence[Component], kept: OsvBundle, bundle: Bundle, now: datetime
) -> bool:
    """Match one SBOM, and force a new test where a vulnerability was not known before."""
    held = moving.locked(row.system)
    days = int(pack().number(bundles.RULE, "age"))
    parts = summed(assess(listed, bundle, now=now, days=days))
    made = _taken(row, parts, kept, now)
    row.matched, row.bundle = now, kept
    row.save(update_fields=["matched", "bundle"])
    new = _new(made)
    if new and held.state == "admitted":
        more = f" +{len(new) - 1}" if len(new) > 1 else ""
        force(held, "component", f"{new[0].locator[:150]}{more} {now.date()}", at=now)
    return True


def _new(made: Probing) -> list[Weakness]:
    """Return the vulnerabilities that a match saw first, or again after they were gone."""
    turns = WeaknessTurn.objects.filter(probing=made).exclude(turn=WeaknessTurn.Turn.FIXED)
    rows = turns.select_related("weakness")
    return sorted((turn.weakness for turn in rows), key=lambda each: (each.gravity, each.locator))


@transaction.atomic
def _blind(row: Sbom, why: Text, now: datetime) -> bool:
    """Note that nothing can be told, once what was told before has run out."""
    moving.locked(row.system)
    days = timedelta(days=pack().number("SEC-21", described().kind))
    told = ProbeOutcome.objects.filter(
        probing__system=row.system, probing__release=row.release, probe=described().id
    ).order_by("-probing__begun", "-id")
    last = told.select_related("probing").first()
    if last is not None and last.probing.begun is not None:
        holds = last.checks is not None and last.probing.begun > now - days
        if holds or (last.checks is None and last.reason == why):
            return False
    _taken(row, (Assessed(described(), None, why),), None, now)
    return True


def _taken(
    row: Sbom, parts: tuple[Assessed, ...], kept: OsvBundle | None, now: datetime
) -> Probing:
    """Take a match in as a run of the site, in the name of who entered the SBOM."""
    report = ProbeReport(row.name, PROFILE, parts, now, now, sent=(), health=())
    said = report.to_json(pack()) | {"components": row.components, "sbom_sha256": row.file.sha256}
    if kept is not None:
        said["bundle"] = {"sha256": kept.sha256, "made": kept.made.isoformat() if kept.made else ""}
    data = json.dumps(said, ensure_ascii=False).encode()
    made = Probing.objects.create(
        system=row.system,
        release=row.release,
        origin=Probing.Origin.DAILY,
        profile=PROFILE,
        target=row.name,
        asked=now,
        asked_by=row.by,
        state=Probing.State.DONE,
        started=now,
        finished=now,
        rules_sha256=pack().hash,
        code_version=shixiao.__version__,
    )
    take(made, read_run(data, file=REPORT), files.store(data, at=now), at=now)
    return made
