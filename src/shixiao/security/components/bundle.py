"""Bundle: vulnerabilities as OSV records, in one zip that its publisher signed.

``manifest.json`` (schema ``shixiao/osv-bundle/1``) names the day it was made, the ecosystems for
which it is whole, and every other member with size and SHA-256; ``manifest.sig.json`` is what
``shixiao sign manifest.json`` writes. ``records.jsonl`` holds one OSV record a line, and
``exploited.json``, where there is one, the list of vulnerabilities that are known to be exploited,
in the form of CISA. Nothing is read before the signature holds.
Source: OSV schema 1.7 (ossf.github.io/osv-schema); CISA, Known Exploited Vulnerabilities catalogue.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from shixiao.seals import (
    SIGNATURE,
    SigningKey,
    VerifyKey,
    canonical_json,
    read_document,
    signature_of,
    verify,
)
from shixiao.security.components.sbom import canonical
from shixiao.terms import BadInput, Text

SCHEMA = "shixiao/osv-bundle/1"
MANIFEST, SIGNED, RECORDS, EXPLOITED = (
    "manifest.json", "manifest.sig.json", "records.jsonl", "exploited.json",
)  # fmt: skip
LARGEST = 8 << 30  # bytes of all records
SMALL = 1 << 20
LINE = 8 << 20  # bytes of a record
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError)
NO_BUNDLE = Text(
    "不是漏洞库包，或已损坏；请向发布方重新索取。",
    "This is no bundle of vulnerabilities, or it is damaged; ask its publisher for another.",
)
UNSIGNED = Text(
    "漏洞库包的签名不是这把公钥的，没有使用；请核对公钥和来源。",
    "The bundle was not signed with this key and was not used; check the key and where it came"
    " from.",
)
CHANGED = Text(
    "漏洞库包的内容与签名的清单不符，没有使用。",
    "What the bundle holds differs from what was signed; it was not used.",
)


@dataclass(frozen=True, slots=True)
class Bundle:
    """Vulnerabilities that somebody vouches for.

    Attributes:
        made: when.
        ecosystems: for which it is whole.
        by_package: ecosystem and name → records that touch it.
        exploited: names of vulnerabilities that are known to be exploited.
        hash: SHA-256 of its manifest.
        records: how many it holds.
    """

    made: datetime
    ecosystems: frozenset[str]
    by_package: Mapping[tuple[str, str], tuple[Mapping[str, Any], ...]]
    exploited: frozenset[str]
    hash: str
    records: int


def read_bundle(
    path: Path, key: VerifyKey, *, only: frozenset[tuple[str, str]] | None = None
) -> Bundle:
    """Return what a bundle says, once its signature and its members hold.

    Args:
        path: of the zip.
        key: of its publisher.
        only: ecosystem and name of the packages that are wanted; None for all.

    Raises:
        BadInput: it is damaged, of another key, or was changed.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = read_document(_small(archive, MANIFEST), MANIFEST)
            signature = read_document(_small(archive, SIGNED), SIGNED)
            signed = signature.get("signature")
            if signature.get("schema") != SIGNATURE or not isinstance(signed, str):
                raise BadInput(NO_BUNDLE, file=path.name)
            if manifest.get("schema") != SCHEMA or not verify(manifest, signed, key):
                raise BadInput(UNSIGNED, file=path.name)
            made, ecosystems, members = _said(manifest, path.name)
            _check(archive, members, path.name)
            with archive.open(RECORDS) as lines:
                found, records = _records(lines, only, path.name)
            exploited = _exploited(archive) if EXPLOITED in members else frozenset()
    except (KeyError, *DAMAGED):
        raise BadInput(NO_BUNDLE, file=path.name) from None
    hashed = sha256(canonical_json(manifest)).hexdigest()
    return Bundle(made, ecosystems, found, exploited, hashed, records)


def write_bundle(
    path: Path,
    records: Iterable[Mapping[str, Any]],
    *,
    exploited: Iterable[str],
    ecosystems: Iterable[str],
    made: datetime,
    key: SigningKey,
) -> None:
    """Write a bundle and sign it.

    Args:
        path: of the zip.
        records: in the form of OSV.
        exploited: names of vulnerabilities that are known to be exploited.
        ecosystems: for which the records are whole.
        made: when, with time zone.
        key: of its publisher.
    """
    known = {"vulnerabilities": [{"cveID": name} for name in exploited]}
    lines = (json.dumps(each, sort_keys=True).encode() + b"\n" for each in records)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        manifest = {
            "schema": SCHEMA,
            "made": made.astimezone(UTC).isoformat(timespec="seconds"),
            "ecosystems": sorted(ecosystems),
            "members": [
                _member(archive, RECORDS, lines),
                _member(archive, EXPLOITED, [canonical_json(known)]),
            ],
        }
        archive.writestr(MANIFEST, canonical_json(manifest))
        archive.writestr(SIGNED, canonical_json(signature_of(manifest, key)))


def _member(archive: zipfile.ZipFile, name: str, parts: Iterable[bytes]) -> dict[str, Any]:
    """Write a member part by part, and return what the manifest says of it."""
    hashed, size = sha256(), 0
    with archive.open(name, "w", force_zip64=True) as member:
        for part in parts:
            member.write(part)
            hashed.update(part)
            size += len(part)
    return {"name": name, "size": size, "sha256": hashed.hexdigest()}


def _small(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as file:
        return file.read(SMALL + 1)


def _said(
    manifest: Mapping[str, Any], file: str
) -> tuple[datetime, frozenset[str], Mapping[str, tuple[int, str]]]:
    try:
        made = datetime.fromisoformat(manifest["made"])
        ecosystems = frozenset(map(str, manifest["ecosystems"]))
        members = {
            str(each["name"]): (int(each["size"]), str(each["sha256"]))
            for each in manifest["members"]
        }
    except (KeyError, TypeError, ValueError):
        raise BadInput(NO_BUNDLE, file=file) from None
    if made.tzinfo is None or RECORDS not in members:
        raise BadInput(NO_BUNDLE, file=file)
    return made, ecosystems, members


def _check(archive: zipfile.ZipFile, members: Mapping[str, tuple[int, str]], file: str) -> None:
    """Hold every member against what was signed.

    Raises:
        BadInput: one was changed, or one stands there that was not signed.
    """
    names = archive.namelist()
    if sorted(names) != sorted((*members, MANIFEST, SIGNED)):
        raise BadInput(CHANGED, file=file)
    for name, (size, wanted) in members.items():
        if size > LARGEST or archive.getinfo(name).file_size != size:
            raise BadInput(CHANGED, file=file)
        hashed = sha256()
        with archive.open(name) as member:
            while part := member.read(1 << 20):
                hashed.update(part)
        if hashed.hexdigest() != wanted:
            raise BadInput(CHANGED, file=file)


def _records(
    lines: IO[bytes], only: frozenset[tuple[str, str]] | None, file: str
) -> tuple[Mapping[tuple[str, str], tuple[Mapping[str, Any], ...]], int]:
    found: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    row = 0
    while line := lines.readline(LINE + 1):
        row += 1
        try:
            record = json.loads(line) if len(line) <= LINE else None
        except (ValueError, RecursionError):
            record = None
        named = touched(record)
        if record is None or named is None:
            raise BadInput(NO_BUNDLE, file=file, row=row)
        for package in named:
            if only is None or package in only:
                found[package].append(record)
    return {package: tuple(records) for package, records in found.items()}, row


def touched(record: Any) -> set[tuple[str, str]] | None:
    """Return the packages of a record that was not withdrawn; None where it is none of OSV."""
    if not isinstance(record, Mapping) or not isinstance(record.get("id"), str):
        return None
    if not record["id"].isprintable():
        return None
    affected = record.get("affected", [])
    if not isinstance(affected, list) or not all(isinstance(each, Mapping) for each in affected):
        return None
    if record.get("withdrawn"):
        return set()
    packages = [each.get("package") for each in affected]
    return {
        (base := str(each.get("ecosystem", "")).split(":")[0], canonical(base, str(each["name"])))
        for each in packages
        if isinstance(each, Mapping) and "name" in each
    }


def _exploited(archive: zipfile.ZipFile) -> frozenset[str]:
    with archive.open(EXPLOITED) as file:
        raw = file.read(64 << 20)
    try:
        data = json.loads(raw)
        return frozenset(str(each["cveID"]) for each in data["vulnerabilities"])
    except (ValueError, RecursionError, KeyError, TypeError):
        raise BadInput(NO_BUNDLE, file=EXPLOITED) from None
