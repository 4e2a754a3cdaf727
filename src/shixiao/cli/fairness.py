"""``shixiao fairness``: is a decision log fair, can that be known, and what sample would tell?"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shixiao.cli.folders import deliver
from shixiao.cli.progress import progress
from shixiao.settings import Settings
from shixiao.terms import BadInput, Subject, SubjectKind, Text

if TYPE_CHECKING:
    from shixiao.fairness import Asked, Audit, Cube
    from shixiao.rules import RulePack

FILE = click.Path(path_type=Path, dir_okay=False)
Command = Callable[..., None]


@click.group(
    help="公平：审计决定日志，规划随机抽查 · audit decisions, plan the random sample that tells."
)
def fairness() -> None:
    """Hold the subcommands together."""


def _words(given: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names given by one option, apart by commas or by giving it again."""
    parts = (word.strip() for text in given for word in text.replace("，", ",").split(","))
    return tuple(dict.fromkeys(word for word in parts if word))


def _columns(command: Command) -> Command:
    """Add the options that say what the columns of a log mean."""
    options = (
        ("--selected", False, "COL", "决定（是否选中）· the decision: selected or not"),
        ("--outcome", False, "COL", "查明的结果 · what turned out to be true"),
        ("--groups", True, "A,B", "分组列，逗号分隔 · group columns"),
        ("--selected-is", True, "A,B", "哪些值表示选中 · values that mean selected"),
        ("--outcome-is", True, "A,B", "哪些值表示确有其事 · values that mean true"),
        ("--arm", False, "COL", "抽选方式 · how the case came to be looked into"),
    )
    for name, many, metavar, about in reversed(options):
        command = click.option(name, multiple=many, metavar=metavar, help=about)(command)
    return command


_json = click.option(
    "--json", "as_json", is_flag=True, help="只在标准输出打印 JSON · print JSON only"
)
_quiet = click.option("--quiet", is_flag=True, help="不显示进度 · no progress")
_packs = click.option(
    "--rules",
    "packs",
    multiple=True,
    metavar="PACK",
    help="规则包，可叠加 · rule pack, may be given again to layer  [default: cn-2026]",
)
_engine = click.option(
    "--engine",
    default="duckdb",
    show_default=True,
    metavar="URL",
    help="计算引擎：duckdb、spark://local[2]、spark://主机:端口 · engine",
)


