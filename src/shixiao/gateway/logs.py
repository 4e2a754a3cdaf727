"""The worker's own log: which one it is, and leaves that wait brought into its tree.

``origin/w0``, ``origin/w1`` …: each worker takes the first that nobody writes to (the folder is
locked as long as the process lives), so a worker that is started again goes on with a log that has
become free, and with what its former writer left waiting. One signature covers a batch.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from contextlib import ExitStack
from pathlib import Path

from shixiao.gateway.config import Config
from shixiao.gateway.database import connect
from shixiao.ledger import Checkpoint, LogFolder, Malformed, PrivateKey, Trust
from shixiao.ledger.store import LogWriter, open_log
from shixiao.seals import key_file
from shixiao.terms import Text, Unavailable

AT_ONCE = 4_096
SPARE = 4  # logs beyond the number of workers: one that ends slowly still holds its own
logger = logging.getLogger("shixiao.gateway")
_NONE_FREE = Text("没有空闲的分账本。", "no log is free")
_DIVERGED = Text(
    "分账本与记录不一致，已停止服务。请不要改动任何文件，并告知审计机构。",
    "The log and the records differ, so nothing is served. Change no file, and tell the auditor.",
)


def log_key(config: Config, worker: int) -> PrivateKey:
    """Return the key of a worker's log, made on first use and readable by its owner alone."""
    seed = key_file(config.state / f"w{worker}.key")
    return PrivateKey(f"{config.origin}/w{worker}", bytes.fromhex(seed.decode()))


def log_folder(config: Config, worker: int) -> Path:
    """Return the folder of a worker's log."""
    return config.state / "logs" / f"w{worker}"


def checkpoints(config: Config) -> list[tuple[bytes, Checkpoint]]:
    """Return the signed checkpoint of each log: what the main log anchors (``log.anchored``).

    Raises:
        Malformed: one of them is not signed by its own key.
    """
    found = []
    for path in sorted((config.state / "logs").glob("w*")):
        note = LogFolder(path).note()
        key = log_key(config, int(path.name[1:])).log_key
        found.append((note.to_bytes(), Trust((key,)).check(note)))
    return found


class WorkerLog:
    """A log that this worker writes to; see ``take_log``."""

    def __init__(self, worker: int, writer: LogWriter, base: sqlite3.Connection) -> None:
        self.worker = worker
        self._writer, self._base = writer, base

    @property
    def next_ordinal(self) -> int:
        """The number of the next entry: behind the tree, and behind what waits for it."""
        last = self._base.execute(
            "SELECT max(ordinal) FROM waiting WHERE worker = ?", (self.worker,)
        ).fetchone()[0]
        size = self._writer.now.checkpoint.size
        return size if last is None else max(size, int(last) + 1)

    def take_up(self) -> None:
        """Check that what the tree holds beyond the known head is what waited for it.

        Raises:
            Unavailable: it is not.
        """
        present, known = (
            self._writer.now,
            _head(self._base, self.worker, self._writer.now.checkpoint.origin),
        )
        start, size = known.size if known else 0, present.checkpoint.size
        for ordinal, entry in enumerate(present.entries(start, size), start):
            row = self._base.execute(
                "SELECT entry FROM waiting WHERE worker = ? AND ordinal = ?",
                (self.worker, ordinal),
            ).fetchone()
            if row is None or row[0] != entry:
                raise Unavailable(_DIVERGED)
        self._learn(present.checkpoint)

    def integrate(self) -> int:
        """Bring what waits into the tree, sealed by one checkpoint; return how many entries.

        Raises:
            OSError, sqlite3.Error: the disk refused; nothing is lost.
            Unavailable: entries are missing in between.
        """
        size = self._writer.now.checkpoint.size
        rows = self._base.execute(
            "SELECT ordinal, entry FROM waiting WHERE worker = ? AND ordinal >= ?"
            " ORDER BY ordinal LIMIT ?",
            (self.worker, size, AT_ONCE),
        ).fetchall()
        if not rows:
            return 0
        if [ordinal for ordinal, _ in rows] != list(range(size, size + len(rows))):
            raise Unavailable(_DIVERGED)
        self._learn(self._writer.append([entry for _, entry in rows]))
        return len(rows)

    def _learn(self, checkpoint: Checkpoint) -> None:
        self._base.execute("BEGIN IMMEDIATE")
        try:
            self._base.execute(
                "INSERT OR REPLACE INTO heads VALUES (?, ?, ?)",
                (self.worker, checkpoint.size, checkpoint.root),
            )
            self._base.execute(
                "DELETE FROM waiting WHERE worker = ? AND ordinal < ?",
                (self.worker, checkpoint.size),
            )
            self._base.execute("COMMIT")
        except BaseException:
            if self._base.in_transaction:
                self._base.execute("ROLLBACK")
            raise


def take_log(config: Config, held: ExitStack) -> WorkerLog:
    """Take the first log that is free; it is held until ``held`` closes.

    Raises:
        Malformed: the log is damaged, or is not the one that the records know.
        Unavailable: none is free, or it differs from the records.
    """
    base = connect(config.state)
    held.callback(base.close)
    for worker in range(config.workers + SPARE):
        key = log_key(config, worker)
        try:
            writer = held.enter_context(
                open_log(
                    log_folder(config, worker),
                    key=key.log_key,
                    signers=[key.sign],
                    known=_head(base, worker, key.name),
                )
            )
        except Unavailable:
            continue
        log = WorkerLog(worker, writer, base)
        log.take_up()
        return log
    raise Unavailable(_NONE_FREE)


def keep_integrating(log: WorkerLog, stopped: threading.Event, *, pause: float) -> None:
    """Integrate until stopped; where disk or database refuse, wait and try again.

    What is divergent or damaged ends the work: receipts stay pending, and health says so.
    """
    while True:
        last = stopped.wait(pause)
        try:
            while log.integrate() == AT_ONCE:
                pass
        except (OSError, sqlite3.Error) as error:
            logger.warning("the tree waits: %s", error)
        except (Malformed, Unavailable) as error:
            logger.error("the tree is not continued: %s", error.text.en)
            return
        if last:
            return


def _head(base: sqlite3.Connection, worker: int, origin: str) -> Checkpoint | None:
    row = base.execute("SELECT size, root FROM heads WHERE worker = ?", (worker,)).fetchone()
    return None if row is None else Checkpoint(origin, row[0], row[1])
