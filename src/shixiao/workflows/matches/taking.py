"""Taking in: a result becomes a row for each wording, and what was decided before settles some."""

from __future__ import annotations

from datetime import datetime

from shixiao.records.models import MatchItem, MatchRun, StoredFile
from shixiao.sharing.matching import ToldMatches
from shixiao.workflows.leaves import put
from shixiao.workflows.matches.settling import BATCH, kept, settle_by_what_stands


def take(run: MatchRun, told: ToldMatches, result: StoredFile, *, at: datetime) -> None:
    """Take a result into a run, within a transaction."""
    run.state, run.finished, run.progress, run.problem = MatchRun.State.DONE, at, None, None
    run.result, run.rows, run.threshold = result, told.rows, told.threshold
    run.save()
    items = [MatchItem(run=run, place=n, **kept(item)) for n, item in enumerate(told.items)]
    MatchItem.objects.bulk_create(items, batch_size=BATCH)
    settle_by_what_stands(run)
    facts = {
        "department": run.department.code,
        "rows": run.rows,
        "result_sha256": result.sha256,
        "rules_sha256": run.rules_sha256,
        "code_version": run.code_version,
    }
    put("match.taken", run.code, at=at, facts=facts, sealed={"actor": run.asked_by})
