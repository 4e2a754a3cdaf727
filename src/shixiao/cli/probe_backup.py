"""``shixiao probe backup``: does a backup come back whole? Run by the operator, near the storage.

``note`` writes down what the store holds while a backup is made; ``check`` restores it elsewhere,
or looks at what was restored, and holds it against the note. Exit code 0 where nothing stands
against admission, 1 where something does or could not be assessed.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from shixiao.cli.probe_table import show_findings
from shixiao.cli.progress import progress
from shixiao.cli.sign import (
    BESIDE,
    PASSPHRASE_FILE,
    public_key,
    read_file,
    signing_key,
    write_new,
)
from shixiao.rules import RulePack, load_pack
from shixiao.seals import (
    SIGNATURE,
    SigningKey,
    canonical_json,
    read_document,
    sha256_of,
    signature_of,
    verify,
)
from shixiao.security.at_rest import Canary, scan
from shixiao.security.backups import (
    SNAPSHOT,
    Drill,
    Note,
    hashed,
    moment_of,
    run,
    take_note,
    words_of,
)
from shixiao.security.probing import ProbeReport
from shixiao.settings import Settings
from shixiao.terms import BadInput, Text, Unavailable

NO = 1
PROFILE = "backup"
RESULT = "shixiao/backup-drill/1"
LARGEST = 1 << 20
THERE = Text("文件已经存在，不会被覆盖；请换一个文件名。", "The file exists; choose another name.")
NOTED = Text(
    "已记录：{parts} 个表或文件夹、{rows} 行（或文件），写入 {file}。",
    "Noted: {parts} tables or folders with {rows} rows (or files), in {file}.",
)
NOTING = Text("正在记录 {source}", "Noting {source}")
MAKING = Text("正在备份：{line}", "Backing up: {line}")
RESTORING = Text("正在恢复：{line}", "Restoring: {line}")
COMPARING = Text("正在核对 {source}", "Comparing {source}")
FAILED = Text("备份没有做成：{why}。", "The backup was not made: {why}.")
SAME = Text(
    "恢复的副本就是原来的库，核对不出什么；请恢复到另一处。",
    "The restored copy is the very store that was backed up; restore it elsewhere.",
)
OTHER_KIND = Text(
    "记录的是 {noted}，副本是 {found}，无法逐行比对；请用同一种。",
    "The note is of {noted} and the copy is of {found}; give the same kind of both.",
)
UNSIGNED = Text(
    "记录的签名不是这把公钥的，或记录被改动过；没有使用。",
    "The note was not signed with this key, or was changed; it was not used.",
)
HALF = Text("--key 与 --out 须一起给出。", "--key and --out go together.")
_KEY = click.option(
    "--key",
    "key_path",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="签名用的私钥（shixiao sign new-key） · private key by which it is signed",
)
_BACKUP = click.option(
    "--backup",
    "backups",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="备份文件或文件夹，可多个 · file or folder of the backup",
)
_JSON = click.option(
    "--json", "as_json", is_flag=True, help="只在标准输出打印 JSON · print JSON only"
)
_QUIET = click.option("--quiet", is_flag=True, help="不显示进度 · no progress")


@click.group(
    help="备份与恢复演练 · does a backup come back whole?\n\n"
    "note 在备份时记下有什么，check 恢复后逐表核对 · note at the backup, check after the restore."
)
def backup() -> None:
    """Hold the subcommands together."""


@backup.command(
    help="备份时记录 · note what is there while a backup is made.\n\n"
    "SOURCE: postgresql://用户@主机/库、SQLite 文件、pg_dump 文本导出或文件夹 · a database, a "
    "file of SQLite, a plain dump of pg_dump, or a folder."
)
@click.argument("source")
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="记录写到这里 · the note goes here",
)
@click.option(
    "--run",
    "line",
    metavar="COMMAND",
    help="备份命令；PostgreSQL 可写 --snapshot={snapshot} · makes the backup; PostgreSQL lends a "
    "snapshot",
)
@_BACKUP
@_KEY
@PASSPHRASE_FILE
@_JSON
@_QUIET
def note(
    source: str,
    out: Path,
    line: str | None,
    backups: tuple[Path, ...],
    key_path: Path | None,
    passphrase_file: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Note what a store holds, and make the backup meanwhile."""
    key = signing_key(key_path, passphrase_file) if key_path is not None else None
    spoken, words = Settings.from_environment().language, words_of(line) if line else None
    if out.exists():
        raise BadInput(THERE, file=out.name)
    with progress(language=spoken, quiet=quiet) as tell:

        def make(snapshot: str) -> None:
            assert words is not None  # noqa: S101 - called with words alone
            tell(MAKING.format(line=str(line)[:200]))
            ran = run([each.replace(SNAPSHOT, snapshot) for each in words])
            if ran.why is not None:
                raise Unavailable(FAILED.format(why=ran.why))

        tell(NOTING.format(source=source.rpartition("@")[2]))
        made = take_note(
            source,
            now=lambda: datetime.now(UTC),
            make=make if words is not None else None,
            lent=line is not None and SNAPSHOT in line,
            backup=lambda: hashed(backups)[0],
        )
    document = made.to_json()
    _write(out, document, key)
    if as_json:
        click.echo(json.dumps(document, ensure_ascii=False))
        return
    rows = sum(part.rows for part in made.before.parts.values())
    said = NOTED.format(parts=len(made.before.parts), rows=rows, file=str(out))
    click.echo(said.in_language(spoken))


