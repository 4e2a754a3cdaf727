"""``shixiao ledger verify``: check a log or a receipt, with nothing but files and public keys."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from shixiao.cli.progress import progress
from shixiao.cli.witness import copy, cosign, make_key
from shixiao.ledger import Answer, Trust, verify_log, verify_receipt
from shixiao.settings import Settings
from shixiao.terms import BadInput, Text

NO = 1  # exit code of an answer that is no
LARGEST_GIVEN = 1 << 20  # bytes of a checkpoint or receipt


@click.group(help="存证：核验、复制、见证账本 · check, copy and witness a log.")
def ledger() -> None:
    """Hold the subcommands together."""


for _command in (copy, cosign, make_key):
    ledger.add_command(_command)


@ledger.command(
    help="核验账本或收据 · check a log or a receipt.\n\n"
    "PATH: 账本文件夹，或 .tlog-proof 收据 · the folder of a log, or a .tlog-proof receipt. "
    "公钥须取自账本运营方之外的可靠来源 · take the public keys from a source other than the "
    "log's operator."
)
@click.argument("path", type=click.Path(path_type=Path), metavar="PATH")
@click.option(
    "--key",
    "keys",
    multiple=True,
    required=True,
    metavar="VKEY",
    help="账本公钥，可重复 · public key of the log, may be given again",
)
@click.option(
    "--witness",
    "witnesses",
    multiple=True,
    metavar="VKEY",
    help="必须已联署的见证方公钥，可重复 · public key of a witness who must have cosigned",
)
@click.option(
    "--since",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="自己或见证方保存的较早检查点，可重复 · an earlier checkpoint that you or a witness kept",
)
@click.option(
    "--receipt",
    "receipts",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="条目须在账本中的收据，可重复 · a receipt whose entry must stand in the log",
)
@click.option("--json", "as_json", is_flag=True, help="只在标准输出打印 JSON · print JSON only")
@click.option("--quiet", is_flag=True, help="不显示进度 · no progress")
def verify(
    path: Path,
    keys: tuple[str, ...],
    witnesses: tuple[str, ...],
    since: tuple[Path, ...],
    receipts: tuple[Path, ...],
    as_json: bool,
    quiet: bool,
) -> None:
    """Check and say what was found; exit code 1 when something is wrong."""
    trust = Trust.parse(keys, witnesses)
    language = Settings.from_environment().language
    if path.is_dir():
        given = [_given(file) for file in since], [_given(file) for file in receipts]
        with progress(language=language, quiet=quiet) as report:
            report(Text("核对全部条目和哈希", "Checking every entry and hash"))
            answer = verify_log(path, trust, since=given[0], receipts=given[1])
    elif since or receipts:
        raise BadInput(
            Text(
                "--since 和 --receipt 要配合账本文件夹使用。",
                "--since and --receipt go with the folder of a log",
            ),
            file=path.name,
        )
    else:
        name, data = _given(path)
        answer = verify_receipt(data, trust, file=name)
    if as_json:
        click.echo(json.dumps(answer.to_json(), ensure_ascii=False, indent=2))
    else:
        for line in _lines(answer):
            click.echo(line.in_language(language))
    if not answer.valid:
        sys.exit(NO)


def _given(path: Path) -> tuple[str, bytes]:
    """Read a file that the reader brought, whatever is in it."""
    try:
        with path.open("rb") as file:
            return path.name, file.read(LARGEST_GIVEN + 1)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        raise BadInput(
            Text("没有这个文件，请核对路径。", "there is no such file; check the path"),
            file=path.name,
        ) from None


def _lines(answer: Answer) -> list[Text]:
    state = answer.checkpoint
    if answer.valid and state is not None:
        said = Text(
            "通过：账本 {origin} 共 {size} 条，{what}", "Valid: log {origin}, size {size}, {what}"
        )
        what = (
            Text("逐条与签名相符。", "every entry fits the signature.")
            if answer.index is None
            else Text("第 {index} 号条目在其中。", "entry {index} stands in it.").format(
                index=answer.index
            )
        )
        lines = [said.format(origin=state.origin, size=state.size, what=what)]
    else:
        lines = [Text("不通过。", "Not valid.")]
    lines += [Text(f"  · {fault.whole.zh}", f"  · {fault.whole.en}") for fault in answer.faults]
    for each in answer.witnesses:
        said = Text(
            "  {name} 于 {when} 见证了前 {size} 条。",
            "  {name} witnessed the first {size} entries at {when}.",
        )
        lines.append(said.format(name=each.name, when=each.when, size=each.size))
    lines += [Text(f"  注意：{remark.zh}", f"  Note: {remark.en}") for remark in answer.remarks]
    if answer.entry is not None:
        entry = "".join(
            c if c.isprintable() else "�" for c in answer.entry.decode(errors="replace")
        )
        lines.append(Text(f"  条目：{entry}", f"  Entry: {entry}"))
    return lines
