"""Evaluations: asked for, run in a child process, taken in whole, published, withdrawn."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from shixiao.checkup.question import DEFAULT_SEED
from shixiao.records.models import Evaluation, Evidence
from shixiao.terms import Text
from shixiao.workflows import activity_maps, evidence_of_sharing, leaving_out, queued
from shixiao.workflows import evidence as evidence_in
from shixiao.workflows.actors import Actor
from shixiao.workflows.children import run_child
from shixiao.workflows.leaves import put
from shixiao.workflows.permissions import check
from shixiao.workflows.refusals import CHANGED, Incomplete, Stale
from shixiao.workflows.register import Taken, read, take_in, tell_before, tell_published
from shixiao.workflows.search import index_standings

logger = logging.getLogger("shixiao.evaluations")
ENDED = Text(
    "评估进程意外结束（可能内存或磁盘不足），没有留下结果。可以重新评估。",
    "The evaluation ended unexpectedly (perhaps memory or disk ran out) and left no result."
    " It can be run again.",
)
ASKED = Text(
    "这份证据的同一评估已在等待或进行中，不必再次提交。",
    "The same evaluation of this evidence waits or runs already; it need not be asked for again.",
)
REASON = Text("请写明撤回的理由，理由将公开。", "Give the reason for withdrawing; it is published.")


@transaction.atomic
def ask(evidence: Evidence, *, actor: Actor, at: datetime, seed: int = DEFAULT_SEED) -> Evaluation:
    """Ask for an evaluation; a worker runs it.

    Raises:
        Stale: the very same is on its way.
    """
    check(actor, "evaluation.run", evidence)
    held = Evidence.objects.select_for_update(of=("self",)).get(pk=evidence.pk)
    question = activity_maps.question_of(held) | leaving_out.question_of(at=at)
    underway = Evaluation.objects.filter(state__in=queued.UNDERWAY, evidence=held, seed=seed)
    if any(evidence_of_sharing.asked_again(each.question) == question for each in underway):
        raise Stale(ASKED)
    return Evaluation.objects.create(
        evidence=held,
        question=question,
        seed=seed,
        asked=at,
        asked_by=actor.account,
        progress=queued.WAITING,
    )


def visible(actor: Actor) -> QuerySet[Evaluation]:
    """Return the evaluations that a person may see: what is public, and drafts by right."""
    public = Q(published__isnull=False, withdrawn__isnull=True)
    scope = actor.reach("evaluation.read")
    if scope == "any":
        return Evaluation.objects.all()
    if scope == "own":
        return Evaluation.objects.filter(public | Q(evidence__organisation__in=actor.below))
    return Evaluation.objects.filter(public)


def current() -> Evaluation | None:
    """Return the newest published evaluation."""
    public = Evaluation.objects.filter(published__isnull=False, withdrawn__isnull=True)
    return public.order_by("-published").first()


def folder_of(evaluation: Evaluation) -> Path:
    """Return where the result and its pages lie."""
    return Path(settings.SITE.data) / "results" / str(evaluation.pk)


def run_waiting() -> int:
    """Run the evaluations that wait, one after the other; return how many were run."""
    ran = 0
    while (evaluation := _claim()) is not None:
        run(evaluation)
        ran += 1
    return ran


def run(evaluation: Evaluation) -> None:
    """Run a claimed evaluation to its end; what it leaves is taken in whole or not at all."""
    _keep_rows(evaluation)
    with workshop(folder_of(evaluation), evaluation.attempts) as beside:
        with leaving_out.laid_open(evaluation.question.get("left_out", ""), beside) as left_out:
            outcome = run_child(
                _job(evaluation, beside, left_out),
                folder=beside,
                tell=lambda text: queued.alive(evaluation, progress=text),
                beat=lambda: queued.alive(evaluation),
            )
        if "done" in outcome:
            _finish(evaluation, outcome["done"], read(beside), beside)
        elif "bad" in outcome:
            problem = Text.of(outcome["bad"])
            evidence_in.refuse(evaluation.evidence, problem, at=timezone.now())
            queued.fail(evaluation, problem)
        elif "stopped" in outcome:
            logger.info("evaluation %s was stopped and will be taken up again", evaluation.code)
        else:
            queued.fail(evaluation, Text.of(outcome.get("failed") or ENDED))


@contextmanager
def workshop(place: Path, attempt: int) -> Iterator[Path]:
    """Give a folder beside a place to work in; neither it nor that of an earlier attempt stays."""
    beside = place.with_name(f".{place.name}.{attempt}")
    place.parent.mkdir(parents=True, exist_ok=True)
    for left in place.parent.glob(f".{place.name}.*"):
        shutil.rmtree(left, ignore_errors=True)
    beside.mkdir()
    try:
        yield beside
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def put_in_place(beside: Path, place: Path) -> None:
    """Move a folder to its place; what lay there goes."""
    shutil.rmtree(place, ignore_errors=True)
    beside.replace(place)


def resume(*, now: datetime) -> int:
    """Queue again what a vanished worker left; after three attempts it has failed."""
    rows = Evaluation.objects.all()
    return queued.resume(rows, lambda each: queued.fail(each, ENDED), now=now)


@transaction.atomic
def publish(evaluation: Evaluation, *, actor: Actor, at: datetime) -> None:
    """Make a result public: everybody sees it, and the ledger holds its hash.

    Raises:
        Stale: it has no result, or is public already.
    """
    check(actor, "evaluation.publish", evaluation)
    held = Evaluation.objects.select_for_update(of=("self",)).get(pk=evaluation.pk)
    if held.state != Evaluation.State.DONE or held.published is not None:
        raise Stale(CHANGED)
    held.published, held.published_by = at, actor.account
    held.save(update_fields=["published", "published_by"])
    facts = {"result_sha256": held.result_sha256, "bundle_sha256": held.bundle_sha256}
    sealed = {"actor": actor.account}
    put("evaluation.published", held.code, at=at, facts=facts, sealed=sealed)
    tell_published(held, at=at)
    index_standings(current())


@transaction.atomic
def withdraw(evaluation: Evaluation, *, reason: str, actor: Actor, at: datetime) -> None:
    """Take a published result back, with the reason; that it was public stays on record."""
    check(actor, "evaluation.publish", evaluation)
    held = Evaluation.objects.select_for_update(of=("self",)).get(pk=evaluation.pk)
    if held.published is None or held.withdrawn is not None:
        raise Stale(CHANGED)
    if not reason.strip():
        raise Incomplete(REASON, field="reason")
    held.withdrawn, held.withdrawn_reason = at, reason.strip()
    held.save(update_fields=["withdrawn", "withdrawn_reason"])
    facts = {"result_sha256": held.result_sha256}
    sealed = {"actor": actor.account, "reason": reason.strip()}
    put("evaluation.withdrawn", held.code, at=at, facts=facts, sealed=sealed)
    tell_before(held, at=at)
    index_standings(current())


@transaction.atomic
def _claim() -> Evaluation | None:
    """Take the oldest waiting evaluation, so that no other worker does.

    Evaluations of one organisation's evidence run one after the other, in the order in which they
    were asked for: each says what became of the findings of the one before.
    """
    running = Evaluation.objects.filter(state=Evaluation.State.RUNNING)
    free = Evaluation.objects.filter(state=Evaluation.State.QUEUED).exclude(
        evidence__organisation__in=running.values("evidence__organisation")
    )
    held = free.select_related("evidence__organisation").select_for_update(
        of=("self", "evidence__organisation"), skip_locked=queued.skips_locked(), no_key=True
    )
    found = held.order_by("asked", "id").first()
    # Asked again under the lock: another worker may have claimed one since the list was made.
    if found is None or running.filter(evidence__organisation=found.owner).exists():
        return None
    found.state, found.attempts = Evaluation.State.RUNNING, found.attempts + 1
    found.started = found.beat = timezone.now()
    found.save(update_fields=["state", "attempts", "started", "beat"])
    return found


def _keep_rows(evaluation: Evaluation) -> None:
    """Write the site's own records as they are now; one that is taken up again keeps its rows."""
    if evidence_of_sharing.SITE_ROWS in evaluation.question:
        return
    kept = evidence_of_sharing.keep_rows(
        evaluation.evidence, at=timezone.now(), beat=lambda: queued.alive(evaluation)
    )
    if kept:
        evaluation.question = evaluation.question | {evidence_of_sharing.SITE_ROWS: kept}
        queued.claimed(evaluation).update(question=evaluation.question)