@fairness.command(
    help="公平审计 · audit a decision log.\n\n"
    "FILE: decisions (CSV, XLSX or Parquet, a row each), or counts (a row per cell with tp, fp, fn "
    "and tn, or n and selected), which need no --selected."
)
@click.argument("file", type=FILE, metavar="FILE")
@_columns
@click.option(
    "--random",
    default="random",
    show_default=True,
    metavar="VALUE",
    help="抽选方式中表示随机抽查的值 · value of --arm that means drawn at random",
)
@click.option("--by", metavar="COL", help="按该列的每个值再各审一次 · audit each value by itself")
@click.option("--recommended", metavar="COL", help="系统的建议 · what the system advised")
@click.option("--appealed", metavar="COL", help="是否申诉 · whether the person appealed")
@click.option("--upheld", metavar="COL", help="申诉是否成立 · whether the appeal was upheld")
@click.option("--days", metavar="COL", help="办理天数 · processing days")
@click.option("--time", metavar="COL", help="决定时间，按月看漂移 · when, for drift by month")
@click.option("--id", "key", metavar="COL", help="决定编号，查重 · id, to find rows given twice")
@click.option(
    "--within", multiple=True, metavar="A,B", help="正当因素列 · columns of legitimate factors"
)
@click.option("--score", metavar="COL", help="评分分段列 · column of score bins")
@click.option(
    "--reference",
    "references",
    multiple=True,
    metavar="A=V",
    help="参照组，默认最大的一组 · group to compare with; the largest by default",
)
@click.option("--seed", default=20260101, show_default=True, help="随机种子 · random seed")
@_packs
@_engine
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="输出目录：report.html、model-card.md、audit.json、counts.csv · folder for the results",
)
@_json
@_quiet
def audit(
    *,
    file: Path,
    random: str,
    by: str | None,
    references: tuple[str, ...],
    seed: int,
    packs: tuple[str, ...],
    out: Path | None,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Count, audit the whole and each part, deliver, print."""
    from shixiao.checkup.report.fairness import Audited, fairness_html
    from shixiao.cli.fairness_table import show
    from shixiao.fairness import DRAWS, Asked, heads, told
    from shixiao.fairness import audit as audited
    from shixiao.fairness.model_card import model_card
    from shixiao.rules import load_pack

    settings = Settings.from_environment()
    rules = load_pack(*packs)
    log = _Log(file, by=by, **options)
    with progress(language=settings.language, quiet=quiet) as report:
        report(Text("计数", "Counting"))
        cube = log.counted(settings)
        asked = Asked(
            Subject(SubjectKind.LOG, file.name, Text.of(file.name)),
            outcome=log.has_outcomes(cube),
            random=random if log.arm else None,
            references=_references(references),
            within=log.within,
            score=log.score,
            seed=seed,
        )
        report(Text("比较各组", "Comparing groups"))
        own = (*log.groups, *log.within, log.score)
        kept = [name for name in cube.dimensions if name != by or by in own]
        whole = audited(cube.by(*kept), asked, rules=rules)
        parts = _parts(cube, by, log, asked, rules, report)
        answer = heads(rules, seed=seed, draws=DRAWS) | {"file": file.name, **told(whole)}
        answer["by"] = by and {"column": by, "parts": [{"value": v, **told(a)} for v, a in parts]}
        if out is not None:
            report(Text("写报告", "Writing the report"))
            made = Audited(file.name, whole, by, parts, rules, seed)
            written = json.dumps(answer, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
            texts = {
                "report.html": fairness_html(made),
                "model-card.md": model_card(cube.by(*kept), whole, asked, rules=rules),
                "audit.json": written,
            }
            files = {name: text.encode() for name, text in texts.items()}
            deliver(out, files | {"counts.csv": _csv(cube)})
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False, allow_nan=False))
        return
    show(whole, parts, by=by, language=settings.language)


@fairness.command(
    help="随机抽查的样本量：使各组的错误率可知 · how many decisions to draw at random so that the "
    "error rates of every group are known.\n\n"
    "FILE: as for audit."
)
@click.argument("file", type=FILE, metavar="FILE")
@_columns
@click.option(
    "--half-width",
    type=click.FloatRange(0.001, 0.5),
    metavar="H",
    help="错误率区间的半宽 · half-width of the interval  [default: FAI-03]",
)
@click.option(
    "--prevalence",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    metavar="P",
    help="确有其事的占比，默认取日志所见的下限 · share that is true; by default the least seen",
)
@_packs
@_engine
@_json
@_quiet
def plan(
    *,
    file: Path,
    half_width: float | None,
    prevalence: float | None,
    packs: tuple[str, ...],
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Count, plan, print."""
    from shixiao.cli.fairness_table import show_plan
    from shixiao.fairness import HALF_WIDTH, NO_PREVALENCE, told_plan
    from shixiao.fairness import plan as planned
    from shixiao.rules import load_pack

    settings = Settings.from_environment()
    log = _Log(file, **options)
    with progress(language=settings.language, quiet=quiet) as report:
        report(Text("计数", "Counting"))
        cube = log.counted(settings)
    width = load_pack(*packs).number(HALF_WIDTH) if half_width is None else half_width
    found = planned(cube.by(*cube.groups), half_width=width, prevalence=prevalence)
    if found is None:
        raise BadInput(NO_PREVALENCE, file=file.name)
    answer = told_plan(found, groups=cube.groups, n=cube.total("n"))
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False, allow_nan=False))
        return
    show_plan(answer, language=settings.language)


def _parts(
    cube: Cube,
    by: str | None,
    log: _Log,
    asked: Asked,
    rules: RulePack,
    report: Callable[[Text], None],
) -> list[tuple[str, Audit]]:
    """Audit each value of a column by itself."""
    from shixiao.fairness import audit as audited

    if by is None:
        return []
    rest = [name for name in cube.dimensions if name != by]
    alone = replace(
        asked,
        within=tuple(name for name in log.within if name != by),
        score=log.score if log.score != by else None,
    )
    found = []
    for value in (v for v in cube.values(by) if v is not None):
        report(Text(f"{by} {value}", f"{by} {value}"))
        found.append((value, audited(cube.only(by, value).by(*rest), alone, rules=rules)))
    return found


