"""``shixiao potemkin``: build a city whose truth is known, and grade findings against it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from shixiao.cli.progress import progress
from shixiao.potemkin.city import parse_plant, write_city
from shixiao.potemkin.designs import write_designs
from shixiao.potemkin.score import read_json
from shixiao.potemkin.score import score as grade
from shixiao.potemkin.voices import write_voices
from shixiao.settings import Settings
from shixiao.terms import BadInput, Text

SIZES = ("small", "city", "province")
HEADS = {
    "kind": Text("类别", "kind"),
    "strength": Text("强度", "strength"),
    "planted": Text("植入", "planted"),
    "found": Text("找到", "found"),
    "false": Text("误报", "false"),
    "precision": Text("准确率", "precision"),
    "recall": Text("召回率", "recall"),
    "fdr": Text("误报率", "false-discovery rate"),
    "average_precision": Text("平均准确率", "average precision"),
}
DECOY_HEADS = (Text("诱饵", "decoy"), Text("数量", "present"), Text("被误报", "flagged"))
FACT = Text("事实", "fact")
WIDE = 130  # columns of a table that goes into a file


@click.group(help="样板城：生成已知真相的城市，并据此给线索打分 · cities whose truth is known.")
def potemkin() -> None:
    """Hold build and score together."""


@potemkin.command(help="生成证据包，真相另存 · write an evidence package, its truth elsewhere.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--truth",
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="真相文件，须在 DIR 之外 · file for the truth, outside DIR",
)
@click.option(
    "--size", type=click.Choice(SIZES), default="small", show_default=True, help="规模 · size"
)
@click.option("--seed", type=click.IntRange(min=0), required=True, help="随机种子 · seed of chance")
@click.option(
    "--plan-seed",
    type=click.IntRange(min=0),
    help="城市方案的种子，默认同 --seed · seed of who the city is",
)
@click.option(
    "--plant",
    "plants",
    multiple=True,
    metavar="KIND=STRENGTH:SHARE",
    help="植入的类别、强度和比例，可重复；bans 只需比例 · what to plant; bans=SHARE",
)
@click.option("--null", is_flag=True, help="不植入，只留诱饵 · plant nothing, keep the decoys")
@click.option("--json", "as_json", is_flag=True, help="只在标准输出打印 JSON · print JSON only")
@click.option("--quiet", is_flag=True, help="不显示进度 · no progress")
def build(
    folder: Path,
    truth: Path,
    size: str,
    seed: int,
    plan_seed: int | None,
    plants: tuple[str, ...],
    null: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Build a city and say what is in it."""
    settings = Settings.from_environment()
    if null and plants:
        raise BadInput(
            Text("--null 与 --plant 不能同时使用。", "--null and --plant exclude each other")
        )
    wanted = [parse_plant(text) for text in plants]
    with progress(language=settings.language, quiet=quiet) as report:
        for text in plants:
            if text.startswith("bans=") and ":" in text and not text.startswith("bans=:"):
                report(Text("bans 是事实，没有强度，已忽略", "bans are facts: strength ignored"))
        write_city(
            folder,
            size=size,
            seed=seed,
            plan_seed=plan_seed,
            plants=wanted,
            null=null,
            truth=truth,
            progress=report,
        )
    written = read_json(truth)
    summary = {
        "folder": str(folder),
        "truth": str(truth),
        "size": size,
        "seed": seed,
        "plan_seed": written["plan_seed"],
        "plants": [
            {"kind": kind, "strength": strength, "planted": count}
            for (kind, strength), count in _planted(written).items()
        ],
        "eligible": written["eligible"],
        "decoys": len(written["decoys"]),
    }
    if as_json:
        click.echo(json.dumps(summary, ensure_ascii=False, indent=2))
        return
    for line in _told(summary):
        click.echo(line.in_language(settings.language))


def _planted(truth: dict[str, Any]) -> dict[tuple[str, float | None], int]:
    counts: dict[tuple[str, float | None], int] = {}
    for plant in truth["plants"]:
        key = (plant["kind"], plant["strength"])
        counts[key] = counts.get(key, 0) + 1
    return counts