def _skips() -> bool:
    return bool(transaction.get_connection().features.has_select_for_update_skip_locked)


def _job(evaluation: Evaluation, folder: Path, left_out: str | None) -> dict[str, Any]:
    return {
        "kind": "evaluate",
        "paths": [str(path) for path in evidence_in.paths_of(evaluation.evidence)],
        "activity_map": activity_maps.asked_path(evaluation),
        "left_out": left_out,
        "site_rows": evidence_of_sharing.rows_of(evaluation.question),
        "seed": evaluation.seed,
        "folder": str(folder),
    }


@transaction.atomic
def _finish(evaluation: Evaluation, done: dict[str, Any], found: Taken, beside: Path) -> None:
    """Take the result in: files, rows, findings, leaf; in one transaction."""
    if not queued.holds(evaluation):
        logger.warning("evaluation %s was taken up by another worker", evaluation.code)
        return
    now = timezone.now()
    tables, title = done.pop("tables"), Text.of(done.pop("title"))
    for name, value in done.items():
        setattr(evaluation, name, value)
    evaluation.state, evaluation.finished, evaluation.progress = Evaluation.State.DONE, now, None
    evaluation.problem = None
    evaluation.save()
    evidence_in.accept(evaluation.evidence, title=title, tables=tables, at=now)
    facts = {
        name: getattr(evaluation, name)
        for name in ("inputs_sha256", "rules_sha256", "code_version", "seed", "result_sha256")
    }
    sealed = {"actor": evaluation.asked_by}
    put("evaluation.run", evaluation.code, at=now, facts=facts, sealed=sealed)
    take_in(evaluation, found, at=now)
    put_in_place(beside, folder_of(evaluation))
