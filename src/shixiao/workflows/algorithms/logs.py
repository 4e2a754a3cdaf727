"""Logs: a department delivers counts of its decisions and a list of their factors; no persons.

The counts are a table as ``fairness.read_counts`` reads it, with ``version``, ``arm`` and ``human``
(1 or 0: whether a person had a part). The factors are a table ``factor, n, source, article``.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from shixiao.evidence.readers import read_tabular
from shixiao.fairness import read_counts
from shixiao.fairness.algorithms.seen import HUMAN, MOST_INPUTS, TOO_MANY, Seen, seen_of
from shixiao.fairness.models import Input
from shixiao.records.models import Algorithm, AlgorithmLog
from shixiao.terms import BadInput, Text
from shixiao.workflows import moving
from shixiao.workflows.actors import Actor
from shixiao.workflows.algorithms.drafting import MANAGE
from shixiao.workflows.clock import pack
from shixiao.workflows.leaves import put
from shixiao.workflows.permissions import check, signed_in
from shixiao.workflows.refusals import Incomplete

FACTOR, N = "factor", "n"
SHARES = "ALG-03"
TOO_SHORT = Text(
    "已有日志，以后每次至少跨 {days} 天：一两天的日志不能代替整月的。",
    "There is a log already; each that follows covers {days} days at least, for a day or two do not"
    " take the place of a month.",
)
SENT = Text(
    "决定已经逐件送来，日志由决定自动计数，不用再登记。",
    "The decisions themselves are sent, and the log is counted from them; nothing need be entered.",
)
FUTURE = Text("最后一天不能晚于今天。", "The last day cannot lie ahead.")
MOST_BYTES = 20_000_000
TOO_LARGE = Text("文件最大 20 MB。", "A file has 20 MB at most.")
NO_FACTOR = Text("缺少 factor 一列。", "the column factor is missing")
NO_N = Text("“{value}”不是件数。", "“{value}” is no number of decisions")
Delivered = tuple[str, bytes]
"""Name and content of a file."""


def take_in(
    algorithm: Algorithm,
    counts: Delivered,
    factors: Delivered | None,
    *,
    first: date,
    last: date,
    actor: Actor,
    at: datetime,
) -> AlgorithmLog:
    """Take in what a log says between two days; nothing is locked while it is read.

    Raises:
        Forbidden: it is another department's.
        Incomplete: the decisions themselves are sent; the period lies ahead, or is short and a log
            is there.
        BadInput: a file cannot be read, or contradicts itself.
    """
    _check_log(algorithm, first, last, actor, at)
    digest = hashlib.sha256(counts[1] + (factors[1] if factors else b"")).hexdigest()
    seen = read_log(counts, factors, first=first, last=last)
    with transaction.atomic():
        held = moving.locked(algorithm)
        _check_log(held, first, last, actor, at)
        made = AlgorithmLog.objects.create(
            algorithm=held,
            seen=seen.to_json(),
            sha256=digest,
            first=first,
            last=last,
            at=at,
            by=signed_in(actor),
        )
        facts = {
            "concerns": held.system.code,
            "sha256": digest,
            "records": seen.decisions,
            "day": first.isoformat(),
            "due": last.isoformat(),
        }
        put("algorithm.counted", held.code, at=at, facts=facts, sealed={"actor": actor.account})
    return made


def log_of(algorithm: Algorithm, *, today: date) -> AlgorithmLog | None:
    """Return the log that an entry is held against; None without any.

    What was counted from the decisions that were sent goes before what somebody entered, as long
    as it speaks of today.
    """
    return log_of_decisions(algorithm, today=today) or algorithm.logs.first()


def log_of_decisions(algorithm: Algorithm, *, today: date) -> AlgorithmLog | None:
    """Return the newest log counted from decisions, if it reaches near enough to today."""
    since = today - timedelta(days=int(pack().number(SHARES, "days")))
    return algorithm.logs.filter(sent=True, last__gte=since).first()


def least_days() -> int:
    """Return how many days a log that follows another covers at least."""
    return int(pack().number(SHARES, "span"))


def _check_log(algorithm: Algorithm, first: date, last: date, actor: Actor, at: datetime) -> None:
    """Refuse a log that the person may not enter, or whose period cannot be.

    Raises:
        Forbidden, Incomplete: as for ``take_in``.
    """
    check(actor, MANAGE, algorithm)
    if last > timezone.localdate(at):
        raise Incomplete(FUTURE, field="last")
    if log_of_decisions(algorithm, today=timezone.localdate(at)) is not None:
        raise Incomplete(SENT, field="counts")
    least = least_days()
    if (last - first).days + 1 < least and algorithm.logs.exists():
        raise Incomplete(TOO_SHORT.format(days=least), field="first")


def read_log(counts: Delivered, factors: Delivered | None, *, first: date, last: date) -> Seen:
    """Read counts and factors.

    Raises:
        BadInput: a file cannot be read, or contradicts itself.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = written_to(Path(folder), counts)
        columns = read_tabular(path, file=path.name, table="decisions").columns
        groups = [HUMAN] if HUMAN in columns else []
        cube = read_counts(path, groups=groups)
        told = list(_factors(written_to(Path(folder), factors))) if factors else None
    return seen_of(cube, told, first=first, last=last)


def written_to(folder: Path, delivered: Delivered) -> Path:
    """Write a file under its own name, as far as that is one; readers go by its ending."""
    name, data = delivered
    if len(data) > MOST_BYTES:
        raise BadInput(TOO_LARGE, file=name[:100])
    path = folder / (Path(name.replace("\\", "/")).name[-100:] or "file.csv")
    path.write_bytes(data)
    return path


def _factors(path: Path) -> Iterator[tuple[Input, int]]:
    tabular = read_tabular(path, file=path.name, table="decisions")
    if FACTOR not in tabular.columns:
        raise BadInput(NO_FACTOR, file=path.name, column=FACTOR)
    row = 0
    for batch in tabular.scan():
        for line in batch.to_pylist():
            row += 1
            if row > MOST_INPUTS:
                raise BadInput(TOO_MANY.format(most=MOST_INPUTS), file=path.name)
            name = _text(line, FACTOR)
            if name:
                said = [_text(line, key) or None for key in ("source", "article")]
                yield Input(name, *said), _whole(line.get(N), path.name, row)


def _text(line: dict[str, Any], key: str) -> str:
    return str(line.get(key) or "").strip()[:200]


def _whole(value: Any, file: str, row: int) -> int:
    text = str(value if value is not None else "").strip().removesuffix(".0")
    if not (text.isascii() and text.isdecimal() and len(text) <= 15):
        raise BadInput(NO_N.format(value=text[:40]), file=file, row=row, column=N)
    return int(text)
