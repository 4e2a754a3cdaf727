"""``shixiao sign``: sign a score sheet offline, make the key for it, and check signatures."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import click

from shixiao.seals.canonical import canonical_json, sha256_of
from shixiao.seals.documents import LARGEST, read_document
from shixiao.seals.signing import (
    LARGEST_KEY,
    SIGNATURE,
    Locked,
    SigningKey,
    VerifyKey,
    signature_of,
)
from shixiao.seals.signing import verify as verify_document
from shixiao.settings import Settings
from shixiao.terms import BadInput, Text

NO = 1  # exit code of an answer that is no
BESIDE = ".sig.json"
KEY_THERE = Text(
    "文件已经存在；密钥不会被覆盖，请换一个文件名。",
    "the file exists, and a key is never written over; choose another name",
)
OUT_THERE = Text(
    "文件已经存在，不会被覆盖；请用 --out 另给一个文件名。",
    "the file exists and is not written over; name another with --out",
)
GONE = Text("没有这个文件，请核对路径。", "there is no such file; check the path")
LARGE = Text("文件太大，不会是这里要的文件。", "it is too large to be the file that is meant")
NO_SIGNATURE = Text(
    "不是签名文件；请用 shixiao sign 生成的文件。",
    "this is no signature; take the file that shixiao sign wrote",
)
EMPTY = Text("口令不能为空。", "a passphrase cannot be empty")
MADE = Text(
    "私钥已写入 {file}，只有本人可读，请勿外传。公钥如下，指纹 {fingerprint}：",
    "The private key is in {file}, readable by you alone; keep it. The public key follows, its"
    " fingerprint is {fingerprint}:",
)
SIGNED = Text(
    "签名已写入 {file}；签名人公钥指纹 {fingerprint}。",
    "The signature is in {file}; the fingerprint of the signer's key is {fingerprint}.",
)
HOLDS = Text(
    "签名有效：文件与签名时一字不差，由指纹 {fingerprint} 的公钥对应的私钥签署。",
    "The signature holds: the file is as it was signed, by the owner of the key with fingerprint"
    " {fingerprint}.",
)
CHANGED = Text(
    "文件与签名时的不同：它被改动过，或签名属于另一份文件。",
    "The file is not the one that was signed: it was changed, or the signature is of another.",
)
OTHER_KEY = Text(
    "签名出自另一把密钥（指纹 {fingerprint}）。",
    "The signature was made with another key (fingerprint {fingerprint}).",
)
FALSE = Text("签名无效。", "The signature is not valid.")

PASSPHRASE_FILE = click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="口令在此文件的第一行 · the passphrase is the first line of this file",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="输出 JSON · print one JSON document")


class SignCommands(click.Group):
    """A group in which ``shixiao sign SHEET.json`` needs no name of a command."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the name of the command in front where the file comes first."""
        if args and args[0] not in {*self.commands, "--help", "-h"}:
            args = ["sheet", *args]
        return super().parse_args(ctx, args)


@click.group(
    cls=SignCommands,
    help="签名：评分表的签名与核验 · sign score sheets and check signatures.\n\n"
    "shixiao sign SHEET.json --key FILE 即签名 · signs.",
)
def sign() -> None:
    """Hold the subcommands together."""


@sign.command("new-key", help="生成签名密钥 · make a key.\n\nFILE: 私钥文件 · of the private key.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--passphrase", "asks", is_flag=True, help="询问并设置口令 · ask for a passphrase")
@PASSPHRASE_FILE
@_JSON
def new_key(file: Path, asks: bool, passphrase_file: Path | None, as_json: bool) -> None:
    """Make a key, write the private part to a file and print the public one."""
    passphrase = _passphrase(passphrase_file)
    if asks and passphrase is None:
        passphrase = _asked(confirm=True)
    key = SigningKey.new()
    write_new(file, key.pem(passphrase), KEY_THERE)
    public = key.public
    if as_json:
        _print({"file": str(file), "public_key": public.base64, "fingerprint": public.fingerprint})
        return
    _say(MADE.format(file=str(file), fingerprint=public.fingerprint), err=True)
    click.echo(public.base64)


@sign.command("sheet", help="签名 · sign.\n\nSHEET: 评分表 · score sheet (JSON).")
@click.argument("sheet", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--key",
    "key_path",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="私钥文件 · file of the private key",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="签名文件，默认为评分表旁的 .sig.json · default: .sig.json beside the sheet",
)
@PASSPHRASE_FILE
@_JSON
def sign_sheet(
    sheet: Path, key_path: Path, out: Path | None, passphrase_file: Path | None, as_json: bool
) -> None:
    """Sign a document and write the signature beside it, or print it."""
    document = _document(sheet)
    key = signing_key(key_path, passphrase_file)
    record = signature_of(document, key)
    if as_json and out is None:
        _print(record)
        return
    target = out or sheet.with_name(sheet.name.removesuffix(".json") + BESIDE)
    write_new(target, canonical_json(record) + b"\n", OUT_THERE)
    if as_json:
        _print(record)
    else:
        _say(SIGNED.format(file=str(target), fingerprint=record["fingerprint"]))