def _told(summary: dict[str, Any]) -> list[Text]:
    lines = [
        Text("证据包：{folder}", "Package: {folder}").format(folder=summary["folder"]),
        Text("真相：{truth}", "Truth: {truth}").format(truth=summary["truth"]),
    ]
    for plant in summary["plants"]:
        strength = FACT if plant["strength"] is None else Text.of(f"{plant['strength']:g}")
        lines.append(
            Text(
                "植入 {kind}（强度 {strength}）：{n}，达到最低数量的对象 {of}",
                "Planted {kind} (strength {strength}): {n} of {of} that reach the minimum",
            ).format(
                kind=plant["kind"],
                strength=strength,
                n=plant["planted"],
                of=summary["eligible"][plant["kind"]],
            )
        )
    if not summary["plants"]:
        lines.append(Text("没有植入", "Nothing is planted"))
    lines.append(Text("诱饵：{n}", "Decoys: {n}").format(n=summary["decoys"]))
    return lines


@potemkin.command(
    help="生成没有日志的设计，植入照搬 · write designs without a log, with copies planted in them."
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--truth",
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="真相文件，须在 DIR 之外 · file for the truth, outside DIR",
)
@click.option("--seed", type=click.IntRange(min=0), required=True, help="随机种子 · seed of chance")
@click.option(
    "--services",
    type=click.IntRange(min=1, max=5000),
    default=120,
    show_default=True,
    help="事项数 · number of services",
)
@click.option(
    "--share",
    type=click.FloatRange(0, 1),
    default=0.15,
    show_default=True,
    help="植入照搬的比例 · share in which a copy is planted",
)
def designs(folder: Path, truth: Path, seed: int, services: int, share: float) -> None:
    """Write designs and say what is in them."""
    write_designs(folder, truth=truth, seed=seed, services=services, share=share)
    written = read_json(truth)
    line = Text(
        "{folder}：{services} 个事项，植入照搬 {plants} 个，诱饵 {decoys} 个",
        "{folder}: {services} services, {plants} planted copies, {decoys} decoys",
    ).format(
        folder=str(folder),
        services=str(services),
        plants=str(len(written["plants"])),
        decoys=str(len(written["decoys"])),
    )
    click.echo(line.in_language(Settings.from_environment().language))


@potemkin.command(
    help="生成留言、服务清单、表态和人口，植入没有服务的需求 · write messages, services, votes and"
    " people, with needs that no service is for."
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--truth",
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="真相文件，须在 DIR 之外 · file for the truth, outside DIR",
)
@click.option("--seed", type=click.IntRange(min=0), required=True, help="随机种子 · seed of chance")
def voices(folder: Path, truth: Path, seed: int) -> None:
    """Write voices and say what is in them."""
    write_voices(folder, truth=truth, seed=seed)
    written = read_json(truth)
    line = Text(
        "{folder}：没有服务的需求 {needs} 个，有服务的事 {served} 件，集体留言 {campaigns} 组，"
        "抱团表态 {brigade} 人",
        "{folder}: {needs} needs without a service, {served} matters with one, campaigns:"
        " {campaigns},"
        " a brigade of {brigade}",
    ).format(
        folder=str(folder),
        needs=str(len(written["needs"])),
        served=str(len(written["served"])),
        campaigns=str(len(written["campaigns"])),
        brigade=str(len(written["brigade"])),
    )
    click.echo(line.in_language(Settings.from_environment().language))


@potemkin.command(help="按真相给评估结果打分 · grade a result against the truth.")
@click.argument("truth", metavar="TRUTH", type=click.Path(path_type=Path))
@click.argument("result", metavar="RESULT", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="只在标准输出打印 JSON · print JSON only")
def score(truth: Path, result: Path, as_json: bool) -> None:
    """Print precision, recall and the like per kind and strength, and which decoys were hit."""
    place = result / "result.json" if result.is_dir() else result
    graded = grade(read_json(truth), read_json(place))
    if as_json:
        click.echo(json.dumps(graded, ensure_ascii=False, indent=2))
        return
    _show(graded, Settings.from_environment().language)


def _show(graded: dict[str, Any], language: str) -> None:
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDE)
    table = Table(*(head.in_language(language) for head in HEADS.values()))
    for kind, strengths in graded["kinds"].items():
        for name, figures in strengths.items():
            shown = FACT.in_language(language) if name == "fact" else name
            counts = [str(figures[key]) for key in ("planted", "found", "false")]
            rates = [_rate(figures[key]) for key in list(HEADS)[5:]]
            table.add_row(kind, shown, *counts, *rates)
    console.print(table)
    decoys = Table(*(head.in_language(language) for head in DECOY_HEADS))
    for name, seen in graded["decoys"].items():
        decoys.add_row(name, str(seen["present"]), str(seen["flagged"]))
    console.print(decoys)


def _rate(value: float | None) -> str:
    return "—" if value is None else f"{value:.2f}"
