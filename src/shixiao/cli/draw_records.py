"""What is done with the record of a draw: check it, amend it, print the script that checks it."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from shixiao.cli.draw_files import holding, opened, salt_of, tell, write
from shixiao.cli.draw_text import answer_of, moved_lines, verified_lines
from shixiao.cli.progress import progress
from shixiao.settings import Settings
from shixiao.terms import BadInput, Text

NO = 1  # exit code of an answer that is no


@click.command(
    help="核验抽签记录 · check the record of a draw.\n\n"
    "FILE: 抽签记录或开封文件 · a record, or the opening of a sealed draw. 不成立时退出码为 1 · "
    "the exit code is 1 when it does not hold."
)
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option(
    "--commitment",
    metavar="FILE|HEX",
    help="开封前公布的承诺值 · the commitment that was published",
)
@click.option("--json", "as_json", is_flag=True, help="只在标准输出打印 JSON · print JSON only")
@click.option("--quiet", is_flag=True, help="不显示进度 · no progress")
def verify(file: Path, commitment: str | None, as_json: bool, quiet: bool) -> None:
    """Compute the draw again; exit code 1 when it does not hold."""
    from shixiao import draw as room

    language = Settings.from_environment().language
    transcript, fault = opened(file, commitment)
    try:
        room.frozen_of(transcript)
    except BadInput as error:
        error.file = file.name
        raise
    with progress(language=language, quiet=quiet) as report:
        report(Text("重新计算并求解", "Computing and solving again"))
        checked = room.Checked(False, fault) if fault else room.verify(transcript)
    answer = answer_of(transcript, None) | {
        "transcript": str(file),
        "valid": checked.valid,
        "why": checked.why.to_json() if checked.why else None,
        "notes": [note.to_json() for note in checked.notes],
        "redraw_of": transcript["redraw_of"],
        "reason": transcript["reason"],
    }
    tell(answer, verified_lines(answer, checked), as_json=as_json, language=language)
    if not checked.valid:
        sys.exit(NO)


@click.command(
    help="有人退出时由下一位递补，写出新的记录 · let the next in rank move up when somebody "
    "withdraws, and write the amended record."
)
@click.argument("file", type=click.Path(path_type=Path), metavar="TRANSCRIPT")
@click.option("--withdrawn", required=True, metavar="ID", help="退出的编号 · who withdraws")
@click.option("--reason", required=True, metavar="TEXT", help="理由，将公开 · why, in public")
@click.option(
    "--salt-file", type=click.Path(path_type=Path), metavar="FILE", help="盐值 · the salt"
)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="新记录 · record"
)
@click.option("--json", "as_json", is_flag=True, help="只在标准输出打印 JSON · print JSON only")
def replace(
    file: Path, withdrawn: str, reason: str, salt_file: Path | None, out: Path | None, as_json: bool
) -> None:
    """Amend the record and say who moved up."""
    from shixiao import draw as room

    transcript = holding(file)
    token = room.token_of(withdrawn, salt_of(salt_file))
    amended = room.replace(transcript, withdrawn=token, reason=reason)
    answer = answer_of(amended, None)
    answer["replaced_by"] = amended["amendments"][-1]["replaced_by"]
    answer["transcript"] = str(write(amended, out, "draw"))
    language = Settings.from_environment().language
    tell(answer, moved_lines(answer, withdrawn), as_json=as_json, language=language)


@click.command(
    help="打印不依赖本软件的核验脚本 · print the script that checks a record without us.\n\n"
    "shixiao draw script > verify_draw.py; python verify_draw.py < TRANSCRIPT"
)
def script() -> None:
    """Print the verifier."""
    from shixiao.draw import VERIFIER

    click.echo(VERIFIER, nl=False)