@sign.command(
    "verify",
    help="核验签名；无效时退出码为 1 · check a signature; the exit code is 1 when it fails.\n\n"
    "SHEET: 评分表 · score sheet (JSON).",
)
@click.argument("sheet", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--public",
    required=True,
    metavar="KEY|FILE",
    help="签名人的公钥，须取自可靠来源 · the signer's public key, from a source you trust",
)
@click.option(
    "--signature",
    "signature_path",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="签名文件，默认为评分表旁的 .sig.json · default: .sig.json beside the sheet",
)
@_JSON
def verify(sheet: Path, public: str, signature_path: Path | None, as_json: bool) -> None:
    """Check a signature; exit code 1 when it does not hold."""
    document = _document(sheet)
    key = public_key(public, option="--public")
    path = signature_path or sheet.with_name(sheet.name.removesuffix(".json") + BESIDE)
    record = read_document(read_file(path, LARGEST), path.name)
    signature = record.get("signature")
    if record.get("schema") != SIGNATURE or not isinstance(signature, str):
        raise BadInput(NO_SIGNATURE, file=path.name)
    valid = verify_document(document, signature, key)
    why = None if valid else _why(document, record, key)
    if as_json:
        _print(
            {
                "valid": valid,
                "why": why.to_json() if why else None,
                "document_sha256": sha256_of(document),
                "fingerprint": key.fingerprint,
            }
        )
    else:
        _say(why or HOLDS.format(fingerprint=key.fingerprint))
    if not valid:
        sys.exit(NO)


def _why(document: dict[str, Any], record: dict[str, Any], key: VerifyKey) -> Text:
    """Say what does not fit; what the signature file says of itself is a hint and no proof."""
    fingerprint = str(record.get("fingerprint"))
    if fingerprint != key.fingerprint:
        shown = "".join(sign if sign.isprintable() else "�" for sign in fingerprint)[:64]
        return OTHER_KEY.format(fingerprint=shown)
    return FALSE if record.get("document_sha256") == sha256_of(document) else CHANGED


def _document(path: Path) -> dict[str, Any]:
    return read_document(read_file(path, LARGEST), path.name)


def signing_key(path: Path, passphrase_file: Path | None) -> SigningKey:
    """Read a private key, and ask for its passphrase where it has one.

    Raises:
        BadInput: it is none, or the passphrase is wrong.
    """
    data, passphrase = read_file(path, LARGEST_KEY), _passphrase(passphrase_file)
    try:
        try:
            return SigningKey.parse(data, passphrase)
        except Locked:
            return SigningKey.parse(data, _asked(confirm=False))
    except BadInput as error:
        raise BadInput(error.text, file=path.name) from None


def public_key(given: str, *, option: str) -> VerifyKey:
    """Take a key as it stands, or a file that holds one.

    Args:
        given: either of them.
        option: by which it was given.

    Raises:
        BadInput: it is neither.
    """
    path = Path(given)
    try:
        there = path.is_file()
    except OSError:  # a key may be too long for the name of a file
        there = False
    try:
        return VerifyKey.parse(read_file(path, LARGEST_KEY) if there else given.encode())
    except BadInput as error:
        raise BadInput(error.text, file=option) from None


def _passphrase(path: Path | None) -> str | None:
    if path is None:
        return None
    lines = read_file(path, LARGEST_KEY).decode("utf-8", errors="replace").splitlines()
    if not lines or not lines[0]:
        raise BadInput(EMPTY, file=path.name)
    return lines[0]


def _asked(*, confirm: bool) -> str:
    asked: str = click.prompt(
        "口令 Passphrase", hide_input=True, confirmation_prompt=confirm, err=True
    )
    return asked


def read_file(path: Path, largest: int) -> bytes:
    """Return what a file holds.

    Raises:
        BadInput: it is not there, or larger than it can be.
    """
    try:
        with path.open("rb") as file:
            data = file.read(largest + 1)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        raise BadInput(GONE, file=path.name) from None
    if len(data) > largest:
        raise BadInput(LARGE, file=path.name)
    return data


def write_new(path: Path, data: bytes, there: Text) -> None:
    """Write a file that its owner alone reads, and that is not there yet.

    Raises:
        BadInput: it is there, or its folder is not.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise BadInput(there, file=path.name) from None
    except (FileNotFoundError, NotADirectoryError):
        raise BadInput(GONE, file=path.parent.name) from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)


def _print(document: dict[str, Any]) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, allow_nan=False))


def _say(text: Text, *, err: bool = False) -> None:
    click.echo(text.in_language(Settings.from_environment().language), err=err)
