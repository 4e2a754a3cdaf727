"""``shixiao gateway``: serve, and read what is on record: exchanges, uses of a person, anchors."""

from __future__ import annotations

import csv
import json
import sys
import time
from pathlib import Path
from typing import Any

import click

from shixiao.settings import Settings
from shixiao.terms import BadInput, Text

OPEN = Text(
    "网关已启动：{host}:{port}，对外地址 {address}（按 Ctrl+C 停止）",
    "The gateway is at {host}:{port}, known as {address} (Ctrl+C stops it)",
)
NOTHING = Text("没有使用记录。", "There is no use on record.")
NO_FILE = Text("没有这个文件。", "there is no such file")
OPENED = Text(
    "事件 {incident}：对出 {known:,} 人，另有 {unknown:,} 个假名不在所给的编号里。",
    "Incident {incident}: {known:,} persons; {unknown:,} pseudonyms are of none of those given.",
)
DRILLED = Text(
    "演练 {incident}：可对出 {known:,} 人，不列出本人；另有 {unknown:,} 个假名不在所给的编号里。",
    "Drill {incident}: {known:,} persons would be found and are not listed; {unknown:,} pseudonyms"
    " are of none of those given.",
)
PENDING = Text("收据尚待入账", "the receipt waits for the tree")
_CONFIG = click.option(
    "--config",
    "path",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="gateway.yaml",
)


@click.group(
    invoke_without_command=True,
    help="数据共享网关 · the gateway in front of a department's data.\n\n"
    "shixiao gateway --config gateway.yaml 即启动 · serves.",
)
@click.option(
    "--config",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="gateway.yaml",
)
@click.pass_context
def gateway(context: click.Context, path: Path | None) -> None:
    """Serve, unless a subcommand reads what is on record."""
    if context.invoked_subcommand is not None:
        return
    if path is None:
        raise click.MissingParameter(param_hint="--config", param_type="option", ctx=context)
    from shixiao.gateway.config import read_config
    from shixiao.gateway.running import run

    config = read_config(path)
    address = f"{config.address.scheme}://{config.address.authority}"
    _say(OPEN.format(host=config.host, port=config.port, address=address))
    run(config, path)


@gateway.command(help="导出交换记录（证据包的 exchanges 表）· the table exchanges, as CSV.")
@_CONFIG
@click.option("--out", type=click.File("w", encoding="utf-8"), default="-", help="CSV")
def export(path: Path, out: Any) -> None:
    """Write the rows of the evidence table ``exchanges``."""
    from shixiao.gateway.config import read_config
    from shixiao.gateway.records import exchanges

    names = [
        "exchange_id",
        "ts",
        "dataset_id",
        "to_department",
        "grant_id",
        "purpose",
        "case_id",
        "records",
        "ok",
    ]
    writer = csv.DictWriter(out, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(exchanges(read_config(path)))


@gateway.command(help="谁为何事用过某人的数据 · who used a person's data, for which matter.")
@_CONFIG
@click.option("--person-file", required=True, type=click.File(encoding="utf-8"), metavar="FILE")
@click.option("--proofs", type=click.Path(path_type=Path, file_okay=False), metavar="DIR")
@click.option("--json", "as_json", is_flag=True, help="只在标准输出打印 JSON · print JSON only")
def uses(path: Path, person_file: Any, proofs: Path | None, as_json: bool) -> None:
    """List uses; the identifier is read from a file (- for input), so that no history keeps it."""
    from shixiao.gateway.config import read_config
    from shixiao.gateway.records import uses_of

    told = uses_of(read_config(path), person_file.readline().strip(), now=int(time.time()))
    if proofs is not None:
        proofs.mkdir(parents=True, exist_ok=True)
        for use in told.uses:
            if use.proof is not None:
                (proofs / f"{use.receipt}.tlog-proof").write_bytes(use.proof)
    rows = [
        {
            "receipt": use.receipt,
            "at": use.at,
            "department": use.department,
            "dataset": use.dataset,
            "purpose": use.purpose,
            "case": use.case,
            "fields": list(use.fields),
            "proven": use.proof is not None,
        }
        for use in told.uses
    ]
    if as_json:
        document = {"uses": rows, "remark": told.remark.to_json()}
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    language = Settings.from_environment().language
    for row in rows:
        waits = "" if row["proven"] else f"（{PENDING.in_language(language)}）"
        click.echo("  ".join(str(row[n]) for n in ("at", "department", "purpose", "case")) + waits)
    if not rows:
        click.echo(NOTHING.in_language(language))
    click.echo(told.remark.in_language(language))


@gateway.command(help="假名名单对出本人 · who is behind the pseudonyms of an incident's list.")
@_CONFIG
@click.argument("listed", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--people",
    required=True,
    type=click.File(encoding="utf-8"),
    metavar="FILE",
    help="本部门登记的编号，一行一个（- 为标准输入）· identifiers, one a line",
)
def affected(path: Path, listed: Path, people: Any) -> None:
    """Print the identifiers of the persons on a list; of a drill only how many there are."""
    from shixiao.gateway.affected import open_list
    from shixiao.gateway.config import read_config
    from shixiao.gateway.records import gateway_keys

    try:
        data = listed.read_bytes()
    except OSError:
        raise BadInput(NO_FILE, file=str(listed)) from None
    lines = (line.strip() for line in people)
    keys = gateway_keys(read_config(path))
    found = open_list(data, filter(None, lines), keys, file=str(listed))
    if not found.drill:
        for person in found.persons:
            click.echo(person)
    counts = {"incident": found.incident, "known": len(found.persons), "unknown": found.unknown}
    _say((DRILLED if found.drill else OPENED).format(**counts))


@gateway.command(help="各分账本的检查点，供主账本锚定 · checkpoints for the main log to anchor.")
@_CONFIG
def anchors(path: Path) -> None:
    """Print each worker's signed checkpoint."""
    from shixiao.gateway.config import read_config
    from shixiao.gateway.logs import checkpoints

    for note, _ in checkpoints(read_config(path)):
        sys.stdout.write(note.decode() + "\n")


def _say(text: Text) -> None:
    click.echo(text.in_language(Settings.from_environment().language), err=True)
