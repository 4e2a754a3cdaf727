"""``shixiao ledger key``, ``copy``, ``cosign``: what a witness needs, and whoever keeps a copy."""

from __future__ import annotations

import os
import secrets
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin

import click

from shixiao.ledger import LogKey, PrivateKey, parse_vkey
from shixiao.ledger.keys import KEY_BYTES, WITNESS
from shixiao.ledger.reaching import copy_log, is_address, post, reader_of
from shixiao.ledger.witness import visit
from shixiao.ledger.wording import Malformed
from shixiao.settings import Settings
from shixiao.terms import BadInput, Text, Unavailable

LARGEST_KEY = 4096
THERE = Text(
    "文件已经存在；密钥不会被覆盖，请换一个文件名。",
    "the file exists, and a key is never written over; choose another name",
)
MADE = Text(
    "私钥已写入 {file}，只有本人可读，请勿外传。下面一行是公钥，请当面或书面交给账本的运营方：",
    "The private key is in {file}, readable by you alone; keep it. The line below is the public key"
    " to hand to the log's operator, in person or on paper:",
)
GONE = Text(
    "账本缺少文件 {file}，无法证明只增未改，没有签名。请告知运营方和审计机构。",
    "the log lacks the file {file}, so that it only grew cannot be proven, and nothing was signed;"
    " tell the operator and the auditor",
)
COPIED = Text(
    "已复制 {size} 条。请接着核验：shixiao ledger verify {folder} --key …",
    "{size} entries copied. Now check them: shixiao ledger verify {folder} --key …",
)
BESIDE = "../witness"  # where the site takes cosigned checkpoints, as seen from its log


@click.command(
    "key",
    help="生成见证方密钥 · make the key of a witness.\n\nNAME: 见证方名称，如域名 · e.g. a domain.",
)
@click.argument("name")
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="私钥文件 · file of the private key",
)
def make_key(name: str, out: Path) -> None:
    """Make a key, write the private part to a file and print the public one."""
    key = PrivateKey(name, secrets.token_bytes(KEY_BYTES))
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise BadInput(THERE, file=out.name) from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(key.to_text(WITNESS) + "\n")
    _say(MADE.format(file=str(out)))
    click.echo(key.witness_key.vkey)


@click.command(
    "copy",
    help="复制账本 · copy a log.\n\nPLACE: 账本的网址或文件夹 · address or folder of the log. "
    "已有的文件不再下载 · what is there already is not fetched again.",
)
@click.argument("place")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def copy(place: str, folder: Path) -> None:
    """Copy the files of a log, to be checked or kept."""
    try:
        checkpoint = copy_log(reader_of(place), folder)
    except FileNotFoundError as error:
        raise BadInput(GONE.format(file=str(error))) from None
    _say(COPIED.format(size=checkpoint.size, folder=str(folder)))


@click.command(
    "cosign",
    help="见证：证明账本只增未改并签名 · prove that a log only grew, and cosign it.\n\n"
    "PLACE: 账本的网址或文件夹 · address or folder of the log.",
)
@click.argument("place")
@click.option(
    "--log",
    "log",
    required=True,
    metavar="VKEY",
    help="账本公钥，须取自可靠来源 · public key of the log, from a source you trust",
)
@click.option(
    "--key",
    "key_path",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="见证方私钥文件 · file of the witness's private key",
)
@click.option(
    "--state",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="记住上次所见的文件，请备份 · file that remembers the last visit; back it up",
)
@click.option(
    "--post/--print",
    "sends",
    default=True,
    help="交给网站，或只打印 · send it to the site, or only print it",
)
def cosign(place: str, log: str, key_path: Path, state: Path, sends: bool) -> None:
    """Visit the log; print what was signed, and send it where the log is at an address."""
    log_key, key = parse_vkey(log), _private(key_path)
    if not isinstance(log_key, LogKey):
        raise Malformed("key_of_witness")
    try:
        note = visit(reader_of(place), log=log_key, state=state, key=key, now=datetime.now(UTC))
    except FileNotFoundError as error:
        raise Unavailable(GONE.format(file=str(error))) from None
    if sends and is_address(place):
        answer = post(urljoin(place.rstrip("/") + "/", BESIDE), note.to_bytes())
        zh, _, en = answer.strip().partition("\n")
        _say(Text(zh, en or zh))
    else:
        click.echo(note.to_bytes().decode(), nl=False)


def _private(path: Path) -> PrivateKey:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_KEY)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        raise BadInput(
            Text("没有这个密钥文件，请核对路径。", "there is no such key file; check the path"),
            file=path.name,
        ) from None
    return PrivateKey.parse(data.decode("utf-8", errors="replace").strip())


def _say(text: Text) -> None:
    click.echo(text.in_language(Settings.from_environment().language), err=True)
