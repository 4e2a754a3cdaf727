"""Bar 8 of SHARING: what is planted turns its cell red, keys turn without loss, a leak is named."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from bars import sharing_leak
from bars.outcome import Outcome
from bars.workers import ROOT
from shixiao.seals import Cipher, Damaged, Envelopes, Keyring
from shixiao.sharing.lifecycle import Canary, CellState, read_plan, run
from tests.sharing.links import NOW, certificate, serving

MASTER = Keyring([b"a master key of thirty-two bytes"])
OWNERS = ("health", "housing")
WRITERS, TURNS, SECONDS = 3, 40, 20.0
REDUCED_TURNS, REDUCED_SECONDS = 6, 2.0
ROUNDS, REDUCED_ROUNDS = 20, 3
PLANTS = ("backup", "link", "copy")
CELLS = {
    "backup": "store.backups",
    "link": "transport.tls",
    "copy": "destroy.retention",
}


def measure(*, full: bool) -> list[Outcome]:
    wrong, seen = _plants(ROUNDS if full else REDUCED_ROUNDS)
    written, lost, keys = _turning(full=full)
    return [
        Outcome.recorded("runs with and without something planted", seen),
        Outcome.at_most("cells of another colour than was planted", wrong, 0),
        Outcome.recorded("records written while keys turned", written),
        Outcome.recorded("keys of a department at the end", keys),
        Outcome.at_most("records that do not open, or not as they were", lost, 0),
        *sharing_leak.measure(full=full),
    ]


# ── what is planted ──────────────────────────────────────────────────────────────────────────────


def _plants(rounds: int) -> tuple[int, int]:
    """Plant any of a plaintext backup, a weak link, an expired copy; look once; compare."""
    chance = random.Random(8)
    wrong = seen = 0
    for _ in range(rounds):
        planted = {plant for plant in PLANTS if chance.random() < 0.5}
        with tempfile.TemporaryDirectory() as name:
            states = _look(Path(name), planted, chance)
        for plant, cell in CELLS.items():
            seen += 1
            wrong += (states[cell] is CellState.FAILED) is not (plant in planted)
    return wrong, seen


def _look(folder: Path, planted: set[str], chance: random.Random) -> dict[str, CellState]:
    canary = Canary.new()
    backups = folder / "backups"
    backups.mkdir()
    _write_backup(backups, canary, plain="backup" in planted, chance=chance)
    (folder / "copies").mkdir()
    (folder / "copies" / "kept.csv").write_text("x")
    if "copy" in planted:
        (folder / "copies" / "late.csv").write_text("x")
    days = -1 if "link" in planted else 90
    late = (NOW - timedelta(days=chance.randint(1, 900))).date()
    with serving(certificate(folder, days=days)) as port:
        plan = folder / "plan.yaml"
        plan.write_text(
            f"dataset: D1\ngrade: general_3\n"
            f"rest: [{{what: backups, folder: backups, canary: {canary.text!r}}}]\n"
            f"links: [{{host: 127.0.0.1, port: {port}, name: localhost}}]\n"
            f"copies:\n- {{id: kept, place: copies/kept.csv, keep_until: {NOW.date()}}}\n"
            f"- {{id: late, place: copies/late.csv, keep_until: {late}}}\n",
            "utf-8",
        )
        return {cell.control.id: cell.state for cell in run(read_plan(plan), now=NOW)}


def _write_backup(folder: Path, canary: Canary, *, plain: bool, chance: random.Random) -> None:
    """Write a dump of records, one of them the canary, plain in some writing or sealed."""
    rows = [f"{n},name-{chance.random()}" for n in range(2_000)]
    rows.insert(chance.randrange(len(rows)), f"x,{canary.text}")
    text = "\n".join(rows)
    writings: tuple[Callable[[str], bytes], ...] = (
        lambda t: t.encode(),
        lambda t: t.encode("utf-16-le"),
        lambda t: t.encode("gb18030"),
        lambda t: t.encode().hex().encode(),
    )
    if plain:
        (folder / "dump").write_bytes(chance.choice(writings)(text))
    else:
        sealed = MASTER.seal(text.encode(), context="backup")
        (folder / "dump").write_bytes(sealed)


# ── keys that turn ───────────────────────────────────────────────────────────────────────────────


def _turning(*, full: bool) -> tuple[int, int, int]:
    """Writers seal records while keys turn and records are sealed anew; then all are opened."""
    turns, seconds = (TURNS, SECONDS) if full else (REDUCED_TURNS, REDUCED_SECONDS)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with closing(sqlite3.connect(folder / "records.sqlite3")) as db:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("CREATE TABLE records (id TEXT PRIMARY KEY, owner TEXT, sealed BLOB)")
            db.commit()
        writers = [
            subprocess.Popen(
                [sys.executable, "-m", "bars.sharing_8", name, str(n), str(seconds)], cwd=ROOT
            )
            for n in range(WRITERS)
        ]
        keys = Envelopes(folder / "keys.json", MASTER)
        for turn in range(turns):
            time.sleep(seconds / turns)
            owner = OWNERS[turn % len(OWNERS)]
            keys.turn(owner)
            _seal_anew(folder, keys, owner)
        for writer in writers:
            if writer.wait():
                raise RuntimeError("a writer failed")
        return *_opened(folder), keys.owners()[OWNERS[0]]


def write(folder: Path, number: int, seconds: float) -> None:
    """Seal records for both departments until the time is over."""
    keys = Envelopes(folder / "keys.json", MASTER, cipher=list(Cipher)[number % 2])
    end, n = time.monotonic() + seconds, 0
    with closing(sqlite3.connect(folder / "records.sqlite3", timeout=30)) as db:
        while time.monotonic() < end:
            owner, identifier = OWNERS[n % 2], f"{number}-{n}"
            sealed = keys.seal(owner, f"record {identifier}".encode(), context=identifier)
            db.execute("INSERT INTO records VALUES (?, ?, ?)", (identifier, owner, sealed))
            db.commit()
            n += 1


def _seal_anew(folder: Path, keys: Envelopes, owner: str) -> None:
    """Seal some records under the newest key, as long as nobody changed them meanwhile."""
    with closing(sqlite3.connect(folder / "records.sqlite3", timeout=30)) as db:
        rows = db.execute(
            "SELECT id, sealed FROM records WHERE owner = ? ORDER BY random() LIMIT 50", [owner]
        ).fetchall()
        for identifier, sealed in rows:
            if not keys.newest(owner, sealed):
                fresh = keys.seal(
                    owner, keys.open(owner, sealed, context=identifier), context=identifier
                )
                db.execute(
                    "UPDATE records SET sealed = ? WHERE id = ? AND sealed = ?",
                    (fresh, identifier, sealed),
                )
        db.commit()


def _opened(folder: Path) -> tuple[int, int]:
    keys = Envelopes(folder / "keys.json", MASTER)
    written = lost = 0
    with closing(sqlite3.connect(folder / "records.sqlite3")) as db:
        for identifier, owner, sealed in db.execute("SELECT id, owner, sealed FROM records"):
            written += 1
            try:
                plain = keys.open(owner, sealed, context=identifier)
            except Damaged:
                lost += 1
            else:
                lost += plain != f"record {identifier}".encode()
    return written, lost


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
