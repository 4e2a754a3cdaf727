"""``shixiao sharing inventory``: what a department's database or files really hold."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from shixiao.cli.progress import progress
from shixiao.cli.sharing_files import as_json, check_out, deliver
from shixiao.rules import load_pack
from shixiao.settings import Settings
from shixiao.terms import Text

if TYPE_CHECKING:
    from shixiao.sharing.inventory import Inventory


@click.command(
    help="清查：库里有什么、识别出什么、哪些没有编目 · what a database holds, what was recognised "
    "in it, and what is not in the catalogue.\n\n"
    "URL: postgresql://、mysql://、mariadb://、sqlite:/// 地址，或文件、文件夹 · the address of a "
    "database, or the path of files. 只读，只看有限的随机样本，不输出任何数据值 · read-only, from "
    "a bounded random sample; no value is ever shown."
)
@click.argument("url", metavar="URL")
@click.option(
    "--elements",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="数据元标准表 · registry of data elements",
)
@click.option(
    "--catalogue",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="已编目的数据集 · datasets that are catalogued",
)
@click.option(
    "--rows",
    type=click.IntRange(min=50),
    default=2_000,
    show_default=True,
    help="每表最多查看的行数 · most rows of a table that are looked at",
)
@click.option(
    "--timeout",
    type=click.IntRange(min=1),
    default=30,
    show_default=True,
    help="每条语句的秒数上限 · most seconds of a statement",
)
@click.option("--seed", default=20260101, show_default=True, help="抽样种子 · seed of the samples")
@click.option(
    "--rules",
    "packs",
    multiple=True,
    metavar="PACK",
    help="规则包，可叠加 · rule pack, may be given again to layer  [default: cn-2026]",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="写入 .json 或 .xlsx · file to write",
)
@click.option("--json", "json_", is_flag=True, help="只在标准输出打印 JSON · print JSON only")
@click.option("--quiet", is_flag=True, help="不显示进度 · no progress")
def inventory(
    url: str,
    elements: Path | None,
    catalogue: Path | None,
    rows: int,
    timeout: int,
    seed: int,
    packs: tuple[str, ...],
    out: Path | None,
    json_: bool,
    quiet: bool,
) -> None:
    """Scan, say what was found, write it where asked."""
    from shixiao.sharing.catalogue import read_datasets
    from shixiao.sharing.inventory import Limits, scan
    from shixiao.sharing.inventory.inventory import sheets_of
    from shixiao.sharing.standards.registry import read_elements

    check_out(out)
    settings = Settings.from_environment()
    registry = read_elements(elements, file=elements.name) if elements else []
    datasets = read_datasets(catalogue, file=catalogue.name) if catalogue else None
    with progress(language=settings.language, quiet=quiet) as report:
        report(Text("清查", "Scanning"))
        found = scan(
            url,
            rules=load_pack(*packs),
            elements=registry,
            catalogue=datasets,
            limits=Limits(rows=rows, seconds=timeout, seed=seed),
        )
    answer = found.to_json()
    deliver(out, answer, sheets_of(found, language=settings.language))
    if json_:
        click.echo(as_json(answer))
        return
    for line in _lines(found, settings.language):
        click.echo(line)


def _lines(found: Inventory, language: str) -> list[str]:
    """Return what a person reads: one line a table, uncatalogued ones first."""
    from shixiao.sharing.catalogue import words

    chinese = language == "zh"
    head = Text(
        f"{found.source}：{len(found.tables)} 张表，{len(found.uncatalogued)} 张数据表没有编目",
        f"{found.source}: {len(found.tables)} tables, of which {len(found.uncatalogued)} tables of"
        " data are not in the catalogue",
    )
    lines = [head.in_language(language)]
    order = sorted(found.tables, key=lambda t: (not (t.counts and not t.catalogued), t.name))
    for table in order:
        grade = words("grades").name(table.understood.grade.grade).in_language(language)
        if table.match is not None:
            state = table.match.dataset.name.in_language(language)
        else:
            state = "未编目" if chinese else "not catalogued"
        rows = table.understood.table.rows
        shown = "?" if rows is None else f"{rows:,}"
        parts = [table.name, f"{shown} 行" if chinese else f"{shown} rows", state, grade]
        parts += [remark.in_language(language) for remark in table.remarks]
        lines.append("  " + " · ".join(parts))
    return lines
