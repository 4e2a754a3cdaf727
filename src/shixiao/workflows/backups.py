"""Backups: records, files and ledger of one moment in one sealed file, and the way back.

The order makes them fit each other while the site runs. First the checkpoint is read: whatever it
covers has been in the records with its number before. Then the records of one moment. Then files,
which are written before the record that names them. The ledger is copied as of that checkpoint;
what the records hold beyond it is put into the tree again, in the same order, after a restore.
"""

from __future__ import annotations

import base64
import getpass
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.db import transaction
from django.utils import timezone

import shixiao
from shixiao.ledger import Checkpoint, Note, Trust, verify_log
from shixiao.ledger.folder import CHECKPOINT
from shixiao.ledger.reaching import log_files
from shixiao.records.fields import keyring
from shixiao.records.models import LeafRow, LogHead
from shixiao.seals.boxes import Box, BoxWriter
from shixiao.terms import BadInput, Text, Unavailable
from shixiao.workflows.leaves import put
from shixiao.workflows.log import log_folder, log_path, private_key
from shixiao.workflows.sequencer import sequencer
from shixiao.workflows.snapshots import (
    kept_models,
    lines,
    load,
    one_moment,
    reset_counters,
    whole_lines,
)

Progress = Callable[[Text], None]
FOLDERS = ("files", "evidence", "activities", "maps", "results", "site_rows")
FORM = "shixiao/backup/1"
PIECE = 1 << 20
NOT_EMPTY = Text(
    "本站已有数据，不能恢复到这里；请把 SHIXIAO_DATA 和 DATABASE_URL 指向空的目录和数据库。",
    "this site holds data already; point SHIXIAO_DATA and DATABASE_URL to an empty folder and"
    " database",
)
OTHER_VERSION = Text(
    "备份由 {theirs} 版做成，本站是 {ours} 版，表的结构不同；请先用 {theirs} 版恢复，再升级。",
    "the backup was made by version {theirs}, this is {ours}, and the tables differ; restore with"
    " version {theirs}, then upgrade",
)
DIFFERS = Text(
    "恢复后的账本与台账不一致：{why}。什么都没有留下，请换一份备份。",
    "the restored ledger and records differ: {why}. Nothing was kept; take another backup.",
)


@dataclass(frozen=True, slots=True)
class Summary:
    """What a backup holds: hash of its list, rows, files, and entries of the ledger."""

    sha256: str
    rows: int
    files: int
    entries: int


def make_backup(
    target: Path, *, with_keys: bool, at: datetime, progress: Progress = lambda _: None
) -> Summary:
    """Write a backup of the site as it is now; it may go on running.

    Raises:
        BadInput: the file exists.
    """
    checkpoint = _checkpoint()
    with BoxWriter(target, keyring()) as box:
        progress(Text("台账", "Records"))
        with one_moment():
            counts = _put_records(box)
        progress(Text("文件", "Files"))
        for path in _own_files():
            name = path.relative_to(_data()).as_posix()
            box.put(name, _read(path))
        files = len(box.members) - len(counts)
        progress(Text("账本", "Ledger"))
        if checkpoint is not None:
            for name, content in log_files(log_folder().read, checkpoint):
                box.put(f"ledger/{name}", [content])
        if with_keys:
            for path in sorted((_data() / "keys").iterdir()):
                box.put_key(path.name, path.read_bytes())
        size, root = _state(checkpoint)
        about = {"form": FORM, "version": shixiao.__version__, "made": at.isoformat()}
        box.finish(about | {"size": size, "root": root, "rows": counts, "tables": _tables()})
    facts = {"sha256": box.sha256, "size": size, "root": root}
    with transaction.atomic():
        put("backup.made", private_key().name, at=at, facts=facts)
    return Summary(box.sha256, sum(counts.values()), files, size)


def restore_backup(source: Path, *, at: datetime, progress: Progress = lambda _: None) -> Summary:
    """Fill an empty site from a backup, all of it or nothing.

    Raises:
        BadInput: the file is no whole backup, was changed, is of another version, or the site is
            not empty.
        Unavailable: ledger and records of the backup do not fit each other.
    """
    box = Box(source, keyring())
    try:
        _check_fit(box, source.name)
        progress(Text("核对哈希", "Checking hashes"))
        box.check()
        try:
            with transaction.atomic():
                progress(Text("台账", "Records"))
                rows = _load_records(box)
                progress(Text("文件和账本", "Files and ledger"))
                files = _write_files(box)
                _check_ledger(box)
        except BaseException:
            for folder in (*FOLDERS, "ledger"):
                shutil.rmtree(_data() / folder, ignore_errors=True)
            raise
    finally:
        box.close()
    _on_record(box, at)
    return Summary(box.sha256, rows, files, int(box.about["size"]))


