"""``shixiao reproduce``: every published number computed again from its bundle."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from shixiao.checkup.bundles import Reproduction
from shixiao.checkup.bundles import reproduce as again
from shixiao.cli.progress import progress
from shixiao.settings import Settings
from shixiao.terms import Text

NO = 1  # exit code of an answer that is no
SHOWN = 20  # differences that are printed


@click.command(
    help="由复算包重新计算公布的数字 · recompute published numbers from their bundle.\n\n"
    "BUNDLE: 公开复算包（bundle.zip）或审计复算包 · a public bundle (bundle.zip) or an auditor's "
    "bundle. 有任何一个数字不同，退出码为 1 · the exit code is 1 when any number differs."
)
@click.argument("bundle", type=click.Path(path_type=Path), metavar="BUNDLE")
@click.option("--json", "as_json", is_flag=True, help="只在标准输出打印 JSON · print JSON only")
@click.option("--quiet", is_flag=True, help="不显示进度 · no progress")
def reproduce(bundle: Path, as_json: bool, quiet: bool) -> None:
    """Recompute and say what came out; exit code 1 when a number differs."""
    settings = Settings.from_environment()
    with progress(language=settings.language, quiet=quiet) as report:
        found = again(bundle, settings=settings, progress=report)
    if as_json:
        click.echo(json.dumps(found.to_json(), ensure_ascii=False, allow_nan=False))
    else:
        for line in lines(found):
            click.echo(line.in_language(settings.language))
    if not found.holds:
        sys.exit(NO)


def lines(found: Reproduction) -> list[Text]:
    """Return the answer in a few lines."""
    said = [_head(found)]
    if found.case_level:
        said.append(
            Text(
                f"另有 {found.case_level:,} 个数字要逐件数据才能复算，"
                "须用审计复算包：这里没有核对。",
                f"A further {found.case_level:,} numbers need single cases and the auditor's"
                " bundle: they were not checked here.",
            )
        )
    if found.withheld:
        said.append(
            Text(
                f"还有 {found.withheld:,} 个数字因人数过少不在公开包内，同样须用审计复算包。",
                f"And {found.withheld:,} numbers tell of too few people to be in a public bundle;"
                " they too need the auditor's.",
            )
        )
    for each in found.different[:SHOWN]:
        said.append(
            Text(
                f"  · {each.what}：公布 {_shown(each.published)}，复算 {_shown(each.recomputed)}",
                f"  · {each.what}: published {_shown(each.published)}, recomputed"
                f" {_shown(each.recomputed)}",
            )
        )
    if len(found.different) > SHOWN:
        more = len(found.different) - SHOWN
        said.append(
            Text(
                f"  · 以及另外 {more:,} 处；全部见 --json。",
                f"  · and {more:,} more; --json has all.",
            )
        )
    said += [Text(f"注意：{note.zh}", f"Note: {note.en}") for note in found.notes]
    said.append(
        Text(
            f"公布结果 result.json 的 SHA-256：{found.result_sha256}",
            f"SHA-256 of the published result.json: {found.result_sha256}",
        )
    )
    return said


def _head(found: Reproduction) -> Text:
    if found.holds:
        return Text(
            f"一致：{found.numbers:,} 个数字重新计算，全部与公布的一字不差。",
            f"Equal: {found.numbers:,} numbers were recomputed, and all are as published to the"
            " last digit.",
        )
    return Text(
        f"不一致：{found.numbers:,} 个数字重新计算，{found.equal:,} 个相同，"
        f"{len(found.different):,} 处与公布的不同。",
        f"Not equal: {found.numbers:,} numbers were recomputed, {found.equal:,} are equal and"
        f" {len(found.different):,} entries differ from what was published.",
    )


def _shown(leaf: object) -> str:
    if leaf is None:
        return "—"
    text = str(leaf)
    return "".join(c if c.isprintable() else "�" for c in text)[:120]