@backup.command(
    help="恢复后核对 · hold a restored copy against the note.\n\n"
    "NOTE: note 写的记录 · what note wrote."
)
@click.argument("note_file", metavar="NOTE", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--restored",
    required=True,
    metavar="STORE",
    help="恢复的副本，写法同 SOURCE · the restored copy, written as SOURCE",
)
@click.option(
    "--run",
    "line",
    metavar="COMMAND",
    help="恢复命令，计时 · restores it, and is timed",
)
@_BACKUP
@click.option(
    "--canary",
    "canaries",
    multiple=True,
    metavar="STR",
    help="备份里不应出现的标记 · a text that must not show in the backup",
)
@click.option(
    "--within",
    type=click.FloatRange(0, min_open=True),
    metavar="MINUTES",
    help="恢复最多几分钟 · how long a restore may take",
)
@click.option(
    "--fresh",
    type=click.FloatRange(0, min_open=True),
    metavar="HOURS",
    help="备份最多几小时前的 · how old the backup may be",
)
@click.option("--public", metavar="KEY|FILE", help="核验记录的公钥 · public key of the note")
@_KEY
@PASSPHRASE_FILE
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="签名的结果写到这里 · the signed result goes here",
)
@_JSON
@_QUIET
def check(
    note_file: Path,
    restored: str,
    line: str | None,
    backups: tuple[Path, ...],
    canaries: tuple[str, ...],
    within: float | None,
    fresh: float | None,
    public: str | None,
    key_path: Path | None,
    passphrase_file: Path | None,
    out: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Restore a backup, compare it with its note, and sign what was found."""
    if (key_path is None) != (out is None):
        raise BadInput(HALF)
    key = signing_key(key_path, passphrase_file) if key_path is not None else None
    if out is not None and out.exists():
        raise BadInput(THERE, file=out.name)
    document = read_document(read_file(note_file, LARGEST), note_file.name)
    if public is not None:
        _verified(note_file, document, public)
    noted, begun = Note.of(document, file=note_file.name), datetime.now(UTC)
    sought = tuple(Canary(text) for text in dict.fromkeys(canaries))
    spoken, rules = Settings.from_environment().language, load_pack()
    with progress(language=spoken, quiet=quiet) as tell:
        files, size = hashed(backups)
        drill = _drilled(noted, restored, line, files, size, begun, tell)
        parts = drill.assessed(within=within, hours=fresh)
        if sought:
            parts += scan(backups, sought, tell=tell).parts
    report = ProbeReport(noted.source, PROFILE, parts, begun, datetime.now(UTC), sent=(), health=())
    if out is not None:
        _write(out, _result(report, rules, drill, document), key)
    if as_json:
        said = {**report.to_json(rules), "restored": _measured(drill)}
        click.echo(json.dumps(said, ensure_ascii=False))
    else:
        show_findings(report, rules, language=spoken)
    if not report.admissible(rules):
        sys.exit(NO)


def _drilled(
    noted: Note,
    restored: str,
    line: str | None,
    files: dict[str, str],
    size: int,
    at: datetime,
    tell: Any,
) -> Drill:
    """Restore, where a command says how, and look at what came of it."""
    seconds = None
    if line is not None:
        tell(RESTORING.format(line=line[:200]))
        ran = run(words_of(line))
        seconds = ran.seconds
        if ran.why is not None:
            return Drill(noted, None, ran.why, files, size, seconds, at)
    tell(COMPARING.format(source=restored.rpartition("@")[2]))
    with moment_of(restored) as copy:
        if copy.place == noted.place:
            raise BadInput(SAME)
        if copy.kind != noted.kind:
            raise BadInput(OTHER_KIND.format(noted=noted.kind, found=copy.kind))
        return Drill(noted, copy.held(), None, files, size, seconds, at)


def _measured(drill: Drill) -> dict[str, Any]:
    held = drill.restored
    return {
        "as_of": drill.note.begun.isoformat(),
        "parts": len(held.parts) if held is not None else 0,
        "rows": sum(part.rows for part in held.parts.values()) if held is not None else 0,
        "milliseconds": None if drill.seconds is None else round(1000 * drill.seconds),
        "bytes": drill.size,
        "files": [{"name": name, "hash": said} for name, said in sorted(drill.files.items())],
    }


def _result(
    report: ProbeReport, rules: RulePack, drill: Drill, note: dict[str, Any]
) -> dict[str, Any]:
    """Return what is signed: whole numbers and texts alone, which every language writes alike."""
    told = report.to_json(rules)
    kept = ("target", "begun", "ended", "rules", "coverage", "findings", "veto", "admissible")
    return {
        "schema": RESULT,
        **{name: told[name] for name in kept},
        "restored": _measured(drill),
        "note_sha256": sha256_of(note),
    }


def _verified(path: Path, document: dict[str, Any], public: str) -> None:
    """Check the signature beside a note.

    Raises:
        BadInput: it does not hold.
    """
    beside = path.with_name(path.name.removesuffix(".json") + BESIDE)
    record = read_document(read_file(beside, LARGEST), beside.name)
    said, key = record.get("signature"), public_key(public, option="--public")
    whole = record.get("schema") == SIGNATURE and isinstance(said, str)
    if not (whole and verify(document, str(said), key)):
        raise BadInput(UNSIGNED, file=path.name)


def _write(out: Path, document: dict[str, Any], key: SigningKey | None) -> None:
    """Write a document, and its signature beside it where there is a key."""
    signature = signature_of(document, key) if key is not None else None
    write_new(out, canonical_json(document) + b"\n", THERE)
    if signature is not None:
        beside = out.with_name(out.name.removesuffix(".json") + BESIDE)
        write_new(beside, canonical_json(signature) + b"\n", THERE)
