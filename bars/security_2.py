"""Bar 2 of SECURITY: what is stored is found out where it is not encrypted, and only there.

A text is put in through a database, deleted, written and packed in every usual way, and sought in
the raw files; equal contents are told by equal ciphertexts; and ten gigabytes are searched.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bars.outcome import Outcome
from bars.workers import in_child
from shixiao.security.at_rest import Canary, read_column, sameness, scan
from tests.security.at_rest.test_scanning import PACKED, PLAIN, WRITTEN
from tests.security.lab_postgres import TOOLS, connected, server_of_system

ROOT = Path(__file__).parents[1]
MB = 1 << 20
SIZE, REDUCED = 10 * 1024 * MB, 96 * MB
BLOCK = 32 * MB
PEAK = 256.0  # MB
ROWS = 2_000
KEY = bytes(range(32))


def measure(*, full: bool) -> list[Outcome]:
    with tempfile.TemporaryDirectory() as folder:
        forms = list(_forms(Path(folder)))
        sealed = _sealed(Path(folder))
    return [
        Outcome.recorded("writings and packings of a text", len(forms)),
        Outcome.at_most("of them that were missed", forms.count(False), 0),
        *_deleted(),
        *(_postgresql() if full else ()),  # what the slow tests of at_rest do all the same
        Outcome.at_least("distinct ciphertexts of AES-GCM, of each", sealed["gcm"], ROWS),
        Outcome.at_most("distinct ciphertexts of AES-ECB, of as many", sealed["ecb"], 1),
        Outcome.at_most("findings on the column of AES-GCM", sealed["gcm faults"], 0),
        Outcome.at_least("findings on the column of AES-ECB", sealed["ecb faults"], 1),
        *_large(SIZE if full else REDUCED),
    ]


def _places(folders: Iterable[Path], canary: Canary) -> list[str]:
    found = scan(list(folders), [canary])
    return [one.locator for part in found.parts for one in part.seen or () if not one.passed]


def _forms(folder: Path) -> Iterator[bool]:
    """Write a text in every way, each beside random bytes, and say whether it is found."""
    written = [(canary, data) for canary, data, _, _ in WRITTEN.values()]
    plain = Canary(PLAIN.decode())
    packed = [(plain, pack(os.urandom(900) + PLAIN + os.urandom(900))) for pack in PACKED.values()]
    for n, (canary, data) in enumerate([*written, *packed]):
        here = folder / f"form{n}"
        here.mkdir()
        before = b"" if n >= len(written) else os.urandom(4_001)
        (here / "data").write_bytes(before + data)
        yield bool(_places([here], canary))


def _deleted() -> Iterator[Outcome]:
    """Delete a row of SQLite: its text stays in the log, its ciphertext says nothing."""
    plain, sealed = Canary.new(), Canary.new()
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(sqlite3.connect(Path(folder) / "site.db")) as database,
    ):
        database.executescript("PRAGMA journal_mode=WAL; CREATE TABLE person (name, sealed)")
        row = plain.text, _gcm(sealed.text)
        database.execute("INSERT INTO person VALUES (?, ?)", row)
        database.commit()
        database.execute("DELETE FROM person")
        database.commit()
        log = [each for each in _places([Path(folder)], plain) if "-wal:" in each]
        yield Outcome.at_least("places in the log of SQLite after DELETE", len(log), 1)
        found = _places([Path(folder)], sealed)
        yield Outcome.at_most("places of what AES-GCM sealed", len(found), 0)


def _postgresql() -> Iterator[Outcome]:
    """Delete a row of PostgreSQL, vacuum, and look into its files."""
    extension = list(Path("/usr/share/postgresql").glob("*/extension/pgcrypto.control"))
    if not (extension and list(TOOLS.glob("*/bin/initdb"))):
        yield Outcome.recorded("PostgreSQL with pgcrypto", "is not here")
        return
    plain, sealed = Canary.new(), Canary.new()
    with server_of_system() as place, connected(place) as database:
        _use(database, plain, sealed)
        found = _places([place / "data"], plain)
        heap = [each for each in found if each.startswith("base/")]
        yield Outcome.at_least("places in the heap of PostgreSQL after DELETE", len(heap), 1)
        log = [each for each in found if each.startswith("pg_wal/")]
        yield Outcome.at_least("places in the log of PostgreSQL after DELETE", len(log), 1)
        found = _places([place / "data"], sealed)
        yield Outcome.at_most("places of what pgcrypto sealed", len(found), 0)


def _use(database: psycopg.Connection, plain: Canary, sealed: Canary) -> None:
    database.execute("CREATE EXTENSION pgcrypto")
    database.execute("CREATE TABLE person (name text, sealed bytea)")
    database.execute(
        "INSERT INTO person SELECT %s, pgp_sym_encrypt(%s, 'a secret')", (plain.text, sealed.text)
    )
    database.execute("DELETE FROM person")
    database.execute("CHECKPOINT")


def _sealed(folder: Path) -> dict[str, int]:
    """Seal one content many times, by a fresh nonce each time and by none."""
    path, content = folder / "sealed.db", b"110101199003078888".ljust(32)
    mode = modes.ECB()  # noqa: S305 - that is what is to be caught
    block = Cipher(algorithms.AES(KEY), mode).encryptor()
    ecb = block.update(content) + block.finalize()
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE person (gcm BLOB, ecb BLOB)")
        rows = ((_gcm(content.decode()), ecb) for _ in range(ROWS))
        database.executemany("INSERT INTO person VALUES (?, ?)", rows)
    told = {}
    for name in ("gcm", "ecb"):
        found = sameness(read_column(f"{path}#person.{name}"))
        told[name] = found.distinct
        seen = found.assessed(name).seen or ()
        told[f"{name} faults"] = sum(not one.passed for one in seen)
    return told


def _gcm(content: str) -> bytes:
    nonce = os.urandom(12)
    return nonce + AESGCM(KEY).encrypt(nonce, content.encode(), None)


def _large(size: int) -> Iterator[Outcome]:
    """Search one file of a size, half of it text, with a text at its very end."""
    canary = Canary.new()
    line = b"31,2026-03-01T09:12:44+08:00,completed,counter,0.25,NULL\n"
    block = os.urandom(BLOCK // 2) + (line * (BLOCK // len(line)))[: BLOCK // 2]
    build = ROOT / "build"
    build.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=build) as folder:
        path = Path(folder) / "data"
        with path.open("wb", buffering=0) as file:
            for _ in range(size // BLOCK):
                file.write(block)
            file.write(canary.text.encode())
        whole, blocks = path.stat().st_size, 512 * path.stat().st_blocks
        told = in_child("scan_at_rest", folder, canary.text)
    found = told["value"]
    rate = whole / MB / told["cpu_s"]
    yield Outcome.at_least("bytes on the disk, none of them a hole", blocks, whole)
    yield Outcome.at_least("bytes searched", found["bytes"], whole, cost=told)
    yield Outcome.at_least("of the file that could be read", int(found["whole"]), 1)
    yield Outcome.at_least("of them, the text at the very end", len(found["at"]), 1)
    yield Outcome.at_most("peak memory of the search", told["peak_mb"], PEAK, "MB", cost=told)
    yield Outcome.recorded("searched in a second of CPU", round(rate), "MB")
