"""``shixiao sharing conflicts``: where departments define the same data differently."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from shixiao.cli.sharing_files import as_json, check_out, deliver
from shixiao.rules import load_pack
from shixiao.settings import Settings
from shixiao.terms import Text

SCHEMA = "shixiao/conflicts/1"


@click.command(
    help="冲突：各部门对数据元的定义有哪些矛盾 · where definitions of departments conflict.\n\n"
    "ELEMENTS: 数据元表，一个或几个；没有主责部门列时以文件名为部门 · one registry or several; "
    "without a column of departments, each file is one."
)
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="ELEMENTS…"
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="写入 .json 或 .xlsx · file to write",
)
@click.option("--json", "json_", is_flag=True, help="只在标准输出打印 JSON · print JSON only")
def conflicts(files: tuple[Path, ...], out: Path | None, json_: bool) -> None:
    """Read, compare, say what conflicts."""
    from shixiao.sharing.standards.conflicts import find_conflicts, sheets_of
    from shixiao.sharing.standards.registry import read_elements

    check_out(out)
    settings = Settings.from_environment()
    pack = load_pack()
    elements = [
        element if element.department else replace(element, department=path.stem)
        for path in files
        for element in read_elements(path, file=path.name)
    ]
    found = find_conflicts(elements, rules=pack)
    answer = {
        "schema": SCHEMA,
        "rules_pack": {"pack": pack.name, "hash": pack.hash},
        "elements": len(elements),
        "conflicts": [conflict.to_json() for conflict in found],
    }
    deliver(out, answer, sheets_of(found, language=settings.language))
    if json_:
        click.echo(as_json(answer))
        return
    head = Text(
        f"{len(elements)} 个数据元，{len(found)} 处冲突",
        f"{len(elements)} elements, {len(found)} conflicts",
    )
    click.echo(head.in_language(settings.language))
    for entry in answer["conflicts"]:  # type: ignore[attr-defined]
        sides = " ↔ ".join(
            f"{e['department_id']} {e['element_id']} {e['name'][settings.language]}"
            for e in entry["elements"]
        )
        why = "; ".join(reason[settings.language] for reason in entry["why"])
        name = entry["name"][settings.language]
        click.echo(f"  {name} ({entry['confidence']:.2f})  {sides}  {why}")
