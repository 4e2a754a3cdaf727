"""``shixiao sharing leak``: whose copy a suspected file is, who answers, and whom it concerns."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import click

from shixiao.settings import Settings
from shixiao.terms import BadInput, Text

NO_COPY = Text(
    "不是 UTF-8 的 CSV，或没有这个文件。", "this is no CSV in UTF-8, or there is no such file"
)
NOBODY = Text("没有授权的指纹与此副本相符。", "The copy bears the fingerprint of no grant.")
NAMED = Text(
    "副本出自授权 {grant}（使用部门 {recipient}，责任人 {person}）；{covered} 行，"
    "涉及 {persons} 人；误指概率 ≤ {chance:.1e}。",
    "The copy is that of grant {grant} (recipient {recipient}, {person} answers); {covered} rows,"
    " {persons} persons; chance of a false name ≤ {chance:.1e}.",
)


@click.command(
    help="泄露溯源 · which grant a leaked copy came from.\n\nCOPY: 疑似泄露的 CSV · the copy."
)
@click.argument("copy", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--receipts",
    "config",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="网关文件夹（内有 gateway.yaml）· folder of the gateway",
)
@click.option(
    "--grants",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="授权文件夹（OAAS YAML）· folder with the grants",
)
@click.option("--json", "as_json", is_flag=True, help="只在标准输出打印 JSON · print JSON only")
def leak(copy: Path, config: Path, grants: Path, as_json: bool) -> None:
    """Hold the copy against every batch that left."""
    from shixiao.gateway.config import read_config
    from shixiao.gateway.records import gateway_keys, releases
    from shixiao.sharing.fingerprints import accuse, code_key
    from shixiao.sharing.grants import read_oaas

    told = read_config(config / "gateway.yaml" if config.is_dir() else config)
    known = {g.id: g for g in (read_oaas(p.read_bytes()) for p in sorted(grants.glob("*.y*ml")))}
    keys = gateway_keys(told)
    given = [
        each
        for each in releases(told, {name: dict(g.marks) for name, g in known.items()})
        if each.grant in known
    ]
    codes = {name: code_key(keys.codes, name) for name in known}
    found = accuse(_rows(copy), given, digest_key=keys.digests, code_keys=codes)
    accused: list[dict[str, Any]] = []
    for each in found:
        if each.named or each.covered:
            grant = known[each.grant]
            accused.append(
                {
                    "grant": each.grant,
                    "recipient": grant.recipient,
                    "person": f"{grant.recipient_person.name}（{grant.recipient_person.office}）",
                    "named": each.named,
                    "chance": each.chance,
                    "read": each.read,
                    "agreeing": each.agreeing,
                    "covered": each.covered,
                    "persons": [person.hex() for person in each.persons],
                    "receipts": list(each.receipts),
                }
            )
    if as_json:
        click.echo(json.dumps({"grants": accused}, ensure_ascii=False, indent=2))
        return
    language = Settings.from_environment().language
    named = [one for one in accused if one["named"]]
    for one in named:
        said = NAMED.format(**one | {"persons": len(one["persons"])})
        click.echo(said.in_language(language))
    if not named:
        click.echo(NOBODY.in_language(language))


def _rows(copy: Path) -> list[list[str]]:
    try:
        with copy.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.reader(file))
    except (FileNotFoundError, UnicodeDecodeError, csv.Error):
        raise BadInput(NO_COPY, file=copy.name) from None
