"""Probing: asked for within a consent, run by a worker in a child process, or taken in from near.

What a run saw is evidence of the release that was the newest when it was asked for. A run that
fails or is stopped leaves nothing: not assessed, never passed.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

import shixiao
from shixiao.records.models import ProbeConsent, Probing, Release, System
from shixiao.security.probing import Consent, Profile, Target
from shixiao.security.probing.probe import of_profile
from shixiao.security.told import read_run
from shixiao.terms import BadInput, Text
from shixiao.workflows import files, queued
from shixiao.workflows.actors import Actor
from shixiao.workflows.child_probing import LOG, REPORT
from shixiao.workflows.children import run_child
from shixiao.workflows.clock import pack
from shixiao.workflows.evaluations import workshop
from shixiao.workflows.permissions import signed_in
from shixiao.workflows.refusals import Incomplete, Stale
from shixiao.workflows.registered import latest
from shixiao.workflows.roles import Scope
from shixiao.workflows.systems.consenting import in_force, out_of_reach
from shixiao.workflows.systems.registering import begin, keep
from shixiao.workflows.systems.runners import near
from shixiao.workflows.systems.weaknesses import take

logger = logging.getLogger("shixiao.probes")
NO_RELEASE = Text(
    "还没有登记版本；先登记要上线的版本。",
    "No release is registered yet; register the one that is to go live.",
)
NO_CONSENT = Text(
    "没有有效的书面同意，不发出任何请求。",
    "There is no written consent in force; nothing is sent.",
)
NO_ADDRESS = Text("请从登记的地址里选一个。", "Choose one of the registered addresses.")
NO_PROFILE = Text("请选择测哪一组。", "Choose which probes.")
NO_PLACE = Text("请选择在哪里测试。", "Choose where it is run.")
NO_RUNNER = Text(
    "这个部门还没有登记近旁测试机；请先登记，或在目标近旁测试后登记结果。",
    "No runner is registered that reaches this system; register one, or probe it near the target"
    " and enter the result.",
)
UNDER_WAY = Text("这个系统正在测试中。", "This system is being probed already.")
ENDED = Text(
    "测试进程意外结束，没有留下结果。可以重新测试。",
    "The run ended unexpectedly and left no result. It can be run again.",
)
WITHDRAWN = Text(
    "同意书在测试中撤回，已停止，没有留下结果。",
    "The consent was withdrawn while it ran, so it was stopped and left no result.",
)
OTHER = Text(
    "结果测的是“{theirs}”，不是这个系统登记的地址。",
    "The result is of “{theirs}”, which is no address of this system.",
)
FUTURE = Text("结果的时间在未来。", "The result is of the future.")
OLDER = Text(
    "结果早于最新版本的登记；请测试最新版本。",
    "The result is older than the newest release; probe that one.",
)
#: Profiles of runs that look at files, whose targets are folders and no addresses.
OF_FILES = frozenset({"at-rest", "backup", "components"})


class Withdrawn(Exception):
    """The consent was withdrawn while a run was under way."""


def visible(actor: Actor) -> QuerySet[Probing]:
    """Return the runs that the person may see."""
    rows = Probing.objects.select_related("system__department", "release", "runner")
    if actor.reach("system.read") is Scope.ANY:
        return rows
    return rows.filter(system__department__in=actor.below)


@transaction.atomic
def ask(
    system: System,
    *,
    target: str,
    profile: str,
    lent: Mapping[str, Any],
    actor: Actor,
    at: datetime,
    origin: str = Probing.Origin.SITE,
) -> Probing:
    """Ask for a run; a worker of the site runs it, or a runner near the target.

    Args:
        system: which.
        target: one of its addresses.
        profile: a ``Profile``.
        lent: what the probes are lent: login, fields, accounts, openapi, ca, national,
            load.
        actor: who asks.
        at: when.
        origin: who runs it: ``Probing.Origin.SITE`` or ``RUNNER``.

    Raises:
        Forbidden: it is another department's.
        Incomplete: there is no release, or no such address, profile or place.
        Stale: there is no consent in force, it is out of reach, or a run is under way.
    """
    held = begin(system, seen=None, actor=actor, right="system.probe")
    release = _release(held)
    if target not in {each["address"] for each in held.addresses}:
        raise Incomplete(NO_ADDRESS, field="target")
    if profile not in set(Profile):
        raise Incomplete(NO_PROFILE, field="profile")
    if origin not in (Probing.Origin.SITE, Probing.Origin.RUNNER):
        raise Incomplete(NO_PLACE, field="origin")
    consent = in_force(held, at)
    if consent is None:
        raise Stale(NO_CONSENT)
    terms = Consent.of(consent.terms)
    reached = _unreached(held) if origin == Probing.Origin.RUNNER else out_of_reach(terms)
    why_not = terms.why_not(Target.parse(target), now=at) or reached
    if why_not is not None:
        raise Stale(why_not)
    if held.probings.filter(state__in=queued.UNDERWAY).exists():
        raise Stale(UNDER_WAY)
    made = Probing.objects.create(
        system=held,
        release=release,
        consent=consent,
        origin=origin,
        profile=profile,
        target=target,
        lent=dict(lent),
        asked=at,
        asked_by=signed_in(actor),
        progress=queued.WAITING,
        of=len(of_profile(Profile(profile))),
    )
    keep(held, "probe", at=at, actor=actor, reason=made.code)
    return made


@transaction.atomic
def take_in(system: System, data: bytes, *, file: str, actor: Actor, at: datetime) -> Probing:
    """Take in a run that was made near the target (``shixiao probe --json``).

    Raises:
        Forbidden: it is another department's.
        Incomplete: no release is registered.
        BadInput: it is no such result, of another target, of the future, or of an older release.
    """
    held = begin(system, seen=None, actor=actor, right="system.probe")
    release = _release(held)
    told = read_run(data, file=file)
    own = {each["address"] for each in held.addresses}
    if told.profile not in OF_FILES and told.target not in own:
        raise BadInput(OTHER.format(theirs=told.target[:80]), file=file)
    if told.ended > at:
        raise BadInput(FUTURE, file=file)
    if told.begun < release.at:
        raise BadInput(OLDER, file=file)
    stored = files.store(data, at=at)
    known = held.probings.filter(report=stored).first()
    if known is not None:
        return known
    made = Probing.objects.create(
        system=held,
        release=release,
        origin=Probing.Origin.NEAR,
        profile=told.profile,
        target=told.target,
        asked=at,
        asked_by=signed_in(actor),
        state=Probing.State.DONE,
        started=told.begun,
        finished=at,
        rules_sha256=pack().hash,
        code_version=shixiao.__version__,
    )
    take(made, told, stored, at=at)
    return made


def run_waiting() -> int:
    """Run what waits; return how many runs there were."""
    ran = 0
    while (found := queued.claim(_of_site())) is not None:
        run(found)
        ran += 1
    return ran


def run(found: Probing) -> None:
    """Run a claimed probing to its end; what it leaves is taken in whole or not at all."""
    place = Path(settings.SITE.data) / "probes" / str(found.pk)
    with workshop(place, found.attempts) as beside:
        try:
            outcome = run_child(
                _job(found, beside),
                folder=beside,
                tell=lambda text: _alive(found, text),
                beat=lambda: _alive(found, None),
            )
        except Withdrawn:
            _fail(found, WITHDRAWN)
            return
        if "probed" in outcome:
            _finish(found, outcome["probed"], beside)
        elif "stopped" in outcome:
            logger.info("probing %s was stopped and will be taken up again", found.code)
        else:
            _fail(found, Text.of(outcome.get("bad") or outcome.get("failed") or ENDED))


def resume(*, now: datetime) -> int:
    """Queue again what a vanished worker left; after three attempts it has failed."""
    return queued.resume(_of_site(), lambda each: _fail(each, ENDED), now=now)


def _of_site() -> QuerySet[Probing]:
    """Return the runs of this site's own workers."""
    return Probing.objects.filter(origin=Probing.Origin.SITE)


