r"""Dumps: what ``pg_dump`` wrote as plain text, packed by gzip or not.

Rows stand between ``COPY … FROM stdin;`` and ``\.``, one a line. A dump that writes rows as INSERT
is not read.
Source: PostgreSQL 15 documentation, pg_dump and COPY.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from shixiao.security.backups.noting import Held, Part, Tally
from shixiao.terms import BadInput, Text

KIND = "dump"
PACKED = b"\x1f\x8b"
HEAD = b"-- PostgreSQL database dump"
LOOK = 4096  # bytes in which the head stands
LONGEST = 1 << 30  # bytes of a row, as PostgreSQL has it
COPY = re.compile(rb"COPY (.+?) \((.*)\) FROM stdin;\n?$")
SETVAL = re.compile(rb"SELECT pg_catalog\.setval\('(.+)', (\d+), (true|false)\);")
MADE = re.compile(rb"(CREATE (?!DATABASE)|ALTER TABLE .*\bADD CONSTRAINT)", re.DOTALL)
INSERTS = Text(
    "这份导出把数据写成 INSERT，无法逐行比对；请用 pg_dump 的默认形式（COPY）。",
    "This dump writes rows as INSERT, which is not compared; use the usual form of pg_dump (COPY).",
)
BROKEN = Text("导出文件不完整，后面的内容缺失。", "The dump is not whole: its end is missing.")


def is_dump(path: Path) -> bool:
    """Say whether a file is such a dump."""
    with path.open("rb") as file:
        packed = file.read(2) == PACKED
    try:
        with gzip.open(path) if packed else path.open("rb") as file:
            return HEAD in file.read(LOOK)
    except (OSError, EOFError, zlib.error):
        return False


def held(path: Path) -> Held:
    """Return what a dump holds.

    Raises:
        BadInput: it is damaged, not whole, or of another form.
    """
    parts: dict[str, Part] = {}
    objects: dict[str, str] = {}
    counters: dict[str, int] = {}
    whole = False
    try:
        lines = _lines(path)
        statement = b""
        for line in lines:
            if found := COPY.match(line):
                parts[_text(found[1])] = _rows(lines, path)
            elif line.startswith(b"INSERT INTO"):
                raise BadInput(INSERTS, file=path.name)
            elif found := SETVAL.match(line):
                counters[_text(found[1])] = int(found[2]) - (found[3] == b"false")
            elif line.startswith(b"--") or not line.strip():
                _object(statement, objects)
                statement = b""
                whole = whole or line.startswith(b"-- PostgreSQL database dump complete")
            else:
                statement += line[: 1 << 20]
        _object(statement, objects)
    except (OSError, EOFError, zlib.error):
        raise BadInput(BROKEN, file=path.name) from None
    if not whole:
        raise BadInput(BROKEN, file=path.name)
    return Held(parts, objects, counters, {})


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        packed = file.read(2) == PACKED
    with gzip.open(path) if packed else path.open("rb") as file:
        while line := file.readline(LONGEST):
            yield line


def _rows(lines: Iterator[bytes], path: Path) -> Part:
    tally = Tally()
    for line in lines:
        if line == b"\\.\n":
            return tally.part()
        tally.add(line.rstrip(b"\n"))
    raise BadInput(BROKEN, file=path.name)


def _object(statement: bytes, objects: dict[str, str]) -> None:
    plain = b" ".join(statement.split())
    if MADE.match(plain):
        said = sha256(plain).hexdigest()
        objects[f"{_text(plain[:80])} {said[:8]}"] = said


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")
