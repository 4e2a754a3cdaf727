"""The gate: evidence that was taken in is checked in a child process, accepted or refused.

It can then be evaluated; its files and their hashes are known, those inside an archive too, and so
are its activities, to be confirmed.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from shixiao.checkup.question import DEFAULT_SEED
from shixiao.records.models import Evidence
from shixiao.terms import Text
from shixiao.workflows import activity_maps
from shixiao.workflows import evidence as evidence_in
from shixiao.workflows.actors import Actor
from shixiao.workflows.children import run_child
from shixiao.workflows.evaluations import put_in_place, workshop
from shixiao.workflows.queued import MOST_ATTEMPTS, silent, skips_locked
from shixiao.workflows.roles import Scope

ENDED = Text(
    "检查进程多次意外结束（可能内存或磁盘不足）。请联系系统管理员，处理后重新报送。",
    "The check ended unexpectedly several times (perhaps memory or disk ran out). Tell the"
    " administrator, and deliver it again afterwards.",
)
LATER = timedelta(seconds=5)  # what was taken in a moment ago has a job of its own


def visible_evidence(actor: Actor) -> QuerySet[Evidence]:
    """Return the evidence that a person may see, the newest first."""
    scope = actor.reach("evidence.read")
    if scope is Scope.ANY:
        return Evidence.objects.all()
    if scope is Scope.OWN:
        return Evidence.objects.filter(organisation__in=actor.below)
    return Evidence.objects.none()


def run_waiting() -> int:
    """Check the evidence that waits, one after the other; return how much was checked."""
    _give_up()
    ran = 0
    while (evidence := _claim()) is not None:
        check_at_gate(evidence)
        ran += 1
    return ran


def waiting(*, now: datetime) -> bool:
    """True where evidence has waited longer than its own job should have let it."""
    left = Q(beat__isnull=True, received__lt=now - LATER) | silent(now)
    return Evidence.objects.filter(left, state=Evidence.State.CHECKING).exists()


def check_at_gate(evidence: Evidence) -> None:
    """Check claimed evidence to its end."""
    folder = activity_maps.folder_of(evidence)
    with workshop(folder, evidence.attempts) as beside:
        outcome = run_child(
            {
                "kind": "check",
                "paths": [str(path) for path in evidence_in.paths_of(evidence)],
                "activity_map": None,
                "left_out": None,
                "site_rows": None,
                "seed": DEFAULT_SEED,
                "folder": str(beside),
            },
            folder=beside,
            tell=lambda text: _alive(evidence, progress=text),
            beat=lambda: _alive(evidence),
        )
        if "checked" in outcome:
            put_in_place(beside, folder)
            _pass(evidence, outcome["checked"])
        elif "bad" in outcome:
            evidence_in.refuse(evidence, Text.of(outcome["bad"]), at=timezone.now())
        elif evidence.attempts >= MOST_ATTEMPTS and "stopped" not in outcome:
            problem = Text.of(outcome.get("failed") or ENDED)
            evidence_in.refuse(evidence, problem, at=timezone.now())


def _give_up() -> None:
    """Refuse what has brought down a worker every time, so that it does not wait for ever."""
    now = timezone.now()
    left = Evidence.objects.filter(
        silent(now), state=Evidence.State.CHECKING, attempts__gte=MOST_ATTEMPTS
    )
    for evidence in left:
        evidence_in.refuse(evidence, ENDED, at=now)


@transaction.atomic
def _pass(evidence: Evidence, checked: dict[str, Any]) -> None:
    evidence.files, evidence.doubts = checked["files"], checked["doubts"]
    evidence.progress = None
    evidence.save(update_fields=["files", "doubts", "progress"])
    tables = {each["name"]: each["rows"] for each in checked["files"]}
    title = Text.of(checked["title"])
    evidence_in.accept(evidence, title=title, tables=tables, at=timezone.now())


@transaction.atomic
def _claim() -> Evidence | None:
    """Take the oldest evidence that nobody checks, so that no other worker does."""
    free = Q(beat__isnull=True) | silent(timezone.now())
    rows = Evidence.objects.filter(
        free, state=Evidence.State.CHECKING, attempts__lt=MOST_ATTEMPTS
    ).order_by("received", "id")
    found = rows.select_for_update(of=("self",), skip_locked=skips_locked()).first()
    if found is None:
        return None
    found.attempts, found.beat = found.attempts + 1, timezone.now()
    found.save(update_fields=["attempts", "beat"])
    return found


def _alive(evidence: Evidence, **noted: Text) -> None:
    """Note that somebody is at work, and the progress where there is any."""
    Evidence.objects.filter(pk=evidence.pk).update(beat=timezone.now(), **noted)
