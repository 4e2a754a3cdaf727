"""The sequencer: gives leaves their numbers and puts them into the tree, batch after batch.

One process at a time (the folder is locked). The order is such that a crash between any two steps
loses nothing and repeats nothing: numbers are committed first, then the tree grows by exactly the
rows that have numbers, then the records learn the new checkpoint.
"""

from __future__ import annotations

import base64
import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import DatabaseError, close_old_connections, transaction
from django.db.models import F, Max
from django.utils import timezone

import shixiao
from shixiao.ledger import Checkpoint, WitnessKey
from shixiao.ledger.store import LogWriter, open_log
from shixiao.records.models import LeafRow, LogHead
from shixiao.terms import Text, Unavailable
from shixiao.workflows.leaves import put
from shixiao.workflows.log import head, log_path, private_key, sm2_key
from shixiao.workflows.witnesses import keep_waiting, witness_keys

BATCH = 4096
PAUSE = 0.25  # seconds between batches, so that each is worth its cost; two seconds are promised
PATIENCE = 5.0  # seconds before the next try when the database or the disk refuses
logger = logging.getLogger("shixiao.sequencer")
DIVERGED = Text(
    "账本与台账中的条目不一致，已停止写入。请不要改动任何文件，并告知审计机构。",
    "The ledger and the records differ, so nothing more is written. Change no file, and tell the"
    " auditor.",
)


class Sequencer:
    """Puts leaves into a log that is open for writing; see ``sequencer``."""

    def __init__(self, writer: LogWriter, others: Sequence[WitnessKey] = ()) -> None:
        self._writer, self._others = writer, list(others)

    @property
    def knows_all(self) -> bool:
        """False once a witness was added: the log has to be opened anew, to name its key."""
        return witness_keys() == self._others

    def take_up(self, known: Checkpoint | None) -> None:
        """Check that what the tree holds beyond the known checkpoint is what the records hold.

        Raises:
            Unavailable: it is not; a tree without its records, or the other way round.
        """
        present = self._writer.now
        at = known.size if known else 0
        while at < present.checkpoint.size:
            rows = _numbered(at)
            for row in rows[: present.checkpoint.size - at]:
                if bytes(row.entry) != present.entry(row.position or 0):
                    raise Unavailable(DIVERGED)
            if not rows:
                raise Unavailable(DIVERGED)
            at += len(rows)
        if known is None or known.size < present.checkpoint.size:
            _learn(present.checkpoint)

    def keep_cosigned(self) -> int:
        """Put what witnesses sent into the folder and return how many.

        Raises:
            Malformed: the log has signed two histories; nothing may be appended any more.
        """
        return keep_waiting(self._writer)

    def integrate(self) -> int:
        """Integrate a batch of leaves and return how many; 0 when none waits."""
        _number()
        size = self._writer.now.checkpoint.size
        rows = _numbered(size)
        if not rows:
            return 0
        checkpoint = self._writer.append([bytes(row.entry) for row in rows])
        _learn(checkpoint)
        return len(rows)


@contextmanager
def sequencer() -> Iterator[Sequencer]:
    """Open the site's log for writing; the first leaf of a new log says that it was started.

    Raises:
        Malformed: the log is damaged, or is not the one that the records know.
        Unavailable: another process writes to it, or it differs from the records.
    """
    key, beside = private_key(), sm2_key()
    known, witnesses = head(), witness_keys()
    with open_log(
        log_path(),
        key=key.log_key,
        signers=(key.sign, *([beside.sign] if beside else [])),
        others=(*([beside.log_key] if beside else []), *witnesses),
        known=known,
    ) as writer:
        opened = Sequencer(writer, witnesses)
        opened.take_up(known)
        if known is None and not LeafRow.objects.filter(position__isnull=False).exists():
            _start(key.log_key.vkey)
        yield opened


def keep_up(stopped: threading.Event) -> None:
    """Integrate leaves until stopped; wait and try again where database or disk refuse.

    Raises:
        Malformed: the log is damaged, or is not the one that the records know.
        Unavailable: another process writes to it, or it differs from the records.
    """
    while not stopped.is_set():
        try:
            with sequencer() as opened:
                while not stopped.is_set() and opened.knows_all:
                    opened.keep_cosigned()
                    if opened.integrate() < BATCH:
                        stopped.wait(PAUSE)
        except (DatabaseError, OSError) as error:
            logger.warning("the ledger waits: %s", error)
            close_old_connections()
            stopped.wait(PATIENCE)


@transaction.atomic
def _start(vkey: str) -> None:
    """Write the first entry; it gets its number at once, for others wait since before the log."""
    facts = {"vkey": vkey, "code_version": shixiao.__version__}
    first = put("log.started", private_key().name, at=timezone.now(), facts=facts)
    first.position = 0
    first.save(update_fields=["position"])


@transaction.atomic
def _number() -> None:
    """Give the next numbers to leaves that have none, in the order in which they were written."""
    waiting = LeafRow.objects.filter(position__isnull=True).order_by("id")
    ids = list(waiting.values_list("id", flat=True)[:BATCH])
    if not ids:
        return
    last = LeafRow.objects.aggregate(last=Max("position"))["last"]
    number = 0 if last is None else last + 1
    for first, final in _runs(ids):
        LeafRow.objects.filter(id__range=(first, final)).update(position=F("id") - first + number)
        number += final - first + 1


def _runs(ids: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Split rising numbers into runs without a gap: one statement numbers a run."""
    first = final = ids[0]
    for each in ids[1:]:
        if each != final + 1:
            yield first, final
            first = each
        final = each
    yield first, final


def _numbered(start: int) -> list[LeafRow]:
    """Return the rows with the numbers from ``start`` on, a batch at most."""
    rows = LeafRow.objects.filter(position__gte=start).order_by("position")
    found = list(rows.only("position", "entry")[:BATCH])
    if [row.position for row in found] != list(range(start, start + len(found))):
        raise Unavailable(DIVERGED)
    return found


@transaction.atomic
def _learn(checkpoint: Checkpoint) -> None:
    LogHead.objects.update_or_create(
        origin=checkpoint.origin,
        defaults={
            "size": checkpoint.size,
            "root": base64.b64encode(checkpoint.root).decode(),
            "sealed": timezone.now(),
        },
    )
