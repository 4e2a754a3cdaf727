"""``shixiao sharing lifecycle``: one look at the whole life of a dataset; every gap in red."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from shixiao.cli.sharing_files import as_json
from shixiao.settings import Settings
from shixiao.terms import Text


@click.command(
    help="生命周期：采集、存储、传输、处理、交换、销毁，逐项看有没有落实；有缺口时退出码为 1 · "
    "looks at every stage in the life of a dataset; exit code 1 where there is a gap.\n\n"
    "PLAN.yaml: 看哪个数据集、哪些文件夹、链路和副本 · which dataset, folders, links and copies"
)
@click.argument("plan", type=click.Path(path_type=Path), metavar="PLAN.yaml")
@click.option("--json", "json_", is_flag=True, help="只在标准输出打印 JSON · print JSON only")
@click.pass_context
def lifecycle(context: click.Context, plan: Path, json_: bool) -> None:
    """Read the plan, look once, say how every control stands."""
    from shixiao.sharing.lifecycle import read_plan, run, told

    language = Settings.from_environment().language
    asked = read_plan(plan)
    cells = run(asked, now=datetime.now(UTC))
    gaps = sum(cell.gap for cell in cells)
    if json_:
        click.echo(as_json(told(asked.dataset, asked.grade, cells)))
    else:
        for cell in cells:
            click.echo(_line(cell).in_language(language))
        total = Text(f"{gaps} 处缺口", f"{gaps} gap" if gaps == 1 else f"{gaps} gaps")
        click.echo(total.in_language(language))
    if gaps:
        context.exit(1)


def _line(cell: Any) -> Text:
    from shixiao.sharing.lifecycle.controls import STAGES
    from shixiao.sharing.lifecycle.matrix import STATES, CellState

    state, stage = STATES[cell.state][0], STAGES[cell.control.stage]
    said = cell.evidence.said if cell.evidence else None
    zh, en = (f"　{said.zh}", f"  {said.en}") if said else ("", "")
    if not cell.responsible and cell.state is not CellState.NOT_REQUIRED:
        zh, en = zh + "　（无人负责）", en + "  (nobody answers for it)"
    name = cell.control.name
    return Text(
        f"[{state.zh}] {stage.zh}：{name.zh}{zh}", f"[{state.en}] {stage.en}: {name.en}{en}"
    )