@dataclass
class _Log:
    """A file with what its columns mean, ready to be counted."""

    file: Path
    groups: tuple[str, ...]
    selected: str | None
    outcome: str | None
    arm: str | None
    selected_is: tuple[str, ...]
    outcome_is: tuple[str, ...]
    engine: str
    by: str | None = None
    recommended: str | None = None
    appealed: str | None = None
    upheld: str | None = None
    days: str | None = None
    time: str | None = None
    key: str | None = None
    within: tuple[str, ...] = ()
    score: str | None = None

    def __post_init__(self) -> None:
        self.groups, self.within = _words(self.groups), _words(self.within)
        self.selected_is, self.outcome_is = _words(self.selected_is), _words(self.outcome_is)
        if not self.groups:
            raise BadInput(
                Text(
                    "请用 --groups 指明分组列，例如 --groups sex,region。",
                    "say with --groups which columns are groups, for example --groups sex,region",
                )
            )

        self._check_names()

    def _check_names(self) -> None:
        """Refuse groups that are called as a dimension of every cube is."""
        from shixiao.fairness.cube import FIXED

        own = (*self.groups, *self.within, self.score)
        taken = [name for name in own if name in FIXED]
        if self.by in FIXED and {"arm": self.arm, "period": self.time}.get(self.by) not in (
            None,
            self.by,
        ):
            taken.append(self.by)
        if taken:
            raise BadInput(
                Text(
                    "这个列名表示计数的一维，不能作为分组；请改名，或用 --by 分别审计。",
                    "this name stands for a dimension of the counts and cannot be a group; rename"
                    " the column, or audit its values apart with --by",
                ),
                file=self.file.name,
                column=taken[0],
            )

    def counted(self, settings: Settings) -> Cube:
        """Count the file, whichever of both kinds it is."""
        from shixiao.evidence import connect
        from shixiao.fairness import Columns, count_decisions, is_counts, open_log, read_counts
        from shixiao.fairness.reading import check_once

        more = (*self.within, self.score, self.by)
        groups = tuple(dict.fromkeys([*self.groups, *(name for name in more if name)]))
        if self.selected is None:
            if not is_counts(self.file):
                raise BadInput(
                    Text(
                        "请用 --selected 指明哪一列是决定。",
                        "say with --selected which column holds the decision",
                    ),
                    file=self.file.name,
                )
            return read_counts(self.file, groups=groups, arm=self.arm)
        columns = Columns(
            self.selected,
            groups,
            outcome=self.outcome,
            recommended=self.recommended,
            appealed=self.appealed,
            upheld=self.upheld,
            days=self.days,
            time=self.time,
            arm=self.arm,
            selected_is=self.selected_is,
            outcome_is=self.outcome_is,
        )
        with (
            tempfile.TemporaryDirectory(prefix="shixiao-fairness-") as work,
            connect(self.engine, settings=settings) as engine,
        ):
            wanted = [*columns.named().values(), *([self.key] if self.key else [])]
            table = open_log(self.file, engine, columns=wanted, work=Path(work))
            if self.key:
                check_once(table, engine, self.key, file=self.file.name)
            return count_decisions(table, engine, columns, file=self.file.name)

    def has_outcomes(self, cube: Cube) -> bool:
        """Tell whether there are outcomes: a column of them, or counts that distinguish them."""
        if self.selected is not None:
            return self.outcome is not None
        return cube.total("tp", "fp", "fn", "tn") > 0


def _references(given: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for text in given:
        name, mark, value = text.partition("=")
        if not mark or not name.strip() or not value.strip():
            raise BadInput(
                Text(
                    f"--reference 应写作 列=值，例如 sex=女；不是“{text}”。",
                    f"--reference is written COLUMN=VALUE, as in sex=F, and not “{text}”",
                )
            )
        found[name.strip()] = value.strip()
    return found


def _csv(cube: Cube) -> bytes:
    """Return the counts as the CSV that this command reads."""
    import pyarrow as pa
    import pyarrow.csv

    from shixiao.fairness import write_counts

    sink = pa.BufferOutputStream()
    pyarrow.csv.write_csv(write_counts(cube), sink)
    return bytes(sink.getvalue().to_pybytes())