def _unreached(system: System) -> Text | None:
    return None if near(system) else NO_RUNNER


def _release(system: System) -> Release:
    found = latest(system)
    if found is None:
        raise Incomplete(NO_RELEASE)
    return found


def _alive(found: Probing, text: Text | None) -> None:
    """Note how far it is; stop where the consent was withdrawn meanwhile."""
    if text is None:
        queued.alive(found)
    else:
        found.n += 1
        queued.alive(found, progress=text, n=found.n)
    if ProbeConsent.objects.filter(probings=found.pk, withdrawn__isnull=False).exists():
        raise Withdrawn


def _fail(found: Probing, problem: Text) -> None:
    """Note that it has failed; what it was lent goes."""
    if queued.fail(found, problem):
        Probing.objects.filter(pk=found.pk).update(lent=None)


def _job(found: Probing, beside: Path) -> dict[str, Any]:
    found.n = 0
    return {
        "kind": "probe",
        "target": found.target,
        "profile": found.profile,
        "consent": found.consent.terms if found.consent else {},
        "lent": found.lent or {},
        "tools": str(settings.SITE.tools),
        "folder": str(beside),
    }


@transaction.atomic
def _finish(found: Probing, probed: Mapping[str, str], beside: Path) -> None:
    """Take the report in: files, outcomes, weaknesses, leaf; in one transaction."""
    held = queued.claimed(found).select_for_update(of=("self",)).first()
    if held is None:
        logger.warning("probing %s was taken up by another worker", found.code)
        return
    now, data = timezone.now(), (beside / REPORT).read_bytes()
    held.state, held.finished, held.progress, held.lent = Probing.State.DONE, now, None, None
    held.rules_sha256, held.code_version = probed["rules_sha256"], probed["code_version"]
    held.log = files.store((beside / LOG).read_bytes(), at=now)
    take(held, read_run(data, file=REPORT), files.store(data, at=now), at=now)
