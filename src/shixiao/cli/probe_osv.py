"""``shixiao probe osv``: pack vulnerabilities into a signed bundle, and check one."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from shixiao.cli.sign import PASSPHRASE_FILE, public_key, signing_key
from shixiao.seals import sha256_of_file
from shixiao.security.components import read_bundle, read_exploited, read_records, write_bundle
from shixiao.security.components.bundle import Bundle, touched
from shixiao.settings import Settings
from shixiao.terms import BadInput, Text

THERE = Text("文件已经存在，不会被覆盖；请换一个文件名。", "The file exists; choose another name.")
WITHOUT = Text(
    "没有一条记录涉及 {name}，不能说漏洞库含有它。",
    "No record touches {name}, so the bundle cannot be said to cover it.",
)
MADE = Text(
    "已打包 {records} 条漏洞记录、已被利用的名单 {exploited} 条；{ecosystems}；公钥指纹"
    " {fingerprint}。",
    "{records} records and a list of {exploited} exploited vulnerabilities were packed;"
    " {ecosystems}; fingerprint of the key {fingerprint}.",
)
HOLDS = Text(
    "签名和内容都对：{made}，{ecosystems}，{records} 条记录，已被利用的名单 {exploited} 条。",
    "Signature and members hold: of {made}, {ecosystems}, {records} records, {exploited} exploited"
    " vulnerabilities.",
)
_JSON = click.option(
    "--json", "as_json", is_flag=True, help="只在标准输出打印 JSON · print JSON only"
)


@click.group(help="漏洞库包 · signed bundles of vulnerabilities, for probe sbom.")
def osv() -> None:
    """Hold the subcommands together."""


@osv.command(
    help="打包并签名 · pack and sign.\n\n"
    "RECORDS: osv.dev 的 all.zip、JSON 行文件或文件夹 · zips of osv.dev, lines of JSON, or folders."
)
@click.argument(
    "records",
    metavar="RECORDS…",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, exists=True),
)
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, dir_okay=False), metavar="FILE"
)
@click.option(
    "--ecosystem",
    "ecosystems",
    multiple=True,
    required=True,
    metavar="NAME",
    help="记录齐全的生态，如 PyPI、npm · for which the records are whole",
)
@click.option(
    "--exploited",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE",
    help="已被利用漏洞目录（CISA KEV） · catalogue of exploited vulnerabilities",
)
@click.option(
    "--made",
    type=click.DateTime(["%Y-%m-%d"]),
    help="记录截至哪天，默认今天 · of which day the records are",
)
@click.option(
    "--key",
    "key_path",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="发布方的私钥 · private key of the publisher",
)
@PASSPHRASE_FILE
@_JSON
def make(
    records: tuple[Path, ...],
    out: Path,
    ecosystems: tuple[str, ...],
    exploited: Path | None,
    made: datetime | None,
    key_path: Path,
    passphrase_file: Path | None,
    as_json: bool,
) -> None:
    """Write a bundle, whole or not at all."""
    if out.exists():
        raise BadInput(THERE, file=out.name)
    key, named = signing_key(key_path, passphrase_file), set[str]()
    known = read_exploited(exploited) if exploited is not None else ()
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        write_bundle(
            part,
            _seen(read_records(records), named),
            exploited=known,
            ecosystems=ecosystems,
            made=datetime.now(UTC) if made is None else made.replace(tzinfo=UTC),
            key=key,
        )
        for name in ecosystems:
            if name not in named:
                raise BadInput(WITHOUT.format(name=name[:80]))
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    bundle = read_bundle(out, key.public, only=frozenset())
    _answer(bundle, out, as_json, MADE, key.public.fingerprint)


@osv.command(
    help="核验漏洞库包 · check a bundle.\n\nBUNDLE: make 写出的 zip · what make wrote. "
    "不合时退出码为 2 · the exit code is 2 where it does not hold."
)
@click.argument("bundle_file", metavar="BUNDLE", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--key",
    "key_given",
    required=True,
    metavar="KEY|FILE",
    help="发布方的公钥 · public key of its publisher",
)
@_JSON
def check(bundle_file: Path, key_given: str, as_json: bool) -> None:
    """Hold a bundle against its signature, member by member."""
    key = public_key(key_given, option="--key")
    bundle = read_bundle(bundle_file, key, only=frozenset())
    _answer(bundle, bundle_file, as_json, HOLDS, key.fingerprint)


def _seen(found: Iterator[Mapping[str, Any]], named: set[str]) -> Iterator[Mapping[str, Any]]:
    """Yield records as they come, and name the ecosystems that they touch."""
    for each in found:
        named |= {base for base, _ in touched(each) or ()}
        yield each


def _answer(bundle: Bundle, path: Path, as_json: bool, said: Text, fingerprint: str) -> None:
    told = {
        "schema": "shixiao/osv-answer/1",
        "file": path.name,
        "sha256": sha256_of_file(path),
        "made": bundle.made.isoformat(),
        "ecosystems": sorted(bundle.ecosystems),
        "records": bundle.records,
        "exploited": len(bundle.exploited),
        "fingerprint": fingerprint,
    }
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    words = {**told, "ecosystems": ", ".join(sorted(bundle.ecosystems))}
    click.echo(said.format(**words).in_language(Settings.from_environment().language))
