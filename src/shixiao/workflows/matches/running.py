"""Running: a worker matches the lists that wait, each in a child process, one after the other."""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from shixiao.records.models import MatchRun, StoredFile
from shixiao.sharing.matching import ANSWER, read_matches
from shixiao.terms import Text
from shixiao.workflows import files, queued
from shixiao.workflows.children import run_child
from shixiao.workflows.evaluations import workshop
from shixiao.workflows.matches.taking import take

logger = logging.getLogger("shixiao.matches")
LARGEST = 256 << 20  # bytes of a result of our own; twenty thousand wordings have fifty million
ENDED = Text(
    "匹配进程意外结束（可能内存或磁盘不足），没有留下结果。可以重新匹配。",
    "The matching ended unexpectedly (perhaps memory or disk ran out) and left no result. It can"
    " be run again.",
)


def run_waiting() -> int:
    """Match the lists that wait; return how many runs there were."""
    ran = 0
    while (found := queued.claim(MatchRun.objects.all())) is not None:
        run(found)
        ran += 1
    return ran


def run(found: MatchRun) -> None:
    """Run a claimed matching to its end; what it leaves is taken in whole or not at all."""
    place = Path(settings.SITE.data) / "matches" / str(found.pk)
    with workshop(place, found.attempts) as beside:
        outcome = run_child(
            _job(found, beside),
            folder=beside,
            tell=lambda text: queued.alive(found, progress=text),
            beat=lambda: queued.alive(found),
        )
        if "matched" in outcome:
            _finish(found, outcome["matched"], (beside / ANSWER).read_bytes())
        elif "stopped" in outcome:
            logger.info("matching %s was stopped and will be taken up again", found.code)
        else:
            queued.fail(found, Text.of(outcome.get("bad") or outcome.get("failed") or ENDED))


def resume(*, now: datetime) -> int:
    """Queue again what a vanished worker left; after three attempts it has failed."""
    return queued.resume(MatchRun.objects.all(), lambda each: queued.fail(each, ENDED), now=now)


def _job(found: MatchRun, beside: Path) -> dict[str, Any]:
    """Lay the files of a run open for the child; they go with the folder."""
    laid = {
        name: _laid(file, beside / name)
        for name in ("requirements", "elements", "learned")
        if (file := getattr(found, name)) is not None
    }
    return {"kind": "match", "learned": None, "folder": str(beside)} | laid


def _laid(file: StoredFile, path: Path) -> str:
    path.write_bytes(files.load(file))
    return str(path)


@transaction.atomic
def _finish(found: MatchRun, matched: dict[str, str], data: bytes) -> None:
    """Take the result in: file, rows, leaf; in one transaction."""
    held = queued.claimed(found).select_for_update(of=("self",)).first()
    if held is None:
        logger.warning("matching %s was taken up by another worker", found.code)
        return
    now = timezone.now()
    held.rules_sha256, held.code_version = matched["rules_sha256"], matched["code_version"]
    told = read_matches(data, file=ANSWER, largest=LARGEST)
    take(held, told, files.store(data, at=now), at=now)
