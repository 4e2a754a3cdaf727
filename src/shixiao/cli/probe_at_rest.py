"""``shixiao probe at-rest`` and ``canary``: is what was stored encrypted? Run next to the storage.

Exit code 0 where nothing stands against admission, 1 where something does or could not be assessed.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from shixiao.cli.probe_table import show_findings
from shixiao.cli.progress import progress
from shixiao.rules import load_pack
from shixiao.security.at_rest import Canary, read_column, sameness, scan
from shixiao.security.probing import ProbeReport
from shixiao.settings import Settings
from shixiao.terms import Text

NO = 1
PROFILE = "at-rest"
READ = Text("查了 {files} 个文件，{mb} MB。", "{files} files were searched, {mb} MB.")
SKIPPED = Text("跳过：{file}（{why}）", "Skipped: {file} ({why})")
STEPS = (
    Text(
        "1. 在系统里新建一条记录，把这个标记填进要加密的字段，提交。",
        "1. In the application, make a record, put this canary into a field that must be encrypted,"
        " and save it.",
    ),
    Text(
        "2. 在系统里修改、再删除这条记录：删除后它仍可能留在日志和旧页里。",
        "2. Change and then delete the record there: logs and old pages may still hold it.",
    ),
    Text("3. 等一次备份做完。", "3. Wait until a backup was made."),
    Text(
        "4. 在存储旁边运行（可写多个文件夹）：shixiao probe at-rest 文件夹 --canary {canary}",
        "4. Next to the storage run (of one or more folders):"
        " shixiao probe at-rest FOLDER --canary {canary}",
    ),
    Text(
        "标记只用一次；测完不要写进报告或邮件。",
        "Use a canary once, and write it into no report or mail.",
    ),
)


@click.command(
    "at-rest",
    help="数据落盘加密：在原始文件里查找标记 · encryption at rest: seek canaries in raw files.\n\n"
    "DIR: 数据库文件、日志和备份所在的文件夹，可多个 · folders of databases, logs and backups.",
)
@click.argument(
    "folders",
    metavar="DIR…",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
)
@click.option(
    "--canary",
    "canaries",
    multiple=True,
    required=True,
    metavar="STR",
    help="经系统写入的标记，可多个 · a text that was put in through the application",
)
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="FILE[#[TABLE.]COLUMN]",
    help="相同内容的密文：CSV 列、SQLite 表列，或每行一个 · ciphertexts of equal contents",
)
@click.option("--json", "as_json", is_flag=True, help="只在标准输出打印 JSON · print JSON only")
@click.option("--quiet", is_flag=True, help="不显示进度 · no progress")
def at_rest(
    folders: tuple[Path, ...],
    canaries: tuple[str, ...],
    columns: tuple[str, ...],
    as_json: bool,
    quiet: bool,
) -> None:
    """Search raw files for canaries, and compare ciphertexts of equal contents."""
    sought = tuple(Canary(text) for text in dict.fromkeys(canaries))
    begun, rules = datetime.now(UTC), load_pack()
    spoken = Settings.from_environment().language
    same = [sameness(read_column(address)).assessed(Path(address).name) for address in columns]
    with progress(language=spoken, quiet=quiet) as tell:
        found = scan(folders, sought, tell=tell)
    report = ProbeReport(
        target=", ".join(map(str, folders)),
        profile=PROFILE,
        probes=(*found.parts, *same),
        begun=begun,
        ended=datetime.now(UTC),
        sent=(),
        health=(),
    )
    if as_json:
        read = {
            "files": found.files,
            "bytes": found.bytes,
            "skipped": [{"file": name, "reason": why.to_json()} for name, why in found.skipped],
        }
        click.echo(json.dumps({**report.to_json(rules), "read": read}, ensure_ascii=False))
    else:
        show_findings(report, rules, language=spoken)
        for name, why in found.skipped:
            click.echo(SKIPPED.format(file=name, why=why).in_language(spoken))
        said = READ.format(files=found.files, mb=found.bytes >> 20)
        click.echo(said.in_language(spoken))
    if not report.admissible(rules):
        sys.exit(NO)


@click.command(
    help="生成一个标记，并说明怎么用 · make a canary and say how it is used.",
)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON · print one JSON document")
def canary(as_json: bool) -> None:
    """Print a canary, and on standard error what to do with it."""
    made = Canary.new()
    if as_json:
        click.echo(json.dumps({"canary": made.text}))
        return
    click.echo(made.text)
    spoken = Settings.from_environment().language
    for step in STEPS:
        click.echo(step.format(canary=made.text).in_language(spoken), err=True)
