"""``shixiao protocol``: protocols of field tests, out as forms for phones and back in as sheets."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from shixiao.effect.fieldtests import (
    Audience,
    Mode,
    Protocol,
    protocols,
    read_protocol,
    sheet,
    sheet_sha256,
    sheet_text,
)
from shixiao.effect.fieldtests.kinds import MODE_NAMES
from shixiao.effect.fieldtests.odk import Item, Submission, read_submissions
from shixiao.effect.fieldtests.odk import xlsform as workbook_of
from shixiao.effect.fieldtests.plain import LARGEST
from shixiao.settings import Settings
from shixiao.terms import BadInput, Text

ITEM_HEADS = ["code", "name_zh", "name_en"]
GONE = Text("没有这个文件，请核对路径。", "there is no such file; check the path")
UNKNOWN = Text(
    "没有测试方案“{name}”；内置的有 {known}，也可以给一个 YAML 文件。",
    "there is no protocol “{name}”; {known} ship with Shixiao, or give a YAML file",
)
ITEMS = Text(
    "应为 UTF-8 CSV，表头为 code,name_zh,name_en，每行填满。",
    "this should be CSV in UTF-8 with the heads code,name_zh,name_en and every cell filled",
)
THERE = Text(
    "文件已经存在，不会被覆盖；请换一个名称。",
    "the file exists and is not written over; choose another name",
)
WRITTEN = Text("表单已写入 {file}。", "The form is in {file}.")
IMPORTED = Text(
    "{n} 份评分表已写入 {folder}。请评估员逐份核对后签名：shixiao sign FILE --key …",
    "{n} score sheets are in {folder}. The evaluators check and sign them: shixiao sign FILE"
    " --key …",
)

_JSON = click.option("--json", "as_json", is_flag=True, help="输出 JSON · print one JSON document")
_MODE = click.option(
    "--mode", type=click.Choice([str(mode) for mode in Mode]), help="体验方式 · how it is tried"
)
_AUDIENCE = click.option(
    "--audience",
    type=click.Choice([str(audience) for audience in Audience]),
    default=str(Audience.EVERYBODY),
    show_default=True,
    help="面向人群 · for whom",
)


@click.group(help="体验测试方案：查看、导出表单、导入答卷 · protocols of field tests.")
def protocol() -> None:
    """Hold the subcommands together."""


@protocol.command("list", help="列出内置方案 · list the protocols that ship.")
@_JSON
def list_(as_json: bool) -> None:
    """List the protocols that ship."""
    found = protocols().values()
    if as_json:
        _print({"protocols": [_head(one) for one in found]})
        return
    for one in found:
        name = one.name.in_language(_language())
        click.echo(f"{one.id}  {one.version}  {name}  {one.sha256[:12]}")


@protocol.command(
    "show",
    help="查看方案 · show a protocol.\n\nPROTOCOL: 内置方案名或 YAML 文件 · a name or a YAML file.",
)
@click.argument("name", metavar="PROTOCOL")
@_MODE
@_AUDIENCE
@_JSON
def show(name: str, mode: str | None, audience: str, as_json: bool) -> None:
    """Print what is asked in a mode, or the whole protocol as JSON."""
    found = _protocol(name)
    if as_json:
        _print({**found.to_json(), "sha256": found.sha256})
        return
    chosen = Mode(mode) if mode else found.modes[0]
    language = _language()
    click.echo(f"{found.name.in_language(language)} {found.version} · {found.sha256}")
    click.echo(MODE_NAMES[chosen].in_language(language))
    possible = found.questions(chosen, Audience(audience))
    for step in found.steps:
        click.echo(f"\n{step.name.in_language(language)}")
        for question in step.questions:
            if question in possible:
                click.echo(f"  {question.id}: {question.wording(chosen).in_language(language)}")


@protocol.command(
    "xlsform",
    help="导出 XLSForm · export a form for ODK.\n\n"
    "PROTOCOL: 内置方案名或 YAML 文件 · a name or a YAML file.",
)
@click.argument("name", metavar="PROTOCOL")
@click.option(
    "--mode",
    required=True,
    type=click.Choice([str(mode) for mode in Mode]),
    help="体验方式 · how it is tried",
)
@_AUDIENCE
@click.option("--form-id", required=True, help="表单编号 · id of the form on the server")
@click.option("--form-version", required=True, help="表单版本 · version of the form")
@click.option(
    "--items",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="项目清单 CSV：code,name_zh,name_en · CSV of what may be tried",
)
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, dir_okay=False), metavar="FILE"
)
def xlsform(
    name: str, mode: str, audience: str, form_id: str, form_version: str, items: Path, out: Path
) -> None:
    """Write the workbook from which ODK makes a form."""
    data = workbook_of(
        _protocol(name),
        mode=Mode(mode),
        audience=Audience(audience),
        form_id=form_id,
        version=form_version,
        items=_items(items),
    )
    _write_all({out: data})
    _say(WRITTEN.format(file=str(out)))


@protocol.command(
    "import",
    help="导入 ODK 答卷 · import what ODK exported.\n\n"
    "FILE: XML、ZIP 或 Central 的 CSV · XML, a zip, or the CSV of Central. "
    "每份答卷成为一份待签名的评分表 · each becomes a score sheet to be signed.",
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--protocol", "name", required=True, metavar="PROTOCOL", help="测试方案 · protocol")
@click.option("--commission", required=True, help="委托代码 · code of the commission")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="评分表写入此文件夹 · folder for the sheets",
)
@_JSON
def import_(file: Path, name: str, commission: str, out: Path | None, as_json: bool) -> None:
    """Turn filled-in forms into score sheets; all of them or none."""
    found, now = _protocol(name), datetime.now(UTC)
    sheets = [_sheet(found, one, commission, now) for one in read_submissions(file, found, now=now)]
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        _write_all({out / _name(one): sheet_text(one).encode() for one in sheets})
    if as_json or out is None:
        _print({"sheets": sheets})
    else:
        _say(IMPORTED.format(n=len(sheets), folder=str(out)))


def _sheet(
    found: Protocol, submission: Submission, commission: str, now: datetime
) -> dict[str, Any]:
    return sheet(
        found,
        mode=submission.mode,
        audience=submission.audience,
        commission=commission,
        item=submission.item,
        evaluator=submission.evaluator,
        started=submission.started,
        finished=submission.finished,
        answers=submission.answers,
        now=now,
    )


def _name(document: dict[str, Any]) -> str:
    return f"{document['item']}.{document['evaluator']}.{sheet_sha256(document)[:12]}.json"


def _head(one: Protocol) -> dict[str, Any]:
    return {
        "id": one.id,
        "version": one.version,
        "name": one.name.to_json(),
        "target": str(one.target),
        "questions": len(one.all_questions),
        "sha256": one.sha256,
    }


def _protocol(name: str) -> Protocol:
    """A name of a protocol that ships wins over a file of that name in the working folder."""
    found = protocols().get(name)
    if found is not None:
        return found
    path = Path(name)
    if path.suffix.lower() not in (".yaml", ".yml"):
        raise BadInput(UNKNOWN.format(name=name, known=", ".join(protocols())))
    return read_protocol(_read(path), path.name)


def _items(path: Path) -> list[Item]:
    try:
        lines = list(csv.reader(io.StringIO(_read(path).decode("utf-8-sig")), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise BadInput(ITEMS, file=path.name) from None
    if not lines or lines[0] != ITEM_HEADS:
        raise BadInput(ITEMS, file=path.name)
    items = []
    for row, cells in enumerate(lines[1:], start=1):
        if len(cells) != len(ITEM_HEADS) or not all(cell.strip() for cell in cells):
            raise BadInput(ITEMS, file=path.name, row=row)
        code, zh, en = (cell.strip() for cell in cells)
        items.append(Item(code, Text(zh, en)))
    return items


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        raise BadInput(GONE, file=path.name) from None


def _write_all(files: dict[Path, bytes]) -> None:
    """Write files of which none may be there yet; where one is, none is written."""
    for path in files:
        if path.exists():
            raise BadInput(THERE, file=path.name)
        if not path.parent.is_dir():
            raise BadInput(GONE, file=path.parent.name)
    for path, data in files.items():
        path.write_bytes(data)


def _print(document: dict[str, Any]) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, allow_nan=False))


def _language() -> str:
    return Settings.from_environment().language


def _say(text: Text) -> None:
    click.echo(text.in_language(_language()), err=True)
