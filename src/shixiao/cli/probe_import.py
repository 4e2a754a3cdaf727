"""``shixiao probe import``: findings of other tools and reports of assessors, each known again.

Exit code 1 where the report itself says that it assessed nothing, or where it holds no longer.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from shixiao.cli.probe_table import GRAVITIES, HEADS, terminal
from shixiao.rules import load_pack
from shixiao.seals import sha256_of_file
from shixiao.security.importers import Report, read_report
from shixiao.settings import Settings
from shixiao.terms import Text

NO = 1
SCHEMA = "shixiao/probe-import/1"
READ = Text("{kind}：{n} 个问题（{counts}）。", "{kind}: {n} findings ({counts}).")
NONE = Text("{kind}：没有问题。", "{kind}: no findings.")
FAILED = Text(
    "报告自己说没有测完，没有报出的问题不等于没有问题。",
    "The report says that it did not end, so what it does not name is not passed.",
)
PAPER = Text(
    "{body}，编号 {number}，{on}，第 {level} 级，结论：{conclusion}；有效至 {until}。",
    "{body}, no. {number}, {on}, level {level}, conclusion: {conclusion}; holds until {until}.",
)
ENDED = Text("报告已过有效期。", "The report holds no longer.")


@click.command(
    "import",
    help="导入其他工具的报告 · import reports of other tools.\n\n"
    "FILE: SARIF 2.1.0、testssl.sh 的 JSON、等保或密评报告（JSON、XLSX） · SARIF, JSON of "
    "testssl.sh, or a report on MLPS or cryptography (JSON, XLSX).",
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--system", required=True, metavar="CODE", help="系统代码 · code of the system")
@click.option("--json", "as_json", is_flag=True, help="只在标准输出打印 JSON · print JSON only")
def import_(file: Path, system: str, as_json: bool) -> None:
    """Read a report and print what it says."""
    found, rules = read_report(file, system), load_pack()
    held: Any = rules.rule("SEC-21").value
    until = found.paper.held_until(int(held["report"])) if found.paper is not None else None
    ended = until is not None and datetime.now(UTC).date() > until
    if as_json:
        document = _document(found, system, until, file, {"pack": rules.name, "hash": rules.hash})
        click.echo(json.dumps(document, ensure_ascii=False))
    else:
        _show(found, until, ended=ended, language=Settings.from_environment().language)
    if ended or not found.assessed:
        sys.exit(NO)


def _document(
    found: Report, system: str, until: date | None, file: Path, rules: dict[str, str]
) -> dict[str, Any]:
    paper = found.paper
    return {
        "schema": SCHEMA,
        "file": file.name,
        "sha256": sha256_of_file(file),
        "system": system,
        "kind": found.kind,
        "rules": rules,
        "assessed": found.assessed,
        "paper": None
        if paper is None or until is None
        else {
            "number": paper.number,
            "body": paper.body,
            "date": paper.on.isoformat(),
            "until": until.isoformat(),
            "level": paper.level,
            "score": paper.score,
            "conclusion": paper.conclusion,
        },
        "findings": [
            {
                "id": each.identity,
                "tool": each.tool,
                "rule": each.rule,
                "severity": str(each.severity),
                "locator": each.locator,
                "message": each.message,
            }
            for each in found.findings
        ],
    }


def _show(found: Report, until: date | None, *, ended: bool, language: str) -> None:
    console = terminal()
    counts = Counter(each.severity for each in found.findings)
    named = [(GRAVITIES[grave], n) for grave, n in sorted(counts.items(), key=_order)]
    told = Text(
        "、".join(f"{name.zh} {n}" for name, n in named),
        ", ".join(f"{name.en} {n}" for name, n in named),
    )
    said = READ if found.findings else NONE
    head = said.format(kind=found.kind, n=len(found.findings), counts=told)
    console.print(head.in_language(language), style="bold")
    if found.paper is not None:
        values = {name: getattr(found.paper, name) for name in ("number", "body", "on", "level")}
        line = PAPER.format(**values, conclusion=found.paper.conclusion, until=until)
        console.print(line.in_language(language))
    if found.findings:
        table = Table(show_lines=True)
        for text in HEADS:
            table.add_column(text.in_language(language), overflow="fold")
        for each in found.findings:
            grave = GRAVITIES[each.severity].in_language(language)
            table.add_row(grave, f"{each.rule}: {each.message}", each.locator or "—")
        console.print(table)
    for text in [*([ENDED] if ended else []), *([] if found.assessed else [FAILED])]:
        console.print(text.in_language(language))


def _order(counted: tuple[Any, int]) -> int:
    return list(GRAVITIES).index(counted[0])
