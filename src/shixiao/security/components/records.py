"""Records: OSV records as they are handed out, one after the other and never all in memory.

A zip with one JSON a record (``all.zip`` of osv.dev, one for each ecosystem), a folder of such
files, or lines of JSON. A record that comes again is taken once.
Source: osv.dev, data dumps; CISA, Known Exploited Vulnerabilities catalogue.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from shixiao.security.components.bundle import DAMAGED, LINE, touched
from shixiao.security.documents import read_json
from shixiao.terms import BadInput, Text

MOST = 5_000_000
NO_RECORD = Text(
    "“{name}”不是 OSV 漏洞记录，没有打包。", "“{name}” is no record of OSV, so nothing was packed."
)
NO_RECORDS = Text(
    "没有找到漏洞记录；请给出 zip、JSON 行文件或存放 JSON 的文件夹。",
    "There are no records; give a zip, a file of JSON lines, or a folder of JSON files.",
)
UNREAD = Text("读不了，或已损坏。", "It cannot be read, or is damaged.")
NO_LIST = Text(
    "不是已被利用漏洞目录（CISA KEV 的 JSON）。",
    "This is no catalogue of exploited vulnerabilities (JSON of CISA KEV).",
)


def read_records(paths: Sequence[Path]) -> Iterator[Mapping[str, Any]]:
    """Yield every record once, in the order of files and names.

    Raises:
        BadInput: there is none, or something else stands among them.
    """
    known: set[str] = set()
    for path in paths:
        for name, raw in _raw(path):
            record = _record(name, raw, path)
            if record["id"] not in known:
                known.add(record["id"])
                yield record
            if len(known) > MOST:
                raise BadInput(UNREAD, file=path.name)
    if not known:
        raise BadInput(NO_RECORDS)


def read_exploited(path: Path) -> tuple[str, ...]:
    """Return the vulnerabilities that are known to be exploited.

    Raises:
        BadInput: it is no such list.
    """
    data = read_json(path, wrong=NO_LIST)
    try:
        return tuple(sorted({str(each["cveID"]) for each in data["vulnerabilities"]}))
    except (KeyError, TypeError):
        raise BadInput(NO_LIST, file=path.name) from None


def _raw(path: Path) -> Iterator[tuple[str, bytes]]:
    try:
        if path.is_dir():
            for each in sorted(path.rglob("*.json")):
                with each.open("rb") as file:
                    yield each.name, file.read(LINE + 1)
        elif zipfile.is_zipfile(path):
            yield from _of_zip(path)
        else:
            with path.open("rb") as lines:
                yield from _of_lines(iter(lambda: lines.readline(LINE + 1), b""), path.name)
    except DAMAGED:
        raise BadInput(UNREAD, file=path.name) from None


def _of_zip(path: Path) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist()):
            if name.endswith(".json"):
                with archive.open(name) as file:
                    yield name, file.read(LINE + 1)


def _of_lines(lines: Iterable[bytes], name: str) -> Iterator[tuple[str, bytes]]:
    for row, line in enumerate(lines, 1):
        if line.strip():
            yield f"{name}:{row}", line


def _record(name: str, raw: bytes, path: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(raw) if len(raw) <= LINE else None
    except (ValueError, RecursionError):
        found = None
    if found is None or touched(found) is None:
        shown = "".join(sign if sign.isprintable() else "�" for sign in name)
        raise BadInput(NO_RECORD.format(name=shown[:120]), file=path.name)
    return found  # type: ignore[no-any-return]