def _on_record(box: Box, at: datetime) -> None:
    """Put on record that the site was restored, and what the backup held beyond its ledger."""
    facts = {"sha256": box.sha256, "size": box.about["size"], "root": box.about["root"]}
    with transaction.atomic():
        sealed = {"actor": getpass.getuser()}
        put("backup.restored", private_key().name, at=at, facts=facts, sealed=sealed)
    with sequencer() as opened:
        while opened.integrate():
            pass


def _put_records(box: BoxWriter) -> dict[str, int]:
    counts: dict[str, int] = {}

    def counted(label: str, rows: Iterator[bytes]) -> Iterator[bytes]:
        for row in rows:
            counts[label] += 1
            yield row

    for model in kept_models():
        label = model._meta.label_lower
        counts[label] = 0
        box.put(f"records/{label}", counted(label, lines(model)))
    return counts


def _load_records(box: Box) -> int:
    total = 0
    for model in kept_models():
        label = model._meta.label_lower
        found = load(model, whole_lines(box.parts(f"records/{label}")))
        if found != box.about["rows"][label]:
            raise Unavailable(DIFFERS.format(why=label))
        total += found
    reset_counters()
    return total


def _write_files(box: Box) -> int:
    count = 0
    for name in box.members:
        parts = PurePosixPath(name).parts
        if parts[0] not in (*FOLDERS, "ledger") or ".." in parts:
            continue
        path = _data().joinpath(*parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as target:
            for part in box.parts(name):
                target.write(part)
        count += parts[0] != "ledger"
    return count


def _check_ledger(box: Box) -> None:
    """Check the log, and each entry against its row; the records then know this checkpoint.

    Raises:
        Unavailable: they do not fit.
    """
    LogHead.objects.all().delete()
    size = int(box.about["size"])
    if not (log_path() / CHECKPOINT).exists():
        return
    answer = verify_log(log_path(), Trust((private_key().log_key,)))
    if answer.why is not None:
        raise Unavailable(DIFFERS.format(why=answer.why))
    present = log_folder().now()
    rows = LeafRow.objects.filter(position__lt=size).order_by("position")
    entries = present.entries(0, size)
    count = 0
    for row in rows.only("position", "entry").iterator():
        if row.position != count or bytes(row.entry) != next(entries, None):
            raise Unavailable(DIFFERS.format(why=row.position))
        count += 1
    if count != size:
        raise Unavailable(DIFFERS.format(why=count))
    checkpoint = present.checkpoint
    root = base64.b64encode(checkpoint.root).decode()
    LogHead.objects.create(
        origin=checkpoint.origin, size=checkpoint.size, root=root, sealed=timezone.now()
    )


def _check_fit(box: Box, name: str) -> None:
    """Refuse a site that is not empty, and a backup whose tables are other ones."""
    if any(model._base_manager.exists() for model in kept_models()) or _own_files():
        raise BadInput(NOT_EMPTY, file=name)
    if (log_path() / CHECKPOINT).exists():
        raise BadInput(NOT_EMPTY, file=name)
    if box.about["form"] != FORM or box.about["tables"] != _tables():
        theirs, ours = box.about["version"], shixiao.__version__
        raise BadInput(OTHER_VERSION.format(theirs=theirs, ours=ours), file=name)


def _tables() -> dict[str, list[str]]:
    """Return the columns of each table, by which a backup knows whether it fits."""
    return {
        model._meta.label_lower: [field.attname for field in model._meta.concrete_fields]
        for model in kept_models()
    }


def _checkpoint() -> bytes | None:
    if not (log_path() / CHECKPOINT).exists():
        return None
    return log_folder().note().to_bytes()


def _state(checkpoint: bytes | None) -> tuple[int, str]:
    if checkpoint is None:
        return 0, ""
    state = Checkpoint.parse(Note.parse(checkpoint).text)
    return state.size, base64.b64encode(state.root).decode()


def _data() -> Path:
    return Path(settings.SITE.data)


def _own_files() -> list[Path]:
    """Return the files of the site, without those that are being written."""
    found = []
    for folder in FOLDERS:
        for path in sorted((_data() / folder).rglob("*")):
            within = path.relative_to(_data()).parts
            if path.is_file() and not any(part.startswith(".") for part in within):
                found.append(path)
    return found


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece
