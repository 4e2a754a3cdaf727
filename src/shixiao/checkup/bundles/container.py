"""The container: a .zip of named parts, each with its hash in the manifest; nothing is trusted."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO

from shixiao.evidence.readers.archive import DAMAGED as UNREADABLE
from shixiao.evidence.readers.archive import check_sizes
from shixiao.seals import canonical_json
from shixiao.terms import BadInput, Text

SCHEMA = "shixiao/bundle/1"
PUBLIC, AUDITOR = "public", "auditor"
MANIFEST, RULES, NUMBERS, COUNTS = "manifest.json", "rules.json", "numbers.json", "counts.json"
QUESTION, RESULT, STORE = "question.json", "result.json", "store/"
PARTS = {PUBLIC: (RULES, NUMBERS, COUNTS), AUDITOR: (RULES, QUESTION, RESULT)}
OF_STORE = re.compile(r"store/[a-z][a-z_]{0,39}\.(parquet|json)")
LARGEST_JSON = 512 << 20  # bytes of one part that is read as a whole
LARGEST_MANIFEST = 4 << 20
LARGEST = {PUBLIC: 1 << 30, AUDITOR: 20 << 30}  # bytes unpacked
DEEPEST = 32  # levels of JSON
CHUNK = 1 << 20

DAMAGED = Text(
    "不是复算包，或文件已损坏；请重新下载。",
    "this is no bundle, or it is damaged; fetch it again",
)
CHANGED = Text(
    "其中的 {part} 与清单所记的哈希不符：包被改动过或已损坏；请从公布处重新下载。",
    "its part {part} does not have the hash that the manifest gives: the bundle was changed or is"
    " damaged; fetch it again from where it was published",
)
FORM = Text(
    "其中的 {part} 不合复算包的格式{where}；请从公布处重新下载。",
    "its part {part} is not in the form of a bundle{where}; fetch it again from where it was"
    " published",
)


def digest_of(content: bytes) -> dict[str, Any]:
    """Return what a manifest says of a part."""
    return {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


def json_lines(value: Mapping[str, Any]) -> bytes:
    """Write a mapping with one line per entry of each list, so that people can read and compare."""
    parts = []
    for key, part in value.items():
        head = canonical_json(key)
        if isinstance(part, list) and part:
            parts.append(head + b": [\n  " + b",\n  ".join(map(canonical_json, part)) + b"\n ]")
        else:
            parts.append(head + b": " + canonical_json(part))
    return b"{\n " + b",\n ".join(parts) + b"\n}\n"


def malformed(part: str, file: str, where: object = "") -> BadInput:
    """Say that a part is not in the form of a bundle, and where that shows."""
    place = Text(f"（{str(where)[:80]}）", f" ({str(where)[:80]})")
    return BadInput(FORM.format(part=part, where=place if str(where) else ""), file=file)


@dataclass(slots=True)
class Bundle:
    """A bundle that was opened: its manifest is in form and its parts are those it names."""

    file: str
    manifest: Mapping[str, Any]
    _archive: zipfile.ZipFile

    @property
    def kind(self) -> str:
        """``public`` or ``auditor``."""
        return str(self.manifest["kind"])

    def json(self, part: str) -> Any:
        """Read one part.

        Raises:
            BadInput: it is too large, was changed, or is no JSON.
        """
        if self._archive.getinfo(part).file_size > LARGEST_JSON:
            raise malformed(part, self.file, f"> {LARGEST_JSON >> 20} MiB")
        content = bytearray()
        with _reading(self.file), self._archive.open(part) as source:
            self._copy(part, source, content.extend)
        return _parsed(bytes(content), part, self.file)

    def unpack_store(self, folder: Path) -> None:
        """Write the files of the store into a folder.

        Raises:
            BadInput: one was changed.
        """
        for part in self.manifest["parts"]:
            if part.startswith(STORE):
                target = folder / part.removeprefix(STORE)
                reading = _reading(self.file)
                with reading, self._archive.open(part) as source, target.open("wb") as file:
                    self._copy(part, source, file.write)

    def _copy(self, part: str, source: IO[bytes], take: Callable[[bytes], object]) -> None:
        """Hand a part on in pieces, and hold it to its hash."""
        digest = hashlib.sha256()
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            take(chunk)
        if digest.hexdigest() != self.manifest["parts"][part]["sha256"]:
            raise BadInput(CHANGED.format(part=part), file=self.file)


@contextmanager
def _reading(file: str) -> Iterator[None]:
    """Turn whatever a damaged archive makes Python say into one sentence."""
    try:
        yield
    except UNREADABLE:
        raise BadInput(DAMAGED, file=file) from None


def open_bundle(source: BinaryIO, *, file: str) -> Bundle:
    """Open a bundle and check its manifest against what it holds.

    Raises:
        BadInput: it is no bundle, is damaged, too large, of another schema, or holds parts that
            its manifest does not name.
    """
    try:
        archive = zipfile.ZipFile(source)
        entries = archive.infolist()
    except (*UNREADABLE, OSError):
        raise BadInput(DAMAGED, file=file) from None
    check_sizes(entries, file=file, largest=LARGEST[AUDITOR])
    names = [entry.filename for entry in entries]
    if MANIFEST not in names or len(set(names)) != len(names):
        raise BadInput(DAMAGED, file=file)
    if archive.getinfo(MANIFEST).file_size > LARGEST_MANIFEST:
        raise malformed(MANIFEST, file, f"> {LARGEST_MANIFEST >> 20} MiB")
    with _reading(file):
        manifest = _parsed(archive.read(MANIFEST), MANIFEST, file)
    _check_manifest(manifest, names, file)
    sizes = sum(entry.file_size for entry in entries)
    if sizes > LARGEST[manifest["kind"]]:
        raise malformed(MANIFEST, file, f"> {LARGEST[manifest['kind']] >> 30} GiB")
    return Bundle(file, manifest, archive)


def _parsed(content: bytes, part: str, file: str) -> Any:
    try:
        value = json.loads(content, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise malformed(part, file, "JSON") from None
    if _deeper(value, DEEPEST):
        raise malformed(part, file, f"> {DEEPEST}")
    return value


def _no_number(name: str) -> float:
    raise ValueError(name)


def _deeper(value: Any, levels: int) -> bool:
    """True when a value is nested more deeply than so many levels."""
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        return False
    return levels == 0 or any(_deeper(part, levels - 1) for part in value)


def _check_manifest(manifest: Any, names: list[str], file: str) -> None:
    if not isinstance(manifest, dict):
        raise malformed(MANIFEST, file)
    schema = manifest.get("schema")
    if schema != SCHEMA:
        raise BadInput(
            Text(
                f"复算包的格式是“{str(schema)[:40]}”，这里只能读 {SCHEMA}；"
                "请用写出它的版本或更新的版本。",
                f"the bundle has the schema “{str(schema)[:40]}” where {SCHEMA} can be read; use"
                " the version that wrote it, or a later one",
            ),
            file=file,
        )
    kind, parts = manifest.get("kind"), manifest.get("parts")
    if kind not in PARTS or not isinstance(parts, dict):
        raise malformed(MANIFEST, file, "kind, parts")
    if {*parts, MANIFEST} != set(names):
        other = sorted({*parts, MANIFEST} ^ set(names))[0]
        raise malformed(MANIFEST, file, other)
    strange = [
        part
        for part in parts
        if part not in PARTS[kind] and not (kind == AUDITOR and OF_STORE.fullmatch(part))
    ]
    if strange or not set(PARTS[kind]) <= set(parts):
        raise malformed(MANIFEST, file, strange[0] if strange else "parts")
    for part, said in parts.items():
        if not (isinstance(said, dict) and isinstance(said.get("sha256"), str)):
            raise malformed(MANIFEST, file, part)
    _check_facts(manifest, file)


def _check_facts(manifest: Mapping[str, Any], file: str) -> None:
    code, rules, seed = (manifest.get(key) for key in ("code", "rules", "seed"))
    wanted = [(code, "version"), (code, "sha256"), (rules, "pack"), (rules, "hash")]
    for part, key in wanted:
        if not (isinstance(part, dict) and isinstance(part.get(key), str)):
            raise malformed(MANIFEST, file, key)
    if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
        raise malformed(MANIFEST, file, "seed")
