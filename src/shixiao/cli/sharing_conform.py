"""``shixiao sharing conform``: does a table follow the standards, and did it get better?"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shixiao.cli.progress import Report, progress
from shixiao.cli.sharing_files import as_json, check_out, deliver
from shixiao.exports import Sheet
from shixiao.rules import load_pack
from shixiao.settings import Settings
from shixiao.terms import Text

if TYPE_CHECKING:
    from shixiao.sharing.standards import conformance

NO = 1  # exit code of an answer that is no


@click.command(
    help="核验：表是否符合数据元标准 · does a table follow the standards of its elements.\n\n"
    "TABLE: CSV、XLSX 或 Parquet；给出几个时按先后作为几次交付，显示变化 · several are deliveries, "
    "oldest first, and their trend is shown. 不符合时退出码为 1 · the exit code is 1 where the "
    "last delivery does not conform."
)
@click.argument(
    "tables", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="TABLE…"
)
@click.option(
    "--elements",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="数据元标准表 · registry of data elements",
)
@click.option(
    "--rules",
    "rule_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="另加的规则，YAML 或 CSV · further rules",
)
@click.option(
    "--engine", default="duckdb", show_default=True, metavar="URL", help="计算引擎 · engine"
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="写入 .json 或 .xlsx · file to write",
)
@click.option("--json", "json_", is_flag=True, help="只在标准输出打印 JSON · print JSON only")
@click.option("--quiet", is_flag=True, help="不显示进度 · no progress")
def conform(
    tables: tuple[Path, ...],
    elements: Path,
    rule_file: Path | None,
    engine: str,
    out: Path | None,
    json_: bool,
    quiet: bool,
) -> None:
    """Measure every delivery, draft a mapping for the last, say what was found."""
    from shixiao.sharing.standards.registry import Registry, read_elements

    check_out(out)
    settings = Settings.from_environment()
    registry = Registry(read_elements(elements, file=elements.name))
    with progress(language=settings.language, quiet=quiet) as report:
        answer, trend = _measured(tables, registry, rule_file, engine, settings, report)
    last = trend.reports[-1]
    deliver(out, answer, _sheets(trend, settings.language))
    if json_:
        click.echo(as_json(answer))
    else:
        for line in _lines(answer, trend, settings.language):
            click.echo(line)
    if not last.conforms:
        sys.exit(NO)


def _measured(
    tables: tuple[Path, ...],
    registry: Any,
    rule_file: Path | None,
    url: str,
    settings: Settings,
    report: Report,
) -> tuple[dict[str, Any], conformance.Trend]:
    from shixiao.evidence import connect
    from shixiao.sharing.standards import conformance

    pack = load_pack()
    reports = []
    drafts: list[conformance.Draft] = []
    with connect(url, settings=settings) as engine:
        for path in tables:
            report(Text(f"核验 {path.name}", f"Checking {path.name}"))
            with tempfile.TemporaryDirectory(prefix="shixiao-conform-") as folder:
                delivery = conformance.load(path, Path(folder))
                bound = conformance.bound_columns(delivery.sample, registry, rules=pack)
                rules = conformance.derive_rules(bound)
                if rule_file is not None:
                    rules += conformance.read_rules(
                        rule_file, file=rule_file.name, columns=delivery.columns
                    )
                table = engine.parquet(delivery.parquet)
                reports.append(
                    conformance.measure(engine, table, rules, name=delivery.name, pack=pack)
                )
                drafts = conformance.draft_mapping(bound, delivery.sample)
    trend = conformance.trend_of(reports)
    answer = conformance.told(trend, drafts, pack)
    return answer, trend


def _sheets(trend: conformance.Trend, language: str) -> list[Sheet]:
    heads = (
        Text("交付", "delivery"),
        Text("规则", "rule"),
        Text("检查行数", "rows checked"),
        Text("不符行数", "rows that fail"),
        Text("合格率", "share that passes"),
        Text("不符的形式", "shapes of what fails"),
    )
    rows = [
        (
            report.name,
            result.rule.title.in_language(language),
            result.checked,
            result.failed,
            result.share.value,
            "; ".join(result.samples) or None,
        )
        for report in trend.reports
        for result in report.results
    ]
    return [Sheet("rules", heads, rows)]


def _lines(answer: dict[str, Any], trend: conformance.Trend, language: str) -> list[str]:
    last = trend.reports[-1]
    score = "—" if last.score.value is None else f"{last.score.value:.2%}"
    word = Text("符合", "conforms") if last.conforms else Text("不符合", "does not conform")
    head = Text(
        f"{last.name}：{word.zh}；{last.rows:,} 行中完全合格的占 {score}",
        f"{last.name}: {word.en}; {score} of {last.rows:,} rows keep every rule",
    )
    lines = [head.in_language(language)]
    for result in last.results:
        share = "—" if result.share.value is None else f"{result.share.value:.2%}"
        sign = "✓" if result.passed else "✗"
        shapes = f"  [{'; '.join(result.samples)}]" if result.samples else ""
        title = result.rule.title.in_language(language)
        lines.append(f"  {sign} {title}  {share} (n={result.checked:,}){shapes}")
    for step in answer["trend"]["steps"]:
        lines.append(f"  {step['from']} → {step['to']}: {step['text'][language]}")
    for draft in answer["mapping"]:
        pairs = ", ".join(f"{value}→{code}" for value, code in draft["codes"].items())
        conversion = draft["conversion"][language] if draft["conversion"] else ""
        extra = "; ".join(part for part in (pairs, conversion) if part)
        if extra:
            lines.append(f"  {draft['column']} → {draft['element_id']}: {extra}")
    return lines
