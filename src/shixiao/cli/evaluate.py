"""``shixiao evaluate``: from an event log or an evidence package to a verdict."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import click

from shixiao.checkup import DEFAULT_SEED, Evaluation, Question, result_json
from shixiao.checkup import evaluate as answer
from shixiao.checkup.bundles import write_auditor_bundle
from shixiao.checkup.delivery import deliver
from shixiao.checkup.summary import summary
from shixiao.cli.progress import progress
from shixiao.effect import Comparison
from shixiao.evidence import ColumnMapping, load_mapping
from shixiao.settings import Settings
from shixiao.terms import BadInput, Period, Text

# What each column of a bare log holds, for help; the English follows from the option's name.
COLUMNS = {
    "case": "办件编号所在的列",
    "activity": "环节所在的列",
    "time": "时间所在的列",
    "seq": "来源序号所在的列",
    "resource": "经办人所在的列",
    "channel": "渠道所在的列",
    "service": "事项编码所在的列",
    "department": "部门编码所在的列",
    "lifecycle": "生命周期所在的列",
    "clock": "计时标记所在的列",
    "actor": "行为人所在的列",
    "place": "办理地点所在的列",
    "app": "应用编码所在的列",
    "legal_basis": "中止依据所在的列",
    "case_object_type": "OCEL 中代表办件的对象类型（不是列）",
    "matter_object_type": "OCEL 中代表一件事的对象类型（不是列）",
}


NO_REPORT = BadInput(
    Text(
        "--findings-only 没有报告可写；请去掉 --out，或改用 --json。",
        "--findings-only has no report to write; leave out --out, or take --json",
    )
)


def _columns(function: click.decorators.FC) -> click.decorators.FC:
    """Add one option per column that a bare log may need mapped."""
    for name in reversed(COLUMNS):
        option = f"--{name.replace('_', '-')}"
        about = f"{COLUMNS[name]} · {name.replace('_', ' ')}"
        function = click.option(option, name, metavar="COL", default=None, help=about)(function)
    return function


@click.command(
    help="评估事件日志或证据包 · evaluate event logs or an evidence package (folder or zip).\n\n"
    "PATH: XES, XES.gz, OCEL 2.0 (JSON, SQLite), CSV, Parquet, XLSX, or a package."
)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH…")
@click.option(
    "--compare",
    metavar="COL=A:B",
    help="比较两组办件，比值为 A 比 B · compare two arms; ratios are A over B",
)
@click.option(
    "--periods",
    metavar="FROM..TO:FROM..TO",
    help="比较两个时期，比值为后比前 · compare two periods; ratios are later over earlier",
)
@click.option("--by", metavar="COL", help="按列分组并排位 · break down and rank by a column")
@click.option(
    "--adjust",
    metavar="COL,COL",
    help="按这些列消除办件构成差异 · level case mix by these columns",
)
@click.option(
    "--mapping",
    "mapping_file",
    type=click.Path(path_type=Path),
    help="列对应文件（YAML 或 JSON） · file that maps columns",
)
@click.option(
    "--activity-map",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="用这份环节对照表代替证据里的 · activity map that stands in for that of the evidence",
)
@click.option(
    "--left-out",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="不计入任何度量的办件名单（CSV，case_id 列） · "
    "cases that count nowhere: CSV with the column case_id",
)
@click.option(
    "--site-rows",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="FOLDER",
    help="网站从自己的台账写出的表，覆盖证据包中编号相同的行 · "
    "tables that a site wrote of its own records, laid over those of the package",
)
@click.option(
    "--engine",
    default="duckdb",
    show_default=True,
    metavar="URL",
    help="duckdb、spark://local[2] 或 spark://HOST:PORT",
)
@click.option(
    "--rules",
    "packs",
    multiple=True,
    metavar="PACK",
    help="规则包，可叠加 · rule pack, may be given again to layer  [default: cn-2026]",
)
@click.option("--seed", default=DEFAULT_SEED, show_default=True, help="随机种子 · random seed")
@click.option(
    "--calendar", metavar="NAME", help="工作日历：cn、weekdays 或 none · working-day calendar"
)
@click.option("--zone", metavar="ZONE", help="时区，如 Asia/Shanghai · time zone")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="输出目录：报告、服务页、摘要、表格、简报 · folder for reports, tables and briefings",
)
@click.option(
    "--auditor-bundle",
    "auditor",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="另写审计复算包，含逐件数据，只给有权看源数据的人 · "
    "also write the auditor's bundle: it holds single cases",
)
@click.option(
    "--findings-only",
    is_flag=True,
    help="只查找线索，不算度量和指数 · look for findings alone, in a third less time",
)
@click.option("--json", "as_json", is_flag=True, help="只在标准输出打印 JSON · print JSON only")
@click.option("--quiet", is_flag=True, help="不显示进度 · no progress")
@_columns
def evaluate(
    paths: tuple[Path, ...],
    compare: str | None,
    periods: str | None,
    by: str | None,
    adjust: str | None,
    mapping_file: Path | None,
    activity_map: Path | None,
    left_out: Path | None,
    site_rows: Path | None,
    engine: str,
    packs: tuple[str, ...],
    seed: int,
    calendar: str | None,
    zone: str | None,
    out: Path | None,
    auditor: Path | None,
    findings_only: bool,
    as_json: bool,
    quiet: bool,
    **columns: str | None,
) -> None:
    """Put the question together, answer it, deliver the answer."""
    settings = Settings.from_environment()
    comparison, spans = _comparison(compare, periods)
    question = Question(
        paths=paths,
        comparison=comparison,
        periods=spans,
        by=by,
        adjust=tuple(name.strip() for name in (adjust or "").split(",") if name.strip()),
        mapping=_mapping(mapping_file, columns),
        activity_map=activity_map,
        left_out=left_out,
        site_rows=site_rows,
        engine=engine,
        packs=packs or ("cn-2026",),
        seed=seed,
        zone=zone,
        calendar=calendar,
        findings_only=findings_only,
    )
    if findings_only and out is not None:
        raise NO_REPORT
    with progress(language=settings.language, quiet=quiet) as report:
        evaluation = answer(question, settings=settings, progress=report)
        if out is not None:
            report(Text("写出报告", "Writing the report"))
            deliver(evaluation, out)
        if auditor is not None:
            report(Text("写出审计复算包", "Writing the auditor's bundle"))
            write_auditor_bundle(evaluation, auditor)
    if as_json:
        click.echo(json.dumps(result_json(evaluation), ensure_ascii=False, allow_nan=False))
    else:
        summarise(evaluation, settings.language, out)


def _comparison(
    compare: str | None, periods: str | None
) -> tuple[Comparison | None, tuple[Period, Period] | None]:
    """Read what is compared; the periods too, where it is two of them.

    Raises:
        BadInput: both are asked for, or it is no comparison.
    """
    if compare and periods:
        raise BadInput(
            Text(
                "--compare 和 --periods 一次只能用一个。",
                "use either --compare or --periods, not both",
            )
        )
    if periods:
        return Comparison.periods(periods)
    return Comparison.parse(compare) if compare else None, None


def _mapping(file: Path | None, columns: dict[str, str | None]) -> ColumnMapping:
    """Join the mapping file with the flags; a flag wins."""
    base = load_mapping(file) if file is not None else ColumnMapping()
    return dataclasses.replace(base, **{k: v for k, v in columns.items() if v is not None})


def summarise(evaluation: Evaluation, language: str, out: Path | None) -> None:
    """Print the answer in a few lines."""
    for line in summary(evaluation):
        click.echo(line.in_language(language))
    if out is not None:
        label = "报告" if language == "zh" else "Report"
        click.echo(f"{label}: {out / 'report.html'}")
