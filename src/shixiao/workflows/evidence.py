"""Evidence: taken in from an upload or a folder, hashed, and judged by the quality gate."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction

from shixiao.records.models import DailyHash, Evidence, Organisation
from shixiao.seals import sha256_of, sha256_of_file
from shixiao.terms import Text
from shixiao.workflows.actors import Actor
from shixiao.workflows.files import write_whole
from shixiao.workflows.leaves import put
from shixiao.workflows.permissions import check, signed_in
from shixiao.workflows.refusals import Incomplete, Stale
from shixiao.workflows.roles import Scope

SUFFIXES = (".zip", ".xes", ".gz", ".csv", ".parquet", ".xlsx", ".json", ".jsonocel", ".sqlite")
MOST_FILES = 200
LONGEST_NAME = 200  # bytes; the disk takes some more
WRONG_KIND = Text(
    "“{name}”不是证据文件；可用证据包（.zip 或文件夹）、XES、OCEL、CSV、Parquet、XLSX。",
    "“{name}” is no evidence; a package (.zip or folder), XES, OCEL, CSV, Parquet or XLSX is.",
)
LONG_NAME = Text(
    "文件名“{name}…”过长，请改短后重新选择（约 60 个汉字以内）。",
    "The name of the file “{name}…” is too long; make it shorter (about 60 Chinese characters at"
    " most) and choose it again.",
)
TOO_LARGE = Text(
    "文件超过 {most} MB 的上限，没有收下；可由管理员放到服务器上的文件夹再指定。",
    "The file exceeds {most} MB and was not taken; the administrator can put it into a folder on"
    " the server, to be named instead.",
)
NO_FOLDER = Text(
    "没有这个文件夹，或其中没有文件；只能指定存放区“{place}”里的文件夹。",
    "There is no such folder, or it has no files; only folders below “{place}” can be named.",
)
COMMITTED = Text(
    "{table} 表 {day} 的哈希已经承诺过，不能再改；内容若有更正，请另行说明。",
    "The hash of table {table} on {day} was committed to already and cannot be changed.",
)
NO_HASH = Text("哈希应为 64 位十六进制数字。", "A hash has 64 hexadecimal digits.")


def inbox() -> Path:
    """Return the folder on the server from which evidence may be named."""
    return Path(settings.SITE.data) / "incoming"


def receive_upload(
    name: str, chunks: Iterable[bytes], *, organisation: Organisation, actor: Actor, at: datetime
) -> Evidence:
    """Take in one uploaded file; nothing stays of one that is too large or of another kind.

    Raises:
        Incomplete: the file is not taken; why.
    """
    plain = Path(name).name
    if plain.startswith(".") or not plain.lower().endswith(SUFFIXES):
        raise Incomplete(WRONG_KIND.format(name=plain[:80]), field="file")
    if len(plain.encode()) > LONGEST_NAME:
        raise Incomplete(LONG_NAME.format(name=plain[:20]), field="file")
    evidence = _begun(plain, organisation, actor, at)
    with _whole(_folder(evidence)) as folder:
        write_whole(folder / plain, _limited(chunks))
        _finish(evidence, folder)
    return evidence


def receive_folder(
    name: str, *, organisation: Organisation, actor: Actor, at: datetime
) -> Evidence:
    """Take in a folder that lies on the server; it is copied, so that later edits do not matter.

    Who may deliver for the own organisation alone may name what lies below its code.

    Raises:
        Incomplete: there is no such folder below the inbox.
    """
    source = (inbox() / name).resolve()
    everywhere = actor.reach("evidence.add") is Scope.ANY
    top = inbox().resolve()
    allowed = top if everywhere else (top / organisation.code).resolve()
    below = everywhere or (allowed != top and allowed.is_relative_to(top))
    if not below or not source.is_relative_to(allowed):
        raise Incomplete(NO_FOLDER.format(place=inbox().name), field="folder")
    return take_folder(source, organisation=organisation, actor=actor, at=at)


def take_folder(
    source: Path, *, organisation: Organisation, actor: Actor, at: datetime
) -> Evidence:
    """Take in a folder or file from anywhere; for commands of the operator."""
    files = _files(source)
    if not files or len(files) > MOST_FILES:
        raise Incomplete(NO_FOLDER.format(place=inbox().name), field="folder")
    evidence = _begun(source.name, organisation, actor, at)
    with _whole(_folder(evidence)) as folder:
        for file in files:
            target = folder / (file.relative_to(source) if source.is_dir() else file.name)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
        _finish(evidence, folder)
    return evidence


@contextmanager
def _whole(folder: Path) -> Iterator[Path]:
    """Let a folder be filled; nothing of it stays where that does not come to its end."""
    try:
        yield folder
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def paths_of(evidence: Evidence) -> list[Path]:
    """Return what is to be evaluated: the folder of a package, or the files themselves."""
    folder = _folder(evidence)
    if (folder / "datapackage.json").exists():
        return [folder]
    return _files(folder)


@transaction.atomic
def accept(evidence: Evidence, *, title: Text, tables: dict[str, int], at: datetime) -> None:
    """Note that the evidence passed the gate; gate and evaluation may both find that out."""
    held = _held(evidence)
    if held.state == Evidence.State.ACCEPTED:
        return
    held.state = Evidence.State.ACCEPTED
    held.tables, held.rows = tables, sum(tables.values())
    held.title, held.problem = title, None
    held.save(update_fields=["state", "tables", "rows", "title", "problem"])
    facts = {"department": held.organisation.code, "sha256": held.sha256, "rows": held.rows}
    sealed = {"actor": held.received_by}
    put("evidence.received", str(held.pk), at=at, facts=facts, sealed=sealed)


@transaction.atomic
def refuse(evidence: Evidence, problem: Text, *, at: datetime) -> None:
    """Note why the evidence did not pass the gate."""
    held = _held(evidence)
    if held.state != Evidence.State.CHECKING:
        return
    held.state, held.problem = Evidence.State.REFUSED, problem
    held.save(update_fields=["state", "problem"])
    facts = {"department": held.organisation.code, "sha256": held.sha256}
    sealed = {"actor": held.received_by, "reason": problem.zh}
    put("evidence.refused", str(held.pk), at=at, facts=facts, sealed=sealed)


@transaction.atomic
def commit_hash(
    *,
    organisation: Organisation,
    table: str,
    day: date,
    sha256: str,
    rows: int | None,
    actor: Actor,
    at: datetime,
) -> DailyHash:
    """Commit to a table as it stood on a day, so that later edits of it show.

    Raises:
        Stale: there is a hash of that table and day.
    """
    check(actor, "evidence.commit", organisation)
    digest = sha256.strip().lower()
    if len(digest) != 64 or set(digest) - set("0123456789abcdef"):
        raise Incomplete(NO_HASH, field="sha256")
    try:
        with transaction.atomic():
            made = DailyHash.objects.create(
                organisation=organisation,
                table=table,
                day=day,
                sha256=digest,
                rows=rows,
                committed=at,
                committed_by=actor.account,
            )
    except IntegrityError:
        raise Stale(COMMITTED.format(table=table, day=day)) from None
    facts = {
        "department": organisation.code,
        "table": table,
        "day": day.isoformat(),
        "sha256": digest,
        "rows": rows,
    }
    put(
        "evidence.committed", organisation.code, at=at, facts=facts, sealed={"actor": actor.account}
    )
    return made


def _begun(name: str, organisation: Organisation, actor: Actor, at: datetime) -> Evidence:
    check(actor, "evidence.add", organisation)
    evidence = Evidence(
        name=name[:200], organisation=organisation, received=at, received_by=signed_in(actor)
    )
    evidence.folder = f"evidence/{evidence.pk}"
    return evidence


def _held(evidence: Evidence) -> Evidence:
    """Return the evidence as it is now, kept from others until the transaction ends."""
    return Evidence.objects.select_for_update(of=("self",)).get(pk=evidence.pk)


def _folder(evidence: Evidence) -> Path:
    return Path(settings.SITE.data) / evidence.folder


def _finish(evidence: Evidence, folder: Path) -> None:
    hashes = [
        {"name": file.relative_to(folder).as_posix(), "sha256": sha256_of_file(file)}
        for file in _files(folder)
    ]
    evidence.sha256 = sha256_of(hashes)
    evidence.save(force_insert=True)


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    found = (file for file in path.rglob("*") if file.is_file() and not file.is_symlink())
    return sorted(file for file in found if not _hidden(file.relative_to(path)))


def _hidden(name: Path) -> bool:
    """Say whether a file is an editor's or a desktop's own: it is no evidence, nor backed up."""
    return any(part.startswith(".") for part in name.parts)


def _limited(chunks: Iterable[bytes]) -> Iterable[bytes]:
    most = settings.SITE.upload << 20
    read = 0
    for chunk in chunks:
        read += len(chunk)
        if read > most:
            raise Incomplete(TOO_LARGE.format(most=settings.SITE.upload), field="file")
        yield chunk
